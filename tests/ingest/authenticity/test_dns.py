"""The edge to the DNS: what is there, what is not, what nobody could say; and never twice without need."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import dns.rcode
import pytest
from pydantic import ValidationError

from maild.ingest.authenticity.answers import Found, NoAnswer, Nothing
from maild.ingest.authenticity.dns import (
    KEPT_NO_ANSWER,
    KEPT_NOTHING,
    LARGEST_ANSWER,
    LONGEST,
    MOST_KEPT,
    SHORTEST,
    Resolver,
)
from maild.settings import Dns, server_address
from tests.servers.dns_stub import DnsStub, Says, a_dns_stub

NAME = "s1._domainkey.acme.example"
KEY = "v=DKIM1; p=" + "A" * 392


class Clock:
    """Stands still until it is told not to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stub() -> Iterator[DnsStub]:
    with a_dns_stub() as running:
        yield running


def resolver(stub: DnsStub, timeout: float = 3.0, clock: Clock | None = None) -> Resolver:
    return Resolver((stub.server,), timeout, clock or Clock())


def test_a_record_of_many_pieces_is_one_text(stub: DnsStub) -> None:
    stub.script[NAME] = Says((KEY, "something else"))
    answer = resolver(stub)(NAME)
    assert isinstance(answer, Found)
    assert sorted(answer.texts) == sorted((KEY, "something else"))
    assert stub.asked == [(NAME, "udp")]


def test_an_answer_too_long_for_a_datagram_comes_by_tcp(stub: DnsStub) -> None:
    text = "p=" + "B" * 3000
    stub.script[NAME] = Says((text,))
    assert resolver(stub)(NAME) == Found((text,))
    assert stub.asked == [(NAME, "udp"), (NAME, "tcp")]


def test_a_key_may_stand_under_another_name(stub: DnsStub) -> None:
    stub.script[NAME] = Says(alias="key.host.example")
    stub.script["key.host.example"] = Says((KEY,))
    assert resolver(stub)(NAME) == Found((KEY,))


def test_letters_beyond_ascii_are_no_error(stub: DnsStub) -> None:
    stub.script[NAME] = Says(("n=gr\\252\\223e; p=AA",))
    assert isinstance(resolver(stub)(NAME), Found)


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (Says(rcode=dns.rcode.NXDOMAIN), Nothing),
        (Says(), Nothing),
        (Says(rcode=dns.rcode.SERVFAIL), NoAnswer),
        (Says(rcode=dns.rcode.REFUSED), NoAnswer),
        (Says(torn=True), NoAnswer),
        (Says(silent=True), NoAnswer),
        (Says(("x" * (LARGEST_ANSWER + 1),)), Nothing),
    ],
)
def test_no_record_is_an_answer_and_a_failing_server_is_none(stub: DnsStub, says: Says, kind: type) -> None:
    stub.script[NAME] = says
    assert isinstance(resolver(stub, timeout=0.3)(NAME), kind)


def test_a_server_that_is_not_there_is_no_answer(stub: DnsStub) -> None:
    with a_dns_stub() as gone:
        port = gone.port
    begun = time.monotonic()
    assert isinstance(Resolver((f"127.0.0.1:{port}",), 0.3)(NAME), NoAnswer)
    assert time.monotonic() - begun < 2


def test_the_second_server_answers_for_the_first(stub: DnsStub) -> None:
    stub.script[NAME] = Says((KEY,))
    with a_dns_stub({NAME: Says(rcode=dns.rcode.SERVFAIL)}) as failing:
        assert Resolver((failing.server, stub.server))(NAME) == Found((KEY,))


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", ".".join(["abcdefgh"] * 40), "", "\ud800.example"])
def test_what_can_be_no_name_is_never_asked_for(stub: DnsStub, name: str) -> None:
    assert not isinstance(resolver(stub)(name), Found)
    assert stub.asked == [] or name == ""


@pytest.mark.parametrize(
    ("says", "kept"),
    [
        (Says(("v",), ttl=600), 600),
        (Says(("v",), ttl=0), SHORTEST),
        (Says(("v",), ttl=999_999), LONGEST),
        (Says(), KEPT_NOTHING),
        (Says(rcode=dns.rcode.NXDOMAIN), KEPT_NOTHING),
        (Says(rcode=dns.rcode.SERVFAIL), KEPT_NO_ANSWER),
    ],
)
def test_an_answer_is_kept_as_long_as_it_may_be(stub: DnsStub, says: Says, kept: float) -> None:
    clock = Clock()
    ask = resolver(stub, clock=clock)
    stub.script[NAME] = says
    first = ask(NAME)
    asked = len(stub.asked)
    clock.seconds += kept - 1
    assert ask(NAME.upper()) == first
    assert len(stub.asked) == asked
    clock.seconds += 2
    ask(NAME)
    assert len(stub.asked) > asked


def test_a_domain_with_endless_selectors_does_not_fill_the_memory(stub: DnsStub) -> None:
    ask = resolver(stub)
    for number in range(MOST_KEPT + 5):
        ask._keep(f"s{number}.example", Nothing(), 60)
    assert len(ask._kept) == MOST_KEPT
    assert "s0.example" not in ask._kept


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
        ("[2001:db8::1]:54", ("2001:db8::1", 54)),
    ],
)
def test_a_name_server_is_an_address_and_perhaps_a_port(text: str, address: tuple[str, int]) -> None:
    assert server_address(text) == address
    assert Dns(servers=(text,)).servers == (text,)


@pytest.mark.parametrize("text", ["ns.example", "192.0.2.53:0", "192.0.2.53:70000", "[::1]:x", "", "1.2.3.4:5:6"])
def test_what_is_no_name_server_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError, match=r"name server|port"):
        Dns(servers=(text,))


def test_asking_loads_no_web_client() -> None:
    program = (
        "import sys; from maild.ingest.authenticity.dns import Resolver;"
        "assert 'dns' not in sys.modules; Resolver(('127.0.0.1:1',), 0.1)('x.example');"
        "assert 'dns.resolver' in sys.modules; print([m for m in sys.modules if m.startswith('httpx')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
