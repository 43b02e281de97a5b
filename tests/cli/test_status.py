"""`maild status` as an alarm reads it: exit codes, JSON, and lines for people."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from maild.config import database_url, load_settings
from maild.errors import ExitCode
from maild.health import look, needs
from maild.model import MailboxState, Tally
from maild.settings import Settings
from maild.store import mailbox_states, nodes, troubles
from maild.store.engine import Store, open_store
from maild.store.ledger import FolderId
from maild.store.schema import node
from tests.builders import NOON
from tests.cli.site import Site

IMAP = """
imap:
  - name: support
    host: imap.example
    user: support@desk.example
    password_file: imap.txt
    folders: [INBOX, Urgent]
    recipient: support@desk.example
"""


def now() -> datetime:
    return datetime.now(UTC)


def writing(site: Site, work: Callable[[Connection], object]) -> None:
    store = open_store(database_url(load_settings(site.settings)))
    store.retrying(work)
    store.close()


@pytest.fixture
def reading(site: Site) -> Site:
    """A site that reads two folders, with a node that has been up for a day."""
    site.settings.write_text(site.settings.read_text() + IMAP)

    def write(tx: Connection) -> None:
        run = nodes.start(tx, "n-1", now())
        tx.execute(update(node).where(node.c.id == run).values(started_at=now() - timedelta(days=1)))

    writing(site, write)
    return site


def told(site: Site, *states: MailboxState) -> None:
    writing(site, lambda tx: [mailbox_states.tell(tx, state) for state in states])


def codes(site: Site) -> list[str]:
    return [need["code"] for need in site.maild("status", "--json").json["needs"]]


def test_all_is_well_is_exit_code_0(reading: Site) -> None:
    told(reading, *(MailboxState("support", folder, "n-1", now()) for folder in ("INBOX", "Urgent")))
    done = reading.maild("status")
    assert done.code == ExitCode.DONE and "NEEDS YOU" not in done.out
    assert reading.maild("status", "--json").json["needs"] == []


def test_a_mailbox_that_fails_shows_its_last_success_and_the_servers_own_words(reading: Site) -> None:
    words = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
    failing = MailboxState("support", "INBOX", "n-1", now() - timedelta(hours=3), words, now() - timedelta(seconds=20))
    told(reading, failing, MailboxState("support", "Urgent", "n-1", now()))
    done = reading.maild("status")
    assert done.code == ExitCode.FINDING
    (line,) = [line for line in done.out.splitlines() if line.startswith("mailbox       support/INBOX")]
    assert "last read 3 h ago" in line and words in line and "n-1" in line
    assert codes(reading) == ["mailbox-silent"]
    (state, _) = reading.maild("status", "--json").json["health"]["mailboxes"]
    assert state["error"] == words and state["looked_at"].endswith("+00:00")


def test_a_mailbox_that_nobody_ever_read_calls_for_a_person(reading: Site) -> None:
    assert codes(reading) == ["mailbox-silent", "mailbox-silent"]
    assert "not read yet" in reading.maild("status").out


def test_the_tally_is_told_and_what_is_unexplained_is_an_alarm(reading: Site) -> None:
    told(reading, *(MailboxState("support", folder, "n-1", now()) for folder in ("INBOX", "Urgent")))
    tally = Tally(1204, processed=1198, quarantined=5, unexplained=1)
    writing(reading, lambda tx: mailbox_states.keep_tally(tx, FolderId("support", "INBOX"), tally, now()))
    assert "1,204 on the server, 1,198 processed, 5 quarantined, 1 unexplained" in reading.maild("status").out
    assert codes(reading) == ["mailbox-unexplained"]


def test_what_running_daemons_say_of_themselves_is_told_and_what_dead_ones_said_is_not(reading: Site) -> None:
    told(reading, *(MailboxState("support", folder, "n-1", now()) for folder in ("INBOX", "Urgent")))

    def write(tx: Connection) -> None:
        troubles.tell(tx, "n-1", {"room": "9 MiB are free"}, now())
        troubles.tell(tx, "n-2", {"stuck": "delivery"}, now())

    writing(reading, write)
    assert codes(reading) == ["room"]
    assert "9 MiB are free" in reading.maild("status").out


def test_text_from_a_server_reaches_no_terminal_unharmed(reading: Site) -> None:
    bad = MailboxState(
        "support", "INBOX", "n-1", None, "NO \x1b]0;owned\x07\x1b[2J\u202etxt\nNEEDS YOU  all is well", now()
    )
    told(reading, bad, MailboxState("support", "Urgent", "n-1", now()))
    out = reading.maild("status").out
    assert "\x1b" not in out and "\u202e" not in out
    assert "\nNEEDS YOU  all" not in out


def test_a_database_that_is_away_is_exit_code_75_also_for_programs(bare: Site) -> None:
    for words in (["status"], ["status", "--json"]):
        done = bare.maild(*words)
        assert done.code == ExitCode.TEMPORARY and "maild migrate" in done.err
    assert done.json["health"] is None
    (need,) = done.json["needs"]
    assert need["code"] == "database-away" and "maild migrate" in need["says"]


def test_a_database_that_is_damaged_is_exit_code_75(site: Site) -> None:
    file = site.folder / "config" / "var" / "maild.db"
    file.write_bytes(b"no database at all" * 1000)
    done = site.maild("status", "--json")
    assert done.code == ExitCode.TEMPORARY and done.json["needs"][0]["code"] == "database-away"


# ---- the same on both databases, and quickly ----------------------------------------------------


def test_a_look_at_an_empty_database_of_either_kind_finds_all_but_a_daemon_well(store: Store) -> None:
    with store.reading() as tx:
        health = look(tx, Settings(), NOON)
    assert [need.code for need in needs(health, Settings().alarms, NOON)] == ["no-daemon"]


def test_troubles_begin_once_last_and_end(store: Store) -> None:
    later = NOON + timedelta(minutes=9)

    def say(node: str, at: datetime, **wrong: str) -> None:
        store.retrying(lambda tx: troubles.tell(tx, node, wrong, at))

    def there() -> list[tuple[str, str, str, datetime]]:
        with store.reading() as tx:
            return [(one.node, one.part, one.words, one.since) for one in troubles.list_troubles(tx)]

    say("n-1", NOON, relay="no", room="full")
    say("n-2", NOON, relay="away")
    say("n-1", later, relay="still no")
    assert there() == [("n-1", "relay", "still no", NOON), ("n-2", "relay", "away", NOON)]
    say("n-1", later)
    say("n-2", later)
    assert there() == []


def test_with_two_hundred_thousand_mails_a_look_takes_a_moment(sqlite_url: str) -> None:
    """0.3 s is the limit beside starting Python; it takes 0.02 s on the machine this was written on."""
    fill(sqlite_url.removeprefix("sqlite:///"), 200_000)
    store = open_store(sqlite_url)
    with store.reading() as tx:
        look(tx, Settings(), NOON)
    begun = time.perf_counter()
    with store.reading() as tx:
        health = look(tx, Settings(), NOON)
    took = time.perf_counter() - begun
    store.close()
    assert (health.inbox.done, health.inbox.quarantined) == (199_800, 200)
    assert took < 0.3


def fill(file: str, many: int) -> None:
    """Mails that were decided, one in a thousand of them set aside."""
    row = (
        "INSERT INTO inbox_entry (raw_id, size, source, recipient, received_at, state, reasons, cause, detail)"
        " SELECT 1, 5000, 'smtp', 'support@desk.example', 1760000000000000 + n,"
        " CASE WHEN n % 1000 = 5 THEN 'quarantined' ELSE 'done' END, '[]', 'cpu-budget', 'x' FROM counted"
    )
    counted = f"WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {many}) "
    with sqlite3.connect(file) as db:
        db.execute("INSERT INTO raw_mail (id, size, sha256) VALUES (1, 5000, 'x')")
        db.execute(row.replace("INSERT INTO inbox_entry", f"{counted}INSERT INTO inbox_entry"))
    db.close()
