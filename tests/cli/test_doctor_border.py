"""`maild doctor border`: whether servers in front write what proves senders, and remove what others write as them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maild import pipeline
from maild.cli.doctor import probe
from maild.cli.doctor.border import border, made
from maild.cli.doctor.finding import Finding, Verdict
from maild.cli.doctor.patient import Patient
from maild.config import database_url, load_settings
from maild.errors import ExitCode
from maild.ingest.authenticity.borders import border_of
from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.results import Results, read_results
from maild.ingest.header.scan import noted
from maild.model import ReceivedMail, Source
from maild.settings import Settings
from maild.store.engine import Store, open_store
from tests.cli.site import SUPPORT, Done, Site
from tests.cli.test_doctor import change, findings, verdicts
from tests.servers.relay import a_relay
from tests.servers.requirement import answers, free_port, wait_until

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NOTE = "own:mx.desk.example:mta.example"
OWN = {"profile": "own", "id": "mx.desk.example", "hosts": ["mta.example"]}
SECRET = b"s" * 32
HOP = b"Received: from mail.acme.example by mx.desk.example with ESMTPS id 1\r\n"
TRUE = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=acme.example\r\n"
MAIL = b"From: ada@acme.example\r\nTo: support@desk.example\r\nMessage-ID: <1@acme.example>\r\n\r\nHi\r\n"


def keep(store: Store, *mails: bytes, note: str = NOTE, at: datetime = NOW) -> None:
    """Mails that came in with this border."""
    told = (Source.LMTP, "", (SUPPORT,), at, "", None)
    pipeline.receive(store, [ReceivedMail(raw, *told, *noted(raw), border=note) for raw in mails])


@dataclass(frozen=True)
class Place:
    """A database, and a source whose border is NOTE."""

    store: Store
    state: Path

    def patient(self, now: datetime = NOW, **more: Any) -> Patient:
        settings = Settings.model_validate({"state": self.state, "lmtp": [{"socket": "lmtp.sock", "border": OWN}]})
        return Patient(settings, self.store, clock=lambda: now, **more)

    def looked(self, now: datetime = NOW, **more: Any) -> list[Finding]:
        return list(border(self.patient(now, **more)))

    def forged(self) -> bytes:
        return made(self.patient(), SUPPORT).raw


@pytest.fixture
def place(store: Store, tmp_path: Path) -> Place:
    return Place(store, tmp_path / "var")


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Place]:
    """The same, on SQLite alone."""
    store = open_store(sqlite_url)
    yield Place(store, tmp_path / "var")
    store.close()


@pytest.fixture
def bordered(site: Site) -> Site:
    change(site, relay=None, imap=[], lmtp=[{"socket": "lmtp.sock", "border": OWN}])
    return site


def stripped(raw: bytes, *names: bytes) -> bytes:
    """As a border hands it on that removes what is in these names."""
    lines = raw.replace(b"\r\n\t", b" ").split(b"\r\n")
    kept = [line for line in lines if not (line.startswith(b"Auth") and any(name in line.lower() for name in names))]
    return HOP + b"\r\n".join(kept)


ITS_OWN, CANARY = b"mx.desk.example", b"maild-probe.invalid"


# ---- the mails that are here --------------------------------------------------------------------


def test_without_a_border_nobody_is_believed_and_nothing_is_tried(site: Site) -> None:
    (found,) = findings(site, "border")
    assert found.verdict is Verdict.OK and "nobody's word" in found.says
    change(site, lmtp=[{"socket": "lmtp.sock", "border": {"profile": "bare"}}])
    assert verdicts(findings(site, "border")) == [Verdict.OK]


def test_before_any_mail_nothing_can_be_said_and_nothing_is_proven(small: Place) -> None:
    seen, tried = small.looked()
    assert (seen.verdict, tried.verdict) == (Verdict.UNTRIED, Verdict.WARNING)
    assert "--print" in tried.todo


@pytest.mark.parametrize(
    ("mails", "verdict", "says"),
    [
        ((TRUE + HOP + MAIL, HOP + MAIL), Verdict.OK, "of the newest 2 mails, 1 carry its word"),
        ((TRUE + TRUE + HOP + MAIL, TRUE + HOP + MAIL), Verdict.WARNING, "1 carry something in its name that cannot"),
        ((HOP + MAIL,), Verdict.FAILED, "no Authentication-Results at all"),
        ((TRUE.replace(b"mx.", b"mx2.") + HOP + MAIL,), Verdict.FAILED, "there is `mx2.desk.example` in 1"),
    ],
    ids=["one each, or none", "two in one mail", "none in any", "another name than the one that was configured"],
)
def test_the_newest_mails_tell_what_the_border_writes(
    place: Place, mails: tuple[bytes, ...], verdict: Verdict, says: str
) -> None:
    keep(place.store, *mails)
    keep(place.store, MAIL, note="own:other.example")
    seen, _ = place.looked()
    assert seen.verdict is verdict and says in seen.says


# ---- the probe ----------------------------------------------------------------------------------


@pytest.mark.parametrize("note", [NOTE, "google", "microsoft365"])
def test_each_lie_of_a_probe_would_be_believed_if_it_stood_alone(note: str) -> None:
    known = border_of(note)
    header = header_of(probe.forged(SECRET, (note,), SUPPORT, "desk.example", NOW).raw)
    lies = [(one.name, one.text) for one in header.named("authentication-results") if probe.CANARY not in one.text]
    assert known is not None and len(lies) == len(probe.FORMS if known.server else probe.NAMELESS)
    for lie in lies:
        found = read_results([lie], known)
        assert isinstance(found, Results) and [one.verdict for one in found.of("dmarc")] == ["pass"]


def test_what_a_border_leaves_in_a_probe_is_named_form_by_form(place: Place) -> None:
    raw = place.forged()
    keep(place.store, HOP + raw)
    _, tried = place.looked()
    assert tried.verdict is Verdict.FAILED
    assert all(name in tried.says for name, _ in probe.FORMS)
    keep(place.store, HOP + raw.replace(b"Authentication-Results: mx.desk.example; ", b"X-Was: "))
    _, tried = place.looked()
    assert tried.verdict is Verdict.FAILED and "in capitals, folded" in tried.says
    assert "as it writes it itself" not in tried.says


def test_a_border_that_removed_its_name_is_told_and_after_thirty_days_tried_again(small: Place) -> None:
    keep(small.store, stripped(small.forged(), ITS_OWN))
    _, tried = small.looked()
    assert tried.verdict is Verdict.OK and tried.says.startswith("it removed forged results")
    _, tried = small.looked(NOW + timedelta(days=31))
    assert tried.verdict is Verdict.WARNING and "--print" in tried.todo


def test_where_all_results_are_gone_somebody_else_may_have_removed_them(small: Place) -> None:
    keep(small.store, stripped(small.forged(), ITS_OWN, CANARY))
    _, tried = small.looked()
    assert tried.verdict is Verdict.OK and "whoever carried that mail" in tried.says


def test_the_last_probe_counts(small: Place) -> None:
    keep(small.store, HOP + small.forged())
    keep(small.store, stripped(small.forged(), ITS_OWN))
    assert small.looked()[1].verdict is Verdict.OK
    keep(small.store, HOP + small.forged())
    assert small.looked()[1].verdict is Verdict.FAILED


@pytest.mark.parametrize("case", ["another secret", "a made-up id", "altered", "by another way", "cut"])
def test_what_is_no_probe_of_this_border_proves_nothing(small: Place, case: str) -> None:
    made_up = {
        "another secret": probe.forged(SECRET, (NOTE,), SUPPORT, "desk.example", NOW).raw,
        "a made-up id": MAIL.replace(b"<1@", b"<maild-border.1-2.aaaa@"),
        "altered": small.forged().replace(b"<maild-border.", b"<maild-border.0"),
        "cut": MAIL.replace(b"<1@acme.example>", b"<maild-border.@desk.example>"),
    }
    note = "google" if case == "by another way" else NOTE
    keep(small.store, stripped(made_up.get(case) or small.forged(), ITS_OWN), note=note)
    assert small.looked()[1].verdict is Verdict.WARNING


def test_a_probe_that_was_made_before_the_border_was_named_proves_nothing(small: Place) -> None:
    small.forged()
    secret = (small.state / "secret").read_bytes()
    keep(small.store, stripped(probe.forged(secret, ("google",), SUPPORT, "desk.example", NOW).raw, ITS_OWN))
    assert small.looked()[1].verdict is Verdict.WARNING


def test_a_probe_is_printed_for_the_desk_that_is_named(bordered: Site) -> None:
    done = bordered.maild("doctor", "border", "--print", "--to", "SUPPORT@desk.example")
    assert done.code == ExitCode.DONE and "To: <support@desk.example>" in done.out
    assert "Auto-Submitted: auto-generated" in done.out and "MX.DESK.EXAMPLE" in done.out
    printed = done.out.encode().replace(b"\n", b"\r\n")
    store = open_store(database_url(load_settings(bordered.settings)))
    keep(store, HOP + printed, at=datetime.now(UTC))
    store.close()
    assert findings(bordered, "border")[-1].verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--print",), "are for `maild doctor border`"),
        (("border", "disk", "--via", "x"), "are for `maild doctor border`"),
        (("border", "--via", "mx.desk.example:smtp"), "is no server"),
        (("border", "--print", "--to", "nobody"), "is no address"),
    ],
)
def test_what_does_not_fit_together_is_refused(bordered: Site, words: tuple[str, ...], told: str) -> None:
    done: Done = bordered.maild("doctor", *words)
    assert done.code == ExitCode.USAGE and told in done.err


def test_without_a_border_there_is_nothing_to_print(site: Site) -> None:
    done = site.maild("doctor", "border", "--print")
    assert done.code == ExitCode.USAGE and "names a `border`" in done.err


def test_a_server_that_is_not_there_fails(small: Place) -> None:
    sent, *_ = small.looked(via=("127.0.0.1", free_port()), recipient=SUPPORT)
    assert sent.verdict is Verdict.FAILED and sent.todo


def test_a_probe_that_does_not_arrive_is_told(small: Place) -> None:
    with a_relay() as sink:
        sent, *_ = small.looked(via=("127.0.0.1", sink.port), recipient=SUPPORT, patience=0)
        assert [mail.raw[:22] for mail in sink.mails] == [b"Authentication-Results"]
    assert sent.verdict is Verdict.WARNING and "not here after 0 s" in sent.says


# ---- a real server in front ---------------------------------------------------------------------

WRITES = "/^From:/ PREPEND Authentication-Results: mx.desk.example; dmarc=none header.from=desk.example\n"
REMOVES = "/^Authentication-Results:[[:space:]]*mx\\.desk\\.example/ IGNORE\n"


@pytest.fixture
def served(site: Site) -> Iterator[int]:
    """The port of a daemon's LMTP listener, of which a border is believed."""
    port = free_port()
    change(site, relay=None, imap=[], smtp=[], lmtp=[{"port": port, "border": OWN}])
    with (site.folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "maild.daemon", "--settings", str(site.settings)]
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(port) or daemon.poll() is not None, "the daemon listens", 40)
        assert daemon.poll() is None, (site.folder / "log").read_text()
        yield port
    finally:
        daemon.terminate()
        daemon.wait(30)


@pytest.fixture
def tables() -> Iterator[Path]:
    """A folder that Postfix can read, which runs as another user."""
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="maild-tables-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.postfix
def test_a_postfix_in_front_is_caught_until_it_removes_what_strangers_write(
    site: Site, served: int, tables: Path, postfix: Callable[..., Any]
) -> None:
    said = []
    for number, rules in enumerate((WRITES, REMOVES + WRITES)):
        table = tables / str(number)
        table.write_text(rules)
        mta = postfix(("127.0.0.1", served), domains="desk.example", more=f"header_checks = regexp:{table}")
        found = findings(site, "border", "--via", f"127.0.0.1:{mta.port}")
        assert found[0].says == "sent, and here", (found, mta.log())
        os.umask(0o022)
        said.append(found[-1])
    assert [one.verdict for one in said] == [Verdict.FAILED, Verdict.OK], said
    assert all(name in said[0].says for name, _ in probe.FORMS)
