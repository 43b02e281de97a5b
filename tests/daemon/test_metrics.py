"""What Prometheus reads: a file in its format, whole at any time, true to the database, also while that is away."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, event

from maild.daemon import metrics
from maild.daemon.metrics import Counts, Metrics
from maild.health.exposition import Family, Sample, as_text, counter, gauge
from maild.model import Disposition, MailboxState, OutboxState, Tally
from maild.notify.render import Renderer
from maild.settings import BackupSeries, ImapAccount, Settings
from maild.steps.house import House
from maild.store import mailbox_states, nodes, outbox
from maild.store.engine import Store, open_store
from maild.store.ledger import FolderId
from tests.builders import NOON, TOKENS, a_policy
from tests.store.kit import a_queued, a_received_mail, claim, done, finish, keep

# ---- a strict reader of the format, from its description ----------------------------------------

_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_UNESCAPE = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
Key = tuple[str, frozenset[tuple[str, str]]]


def read(text: str) -> dict[Key, float]:
    """Every sample by name and labels. Fails for anything the format does not allow."""
    assert text == "" or text.endswith("\n")
    found: dict[Key, float] = {}
    kinds: dict[str, str] = {}
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name not in kinds, "a family comes once"
        elif line.startswith("# TYPE "):
            _, _, said, kind = line.split(" ")
            assert said == name and kind in ("gauge", "counter")
            assert (kind == "counter") == name.endswith("_total")
            kinds[name] = kind
        else:
            sample = _SAMPLE.fullmatch(line)
            assert sample and sample[1] == name and name in kinds, line
            key = (name, frozenset(labels(sample[2] or "")))
            assert key not in found, "a sample comes once"
            found[key] = float(sample[3])
    return found


def labels(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _LABEL.match(text, at)
        assert found, text[at:]
        yield found[1], re.sub(r'\\[\\"n]', lambda one: _UNESCAPE[one[0]], found[2])
        at = found.end()


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text()), st.floats(allow_nan=False))
def test_whatever_a_label_holds_it_is_read_as_it_was_written(named: dict[str, str], value: float) -> None:
    text = as_text([gauge("maild_x", "What\nit is.", Sample(value, named))])
    assert read(text) == {("maild_x", frozenset(named.items())): value}


@pytest.mark.parametrize("name", ["", "maild-x", "1x", "x y", 'x"', "x\n"])
def test_a_name_that_is_none_is_a_bug_and_never_written(name: str) -> None:
    for family in (gauge(name, "", 1), gauge("maild_x", "", Sample(1, {name: "y"}))):
        with pytest.raises(ValueError, match="no name"):
            as_text([family])


def test_a_family_without_samples_is_left_out() -> None:
    assert as_text([Family("maild_x", "", ()), counter("maild_y_total", "Y.", 2)]).count("maild_x") == 0


# ---- the file -----------------------------------------------------------------------------------


def a_house(store: Store) -> House:
    return House(store, lambda: NOON, a_policy(), TOKENS, Renderer((), TOKENS, "mx.desk.example"))


def an_account() -> ImapAccount:
    return ImapAccount(name="support", host="imap.example", user="u", recipient="support@desk.example")


def settings_in(folder: Path) -> Settings:
    return Settings(state=folder, imap=(an_account(),), backup=(BackupSeries(every="day", folder=folder / "backups"),))


def written(store: Store, folder: Path, counts: Counts | None = None) -> dict[Key, float]:
    file = folder / "maild.prom"
    Metrics(file, settings_in(folder), lambda: a_house(store), counts or Counts(), "n-1").write()
    return read(file.read_text(encoding="utf-8"))


def value(found: dict[Key, float], name: str, **named: str) -> float:
    return found[name, frozenset(named.items())]


def test_the_file_says_what_the_database_holds(store: Store, tmp_path: Path) -> None:
    keep(store, *(a_received_mail(received_at=NOON - timedelta(minutes=minutes)) for minutes in (9, 8, 7, 6)))
    one, two, three = claim(store, limit=3)
    finish(store, done(one.id), done(two.id, disposition=Disposition.QUARANTINED, cause="cpu-budget"))
    with store.transaction() as tx:
        outbox.add(tx, [a_queued(None, event="a"), a_queued(None, event="b")])
        nodes.start(tx, "n-1", NOON)
        state = MailboxState("support", "INBOX", "n-1", NOON - timedelta(seconds=12), "NO busy", NOON)
        mailbox_states.tell(tx, state)
        mailbox_states.keep_tally(tx, FolderId("support", "INBOX"), Tally(5, processed=3, missed=2), NOON)
    found = written(store, tmp_path)
    assert value(found, "maild_database_up") == 1
    assert value(found, "maild_inbox_mails", state="waiting") == 1
    assert value(found, "maild_inbox_mails", state="claimed") == 1
    assert value(found, "maild_inbox_oldest_seconds") == 6 * 60
    assert value(found, "maild_quarantine_mails", cause="cpu-budget") == 1
    assert value(found, "maild_quarantine_oldest_seconds") == 8 * 60
    assert value(found, "maild_outbox_mails", state=OutboxState.QUEUED.value) == 2
    assert value(found, "maild_recent_dispositions", disposition="ignored") == 1
    assert value(found, "maild_mailbox_look_age_seconds", account="support", folder="INBOX") == 12
    assert value(found, "maild_mailbox_error", account="support", folder="INBOX") == 1
    assert value(found, "maild_mailbox_mails", account="support", folder="INBOX", fate="missed") == 2
    assert value(found, "maild_node_up", node="n-1") == 1
    assert value(found, "maild_breaker_open", crowd="strangers") == 0
    assert value(found, "maild_backup_age_seconds", series="day", folder=str(tmp_path / "backups")) == -1
    assert value(found, "maild_needs", code="quarantine") == 1
    assert three.id


def test_the_file_says_what_only_the_process_knows(store: Store, tmp_path: Path) -> None:
    counts = Counts(lambda: 7, lambda: ("imap-one", "delivery"), lambda: False)
    for mails in (3, 4):
        counts.add(mails)
    found = written(store, tmp_path, counts)
    assert value(found, "maild_smtp_sessions") == 7
    assert value(found, "maild_mails_accepted_total") == 7
    assert value(found, "maild_takes_mail") == 0
    assert value(found, "maild_stuck_parts") == 2
    assert value(found, "maild_stuck", part="imap-one") == 1
    assert value(found, "maild_resident_memory_bytes") > 1 << 20
    assert value(found, "maild_start_timestamp_seconds") == NOON.timestamp()


def test_when_a_policy_came_into_force_is_known_within_a_round(store: Store, tmp_path: Path) -> None:
    house = a_house(store)
    made = Metrics(tmp_path / "maild.prom", settings_in(tmp_path), lambda: house, Counts(), "n-1")
    house = replace(house, policy=a_policy(version="second"), clock=lambda: NOON + timedelta(hours=1))
    for later in (1, 2):
        house = replace(house, clock=lambda later=later: NOON + timedelta(hours=later))
        made.write()
    found = read((tmp_path / "maild.prom").read_text())
    loaded = value(found, "maild_policy_loaded_timestamp_seconds", version="second")
    assert loaded == (NOON + timedelta(hours=1)).timestamp()


@pytest.mark.postgres
def test_with_the_database_away_the_file_still_tells_of_the_process_and_says_so(tmp_path: Path) -> None:
    store = Store(_nowhere())
    found = written(store, tmp_path)
    assert value(found, "maild_database_up") == 0
    assert value(found, "maild_takes_mail") == 1
    assert not any(name == "maild_inbox_mails" for name, _ in found)
    store.close()


def _nowhere():
    return create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})


def test_the_file_is_for_everybody_and_nothing_is_left_beside_it(store: Store, tmp_path: Path) -> None:
    before = os.umask(0o077)
    folder = tmp_path / "textfiles"
    folder.mkdir()
    written(store, folder)
    os.umask(before)
    (only,) = folder.iterdir()
    assert stat.S_IMODE(only.stat().st_mode) == 0o644


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file, over, seen = tmp_path / "maild.prom", threading.Event(), set[str]()
    whole = {letter: letter * 200_000 + "\n" for letter in "ab"}
    metrics.replace(file, whole["a"])

    def look() -> None:
        while not over.is_set():
            seen.add(file.read_text())

    reader = threading.Thread(target=look, daemon=True)
    reader.start()
    for number in range(200):
        metrics.replace(file, whole["ab"[number % 2]])
    over.set()
    reader.join(10)
    assert seen <= set(whole.values()) and seen


def test_a_folder_that_is_not_there_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        metrics.replace(tmp_path / "missing" / "maild.prom", "x\n")
    assert list(tmp_path.iterdir()) == []


SMALL = ("open", "quarantined", "parked", "not_sent")  # partial indexes: they hold open work only


def test_what_is_written_costs_the_same_however_much_was_done(sqlite_url: str, tmp_path: Path) -> None:
    """No statement of a round goes through a table, or an index of all its rows, from end to end."""
    store, told = open_store(sqlite_url), list[str]()

    def note(connection, cursor, statement, parameters, context, many) -> None:
        if statement.startswith("SELECT"):
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            told.extend(row[3] for row in rows)

    event.listen(store.engine, "before_cursor_execute", note)
    written(store, tmp_path)
    store.close()
    scans = [line for line in told if re.match(r"SCAN (inbox_entry|outbox_entry|imap_mail|raw|decision)", line)]
    assert len(told) > 20 and len(scans) > 5
    assert [line for line in scans if not line.endswith(SMALL)] == []
