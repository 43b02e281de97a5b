# ruff: noqa: E501 - one row, one line
"""rspamd: the real one knows GTUBE and learns; a broken one is never taken for one that found nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as within
from hypothesis import strategies as st

from maild.cleaning import clean_header
from maild.ingest.screening import rspamd as client
from maild.ingest.screening.headers import LONGEST_TEXT
from maild.ingest.screening.patience import NoAnswer, NoSense, Patience
from maild.model import Finding, Verdict
from maild.settings import Rspamd
from tests.builders import an_envelope
from tests.servers.clamd import a_fake_clamd, dripping, hanging
from tests.servers.requirement import free_port
from tests.servers.rspamd import ADD_HEADER, PASSWORD, REJECT, REWRITE, RunningRspamd, a_fake_rspamd, a_rspamd

ENVELOPE = an_envelope(peer="8.8.8.8", login="ada")


def a_mail(text: str, message_id: str = "<a@x.example>") -> bytes:
    return (
        f"From: ada@acme.example\r\nTo: support@desk.example\r\nSubject: x\r\nMessage-ID: {message_id}\r\n"
        f"Date: Fri, 20 Nov 2026 09:00:00 +0100\r\n\r\n{text}\r\n"
    ).encode()


@pytest.fixture(scope="module")
def rspamd() -> Iterator[RunningRspamd]:
    with a_rspamd() as running:
        yield running


def check(url: str, raw: bytes = b"x", seconds: float = 10, **settings: object) -> Verdict:
    return client.check(Rspamd(url=url, **settings), "", raw, ENVELOPE, Patience(seconds))


@pytest.mark.parametrize(
    ("text", "finding", "why"),
    [
        ("The printer burns.", Finding.CLEAN, ""),
        (REJECT, Finding.SPAM, "reject, score 15 of 15 (GTUBE)"),
        (ADD_HEADER, Finding.SPAM, "add header, score 6 of 15 (GTUBE)"),
        (REWRITE, Finding.SPAM, "rewrite subject, score 0 of 15 (GTUBE)"),
    ],
)
def test_gtube_is_spam(rspamd: RunningRspamd, text: str, finding: Finding, why: str) -> None:
    assert check(rspamd.url, a_mail(text)) == Verdict("rspamd", finding, why)


def test_a_mail_larger_than_it_takes_is_scanned_as_far_as_it_goes(rspamd: RunningRspamd) -> None:
    large = a_mail("x" * 3_000_000)
    verdict = check(rspamd.url, large, largest=1_000_000)
    assert verdict == Verdict("rspamd", Finding.CLEAN, f"only the first 1000000 of its {len(large)} bytes were scanned")
    assert "only the first" in check(rspamd.url, a_mail(REJECT + "x" * 3_000_000), largest=1_000_000).text
    with pytest.raises(NoSense, match="max_message"):
        check(rspamd.url, large)


def test_it_learns_from_people_with_the_password_once(rspamd: RunningRspamd) -> None:
    spam, ham = a_mail("buy our pills " * 9, "<1@x>"), a_mail("my printer is broken " * 9, "<2@x>")
    settings = Rspamd(url=rspamd.url, controller=rspamd.controller)
    for _ in range(2):
        client.learn(settings, PASSWORD, spam, True, Patience(10))
        client.learn(settings, PASSWORD, ham, False, Patience(10))
    with pytest.raises(NoSense, match="password_file"):
        client.learn(settings, "wrong", spam, True, Patience(10))


def test_ping_reaches_worker_and_controller(rspamd: RunningRspamd) -> None:
    client.ping(rspamd.url, Patience(5))
    client.ping(rspamd.controller, Patience(5))


def test_it_is_told_what_is_known_of_the_envelope() -> None:
    with a_fake_rspamd() as server:
        client.check(Rspamd(url=server.url), "secret", b"raw \xff mail", ENVELOPE, Patience(5))
    (asked,) = server.script.asked
    assert (asked.path, asked.body) == ("/checkv2", b"raw \xff mail")
    told = {name: asked.headers.get(name) for name in ("From", "Rcpt", "IP", "User", "Password")}
    assert told == {
        "From": "ada@acme.example",
        "Rcpt": "support@desk.example",
        "IP": "8.8.8.8",
        "User": "ada",
        "Password": "secret",
    }


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"peer": "192.168.0.7"}, "IP"),
        ({"peer": "127.0.0.1"}, "IP"),
        ({"peer": "unix"}, "IP"),
        ({"mail_from": None}, "From"),
        ({"mail_from": ""}, "From"),
        ({"mail_from": "grün@acme.example"}, "From"),
        ({"mail_from": "a\r\nPassword: x@acme.example"}, "From"),
        ({"login": ""}, "User"),
    ],
)
def test_what_is_not_known_or_no_header_is_left_out(changes: dict[str, str], missing: str) -> None:
    with a_fake_rspamd() as server:
        envelope = replace(ENVELOPE, **changes)
        client.check(Rspamd(url=server.url), "", b"x", envelope, Patience(5))
    assert missing not in server.script.asked[0].headers
    assert "Password" not in server.script.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "finding", "text"),
    [
        ({"action": "no action", "score": 1}, Finding.CLEAN, ""),
        ({"action": "greylist", "score": 4.5, "required_score": 15}, Finding.CLEAN, "greylist, score 4.5 of 15"),
        ({"action": "soft reject", "score": 0}, Finding.CLEAN, "soft reject, score 0 of 0"),
        ({"action": "our own", "score": 99}, Finding.CLEAN, "our own, score 99 of 0"),
        ({"action": "quarantine"}, Finding.SPAM, "quarantine, score 0 of 0"),
        ({"action": "discard"}, Finding.SPAM, "discard, score 0 of 0"),
        ({"action": "reject", "symbols": {"CLAM_VIRUS": {"score": 9}}}, Finding.VIRUS, "reject, score 0 of 0 (CLAM_VIRUS)"),
        ({"action": "no action", "symbols": {"CLAM_VIRUS": {"score": 0}}}, Finding.CLEAN, ""),
        ({"action": "reject", "symbols": {"A": {"score": 1}, "B": {"score": 3}}}, Finding.SPAM, "reject, score 0 of 0 (B, A)"),
        ({"action": "reject", "symbols": [1], "score": "x"}, Finding.SPAM, "reject, score 0 of 0"),
        ({"action": "reject", "score": 10**400, "symbols": {"A": {"score": -(10**400)}}}, Finding.SPAM, "reject, score 0 of 0 (A)"),
        ({"action": "reject", "symbols": {"A\x1b[31m": {"score": None}}}, Finding.SPAM, "reject, score 0 of 0 (A [31m)"),
    ],
)  # fmt: skip
def test_every_action_has_its_meaning(answer: object, finding: Finding, text: str) -> None:
    with a_fake_rspamd(answer=answer) as server:
        assert check(server.url) == Verdict("rspamd", finding, text)


MOVED = b"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:9/checkv2\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "script",
    [
        {"answer": {"error": "x"}, "status": 500},
        {"answer": {"error": "x"}, "status": 401},
        {"answer": MOVED},
        {"answer": {"score": 1}},
        {"answer": {"action": 7}},
        {"answer": ["reject"]},
        {"answer": b"HTTP/1.0 200 OK\r\n\r\n"},
        {"answer": b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000},
        {"answer": b"HTTP/1.0 200 OK\r\n\r\n" + b" " * (2 << 20) + b"{}"},
        {"answer": b"HTTP/1.0 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n{}"},
        {"answer": b"SSH-2.0-OpenSSH_9.2\r\n"},
        {"answer": b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n{"},
        {"answer": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{"action"'},
        {"answer": b"HTTP/1.0 \xff\xff\r\n\r\n"},
    ],
)
def test_what_is_no_verdict_is_never_clean(script: dict[str, object]) -> None:
    with a_fake_rspamd(**script) as server, pytest.raises(NoSense) as told:
        check(server.url)
    assert str(told.value).isprintable() and len(str(told.value)) < 300


SCALARS = st.none() | st.booleans() | st.floats() | st.text(max_size=20)


@within(max_examples=50)
@given(st.recursive(SCALARS, lambda inner: st.dictionaries(st.text(max_size=20), inner, max_size=8), max_leaves=10))
def test_any_answer_with_an_action_is_a_verdict(answer: object) -> None:
    verdict = client._verdict({"action": "reject", "symbols": answer, "score": answer, "required_score": answer})
    assert verdict.finding in (Finding.SPAM, Finding.VIRUS)
    assert verdict.text == clean_header(verdict.text) and len(verdict.text) <= LONGEST_TEXT


@pytest.mark.parametrize("speak", [hanging, dripping])
def test_one_that_hangs_or_drips_costs_its_time_and_no_more(speak) -> None:
    before = time.monotonic()
    with a_fake_clamd(speak) as server, pytest.raises((NoAnswer, NoSense)):
        check(f"http://127.0.0.1:{server.port}", seconds=0.4)
    assert time.monotonic() - before < 3


def test_one_that_is_not_there_is_told_in_the_systems_words() -> None:
    with pytest.raises(NoAnswer, match="Connection refused"):
        check(f"http://127.0.0.1:{free_port()}")


def test_the_environments_proxy_sees_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_fake_rspamd() as proxy, a_fake_rspamd() as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        check(server.url)
    assert (len(server.script.asked), len(proxy.script.asked)) == (1, 0)
