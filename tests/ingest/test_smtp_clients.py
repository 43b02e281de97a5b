"""One client among many: how many connections and mails it may have, and what of it is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from smtp_peer import Peer, header, run, serving, until

from maild.ingest.smtp.clients import MOST_FAILURES, MOST_REMEMBERED, Client, Clients, host_of
from maild.settings import Limits

BALANCER: dict[str, Any] = {"proxy": ["127.0.0.1"]}

ADDRESSES = [
    (("192.0.2.1", 25), "192.0.2.1"),
    (("2001:db8::1", 25, 0, 0), "2001:db8::1"),
    (("::ffff:192.0.2.1", 25, 0, 0), "192.0.2.1"),
    (("fe80::1%eth0", 25, 0, 2), "fe80::1"),
    ("", "unix"),
    (b"\0abstract", "unix"),
    (None, "unix"),
]


@pytest.mark.parametrize(("address", "host"), ADDRESSES)
def test_a_client_is_known_by_its_ip_address(address: object, host: str) -> None:
    assert host_of(address) == host


def _room(clients: Clients, peer: str) -> int:
    """How many more connections this client gets."""
    count = 0
    while count < 50 and clients.enter(peer) is not None:
        count += 1
    return count


def test_an_address_has_its_share_of_connections_and_an_ipv6_network_one_share() -> None:
    clients = Clients(Limits(client_connections=3))
    assert _room(clients, "192.0.2.1") == 3
    assert _room(clients, "192.0.2.2") == 3
    assert clients.enter("2001:db8:1:2::1") and clients.enter("2001:db8:1:2:ffff::9")
    assert _room(clients, "2001:db8:1:2::77") == 1
    assert _room(clients, "2001:db8:1:3::77") == 3


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "unix"])
def test_programs_of_this_host_have_no_bounds_for_they_bring_other_peoples_mail(peer: str) -> None:
    clients = Clients(Limits(client_connections=1, client_mails=1))
    assert _room(clients, peer) == 50
    client = clients.enter(peer)
    assert client is not None and all(client.brings_mail(0.0) for _ in range(50))


def test_who_leaves_makes_room_and_is_forgotten() -> None:
    clients = Clients(Limits(client_connections=1))
    client = clients.enter("192.0.2.1")
    assert client is not None and clients.enter("192.0.2.1") is None
    clients.leave(client)
    assert len(clients) == 0
    assert clients.enter("192.0.2.1") is not None


def test_who_reconnects_does_not_begin_anew() -> None:
    clients = Clients(Limits(client_mails=2))
    for allowed in (True, True, False):
        client = clients.enter("192.0.2.1")
        assert client is not None and client.brings_mail(10.0) is allowed
        clients.leave(client)


def test_a_minute_begins_with_its_first_mail() -> None:
    client = Client("x", 1, 2)
    assert [client.brings_mail(now) for now in (5.0, 64.9, 64.95, 65.0, 66.0, 67.0)] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_failed_logins_lock_out_until_the_oldest_of_them_is_ten_minutes_old() -> None:
    client = Client("x", 1, 1)
    for number in range(MOST_FAILURES):
        assert not client.locked_out(100.0)
        client.failed_to_log_in(float(number))
    assert client.locked_out(599.9)
    assert not client.locked_out(600.0)
    client.failed_to_log_in(600.0)
    assert client.locked_out(600.5) and not client.locked_out(601.0)


def test_however_many_come_only_so_many_are_remembered_and_none_that_is_there() -> None:
    clients = Clients(Limits(client_connections=1))
    staying = clients.enter("198.51.100.1")
    for number in range(3 * MOST_REMEMBERED):
        client = clients.enter(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        assert client is not None and client.brings_mail(0.0)
        clients.leave(client)
    assert len(clients) <= MOST_REMEMBERED + 1
    assert clients.enter("198.51.100.1") is None
    assert staying is not None and staying.connections == 1


def test_one_client_with_too_many_connections_is_told_so_and_others_get_in() -> None:
    async def story() -> None:
        async with serving(listener=BALANCER, client_connections=2) as server:
            peers = [await server.connect(header("192.0.2.1")) for _ in range(3)]
            said = [await peer.reply() for peer in peers]
            assert sorted(reply[:9] for reply in said) == ["220 mx.de", "220 mx.de", "421 4.7.0"]
            assert (await (await server.connect(header("192.0.2.2"))).reply()).startswith("220")
            # The balancer's own probes do not count against anybody.
            for _ in range(5):
                assert (await (await server.connect(header("192.0.2.1", command=0x20))).reply()).startswith("220")
            peers[[reply[:3] for reply in said].index("220")].leave()
            await until(lambda: server.listeners.sessions == 7)
            assert (await (await server.connect(header("192.0.2.1"))).reply()).startswith("220")

    run(story)


async def _mails(peer: Peer, count: int) -> list[str]:
    replies = []
    for _ in range(count):
        replies.append((await peer.ask("MAIL FROM:<a@example.com>"))[:9])
        if replies[-1].startswith("250"):
            await peer.ask("RCPT TO:<help@desk.example>")
            await peer.ask("DATA")
            assert (await peer.ask("\r\nHi\r\n.")).startswith("250")
    return replies


def test_a_client_with_too_much_mail_in_a_minute_is_asked_to_wait() -> None:
    async def story() -> None:
        async with serving(listener=BALANCER, client_mails=3) as server:
            flood, other = await server.connect(header("192.0.2.1")), await server.connect(header("192.0.2.2"))
            await flood.greet()
            await other.greet()
            assert await _mails(flood, 5) == ["250 2.1.0"] * 3 + ["452 4.7.1"] * 2
            assert await _mails(other, 1) == ["250 2.1.0"]
            local = await server.connect(header("192.0.2.1", command=0x20))
            await local.greet()
            assert await _mails(local, 5) == ["250 2.1.0"] * 5

    run(story)
