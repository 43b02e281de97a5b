"""What a mail's place and date mean: first looks, imports, folders numbered anew, restores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from maild.errors import SourceUnavailable
from maild.ingest.imap import UPTO_NOW, Pauses, password_login, sweep_from
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from maild.model import Answers, Fate, Missed, Position
from tests.ingest.imap_ledger import NOON, Ledger, account, mail, subject, watching
from tests.servers.fake_imap import FULL, Box, Script, Server, fake_imap
from tests.servers.requirement import wait_until

OLD, LATER = "01-Nov-2026 11:00:00 +0000", NOON + timedelta(hours=2)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with three mails."""
    with fake_imap(Script({uid: mail(f"m{uid}") for uid in (1, 2, 3)}, capabilities=FULL)) as running:
        yield running


class Desk:
    """A reader of the server's INBOX, whose clock stands at NOON until told otherwise."""

    def __init__(self, server: Server, first_look: str = "new") -> None:
        self.ledger, self.now = Ledger(), NOON
        self.account = account(server.port, first_look=first_look)
        self.reader = FolderReader(self.account, "INBOX", self.ledger, lambda: self.now, 1 << 20)
        self.inbox, self.script = server.script.inbox, server.script

    def look(self) -> None:
        """Read to the end, by a session of its own."""
        session = ImapSession(self.account, "INBOX")
        try:
            password_login("someone", "open-sesame")(session)
            while self.reader.look(session):
                pass
        finally:
            session.close()

    def answers(self) -> dict[str, Answers]:
        return {subject(one.raw): one.answers for one in self.ledger.mails.values()}


def test_a_first_look_notes_where_the_folder_stood_and_takes_what_comes(server: Server) -> None:
    desk = Desk(server)
    desk.look()
    assert desk.ledger.at and (desk.ledger.at.first_uid, desk.ledger.at.began_at) == (3, NOON)
    desk.inbox.add(mail("new"))
    desk.look()
    assert desk.answers() == {"new": Answers.SENT}


def test_a_server_that_does_not_tell_its_next_uid_is_asked_for_the_highest(server: Server) -> None:
    server.script.tells_uidnext = False
    desk = Desk(server)
    desk.look()
    assert desk.ledger.at and desk.ledger.at.first_uid == 3


def test_an_import_answers_nothing_that_was_there_and_everything_that_came_after(server: Server) -> None:
    desk = Desk(server, "import")
    server.script.refuses = {2}
    desk.look()
    desk.inbox.add(mail("new"))
    server.script.refuses, desk.now = set(), LATER
    desk.reader = FolderReader(desk.account, "INBOX", desk.ledger, lambda: desk.now, 1 << 20)
    desk.look()
    old = dict.fromkeys(("m1", "m2", "m3"), Answers.NONE)
    assert desk.answers() == old | {"new": Answers.SENT}


def test_an_import_that_is_cut_by_another_uidvalidity_still_answers_nothing_old(server: Server) -> None:
    desk = Desk(server, "import")
    server.script.before = lambda command: server.script.inbox.renumber() if "PEEK" in command else None
    server.script.inbox.dates = dict.fromkeys((1, 2, 3), OLD)
    for _ in range(3):
        with suppress(SourceUnavailable):
            desk.look()
    server.script.before = lambda _: None
    desk.inbox.add(mail("meanwhile"), "21-Nov-2026 12:00:00 +0000")
    desk.look()
    assert desk.answers() == dict.fromkeys(("m1", "m2", "m3"), Answers.NONE) | {"meanwhile": Answers.PARKED}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("21-Nov-2026 11:30:00 +0100", datetime(2026, 11, 21, 10, 30, tzinfo=UTC)),
        (" 1-Nov-2026 11:30:00 -0500", datetime(2026, 11, 1, 16, 30, tzinfo=UTC)),
        ("21-Nov-2027 11:30:00 +0000", NOON),
        ("01-Jan-1970 00:00:00 +0000", NOON),
        ("99-Foo-2026 11:30:00 +0000", NOON),
        ("31-Dec-9999 23:59:59 -2359", NOON),
        ("01-Jan-1900 00:00:00 +2359", NOON),
        ("21-Nov-2026 11:30:00 +99999999999999", NOON),
        ("", NOON),
    ],
)
def test_a_mail_arrived_when_its_server_took_it_unless_that_is_absurd(
    server: Server, told: str, expected: datetime
) -> None:
    desk = Desk(server)
    desk.look()
    desk.inbox.add(mail("new"), told)
    desk.look()
    (taken,) = desk.ledger.mails.values()
    assert (taken.received_at, taken.kept_at) == (expected, NOON)


def test_a_folder_numbered_anew_is_read_anew_from_the_first_look_on(server: Server) -> None:
    server.script.inbox.dates = dict.fromkeys((1, 2, 3), OLD)
    desk = Desk(server)
    desk.look()
    desk.inbox.add(mail("taken"), "21-Nov-2026 12:00:00 +0000")
    desk.look()
    desk.inbox.add(mail("while we were away"), "21-Nov-2026 12:30:00 +0000")
    desk.inbox.renumber(first=40)
    server.script.commands.clear()
    desk.now = LATER
    desk.look()
    desk.inbox.add(mail("after"), "21-Nov-2026 12:40:00 +0000")
    desk.look()
    wanted = {"taken": Answers.SENT, "while we were away": Answers.PARKED, "after": Answers.SENT}
    assert desk.answers() == wanted
    assert [desk.ledger.fates[8, uid] for uid in range(40, 46)] == [
        *[Fate.BEFORE] * 3, Fate.KNOWN, Fate.TAKEN, Fate.TAKEN,
    ]  # fmt: skip
    assert not any("PEEK" in command and "40" in command for command in server.script.commands), "old mail is not had"
    assert desk.ledger.at and desk.ledger.at.began_at == NOON


def test_after_a_restore_what_is_there_is_parked_and_what_comes_later_is_not(server: Server) -> None:
    desk = Desk(server)
    desk.look()
    desk.inbox.add(mail("after the backup"))
    assert desk.ledger.at
    desk.ledger.at = replace(desk.ledger.at, rescan_upto=UPTO_NOW)
    desk.look()
    assert desk.ledger.at.rescan_upto == 4
    desk.inbox.add(mail("after the restore"))
    desk.look()
    assert desk.answers() == {"after the backup": Answers.PARKED, "after the restore": Answers.SENT}


def test_after_a_restore_the_folder_of_moved_mails_is_read_once(server: Server) -> None:
    done = server.script.boxes["Done"] = Box()
    done.add(mail("long ago"), OLD)
    done.add(mail("moved after the backup"))
    ledger, moved = Ledger(), Ledger(at=sweep_from(NOON - timedelta(days=1)))
    box = account(server.port, after="move", move_to="Done", first_look="new")
    with watching(box, ledger, moved=moved):
        wait_until(lambda: ledger.read, "the inbox is read")
        assert moved.subjects == ["moved after the backup"]
        assert {one.answers for one in moved.mails.values()} == {Answers.PARKED}
        assert moved.fates[7, 1] is Fate.BEFORE
        done.add(mail("by hand"))
        server.script.inbox.add(mail("new"))
        wait_until(lambda: ledger.subjects == ["new"], "a new mail")
    with watching(box, ledger, moved=moved):
        wait_until(lambda: len(done.mails) == 4, "the new mail is moved")
    assert moved.subjects == ["moved after the backup"]


def test_a_moved_mail_that_is_not_handed_over_is_asked_for_again(server: Server) -> None:
    done = server.script.boxes["Done"] = Box()
    done.add(mail("moved after the backup"))
    swept = Position(7, 1, began_at=NOON - timedelta(days=1), rescan_upto=1)
    ledger, moved = Ledger(), Ledger(at=swept, waiting={(7, 1): Missed(1, 1, NOON)})
    box = account(server.port, after="move", move_to="Done", first_look="new")
    with watching(box, ledger, moved=moved, clock=lambda: NOON - timedelta(seconds=1)):
        wait_until(lambda: ledger.read, "the inbox is read")
    assert moved.missing == (1,), "it is not due yet"
    with watching(box, ledger, moved=moved):
        wait_until(lambda: moved.subjects == ["moved after the backup"], "it is read after all")
    assert {one.answers for one in moved.mails.values()} == {Answers.PARKED}


def test_a_sweep_of_a_folder_that_is_missing_does_not_stop_the_reading(server: Server) -> None:
    ledger, moved = Ledger(), Ledger(at=sweep_from(NOON))
    with watching(account(server.port, after="move", move_to="Nowhere"), ledger, moved=moved):
        wait_until(lambda: len(ledger.mails) == 3, "the inbox")
    assert moved.at == sweep_from(NOON), "it is due still"


@pytest.mark.parametrize(("seed", "knows_status"), [(1, True), (2, True), (3, True), (2, False)])
def test_a_folder_numbered_anew_at_any_moment_loses_nothing_and_mixes_nothing_up(seed: int, knows_status: bool) -> None:
    dice, script, wanted = Random(seed), Script(capabilities=FULL), [f"m{number}" for number in range(30)]
    for name in wanted[:10]:
        script.inbox.add(mail(name))
    rest = iter(wanted[10:])

    def meddle(_: str) -> None:
        if dice.random() < 0.2 and script.inbox.uidvalidity < 20:
            script.inbox.renumber(first=dice.choice([1, 1, 5, 500]))
        if dice.random() < 0.3 and (name := next(rest, None)):
            script.inbox.add(mail(name))

    script.before, script.knows_status = meddle, knows_status
    ledger = Ledger()
    soon = Pauses(0.001, 0.01)
    with fake_imap(script) as server, watching(account(server.port, poll=0.02), ledger, pauses=soon):
        wait_until(lambda: sorted(ledger.subjects) == sorted(wanted), "every mail, once")
    assert ledger.taken == len(wanted)
    for key, stored in ledger.mails.items():
        _, _, _, validity, uid = str(key).split(":")
        assert script.inbox.history[int(validity), int(uid)] == stored.raw


def test_a_server_that_counts_back_without_a_new_uidvalidity_is_told_of(server: Server) -> None:
    desk = Desk(server)
    desk.look()
    server.script.inbox.mails.clear()
    server.script.inbox.highest = 0
    desk.look()
    assert "UIDs anew from 1 on" in desk.reader.warning


def test_a_sparse_or_huge_folder_is_asked_in_few_commands(server: Server) -> None:
    server.script.inbox.mails[4_000_000_000] = mail("far")
    desk = Desk(server, "import")
    desk.look()
    assert len(desk.ledger.mails) == 4
    assert sum("SEARCH" in command for command in server.script.commands) < 6
