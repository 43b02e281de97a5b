"""Asking everybody: each has a verdict, and who does not answer is left alone for a while."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.ingest.screening.ask import LONGEST_REST, SHORTEST_REST, Scanners
from maild.model import Finding
from maild.settings import Clamd, Rspamd, Screening, SpamHeader
from tests.builders import an_envelope
from tests.servers.clamd import EICAR, a_fake_clamd, hanging, honest, saying
from tests.servers.requirement import free_port
from tests.servers.rspamd import a_fake_rspamd

ENVELOPE = an_envelope()


class Stopwatch:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def said(scanners: Scanners, raw: bytes = b"x") -> dict[str, Finding]:
    return {one.scanner: one.finding for one in scanners.screen(raw, ENVELOPE)}


def test_nobody_is_asked_where_nobody_is_configured() -> None:
    scanners = Scanners(Screening())
    assert not scanners and scanners.screen(EICAR, ENVELOPE) == () and list(scanners.absent()) == []


def test_everybody_says_something() -> None:
    flag = SpamHeader(name="X-Spam-Flag", value="/^yes/i")
    with a_fake_clamd() as clamd, a_fake_rspamd(answer={"action": "reject"}) as rspamd:
        settings = Screening(headers=(flag,), clamd=Clamd(port=clamd.port), rspamd=Rspamd(url=rspamd.url))
        verdicts = said(Scanners(settings), b"X-Spam-Flag: YES\r\n\r\n" + EICAR)
    assert verdicts == {"header X-Spam-Flag": Finding.SPAM, "rspamd": Finding.SPAM, "clamd": Finding.VIRUS}


def test_a_scanner_that_hangs_costs_a_batch_its_timeout_once() -> None:
    with a_fake_clamd(hanging) as server:
        scanners = Scanners(Screening(clamd=Clamd(port=server.port), timeout=0.3), Stopwatch())
        verdicts = [scanners.screen(b"x", ENVELOPE) for _ in range(20)]
        assert server.connections == 1
    assert {(one.finding, one.text) for (one,) in verdicts} == {(Finding.UNSCANNED, "it took too long")}


def test_the_others_are_asked_while_one_rests() -> None:
    with a_fake_rspamd() as rspamd:
        settings = Screening(clamd=Clamd(port=free_port()), rspamd=Rspamd(url=rspamd.url))
        scanners = Scanners(settings, Stopwatch())
        for _ in range(3):
            assert said(scanners) == {"rspamd": Finding.CLEAN, "clamd": Finding.UNSCANNED}
        assert len(rspamd.script.asked) == 3


def test_rest_grows_up_to_a_minute_and_ends_with_the_first_answer() -> None:
    port, watch = free_port(), Stopwatch()
    scanners = Scanners(Screening(clamd=Clamd(port=port)), watch)
    rests = []
    for _ in range(7):
        assert said(scanners) == {"clamd": Finding.UNSCANNED}
        rests.append(scanners._resting["clamd"].until - watch.now)
        watch.now = scanners._resting["clamd"].until
    assert (rests[0], rests[1], rests[-1]) == (SHORTEST_REST, 2 * SHORTEST_REST, LONGEST_REST)
    with a_fake_clamd(honest, port):
        assert said(scanners) == {"clamd": Finding.CLEAN}
    assert said(scanners) == {"clamd": Finding.UNSCANNED}
    assert scanners._resting["clamd"].until - watch.now == SHORTEST_REST


def test_one_mail_that_cannot_be_scanned_keeps_no_other_from_being_scanned() -> None:
    with a_fake_clamd(saying(b"stream: broken ERROR\0")) as server:
        scanners = Scanners(Screening(clamd=Clamd(port=server.port)), Stopwatch())
        assert said(scanners) == {"clamd": Finding.UNSCANNED}
        server.speak = honest
        assert said(scanners) == {"clamd": Finding.CLEAN}


def test_a_password_file_that_is_gone_is_told_and_no_secret_with_it(tmp_path: Path) -> None:
    with a_fake_rspamd() as server:
        file = tmp_path / "password"
        scanners = Scanners(Screening(rspamd=Rspamd(url=server.url, password_file=file)))
        (verdict,) = scanners.screen(b"x", ENVELOPE)
        assert verdict.finding is Finding.UNSCANNED and "there is no such file" in verdict.text
        file.write_text("open sesame\n")
        assert said(scanners) == {"rspamd": Finding.CLEAN}
        assert server.script.asked[-1].headers["Password"] == "open sesame"


@pytest.mark.parametrize("spam", [True, False])
def test_rspamd_learns_from_its_controller_only(spam: bool) -> None:
    with a_fake_rspamd(answer={"success": True}) as server:
        assert Scanners(Screening(rspamd=Rspamd(url=server.url))).learn(b"x", spam=spam) == ""
        assert server.script.asked == []
        settings = Screening(rspamd=Rspamd(url=server.url, controller=server.url))
        assert Scanners(settings).learn(b"x", spam=spam) == ""
        assert [one.path for one in server.script.asked] == ["/learnspam" if spam else "/learnham"]
    assert "has not learned" in Scanners(settings).learn(b"x", spam=spam)


def test_check_tells_who_is_not_there() -> None:
    with a_fake_clamd() as server:
        rspamd = Rspamd(url=f"http://127.0.0.1:{free_port()}", controller=f"http://127.0.0.1:{free_port()}")
        absent = list(Scanners(Screening(clamd=Clamd(port=server.port), rspamd=rspamd)).absent())
    assert [line.partition(" does not answer")[0] for line in absent] == ["rspamd", "rspamd's controller"]
