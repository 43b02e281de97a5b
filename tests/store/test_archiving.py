"""The archive: words go into files and come back into the very rows; whoever dies in between loses nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyrage import x25519
from sqlalchemy import Connection, Executable, insert, select, update

from maild.decide.asked.periods import Period
from maild.errors import NotFound
from maild.model import OutboxState, ProposalKind, ProposalState, Status
from maild.model.workflows import RunState
from maild.steps import archiving, retention
from maild.store import reports, tickets
from maild.store.archiving import at_hand, chest, files, taking
from maild.store.archiving.addresses import addresses_in
from maild.store.archiving.at_hand import AtHand
from maild.store.archiving.family import Family
from maild.store.archiving.files import ArchiveFailed, Draft
from maild.store.archiving.taking import By
from maild.store.backup.about import Unusable
from maild.store.engine import Store
from maild.store.erasing import holds
from maild.store.erasing.archives import Archived
from maild.store.erasing.holds import Hold
from maild.store.erasing.wording import Scrub
from maild.store.raw import raw_by_id
from maild.store.schema import (
    article,
    event,
    inbox_entry,
    message_ref,
    outbox_entry,
    proposal,
    raw_mail,
    ticket,
    workflow_run,
)
from tests.builders import ADA, NOON, a_desk, a_policy
from tests.store.archiving_kit import (
    A_YEAR,
    CLOCK,
    OTHERS,
    REOPENS,
    THEIRS,
    a_shelf,
    archived,
    back,
    close,
    files_on,
    whole,
    with_row_changed,
)
from tests.store.erasing_kit import ADAS, Desk, places_of

PERIOD = Period(NOON - timedelta(days=30), NOON + timedelta(days=30), "UTC")


def run(store: Store, *statements: Executable) -> None:
    for one in statements:
        store.retrying(lambda tx, one=one: tx.execute(one))


# ---- There and back -------------------------------------------------------------------------------


def test_what_comes_back_is_what_went(desk: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    close(desk.store, THEIRS)
    before = whole(desk.store)
    assert archiving.archive(desk.store, shelf, THEIRS, CLOCK)
    emptied = whole(desk.store)
    assert {name for name in before if before[name] != emptied[name]} >= {"article", "ticket", "decision", "raw_piece"}
    with desk.store.reading() as tx:
        view = tickets.show_ticket(tx, THEIRS)
    assert {one.text + one.author.address for one in view.articles} == {""}
    assert view.events[-1].text.endswith("service/2026/SD-1001.zip")
    back(desk.store, shelf)
    assert whole(desk.store) == before


def test_an_archived_ticket_has_lost_what_an_erased_one_loses(desk: Desk, tmp_path: Path) -> None:
    archived(desk.store, a_shelf(tmp_path))
    left = {name.partition(".")[0] for name in places_of(desk.store, ADAS)}
    assert left == {"article", "attachment", "audit", "decision", "raw_piece"}, "of the other ticket, and the register"


def test_figures_and_threads_go_by_what_stays(lite: Desk, tmp_path: Path) -> None:
    said = {"at": NOON, "actor": "ada@acme.example", "kind": "status", "text": "open → solved"}
    moved = insert(event).values(ticket_id=THEIRS, **said)
    run(lite.store, moved, update(ticket).where(ticket.c.id == THEIRS).values(category="fault", tags=("print",)))
    close(lite.store, THEIRS)

    def figures(tx: Connection) -> tuple[Any, ...]:
        (one, *_) = reports.of_desk(tx, "service", PERIOD, A_YEAR, 10)
        refs = tx.scalars(select(message_ref.c.message_id).where(message_ref.c.ticket_id == THEIRS)).all()
        kept = tx.execute(select(ticket.c.category, ticket.c.tags).where(ticket.c.id == THEIRS)).one()
        return one.solved_at, one.answered_at, one.requester, sorted(refs), tuple(kept)

    with lite.store.reading() as tx:
        before = figures(tx)
    archived(lite.store, a_shelf(tmp_path))
    with lite.store.reading() as tx:
        assert figures(tx) == before and before[0] == NOON and before[3]
    assert not [one for one in places_of(lite.store, "ada@acme.example") if one == "event.actor"]


def test_a_merged_ticket_goes_with_the_one_it_goes_on_as(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    run(lite.store, update(ticket).where(ticket.c.id == THEIRS).values(merged_into=OTHERS))
    close(lite.store, THEIRS, OTHERS)
    before = whole(lite.store)
    assert archiving.all_due(lite.store, [KEEPS], A_YEAR, 10) == (OTHERS,)
    assert archiving.archive(lite.store, shelf, OTHERS, CLOCK)
    assert not {"article", "ticket", "raw_piece"} & {one.partition(".")[0] for one in places_of(lite.store, ADAS)}
    with zipfile.ZipFile(shelf.folder / "service/2026/SD-1002.zip") as zipped:
        assert json.loads(zipped.read("manifest.json"))["numbers"] == ["SD-1002", "SD-1001"]
    back(lite.store, shelf, THEIRS)
    assert whole(lite.store) == before


def _shared(store: Store) -> int:
    """One mail that came to both tickets."""
    with store.transaction() as tx:
        raw: int = tx.scalars(select(inbox_entry.c.raw_id).where(inbox_entry.c.ticket_id == THEIRS)).first() or 0
        size = tx.scalars(select(raw_mail.c.size).where(raw_mail.c.id == raw)).one()
        tx.execute(update(inbox_entry).where(inbox_entry.c.ticket_id == OTHERS).values(raw_id=raw, size=size))
    return raw


def test_a_mail_that_another_ticket_has_stays_until_that_goes_too(lite: Desk, tmp_path: Path) -> None:
    shelf, raw = a_shelf(tmp_path), _shared(lite.store)
    close(lite.store, THEIRS, OTHERS)
    with lite.store.reading() as tx:
        sound = raw_by_id(tx, [raw])[raw]
    before = whole(lite.store)
    for number, stays in ((THEIRS, True), (OTHERS, False)):
        archived(lite.store, shelf, number)
        with lite.store.reading() as tx:
            assert (raw_by_id(tx, [raw])[raw] == sound) is stays
    back(lite.store, shelf, THEIRS)
    with lite.store.reading() as tx:
        assert raw_by_id(tx, [raw])[raw] == sound, "each of both files has it"
    back(lite.store, shelf, OTHERS)
    assert whole(lite.store) == before


def test_what_staff_wrote_meanwhile_stays(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    archived(lite.store, shelf)
    run(lite.store, update(ticket).where(ticket.c.id == THEIRS).values(title="Asked again", fields=(("room", "9"),)))
    back(lite.store, shelf)
    with lite.store.reading() as tx:
        view = tickets.show_ticket(tx, THEIRS)
    assert (view.ticket.title, view.ticket.fields) == ("Asked again", (("room", "9"),))
    assert ADAS in view.articles[0].text


NASTY = st.text(alphabet=st.sampled_from("aé\n\t\"\\\u2028\U0001f600{}%'@. <>"), max_size=30)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NASTY, st.lists(st.tuples(NASTY, NASTY), max_size=3), st.binary(max_size=40), st.binary(max_size=300))
def test_whatever_stands_in_its_rows_comes_back(
    lite: Desk, tmp_path: Path, said: str, fields: list[tuple[str, str]], sent: bytes, raw: bytes
) -> None:
    shelf = a_shelf(tmp_path)
    with lite.store.transaction() as tx:
        tx.execute(update(ticket).where(ticket.c.id == THEIRS).values(title=said, fields=tuple(fields)))
        tx.execute(update(article).where(article.c.ticket_id == THEIRS).values(text=said, subject=said, author=said))
        tx.execute(update(outbox_entry).where(outbox_entry.c.ticket_id == THEIRS).values(raw=sent))
        mails = tx.scalars(select(inbox_entry.c.raw_id).where(inbox_entry.c.ticket_id == THEIRS)).all()
        taking.put_raw(tx, mails[0], raw)
    close(lite.store, THEIRS)
    before = whole(lite.store)
    archived(lite.store, shelf)
    back(lite.store, shelf)
    assert whole(lite.store) == before


# ---- Files ----------------------------------------------------------------------------------------


def test_anybody_can_open_the_file_and_no_name_in_it_tells_anything(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    with lite.store.reading() as tx:
        raw = tx.scalars(select(inbox_entry.c.raw_id).where(inbox_entry.c.ticket_id == THEIRS)).first() or 0
        mail = raw_by_id(tx, [raw])[raw]
    done = archived(lite.store, shelf)
    file = shelf.path(done)
    assert (file.stat().st_mode & 0o777, files_on(shelf)) == (0o600, ["service/2026/SD-1001.zip"])
    with zipfile.ZipFile(file) as zipped:
        assert zipped.testzip() is None and zipped.read(f"mails/{raw}.eml") == mail
        names, manifest = zipped.namelist(), zipped.read("manifest.json")
        rows = [json.loads(line) for line in zipped.read("rows.jsonl").splitlines()]
    assert {name.partition("/")[0] for name in names} == {"mails", "sent", "README.txt", "rows.jsonl", "manifest.json"}
    assert {row["table"] for row in rows} >= {"article", "attachment", "ticket", "event", "decision", "outbox_entry"}
    told = json.loads(manifest)
    assert (told["desk"], told["numbers"], told["format"]) == ("service", ["SD-1001"], 1)
    assert dict(told["counts"])["articles"] == 1
    assert {"manifest.json", *(one["name"] for one in told["members"])} == set(names)
    assert not [word for word in (ADAS, ADA.name, ADA.address) if word.encode() in manifest + " ".join(names).encode()]


def test_a_process_that_dies_before_its_transaction_leaves_the_ticket_whole(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = a_shelf(tmp_path)
    close(desk.store, THEIRS)
    before = whole(desk.store)
    with monkeypatch.context() as died, suppress(KeyboardInterrupt):
        died.setattr(taking, "_empty", _dies)
        archiving.archive(desk.store, shelf, THEIRS, CLOCK)
    assert whole(desk.store) == before and files_on(shelf) == ["service/2026/SD-1001.zip"]
    assert files.strays(shelf, frozenset()) == [shelf.folder / "service/2026/SD-1001.zip"]
    later = By(A_YEAR + timedelta(hours=1), "clock")
    done = archived(desk.store, shelf, by=later)
    assert files_on(shelf) == [done.place] and files.prove(shelf, done, None)
    back(desk.store, shelf)
    assert whole(desk.store) == before


def _dies(*_args: object) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_fails_empties_nothing(lite: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = a_shelf(tmp_path)
    close(lite.store, THEIRS)
    before = whole(lite.store)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chest, "write", full)
    with pytest.raises(ArchiveFailed, match="No space left"):
        archiving.archive(lite.store, shelf, THEIRS, CLOCK)
    monkeypatch.undo()
    monkeypatch.setattr(files, "free_bytes", lambda _folder: 1 << 20)
    with pytest.raises(ArchiveFailed, match="1 MiB are free"):
        archiving.archive(lite.store, shelf, THEIRS, CLOCK)
    assert whole(lite.store) == before and files_on(shelf) == []


@pytest.mark.parametrize("behind", [b"README.txt", b".eml", b"rows.jsonl", b"manifest.json", b"PK\5"])
def test_a_file_that_is_not_what_was_written_empties_nothing(
    lite: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: bytes
) -> None:
    shelf = a_shelf(tmp_path)
    close(lite.store, THEIRS)
    before, real = whole(lite.store), chest.write

    def torn(to: Path, family: Family, *more: Any) -> None:
        real(to, family, *more)
        data = bytearray(to.read_bytes())
        data[data.index(behind) + len(behind)] ^= 0xFF
        to.write_bytes(data)

    monkeypatch.setattr(chest, "write", torn)
    with pytest.raises(Unusable):
        archiving.archive(lite.store, shelf, THEIRS, CLOCK)
    assert whole(lite.store) == before and files_on(shelf) == []


def test_a_file_that_lacks_a_mail_empties_nothing(lite: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close(lite.store, THEIRS)
    before, real = whole(lite.store), chest.write
    monkeypatch.setattr(chest, "write", lambda to, family, *more: real(to, replace(family, files=()), *more))
    with pytest.raises(Unusable, match="not what was written"):
        archiving.archive(lite.store, a_shelf(tmp_path), THEIRS, CLOCK)
    assert whole(lite.store) == before


def test_a_mail_that_is_not_what_arrived_stays_and_the_others_go(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    close(lite.store, THEIRS, OTHERS)
    theirs = select(inbox_entry.c.raw_id).where(inbox_entry.c.ticket_id == THEIRS)
    run(lite.store, update(raw_mail).where(raw_mail.c.id.in_(theirs)).values(sha256="0" * 64))
    assert archiving.archive_due(lite.store, shelf, [KEEPS], CLOCK, 10) == 1
    assert files_on(shelf) == ["service/2026/SD-1002.zip"]


def test_a_ticket_that_changed_while_its_file_was_written_stays(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, real = a_shelf(tmp_path), archiving.take
    close(desk.store, THEIRS)

    def late(tx: Connection, *args: Any) -> Any:
        tx.execute(update(article).where(article.c.ticket_id == THEIRS).values(text="Written just now."))
        return real(tx, *args)

    monkeypatch.setattr(archiving, "take", late)
    assert archiving.archive(desk.store, shelf, THEIRS, CLOCK) is None
    assert files_on(shelf) == [] and "article.text" in places_of(desk.store, "just now")


def test_of_two_who_archive_the_same_ticket_one_does(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, real = a_shelf(tmp_path), files.drafted
    close(desk.store, THEIRS)
    faster: list[Archived | None] = []

    @contextmanager
    def slow(*args: Any) -> Iterator[Draft]:
        with real(*args) as draft:
            monkeypatch.undo()
            faster.append(archiving.archive(desk.store, shelf, THEIRS, By(A_YEAR, "another")))
            yield draft

    monkeypatch.setattr(files, "drafted", slow)
    assert archiving.archive(desk.store, shelf, THEIRS, CLOCK) is None
    (done,) = faster
    assert done is not None and files.prove(shelf, done, None) and files_on(shelf) == [done.place]


# ---- What stays -----------------------------------------------------------------------------------

KEEPS = a_desk(life_cycle=REOPENS, retention={"months": 120, "archive": {"months": 12}})


def _proposal() -> Executable:
    said = {"kind": ProposalKind.ESTIMATE, "state": ProposalState.HELD, "created_at": NOON}
    return insert(proposal).values(ticket_id=THEIRS, **said, organisation="", address="", asked_by="")


def _workflow() -> Executable:
    said = {"workflow": "deletion", "state": RunState.COOLING, "created_at": NOON, "seen_at": NOON}
    return insert(workflow_run).values(ticket_id=THEIRS, **said)


STAYS: dict[str, Callable[[Connection], object]] = {
    "it is held": lambda tx: holds.put(tx, Hold(THEIRS, NOON, "grace", "court")),
    "a request is under way": lambda tx: tx.execute(_workflow()),
    "something is proposed": lambda tx: tx.execute(_proposal()),
    "a mail is to go out": lambda tx: tx.execute(
        update(outbox_entry).where(outbox_entry.c.ticket_id == THEIRS).values(state=OutboxState.QUEUED, due_at=NOON)
    ),
    "a mail waits for its proof": lambda tx: tx.execute(
        update(inbox_entry).where(inbox_entry.c.ticket_id == THEIRS).values(prove_at=NOON)
    ),
    "its customer keeps theirs": lambda tx: at_hand.keep(tx, AtHand("acme", NOON, "grace", "by letter")),
    "it was merged": lambda tx: tx.execute(update(ticket).where(ticket.c.id == THEIRS).values(merged_into=OTHERS)),
    "it was reopened": lambda tx: tx.execute(
        update(ticket).where(ticket.c.id == THEIRS).values(status=Status.OPEN, settled_at=None)
    ),
    "it was settled later": lambda tx: tx.execute(
        update(ticket).where(ticket.c.id == THEIRS).values(settled_at=NOON + timedelta(days=9))
    ),
}


@pytest.mark.parametrize("why", STAYS)
def test_a_ticket_stays_as_long_as(lite: Desk, tmp_path: Path, why: str) -> None:
    close(lite.store, THEIRS)
    assert archiving.all_due(lite.store, [KEEPS], A_YEAR, 10) == (THEIRS,)
    lite.store.retrying(STAYS[why])
    assert archiving.all_due(lite.store, [KEEPS], A_YEAR, 10) == ()
    assert archiving.archive_due(lite.store, a_shelf(tmp_path), [KEEPS], CLOCK, 10) == 0


def test_what_keeps_a_merged_ticket_keeps_the_one_it_goes_on_as(lite: Desk, tmp_path: Path) -> None:
    run(lite.store, update(ticket).where(ticket.c.id == THEIRS).values(merged_into=OTHERS))
    close(lite.store, THEIRS, OTHERS)
    lite.store.retrying(lambda tx: holds.put(tx, Hold(THEIRS, NOON, "grace", "court")))
    shelf = a_shelf(tmp_path)
    assert archiving.archive_due(lite.store, shelf, [KEEPS], CLOCK, 10) == 0 and files_on(shelf) == []


def test_a_desk_without_an_archive_archives_nothing(lite: Desk) -> None:
    close(lite.store, THEIRS)
    for one in (a_desk(), a_desk(retention={"months": 12})):
        assert archiving.all_due(lite.store, [one], A_YEAR, 10) == ()


def test_the_clock_archives_what_is_due_and_again_a_year_after_it_came_back(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    close(lite.store, THEIRS)

    def after(days: int) -> int:
        house = replace(lite.house, policy=a_policy(desks=(KEEPS,)), shelf=shelf, clock=lambda: NOON + timedelta(days))
        return retention.tidy(house)

    assert (after(364), after(366), after(366)) == (0, 1, 0)
    back(lite.store, shelf, by=By(NOON + timedelta(days=400), "grace"))
    assert files_on(shelf) == ["service/2026/SD-1001.zip"], "an older database, restored, has its words nowhere else"
    assert (after(764), after(767)) == (0, 2), "it went again, and with it the first file"
    assert files_on(shelf) == ["service/2026/SD-1001-2.zip"]


def test_an_organisation_is_let_go_and_one_that_is_not_known_is_not_kept(lite: Desk) -> None:
    def say(work: Callable[[Connection], object]) -> None:
        lite.store.retrying(work)

    say(lambda tx: at_hand.keep(tx, AtHand("acme", NOON, "grace", "by letter")))
    say(lambda tx: at_hand.keep(tx, AtHand("acme", A_YEAR, "tess", "again")))
    with lite.store.reading() as tx:
        assert [(one.organisation, one.actor) for one in at_hand.everybody(tx)] == [("acme", "grace")]
    say(lambda tx: at_hand.release(tx, "acme"))
    for work in (
        lambda tx: at_hand.release(tx, "acme"),
        lambda tx: at_hand.keep(tx, AtHand("nobody", NOON, "grace", "")),
    ):
        with pytest.raises(NotFound):
            say(work)


# ---- Coming back ----------------------------------------------------------------------------------


def test_an_encrypted_file_comes_back_with_its_key_only(desk: Desk, tmp_path: Path) -> None:
    ours, others = x25519.Identity.generate(), x25519.Identity.generate()
    keys = {name: tmp_path / name for name in ("ours", "others")}
    keys["ours"].write_text(str(ours))
    keys["others"].write_text(str(others))
    shelf = a_shelf(tmp_path, str(ours.to_public()))
    close(desk.store, THEIRS)
    before = whole(desk.store)
    done = archived(desk.store, shelf)
    assert files_on(shelf) == ["service/2026/SD-1001.zip.age"] and ADAS.encode() not in shelf.path(done).read_bytes()
    assert list(shelf.work.iterdir()) == [], "nothing of it lies there in plain"
    assert (files.prove(shelf, done, None), files.prove(shelf, done, keys["ours"])) == (False, True)
    for wrong, said in ((None, "--identity"), (keys["others"], "other keys")):
        with pytest.raises(Unusable, match=said):
            back(desk.store, shelf, identity=wrong)
    back(desk.store, shelf, identity=keys["ours"])
    assert whole(desk.store) == before


def test_a_file_that_was_changed_or_carried_off_does_not_come_back(lite: Desk, tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path)
    done = archived(lite.store, shelf)
    emptied, file = whole(lite.store), shelf.path(done)
    sound = file.read_bytes()
    file.write_bytes(sound.replace(b"rows.jsonl", b"rows.jsonk"))
    with pytest.raises(Unusable, match="SHA-256"):
        back(lite.store, shelf)
    file.unlink()
    with pytest.raises(Unusable, match="--file"):
        back(lite.store, shelf)
    assert whole(lite.store) == emptied
    (away := tmp_path / "away.zip").write_bytes(sound)
    back(lite.store, shelf, file=away)
    assert places_of(lite.store, ADAS)
    with pytest.raises(NotFound, match="not in the archive"):
        back(lite.store, shelf, file=away)


FOREIGN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "of another table": (lambda row: row.update(table="staff"), "does not know"),
    "of another column": (lambda row: row.update(columns={"status": "open"}), "does not know"),
    "by another key": (lambda row: row.update(key={"text": "x"}), "does not know"),
    "that is not here": (lambda row: row.update(key={"id": 4711}), "not in this database"),
    "of bytes by another key": (lambda row: row.update(file="README.txt", key={"text": "x"}), "does not know"),
    "of bytes of another table": (lambda row: row.update(file="README.txt", key={"id": 1}, table="staff"), "does not"),
    "with bytes that nobody has": (
        lambda row: row.update(file="../../etc/passwd", table="raw_mail"),
        "not what its manifest says",
    ),
}


@pytest.mark.parametrize(("change", "said"), FOREIGN.values(), ids=FOREIGN)
def test_a_row_that_nobody_archived_is_refused(
    lite: Desk, tmp_path: Path, change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    shelf = a_shelf(tmp_path)
    done = archived(lite.store, shelf)
    emptied = whole(lite.store)
    with_row_changed(lite.store, shelf.path(done), change)
    with pytest.raises(Unusable, match=said):
        back(lite.store, shelf)
    assert whole(lite.store) == emptied


# ---- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("From: Ada <ADA@Acme.Example>,", {"ada@acme.example"}),
        ("mailto:ada+x@acme.example.", {"ada+x@acme.example"}),
        ("=o'brien@acme.example", {"=o'brien@acme.example", "o'brien@acme.example", "brien@acme.example"}),
        ("@ x@ @acme.example", set()),
    ],
)
def test_addresses_are_found_wherever_they_stand(text: str, found: set[str]) -> None:
    assert set(addresses_in(text)) == found


ADDRESSES = st.sampled_from(["ada@acme.example", "o'brien@acme.example", "a.b@x.example"])


@given(st.text(max_size=8), ADDRESSES, st.text(max_size=8))
def test_whom_a_search_finds_in_a_text_is_marked(before: str, address: str, after: str) -> None:
    said = f"{before}{address}{after}"
    if Scrub(((address, ""),), whole=True).found(said):
        assert address in set(addresses_in(said))


# ---- What a desk's file says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"months": 12, "archive": {"months": 12}},
        {"months": 12, "archive": {"months": 0}},
        {"months": 12, "archive": {"months": 6, "price": "14\nEUR"}},
        {"months": 12, "archive": {"price": "14 EUR"}},
    ],
)
def test_an_archive_that_nothing_would_go_into_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="retention"):
        a_desk(life_cycle=REOPENS, retention=said)
