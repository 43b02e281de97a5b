"""What becomes of kept mails on their server: nothing, a flag, another folder; cut anywhere, refused, repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from maild.ingest.imap import ImapWatcher
from tests.ingest.imap_ledger import NOON, Ledger, account, mail, subject, watching
from tests.servers.cut_proxy import Cut, cutting
from tests.servers.dovecot import Dovecot
from tests.servers.fake_imap import Box, Script, Server, fake_imap
from tests.servers.requirement import wait_until

PLAIN = "IMAP4rev1 AUTH=PLAIN IDLE"
KINDS = {"move": f"{PLAIN} UIDPLUS MOVE", "copy-and-expunge": f"{PLAIN} UIDPLUS", "copy": PLAIN}
WORDS = {"STORE", "MOVE", "COPY", "EXPUNGE", "SELECT"}


@dataclass
class House:
    """A server with an inbox and the folder `Done`, and a ledger."""

    server: Server
    ledger: Ledger

    @property
    def inbox(self) -> Box:
        return self.server.script.inbox

    @property
    def done(self) -> Box:
        return self.server.script.boxes["Done"]

    @property
    def where(self) -> tuple[list[str], list[str]]:
        """Subjects in the inbox and in `Done`."""
        found = [sorted(subject(raw) for raw in box.mails.values()) for box in (self.inbox, self.done)]
        return found[0], found[1]

    def settled(self) -> bool:
        return len(self.ledger.mails) == 2 and not self.ledger.unfinished

    def changes(self) -> list[str]:
        words = [command.removeprefix("UID ").split(" ")[0] for command in self.server.script.commands]
        return [word for word in words if word in WORDS]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def house(kind: str) -> Iterator[House]:
    script = Script({1: mail("one"), 2: mail("two")}, capabilities=KINDS[kind])
    script.boxes["Done"] = Box(uidvalidity=3)
    with fake_imap(script) as server:
        yield House(server, Ledger())


def after(house: House, how: str, **changes: object) -> AbstractContextManager[ImapWatcher]:
    """A watcher of the inbox, with `after` so."""
    box = account(house.server.port, after=how, move_to="Done" if how == "move" else None, poll=0.05, **changes)
    return watching(box, house.ledger)


def test_by_default_nothing_is_changed(house: House) -> None:
    with after(house, "leave"):
        wait_until(lambda: house.ledger.state.tally, "all is read and counted")
    assert house.changes() == []


def test_a_kept_mail_is_flagged_once(house: House) -> None:
    with after(house, "flag"):
        wait_until(house.settled, "both are flagged")
    assert all(house.inbox.flags[uid] == {"$Maild"} for uid in (1, 2))
    assert house.changes() == ["SELECT", "STORE"]
    assert house.where == (["one", "two"], [])


def test_a_kept_mail_is_moved_as_well_as_the_server_can(house: House, kind: str) -> None:
    house.inbox.add(mail("marked by a person"), flags={r"\Deleted"})
    with after(house, "leave"):
        wait_until(lambda: len(house.ledger.mails) == 3, "all are read")
    house.ledger.unfinished = {(7, 1), (7, 2)}
    with after(house, "move"):
        wait_until(lambda: not house.ledger.unfinished, "two are moved")
    stays = ["one", "two"] if kind == "copy" else []
    assert house.where == (["marked by a person", *stays], ["one", "two"])
    assert "EXPUNGE" not in house.server.script.commands, "a plain EXPUNGE deletes what other people have marked"


def test_after_moving_the_folder_is_open_for_reading_only_and_new_mail_comes(house: House, kind: str) -> None:
    with after(house, "move"):
        wait_until(house.settled, "both are moved")
        house.inbox.add(mail("three"))
        wait_until(lambda: len(house.ledger.mails) == 3 and not house.ledger.unfinished, "the third is moved")
        opened = [word for word in map(first, house.server.script.commands) if word in ("SELECT", "EXAMINE")]
        assert opened[-1] == "EXAMINE"
    assert house.where[1] == ["one", "three", "two"]


def first(command: str) -> str:
    return command.split(" ")[0]


@pytest.mark.parametrize("every", [37])
def test_moving_may_be_cut_anywhere_and_ends_with_each_mail_in_one_place(kind: str, every: int) -> None:
    for at in range(200, 1600, every):
        assert moved_with_a_cut(kind, at) is None


def moved_with_a_cut(kind: str, at: int) -> str | None:
    """What is wrong after a session that moves was cut behind its byte `at`; None where nothing is."""
    script = Script({1: mail("one"), 2: mail("two"), 3: mail("two")}, capabilities=KINDS[kind])
    script.boxes["Done"] = Box(uidvalidity=3)
    script.boxes["Done"].add(mail("another"))
    ledger = Ledger()
    with fake_imap(script) as server, cutting(server.port, [Cut(at)]) as proxy:
        box = account(proxy.port, after="move", move_to="Done", poll=0.02)
        with watching(box, ledger):
            wait_until(lambda: len(ledger.mails) == 3 and not ledger.unfinished, f"all are moved, cut at {at}")
    found = Counter(map(subject, script.boxes["Done"].mails.values()))
    left = Counter(map(subject, script.inbox.mails.values()))
    wanted = Counter({"one": 1, "two": 2})
    right = found == wanted + Counter(["another"]) and left == (wanted if kind == "copy" else Counter())
    return None if right else f"cut at {at}: {dict(found)} moved, {dict(left)} left"


def test_a_folder_that_is_missing_is_told_in_the_servers_words_and_reading_goes_on(house: House, kind: str) -> None:
    done = house.server.script.boxes.pop("Done")
    with after(house, "move"):
        wait_until(lambda: "moved to Done: " in house.ledger.state.warning, "the trouble is told")
        assert "there is no such folder" in house.ledger.state.warning
        house.inbox.add(mail("three"))
        wait_until(lambda: len(house.ledger.mails) == 3, "the next mail")
        assert house.ledger.state.error == ""
    house.server.script.boxes["Done"] = done
    with after(house, "move"):
        wait_until(lambda: len(house.ledger.mails) == 3 and not house.ledger.unfinished, "all are moved")
    assert house.ledger.state.warning == ""


@pytest.mark.parametrize("kind", ["move", "copy-and-expunge"], indirect=True)
def test_one_mail_that_must_not_be_moved_does_not_stop_the_others(house: House, kind: str) -> None:
    house.server.script.refuses_to_move = {1}
    with after(house, "move"):
        wait_until(lambda: house.ledger.unfinished == {(7, 1)}, "the other mail is moved")
        house.inbox.add(mail("three"))
        wait_until(lambda: len(house.ledger.mails) == 3 and len(house.ledger.unfinished) == 1, "the third is moved")
        assert "this mail stays" in house.ledger.state.warning
    assert house.where == (["one"], ["three", "two"])


@pytest.mark.parametrize("kind", ["move"], indirect=True)
def test_a_server_without_keywords_or_without_writing_is_told(house: House, kind: str) -> None:
    house.server.script.keywords = r"\Deleted \Seen"
    with after(house, "flag"):
        wait_until(lambda: "takes no keyword" in house.ledger.state.warning, "no keywords")
    house.server.script.read_only = True
    with after(house, "flag"):
        wait_until(lambda: "reading only" in house.ledger.state.warning, "read only")
        house.inbox.add(mail("three"))
        wait_until(lambda: len(house.ledger.mails) == 3, "the next mail")
    assert "STORE" not in house.changes()


def test_mails_a_person_took_away_are_finished(house: House, kind: str) -> None:
    with after(house, "leave"):
        wait_until(lambda: len(house.ledger.mails) == 2, "both are read")
    house.inbox.remove(1)
    house.ledger.unfinished = {(7, 1)}
    with after(house, "move"):
        wait_until(lambda: not house.ledger.unfinished, "it is finished")
    assert house.where[1] == []


@pytest.mark.parametrize("kind", ["move"], indirect=True)
def test_only_mails_of_the_ledgers_uidvalidity_are_touched(house: House, kind: str) -> None:
    script = house.server.script
    script.before = lambda command: script.inbox.renumber(50) if command.startswith("SELECT") and (
        script.inbox.uidvalidity == 7
    ) else None  # fmt: skip
    with after(house, "move"):
        wait_until(lambda: not script.inbox.mails, "both are moved, under their new UIDs")
    assert house.where[1] == ["one", "two"]
    assert house.ledger.taken == 2


@pytest.mark.parametrize("kind", ["move"], indirect=True)
def test_a_refusal_is_not_tried_again_all_the_time(house: House, kind: str) -> None:
    del house.server.script.boxes["Done"]
    now = [NOON]
    box = account(house.server.port, after="move", move_to="Done", poll=0.01)
    with watching(box, house.ledger, clock=lambda: now[0]):
        wait_until(lambda: house.server.script.commands.count('EXAMINE "INBOX"') > 20, "many looks")
        assert house.server.script.commands.count('SELECT "INBOX"') == 1
        now[0] += timedelta(minutes=5)
        wait_until(lambda: house.server.script.commands.count('SELECT "INBOX"') == 2, "the next try")


@pytest.mark.dovecot
@pytest.mark.parametrize("how", ["flag", "move"])
def test_a_real_server_does_it_too(dovecot: Dovecot, mailbox: str, how: str) -> None:
    ledger = Ledger()
    with dovecot.client(mailbox) as person:
        person.create_folder("Done")
        dovecot.append(mailbox, mail("one"), mail("two"))
        box = account(dovecot.port, mailbox, after=how, move_to="Done" if how == "move" else None)
        with watching(box, ledger):
            wait_until(lambda: len(ledger.mails) == 2 and not ledger.unfinished, "both are finished")
        person.select_folder("Done" if how == "move" else "INBOX")
        flags = person.get_flags(person.search(["UID", "1:*"]))
    assert [b"$Maild" in found for found in flags.values()] == [how == "flag"] * 2
