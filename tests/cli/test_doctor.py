"""`maild doctor` on a site whose neighbours are real, or misbehave: one line each, and what to do."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from maild.cli.doctor import checks, listeners, machine
from maild.cli.doctor.checks import CHECKS, Check, examined
from maild.cli.doctor.finding import Finding, Verdict, ok
from maild.cli.doctor.patient import Patient
from maild.config import load_settings
from maild.errors import ExitCode, StoreUnavailable
from maild.notify.sink import At, Fault, Sink
from maild.settings import Settings
from tests.cli.site import Site
from tests.servers.certificates import make_certificate
from tests.servers.fake_imap import Script, fake_imap
from tests.servers.relay import a_relay
from tests.servers.requirement import free_port, wait_until


def change(site: Site, **settings: Any) -> None:
    """Other values in maild.yaml."""
    yaml = YAML()
    said = yaml.load(site.settings.read_text())
    said.update(settings)
    with site.settings.open("w") as file:
        yaml.dump(said, file)


def findings(site: Site, *what: str) -> list[Finding]:
    done = site.maild("doctor", "--json", *what)
    assert done.code in (ExitCode.DONE, ExitCode.FINDING), done.err
    found = [Finding(**{**one, "verdict": Verdict(one["verdict"])}) for one in done.json]
    assert (done.code == ExitCode.FINDING) == any(one.verdict is Verdict.FAILED for one in found)
    return found


def verdicts(found: list[Finding]) -> list[Verdict]:
    return [one.verdict for one in found]


# ---- the whole ----------------------------------------------------------------------------------


def test_a_fresh_site_is_told_line_by_line_what_is_well_and_what_is_not(site: Site) -> None:
    change(site, relay=None, imap=[])
    done = site.maild("doctor")
    words = {line[:10].strip() for line in done.out.splitlines()}
    assert words <= {verdict.value for verdict in Verdict}
    for told in ("sqlite answers", "is this version's", "its owner's alone", "MiB are free", "relay: none"):
        assert told in done.out
    assert done.code == ExitCode.DONE


def test_without_a_database_everything_else_is_still_tried_and_none_is_made(bare: Site) -> None:
    change(bare, relay=None)
    found = findings(bare)
    (database,) = [one for one in found if one.check == "database"]
    assert database.verdict is Verdict.FAILED and "maild migrate" in database.says
    assert [one.verdict for one in found if one.check == "clock"] == [Verdict.UNTRIED]
    assert any(one.check == "limits" for one in found)
    assert not (bare.folder / "config" / "var").exists()


def test_only_what_is_asked_for_is_tried(site: Site) -> None:
    assert {one.check for one in findings(site, "disk", "clock")} == {"disk", "clock"}
    done = site.maild("doctor", "dsk")
    assert done.code == ExitCode.USAGE and "did you mean `disk`?" in done.err


def test_a_check_that_stumbles_is_its_own_failure_and_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(_patient: Patient) -> Iterator[Finding]:
        yield ok("a", "fine so far")
        raise LookupError("what\x1b[2J")

    def unavailable(_patient: Patient) -> Iterator[Finding]:
        yield from ()
        raise StoreUnavailable("the database is busy")

    table = {"a": Check("", stumbles), "b": Check("", unavailable), "c": Check("", lambda _: iter([ok("c", "well")]))}
    monkeypatch.setattr(checks, "CHECKS", table)
    first, second, third = examined(Patient(Settings()), list(table))
    assert [one.verdict for one in (*first, *second, *third)] == [
        Verdict.OK,
        Verdict.FAILED,
        Verdict.FAILED,
        Verdict.OK,
    ]
    assert "LookupError in stumbles" in first[1].says and "\x1b" not in first[1].says
    assert second[0].says == "the database is busy" and second[0].check == "b"


def test_a_check_that_never_ends_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    def hangs(_patient: Patient) -> Iterator[Finding]:
        threading.Event().wait(30)
        yield ok("a", "at last")

    monkeypatch.setattr(checks, "CHECKS", {"a": Check("", hangs), "b": Check("", lambda _: iter([ok("b", "well")]))})
    monkeypatch.setattr(checks, "LONGEST", 0.1)
    (first,), (second,) = examined(Patient(Settings()), ["a", "b"])
    assert first.verdict is Verdict.FAILED and "did not end" in first.says
    assert second.verdict is Verdict.OK


def test_every_check_has_a_sentence_and_stands_in_the_help() -> None:
    assert all(check.help.endswith(".") for check in CHECKS.values())


# ---- this machine -------------------------------------------------------------------------------


def test_a_state_folder_that_others_may_look_into_fails(site: Site) -> None:
    state = site.folder / "config" / "var"
    state.chmod(0o755)
    (state / "secret").chmod(0o644)
    found = findings(site, "state")
    assert verdicts(found)[:2] == [Verdict.FAILED, Verdict.FAILED]
    assert found[0].todo == f"chmod go= {state}"


def test_a_secret_of_another_site_is_noticed(site: Site) -> None:
    state = site.folder / "config" / "var"
    assert findings(site, "state")[-1].verdict is Verdict.OK
    (state / "secret").write_bytes(b"x" * 32)
    last = findings(site, "state")[-1]
    assert last.verdict is Verdict.FAILED and "first node" in last.todo


def test_a_disk_that_is_nearly_full_warns_and_one_below_the_limit_fails(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, verdict in ((400 << 20, Verdict.OK), (399 << 20, Verdict.WARNING), (199 << 20, Verdict.FAILED)):
        monkeypatch.setattr(machine, "free_bytes", lambda _folder, free=free: free)
        assert verdicts(findings(site, "disk")) == [verdict]


def test_fewer_open_files_than_connections_need_is_a_warning(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for files, verdict in ((400, Verdict.OK), (399, Verdict.WARNING)):
        monkeypatch.setattr(machine, "_open_files", lambda _daemon, files=files: files)
        (found,) = findings(site, "limits")
        assert found.verdict is verdict
    assert "LimitNOFILE=400" in found.todo and "only 199" in found.says


@pytest.mark.parametrize(
    ("ahead", "verdict"), [(0, Verdict.OK), (30, Verdict.WARNING), (-30, Verdict.WARNING), (90, Verdict.FAILED)]
)
def test_a_clock_that_differs_from_the_databases_is_told(
    postgres_url: str, ahead: float, verdict: Verdict, tmp_path: Path
) -> None:
    from maild.store.engine import open_store

    store = open_store(postgres_url.replace("+psycopg", ""))
    patient = Patient(Settings(state=tmp_path), store, clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    assert [one.verdict for one in machine.clock(patient)] == [verdict]
    store.close()


def test_the_hosts_name_is_looked_up_forward_and_back_and_only_ever_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(name: str, back: str) -> Verdict:
        monkeypatch.setattr(machine, "_name_of", lambda _address: back)
        (found,) = machine.dns(Patient(Settings(hostname=name)))
        return found.verdict

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_words, **_more: [(0, 0, 0, "", ("192.0.2.1", 0))])
    assert verdict("mx.desk.example", "MX.desk.example.") is Verdict.OK
    assert verdict("mx.desk.example", "other.example") is Verdict.WARNING
    assert verdict("mx.desk.example", "") is Verdict.WARNING
    assert verdict("localhost", "localhost") is Verdict.WARNING
    monkeypatch.undo()
    assert verdict("nowhere.invalid", "") is Verdict.WARNING


# ---- the relay ----------------------------------------------------------------------------------


@contextmanager
def relayed(site: Site, **more: Any) -> Iterator[Sink]:
    with a_relay() as sink:
        change(site, relay={"host": "127.0.0.1", "port": sink.port, "tls": "none", **more})
        yield sink


@pytest.mark.parametrize(
    ("kind", "sender"), [("verp", "support+mdb."), ("null", ""), ("fixed", "support@desk.example")]
)
def test_the_relay_is_asked_whether_it_takes_our_senders_and_gets_no_mail(site: Site, kind: str, sender: str) -> None:
    with relayed(site, mail_from=kind) as sink:
        found = findings(site, "relay")
        assert set(verdicts(found)) == {Verdict.OK}
        said = sink.commands
    assert any(line.upper().startswith(f"MAIL FROM:<{sender}".upper()) for line in said)
    assert not any(line.upper().startswith(("RCPT", "DATA")) for line in said)
    assert sink.mails == []
    assert sum(line.upper() == "RSET" for line in said) == sum(line.upper().startswith("MAIL") for line in said)


def test_a_relay_that_refuses_a_sender_is_told_with_its_words_and_the_next_sender_is_tried(site: Site) -> None:
    with relayed(site) as sink:
        sink.on(At.MAIL, "553 5.7.1 not owned by you", times=1)
        found = findings(site, "relay")
    assert verdicts(found)[:3] == [Verdict.OK, Verdict.FAILED, Verdict.OK]
    assert "553 5.7.1 not owned by you" in found[1].says and "mail_from" in found[1].todo


def test_a_relay_that_hangs_up_in_the_middle_is_told_with_what_went_well_before(site: Site) -> None:
    with relayed(site) as sink:
        sink.on(At.MAIL, Fault.DROP)
        found = findings(site, "relay")
    assert verdicts(found)[:2] == [Verdict.OK, Verdict.FAILED]
    assert "as sender for" in found[1].says and not any("bug" in one.todo for one in found)


def test_a_relay_that_hangs_up_without_a_goodbye_is_well(site: Site) -> None:
    with relayed(site) as sink:
        sink.on(At.QUIT, Fault.DROP)
        assert set(verdicts(findings(site, "relay"))) == {Verdict.OK}


@pytest.mark.parametrize(
    ("at", "answer", "says"),
    [
        (At.CONNECT, "554 5.7.1 go away", "554"),
        (At.AUTH, "535 5.7.8 bad credentials", "535 5.7.8 bad credentials"),
        (At.EHLO, "550 5.7.1 who are you", "550"),
    ],
)
def test_a_relay_that_does_not_want_us_is_told_in_its_words(site: Site, at: At, answer: str, says: str) -> None:
    secret = site.write("secret.txt", b"hunter2\n")
    with relayed(site, user="maild", password_file=str(secret)) as sink:
        sink.on(at, answer)
        (found,) = findings(site, "relay")
    assert found.verdict is Verdict.FAILED and says in found.says and found.todo
    assert "hunter2" not in f"{found}"


def test_a_relay_that_is_not_there_or_knows_no_tls_fails(site: Site) -> None:
    with relayed(site, tls="starttls"):
        (found,) = findings(site, "relay")
    assert found.verdict is Verdict.FAILED and "STARTTLS" in found.says
    change(site, relay={"host": "127.0.0.1", "port": free_port(), "tls": "none"})
    (found,) = findings(site, "relay")
    assert found.verdict is Verdict.FAILED and "firewall" in found.todo


# ---- mailboxes ----------------------------------------------------------------------------------


@contextmanager
def a_mailbox(site: Site, script: Script) -> Iterator[None]:
    secret = site.write("imap.txt", b"hunter2\n")
    with fake_imap(script) as server:
        account = {"name": "support", "host": "127.0.0.1", "port": server.port, "tls": False, "user": "support"}
        change(site, imap=[account | {"password_file": str(secret), "recipient": "support@desk.example"}])
        yield


def test_a_mailbox_is_logged_into_counted_and_not_changed(site: Site) -> None:
    script = Script(mails={4: b"Subject: a\r\n\r\n", 9: b"Subject: b\r\n\r\n"})
    with a_mailbox(site, script):
        found = findings(site, "mailboxes")
    assert verdicts(found) == [Verdict.OK, Verdict.OK]
    assert "2 mails, UIDVALIDITY 7" in found[0].says and "every 60 s" in found[0].says
    assert found[1].says == "2 on the server, 2 to be read"
    assert {command.split()[0] for command in script.commands} <= {
        *("CAPABILITY", "AUTHENTICATE", "LOGIN", "EXAMINE", "UID", "LOGOUT", "ID", "NAMESPACE")
    }


def test_a_mailbox_that_refuses_the_login_says_so_in_its_own_words(site: Site) -> None:
    with a_mailbox(site, Script(login_answer="NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")):
        (found,) = findings(site, "mailboxes")
    assert found.verdict is Verdict.FAILED and "Invalid credentials (Failure)" in found.says
    assert "hunter2" not in f"{found}"


def test_a_mailbox_whose_server_is_not_there_fails(site: Site) -> None:
    with a_mailbox(site, Script()):
        pass
    (found,) = findings(site, "mailboxes")
    assert found.verdict is Verdict.FAILED and "firewall" in found.todo


def test_a_folder_that_was_made_anew_and_a_mail_that_is_unexplained_are_told(site: Site) -> None:
    from maild.config import database_url
    from maild.model import Page, Position
    from maild.store import ledger
    from maild.store.engine import open_store
    from maild.store.ledger import FolderId

    def position(uidvalidity: int) -> None:
        store = open_store(database_url(load_settings(site.settings)))
        of = FolderId("support", "INBOX")
        page = Page(Position(uidvalidity, uid=9), {})
        store.retrying(lambda tx: ledger.keep(tx, of, page, finishes=False))
        store.close()

    with a_mailbox(site, Script(mails={4: b"Subject: a\r\n\r\n"})):
        position(7)
        lost = findings(site, "mailboxes")
        position(6)
        anew = findings(site, "mailboxes")
    assert lost[-1].verdict is Verdict.FAILED and lost[-1].says == "1 on the server, 1 unexplained"
    assert verdicts(anew) == [Verdict.OK, Verdict.WARNING, Verdict.OK] and "UIDVALIDITY was 6" in anew[1].says


def test_a_maildir_that_cannot_be_read_fails(site: Site) -> None:
    there = site.folder / "mails"
    (there / "new").mkdir(parents=True)
    (there / "new" / "1").write_bytes(b"x")
    source = {"recipient": "support@desk.example"}
    change(
        site,
        maildirs=[
            {"name": "there", "path": str(there), **source},
            {"name": "gone", "path": str(site.folder / "gone"), **source},
        ],
    )
    found = findings(site, "mailboxes")
    assert verdicts(found) == [Verdict.OK, Verdict.FAILED] and "1 mails" in found[0].says


# ---- the daemon ---------------------------------------------------------------------------------


@pytest.fixture
def served(site: Site) -> Iterator[Site]:
    """A site whose daemon runs, with a listener under TLS."""
    certificate, key = make_certificate(site.folder)
    secure = {"tls": "starttls", "certificate": str(certificate), "key": str(key)}
    change(site, smtp=[{"port": free_port()}, {"port": free_port(), **secure}], relay=None, imap=[])
    with (site.folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "maild.daemon", "--settings", str(site.settings)]
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        there = site.folder / "config" / "var" / "lmtp.sock"
        wait_until(lambda: there.exists() or daemon.poll() is not None, "the daemon listens", 40)
        assert daemon.poll() is None, (site.folder / "log").read_text()
        yield site
    finally:
        daemon.terminate()
        daemon.wait(30)


def test_listeners_of_a_daemon_answer_show_their_certificates_and_take_replies(served: Site) -> None:
    found = findings(served, "listeners", "replies", "limits", "state")
    assert Verdict.FAILED not in verdicts(found), found
    says = [f"{one.about}: {one.says}" for one in found]
    assert sum("answers, and takes mail" in one for one in says) == 3
    assert any("its certificate ends" in one or "is good until" in one for one in says)
    assert any("who verifies does not believe" in one for one in says)
    assert any("replies to service: are taken here" in one for one in says)
    assert served.maild("inbox", "--json").json == []


def test_a_listener_that_shows_no_certificate_fails_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second connection, for the certificate, finds nobody: the daemon was just stopped."""
    from contextlib import nullcontext

    from maild.settings import Listener

    secure = {"tls": "starttls", "certificate": Path("c"), "key": Path("k")}
    settings = Settings(state=tmp_path, smtp=(Listener(port=1, **secure), Listener(port=2, **secure)), lmtp=())
    lines = {1: iter([nullcontext()]), 2: iter([nullcontext()])}

    def connected(place: listeners.Place, *_words: object) -> object:
        line = next(lines[place.listener.port], None)
        if line is None:
            raise ConnectionRefusedError("nobody is there")
        return line

    monkeypatch.setattr(listeners, "_connected", connected)
    monkeypatch.setattr(listeners, "_takes", lambda place, _client: ok(place.name, "takes mail"))
    found = list(listeners.listeners(Patient(settings, daemon=1)))
    assert [one.verdict for one in found] == [Verdict.OK, Verdict.FAILED] * 2
    assert {one.says for one in found[1::2]} == {"nobody is there"}


def test_without_a_daemon_listeners_are_not_tried(site: Site) -> None:
    found = findings(site, "listeners", "replies")
    assert found and set(verdicts(found)) == {Verdict.UNTRIED}


# ---- scanners, backups, metrics -----------------------------------------------------------------


def test_a_scanner_that_does_not_answer_fails(site: Site) -> None:
    change(site, screening={"clamd": {"host": "127.0.0.1", "port": free_port()}, "timeout": 1})
    (found,) = findings(site, "scanners")
    assert found.verdict is Verdict.FAILED and "clamd" in found.says and "mail is held" in found.todo


def test_backups_that_are_missing_fail_and_one_that_is_there_opens(site: Site) -> None:
    assert verdicts(findings(site, "backups")) == [Verdict.WARNING]
    folder = site.folder / "backups"
    change(site, backup=[{"every": "day", "folder": str(folder)}])
    assert set(verdicts(findings(site, "backups"))) == {Verdict.FAILED}
    assert site.maild("backup", "--series", "day").code == 0
    (found,) = findings(site, "backups", "--deep")
    assert found.verdict is Verdict.OK and "opened and sound" in found.says
    (backup,) = folder.glob("*.db.gz")
    bent = bytearray(backup.read_bytes())
    bent[len(bent) // 2] ^= 0xFF
    backup.write_bytes(bent)
    (found,) = findings(site, "backups", "--deep")
    assert found.verdict is Verdict.FAILED and found.todo
