"""Who may ask at all, what every answer carries, and how much one client gets."""

from __future__ import annotations

import http.client
import logging
import re
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from structlog.testing import capture_logs

from maild.errors import StoreUnavailable
from maild.model import Purpose
from maild.store.engine import Store, open_store
from maild.web import pacing
from maild.web.guard import comes_from_us, is_ours
from maild.web.pacing import Pace, network_of
from tests.builders import ADA
from tests.servers.requirement import wait_until
from tests.web.kit import World, a_conversation, served

URL = "https://desk.example"


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    store = open_store(sqlite_url)
    with served(store) as opened:
        yield opened
    store.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/r/AAAAAAAAAAAAAAAAAAAAAA", "/tickets/SD-1", "/my/SD-1", "/none", "/logout", "/style.css"),
        *("/", "/my", "/my?status=all", "/my/profile"),
    ],
)
def test_every_answer_carries_what_keeps_a_browser_from_harm(world: World, path: str) -> None:
    headers = world.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert "unsafe" not in policy and "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == ("public, max-age=3600" if path == "/style.css" else "no-store")
    assert "Server" not in headers and len(headers.get_all("Cache-Control")) == 1


FORBIDDEN = re.compile(r"<script|<style|<iframe|<img|javascript:|http:|https:|\s(?:on\w+|style)\s*=", re.IGNORECASE)


def test_no_page_holds_a_script_a_style_or_anything_from_elsewhere(world: World) -> None:
    number = a_conversation(world.store).number
    world.log_in(ADA.address, number)
    links = (f"/r/{world.invite(Purpose.REGISTER, ADA.address)}", f"/l/{world.invite(Purpose.LOOK, ADA.address)}")
    own = (f"/my/{number}", "/my?show=organisation&status=all", "/my/profile?saved")
    for path in (*links, f"/tickets/{number}", *own, "/none"):
        assert FORBIDDEN.search(world.get(path).text) is None, path
    assert FORBIDDEN.search('<p onclick = "x">') and FORBIDDEN.search("<p\nstyle=x>")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1:1"])
def test_a_form_that_another_site_sent_does_nothing(world: World, origin: str) -> None:
    path = f"/r/{world.invite(Purpose.REGISTER, ADA.address)}"
    assert world.post(path, Origin=origin).status == 403
    assert world.post(path).status == 200


ORIGINS = [
    ({"origin": URL}, True),
    ({"origin": "http://desk.example"}, False),
    ({"origin": "https://desk.example:444"}, False),
    ({"origin": "https://a.desk.example"}, False),
    ({"origin": "null"}, False),
    ({}, True),
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "none"}, False),
]


@pytest.mark.parametrize(("headers", "ours"), ORIGINS)
def test_a_browser_says_where_a_form_stood(headers: dict[str, str], ours: bool) -> None:
    assert comes_from_us(Headers(headers), URL) == ours


HOSTS = [("desk.example", True), ("DESK.example:443", True), ("evil.example", False), ("", False), ("[::1", False)]
HOSTS += [("desk.example.evil.example", False), ("desk.example@evil.example", False)]


@pytest.mark.parametrize(("host", "ours"), HOSTS)
def test_only_requests_for_this_site_are_answered(host: str, ours: bool) -> None:
    assert is_ours([host], URL) == ours
    assert not is_ours([host, host], URL) and not is_ours([], URL)


def test_another_host_gets_no_page(world: World) -> None:
    assert world.get("/tickets/SD-1", Host="evil.example").status == 421


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", "a=" + "x" * 20_000, 413),
        ("application/x-www-form-urlencoded", "&".join("a=1" for _ in range(21)), 400),
        ("application/x-www-form-urlencoded; charset=utf-8", "name=%FF%00%ED%A0%80", 200),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("application/json", "{}", 415),
        ("text/plain", "name=x", 415),
    ],
)
def test_only_a_small_form_is_read(world: World, kind: str, body: str, status: int) -> None:
    path = f"/r/{world.invite(Purpose.REGISTER, ADA.address)}"
    assert world.ask("POST", path, body, Content_Type=kind, Origin=world.web.url).status == status


def test_a_body_without_an_end_is_cut(world: World) -> None:
    line = http.client.HTTPConnection("127.0.0.1", world.port, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": world.web.url}
    line.request("POST", "/tickets/SD-1", iter([b"x" * 1000] * 17), form, encode_chunked=True)
    assert line.getresponse().status == 413
    line.close()


def test_a_client_that_asks_too_much_waits(world: World) -> None:
    statuses = [world.post("/tickets/SD-1", {"address": "x"}).status for _ in range(20)]
    assert statuses[:15] == [200] * 15 and set(statuses[15:]) <= {200, 429} and 429 in statuses
    assert world.get("/tickets/SD-1").status == 200
    other = world.post("/tickets/SD-1", {"address": "x"}, X_Forwarded_For="192.0.2.1, 192.0.2.7")
    assert other.status == 200


def test_a_balancer_nobody_named_speaks_for_itself_only(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with served(store, proxies=("192.0.2.1",)) as world:
        tries = [world.post("/logout", X_Forwarded_For=f"192.0.2.{one}").status for one in range(20)]
    store.close()
    assert 429 in tries


@given(st.lists(st.floats(0, 30), max_size=60))
def test_however_somebody_asks_they_get_no_more_than_the_pace(pauses: list[float]) -> None:
    pace, now, allowed = Pace(at_once=5, a_minute=10), 0.0, 0
    for pause in pauses:
        now += pause
        allowed += pace.wait("a", now) == 0
    assert allowed <= 5 + now / 6 + 1e-6


def test_who_waits_as_told_gets_in() -> None:
    pace = Pace(at_once=1, a_minute=10)
    assert pace.wait("a", 0.0) == 0 and pace.wait("b", 0.0) == 0
    assert pace.wait("a", 0.0) == 6 and pace.wait("a", 6.0) == 0


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "MOST_REMEMBERED", 3)
    pace = Pace(at_once=1, a_minute=1)
    for client in "abcab":
        pace.wait(client, 0.0)
    assert len(pace) == 3 and pace.wait("a", 0.0) > 0
    pace.wait("d", 0.0)
    assert len(pace) == 3


NETWORKS = [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::/64")]
NETWORKS += [("2001:db8:0:0:9::1", "2001:db8::/64"), ("", "unknown"), ("<b>", "unknown"), ("unix:", "unknown")]


@pytest.mark.parametrize(("host", "network"), NETWORKS)
def test_a_client_is_its_network(host: str, network: str) -> None:
    assert network_of(host) == network


def test_no_log_holds_a_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    secret = world.invite(Purpose.CONFIRM_CONTACT, ADA.address, "7")
    world.told.fails = True
    with caplog.at_level(logging.DEBUG), capture_logs() as told:
        assert world.get(f"/c/{secret}").status == 200
        answer = world.post(f"/c/{secret}", {"name": "Ada"})
        wait_until(lambda: told, "it is logged")
    assert answer.status == 500 and "sorry" in answer.text
    assert [one["event"] for one in told] == ["page failed"]
    assert secret not in caplog.text + str(told) and ADA.address not in caplog.text + str(told)


def test_with_the_database_away_a_page_says_try_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: Store) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(Store, "reading", away)
    assert world.get("/r/AAAAAAAAAAAAAAAAAAAAAA").status == 503


def test_what_is_no_request_is_refused_shortly(world: World) -> None:
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", world.port), timeout=10) as line:
            line.sendall(sent)
            assert b" 400 " in line.recv(1000)
    assert world.get("/tickets/SD-1").status == 200
