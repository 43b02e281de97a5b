"""Changed files are taken once they rest, by the node whose files they are; the admin hears of trouble."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event, text

from maild.config import load_settings
from maild.daemon.admin_mail import AdminMail
from maild.daemon.policy import PolicyKeeper
from maild.daemon.watching import Lookout, marks_of
from maild.errors import StoreUnavailable
from maild.model import OutboxState
from maild.settings import Alarms, MailFrom, Relay, Settings
from maild.steps.house import House
from maild.store import outbox, policies
from maild.store.engine import Store
from tests.builders import NOON, a_policy
from tests.cli.site import Site
from tests.seen import seen
from tests.servers.requirement import wait_until

ADMIN = "admin@example.org"
RULE = "- rule: everything is urgent\n  when: { desk: service }\n  then: { priority: 1 }\n"


class Files:
    """Somebody's own configuration."""

    def __init__(self, folder: Path) -> None:
        self.site = Site.made(folder)
        self.file("templates/en").mkdir(parents=True)
        more = {"templates": self.file("templates"), "alarms": Alarms(mail=ADMIN)}
        self.settings: Settings = load_settings(self.site.settings).model_copy(update=more)

    def file(self, name: str) -> Path:
        return self.site.folder / "config" / name

    def change(self, old: str, new: str, name: str = "desks/service.yaml") -> None:
        """As an editor saves it: a new file in the old one's place."""
        fresh = self.file(f"{name}.new")
        fresh.write_text(self.file(name).read_text().replace(old, new))
        fresh.rename(self.file(name))


class Node(Files):
    """A node with files of its own on a database it may share, and then its secret too; `looks` is its tick."""

    def __init__(self, folder: Path, database: str, secret: bytes = b"") -> None:
        super().__init__(folder)
        self.settings = self.settings.model_copy(update={"database": database})
        if secret:
            self.settings.state.mkdir()
            (self.settings.state / "secret").write_bytes(secret)
        self.keeper = PolicyKeeper(self.settings)
        self.house: House = self.keeper.open()

    def looks(self, times: int = 1) -> bool:
        """Whether the last of so many looks took something."""
        return [self.keeper.reload_if_changed(self.house) for _ in range(times)][-1]

    def current(self) -> str:
        with self.house.store.reading() as tx:
            return policies.current_version(tx) or ""

    def complaint(self) -> str:
        with self.house.store.reading() as tx:
            return policies.complaint(tx)

    def versions(self) -> int:
        with self.house.store.reading() as tx:
            return tx.execute(text("SELECT count(*) FROM policy")).scalar_one()

    def mails(self) -> list[EmailMessage]:
        """What waits for the admin, oldest first."""
        with self.house.store.reading() as tx:
            waiting = reversed(outbox.list_entries(tx, OutboxState.QUEUED))
            raws = [outbox.show(tx, one.id).raw for one in waiting if one.recipient == ADMIN]
        return [seen(raw) for raw in raws]


@pytest.fixture
def node(sqlite_url: str, tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path / "one", sqlite_url)
    yield made
    made.house.store.close()


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Two nodes, each with its own files, on one database."""
    first = Node(tmp_path / "one", database_url)
    other = Node(tmp_path / "two", database_url, (first.settings.state / "secret").read_bytes())
    yield first, other
    first.house.store.close()
    other.house.store.close()


# ---- what a look sees ----------------------------------------------------------------------------


def replaced_in_place(files: Files) -> None:
    rule = files.file("rules/10-urgency.yaml")
    rule.write_text(rule.read_text() + "# seen\n")


def same_size_and_time(files: Files) -> None:
    desk = files.file("desks/service.yaml")
    before = desk.stat()
    files.change("prefix: SD", "prefix: DS")
    os.utime(desk, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: tuple[Callable[[Files], object], ...] = (
    replaced_in_place,
    same_size_and_time,
    lambda files: files.file("rules/90-urgent.yaml").write_text(RULE),
    lambda files: files.file("rules/10-urgency.yaml").unlink(),
    lambda files: files.change("name: Ada", "name: Augusta", "directory.yaml"),
    lambda files: files.file("directory.yaml").unlink(),
    lambda files: files.file("templates/en/help.txt").write_text("Subject: Help\n\nHelp yourself.\n"),
    lambda files: files.file("desks/service.yaml").touch(),
)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_happens_to_a_file_is_seen(tmp_path: Path, change: Callable[[Files], object]) -> None:
    files = Files(tmp_path)
    before = marks_of(files.settings)
    assert marks_of(files.settings) == before
    change(files)
    assert marks_of(files.settings) != before


# ---- what is taken, and when ---------------------------------------------------------------------


def test_a_changed_file_is_taken_once_it_rests(node: Node) -> None:
    before = node.current()
    assert not node.looks(3)
    node.change("prefix: SD", "prefix: XY")
    assert not node.looks() and node.current() == before
    assert node.looks() and node.current() != before
    assert not node.looks(3) and node.versions() == 2


def test_half_a_save_is_not_taken(node: Node) -> None:
    node.looks(2)
    rule = node.file("rules/90-urgent.yaml")
    for written in range(0, len(RULE), 20):
        rule.write_text(RULE[:written])
        assert not node.looks()
    rule.write_text(RULE)
    assert not node.looks() and node.looks()
    assert (node.versions(), node.complaint(), node.mails()) == (2, "", [])


def test_what_a_reload_by_hand_has_taken_is_no_news(node: Node) -> None:
    node.looks(2)
    node.change("prefix: SD", "prefix: XY")
    node.keeper.reload(node.house)
    assert node.versions() == 2 and not node.looks(3)


def writes(store: Store) -> list[str]:
    """Statements that change something, as they are made."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_more) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH", "BEGIN", "PRAGMA", "SET", "SHOW")):
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    return seen


def test_a_file_whose_content_is_the_old_one_writes_nothing(node: Node) -> None:
    node.looks(2)
    seen = writes(node.house.store)
    node.file("desks/service.yaml").touch()
    node.change("priority: 3", "priority: 3", "rules/10-urgency.yaml")
    assert not node.looks(3) and seen == []
    node.change("prefix: SD", "prefix: XY")
    assert node.looks(2) and seen


def test_a_changed_directory_reaches_the_register(node: Node) -> None:
    node.change("name: Ada", "name: Augusta Ada", "directory.yaml")
    assert node.looks(2)
    with node.house.store.reading() as tx:
        names = tx.execute(text("SELECT name FROM contact WHERE address = 'ada@acme.example'")).scalars().all()
    assert names and names[0].startswith("Augusta Ada")


def test_what_could_not_be_kept_is_tried_again(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    node.change("prefix: SD", "prefix: XY")
    node.looks()

    def away(_work: object) -> None:
        raise StoreUnavailable("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(node.house.store, "retrying", away)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                node.looks()
    assert node.looks() and node.versions() == 2


def test_nodes_whose_files_differ_do_not_take_turns(pair: tuple[Node, Node]) -> None:
    first, other = pair
    first.change("prefix: SD", "prefix: XY")
    assert first.looks(2)
    taken = first.current()
    for _ in range(3):
        assert not first.looks() and not other.looks()
    other.file("desks/service.yaml").touch()
    assert not other.looks(2) and other.current() == taken, "a touched file is no reason to bring the old one back"
    other.change("prefix: SD", "prefix: ZZ")
    assert other.looks(2) and other.current() != taken
    assert not first.looks(3)


def test_files_on_a_server_that_hangs_hold_up_nothing_and_are_looked_at_once() -> None:
    hanging, looks = Event(), []

    def look() -> None:
        looks.append(1)
        assert hanging.wait(30)
        raise OSError("stale file handle")

    lookout = Lookout(look)
    for _ in range(3):
        asyncio.run(lookout.round())
    wait_until(lambda: looks, "somebody looks")
    assert looks == [1]
    hanging.set()
    lookout.close()
    asyncio.run(lookout.round())
    lookout.close()
    assert looks == [1, 1], "a look that failed is no end"


# ---- what the admin hears ------------------------------------------------------------------------


def subjects(node: Node) -> list[str]:
    return [str(mail["Subject"]) for mail in node.mails()]


REFUSED, WELL = "maild: the changed files are not taken", "maild: the files are taken again"


def test_each_complaint_is_mailed_once_and_that_all_is_well_once(node: Node) -> None:
    before = node.current()
    for priority in (9, 9, 8, 9):
        node.change("priority: ", f"priority: {priority} # ")
        node.looks(2)
    node.keeper.reload(node.house)
    assert node.current() == before and "`9`" in node.complaint()
    assert subjects(node) == [REFUSED, REFUSED], "9 and 8; another 9 is nothing new"
    node.change("priority: ", "priority: 2 # ")
    assert node.looks(2) and node.complaint() == ""
    node.keeper.reload(node.house)
    node.change("priority: ", "priority: 9 # ")
    node.looks(2)
    assert subjects(node) == [REFUSED, REFUSED, WELL, REFUSED]


def test_of_two_nodes_with_the_same_complaint_one_has_news(store: Store) -> None:
    with store.transaction() as tx:
        assert [policies.complain(tx, told) for told in ("a", "a", "b", "", "")] == [True, False, True, True, False]


def test_files_that_become_what_they_were_end_the_complaint(node: Node) -> None:
    node.change("prefix: SD", "prefix: sd")
    node.looks(2)
    assert "service.yaml" in node.complaint()
    node.change("prefix: sd", "prefix: SD")
    assert node.looks(2)
    assert (node.complaint(), node.versions(), subjects(node)) == ("", 1, [REFUSED, WELL])


def test_after_a_restart_an_old_complaint_is_no_news(node: Node) -> None:
    node.change("prefix: SD", "prefix: sd")
    node.looks(2)
    PolicyKeeper(node.settings).open().store.close()
    assert subjects(node) == [REFUSED]


def test_the_mail_names_every_place_and_is_marked_as_automatic(node: Node) -> None:
    node.change("prefix: SD", "prefix: sd")
    node.change("- rule:", "- rul:", "rules/10-urgency.yaml")
    node.looks(2)
    (mail,) = node.mails()
    body = mail.get_content()
    lines = node.complaint().splitlines()
    assert len(lines) > 1 and all(line in body for line in lines)
    assert f"{node.file('desks/service.yaml')}:" in body and node.current()[:12] in body
    assert (mail["To"], mail["Auto-Submitted"]) == (ADMIN, "auto-generated")
    assert "support@desk.example" in mail["From"] and mail["X-Maild-Loop"]


SENDERS = ((None, "support@desk.example"), (MailFrom.FIXED, "support@desk.example"), (MailFrom.NULL, ""))


@pytest.mark.parametrize(("wanted", "sender"), [*SENDERS, (MailFrom.VERP, "support+mdb.")])
def test_the_mail_has_the_envelope_sender_that_the_relay_takes(
    store: Store, tmp_path: Path, wanted: MailFrom | None, sender: str
) -> None:
    relay = Relay(host="relay.example", mail_from=wanted) if wanted else None
    admin = AdminMail(Settings(state=tmp_path, relay=relay, alarms=Alarms(mail=ADMIN)))
    with store.transaction() as tx:
        admin.well(tx, a_policy(), NOON)
        found = tx.execute(text("SELECT mail_from FROM outbox_entry")).scalar_one()
    assert found.startswith(sender) if wanted is MailFrom.VERP else found == sender


def test_where_nobody_is_named_nobody_gets_a_mail(store: Store, tmp_path: Path) -> None:
    with store.transaction() as tx:
        AdminMail(Settings(state=tmp_path)).refused(tx, "desk.yaml:1:2: no", a_policy(), NOON)
        assert outbox.list_entries(tx) == ()


def test_a_mail_about_a_thousand_mistakes_stays_short(store: Store, tmp_path: Path) -> None:
    problems = "\n".join(f"desk.yaml:{line}:1: no" for line in range(1, 1001))
    with store.transaction() as tx:
        AdminMail(Settings(state=tmp_path, alarms=Alarms(mail=ADMIN))).refused(tx, problems, a_policy(), NOON)
        (entry,) = outbox.list_entries(tx)
        raw = outbox.show(tx, entry.id).raw
    assert b"desk.yaml:200:1" in raw and b"desk.yaml:201:1" not in raw and b"and 800 more" in raw.replace(b"=\r\n", b"")


@pytest.mark.parametrize("address", ["admin", "Admin <a@b.example>", "a@b.example\nBcc: c@d.example", "a b@c.example"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="mail"):
        Alarms(mail=address)
