"""What a watcher does beside reading: several folders, counting, signs of life, warnings; testing a connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from imapclient.exceptions import LoginError

from maild.ingest.imap import LONGEST_SILENCE, ImapWatcher, Pauses, connection_test, password_login
from maild.ingest.imap.session import ImapSession
from maild.model import Missed, Page, Tally
from tests.ingest.imap_ledger import FAST, NOON, Ledger, account, mail, watching
from tests.servers.dovecot import Dovecot
from tests.servers.fake_imap import FULL, Box, Script, Server, fake_imap
from tests.servers.requirement import wait_until


@pytest.fixture
def server() -> Iterator[Server]:
    """Two mails in the inbox, one in another folder."""
    script = Script({1: mail("one"), 2: mail("two")}, capabilities=FULL)
    script.boxes["Support"] = Box({1: mail("three")}, uidvalidity=9)
    with fake_imap(script) as running:
        yield running


def test_each_folder_of_an_account_has_a_watcher_and_a_ledger_of_its_own(server: Server) -> None:
    box = account(server.port, folders=("INBOX", "Support"))
    ledgers = {folder: Ledger() for folder in box.folders}
    watchers = [
        ImapWatcher(box, folder, password_login("someone", "x"), ledger, on_state=ledger.states.append, pauses=FAST)
        for folder, ledger in ledgers.items()
    ]
    for watcher in watchers:
        watcher.start()
    try:
        wait_until(lambda: all(ledger.state.tally for ledger in ledgers.values()), "both are read")
    finally:
        for watcher in watchers:
            watcher.close()
    assert [key for ledger in ledgers.values() for key in ledger.mails] == [
        "imap:main:INBOX:7:1", "imap:main:INBOX:7:2", "imap:main:Support:9:1",
    ]  # fmt: skip
    assert [ledger.state.folder for ledger in ledgers.values()] == ["INBOX", "Support"]


def test_a_folder_is_counted_at_once_and_then_every_hour(server: Server) -> None:
    ledger, now = Ledger(), [NOON]
    server.script.refuses = {2}
    with watching(account(server.port, poll=0.02), ledger, clock=lambda: now[0]):
        wait_until(lambda: ledger.state.tally, "the first count")
        assert ledger.state.tally == Tally(2, waiting=1, missed=1)
        assert ledger.state.counted_at == NOON
        server.script.inbox.add(mail("new"))
        wait_until(lambda: len(ledger.mails) == 2, "a new mail")
        assert ledger.state.counted_at == NOON
        now[0] += timedelta(hours=1)
        wait_until(lambda: ledger.state.counted_at == now[0], "the next count")
    assert ledger.state.tally == Tally(3, waiting=2, missed=1)


def test_a_ledger_that_lost_a_mail_is_told_by_the_count(server: Server) -> None:
    ledger = Ledger()
    with watching(account(server.port), ledger):
        wait_until(lambda: ledger.read and ledger.state.tally, "all is read")
    del ledger.fates[7, 1]
    with watching(account(server.port), ledger):
        wait_until(lambda: ledger.state.tally and ledger.state.tally.unexplained == 1, "the next count")


def test_a_watcher_shows_that_it_lives_while_it_waits_and_while_the_server_is_away(server: Server) -> None:
    ledger = Ledger()
    with watching(account(server.port), ledger) as watcher:
        wait_until(lambda: ledger.state.tally, "it waits for news")
        assert time.monotonic() - watcher.moved_at < 5 < LONGEST_SILENCE
        before = watcher.moved_at
        watcher.wake()
        wait_until(lambda: watcher.moved_at > before, "it moved")
    with watching(account(1), ledger, pauses=Pauses(30, 30)) as watcher:
        wait_until(lambda: ledger.state.error, "it waits for the server")
        assert time.monotonic() - watcher.moved_at < 5


def test_what_went_wrong_is_forgotten_when_all_is_well(server: Server) -> None:
    ledger = Ledger()
    server.script.login_answer = "NO [UNAVAILABLE] later"
    with watching(account(server.port), ledger):
        wait_until(lambda: "later" in ledger.state.error, "the trouble is told")
        assert ledger.state.error_at == NOON
        server.script.login_answer = "OK done"
        wait_until(lambda: ledger.read, "all is well")
    assert (ledger.state.error, ledger.state.error_at) == ("", None)


def test_what_a_login_has_to_say_is_told_while_all_is_well(server: Server) -> None:
    def login(session: ImapSession) -> None:
        password_login("someone", "x")(session)
        session.warnings = lambda: "the secret runs out"

    ledger = Ledger()
    with watching(account(server.port), ledger, login=login):
        wait_until(lambda: ledger.state.warning == "the secret runs out", "the warning")
    assert ledger.state.error == ""


def test_a_refused_login_is_tried_less_and_less_often(server: Server) -> None:
    ledger = Ledger()
    server.script.login_answer = "NO [AUTHENTICATIONFAILED] no"
    begun = time.monotonic()
    with watching(account(server.port), ledger, pauses=Pauses(0.01, 0.05, 0.4)):
        wait_until(lambda: len(ledger.states) >= 4, "four tries")
    assert time.monotonic() - begun > 0.05 + 0.1 + 0.2


def test_a_missed_mail_that_is_gone_is_missed_no_longer(server: Server) -> None:
    ledger = Ledger()
    with watching(account(server.port), ledger):
        wait_until(lambda: ledger.state.tally, "all is read")
    assert ledger.at
    ledger.store(Page(ledger.at, {}, missed=[Missed(77, 3, NOON)]))
    with watching(account(server.port), ledger):
        wait_until(lambda: not ledger.missing, "it is gone")
    assert ledger.fates[7, 77] == "gone"


def test_a_connection_is_tested_without_touching_anything(server: Server) -> None:
    box = account(server.port, after="move", move_to="Nowhere")
    found = connection_test(box, "INBOX", password_login("someone", "x"))
    assert (found.uidvalidity, found.uids, found.mails, found.pushes, found.moves) == (7, (1, 2), 2, True, "move")
    assert (found.folder_error, found.move_error) == ("", "select failed: [NONEXISTENT] there is no such folder")
    assert {"IDLE", "MOVE"} <= set(found.capabilities)
    assert "no such folder" in connection_test(box, "Nothing", password_login("someone", "x")).folder_error
    verbs = {command.removeprefix("UID ").split()[0] for command in server.script.commands}
    assert verbs <= {"CAPABILITY", "STATUS", "AUTHENTICATE", "EXAMINE", "SEARCH"}


def test_a_refused_login_ends_the_test_of_a_connection(server: Server) -> None:
    server.script.login_answer = "NO [AUTHENTICATIONFAILED] no"
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        connection_test(account(server.port), "INBOX", password_login("someone", "x"))


@pytest.mark.dovecot
def test_a_real_servers_connection_is_tested(dovecot: Dovecot, mailbox: str) -> None:
    dovecot.append(mailbox, mail("one"))
    box = account(dovecot.port, mailbox)
    found = connection_test(box, "INBOX", password_login(mailbox, dovecot.password))
    assert (found.mails, found.folder_error, found.moves) == (1, "", "move")
