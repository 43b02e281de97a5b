"""What is erased is erased in archives, too: those at hand at once, those that are not when they come back (law 14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from sqlalchemy import func, select, update

from maild.model import TicketId
from maild.steps import archiving, erasing, retention
from maild.store import tickets
from maild.store.archiving import records
from maild.store.archiving.shelf import Shelf
from maild.store.archiving.taking import By
from maild.store.erasing import again, archives, chain, holds
from maild.store.erasing.chain import Erasure
from maild.store.erasing.holds import Held, Hold
from maild.store.erasing.marks import mark
from maild.store.raw import raw_by_id
from maild.store.schema import archived_mark, inbox_entry
from tests.builders import ADA, BOB, NOON, a_desk, a_policy
from tests.store.archiving_kit import (
    A_YEAR,
    OTHERS,
    REOPENS,
    THEIRS,
    a_shelf,
    archived,
    back,
    files_on,
    texts_in,
    whole,
    with_row_changed,
)
from tests.store.erasing_kit import ADAS, BOBS, SECRET, Desk, a_mail, an_order, places_of

LATER = By(A_YEAR + timedelta(days=1), "grace")
WORDS = (ADAS, ADA.address, ADA.name)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return a_shelf(tmp_path)


def erase_ada(desk: Desk, shelf: Shelf | None, **changes: Any) -> Erasure:
    return erasing.erase_person(desk.store, [ADA.address], an_order(LATER.at, shelf=shelf, **changes))


def in_files(shelf: Shelf, word: str) -> list[str]:
    found = (file for file in shelf.folder.rglob("*") if file.is_file())
    return [file.name for file in found if any(word.lower().encode() in part.lower() for part in texts_in(file))]


def carried_off(shelf: Shelf, place: str) -> Path:
    away = shelf.work.parent / "away.zip"
    (shelf.folder / place).rename(away)
    return away


def test_of_a_person_no_word_is_left_in_any_file_and_what_others_wrote_stays(desk: Desk, shelf: Shelf) -> None:
    for number in (THEIRS, OTHERS):
        archived(desk.store, shelf, number)
    assert in_files(shelf, ADAS) and places_of(desk.store, BOBS) == []
    done = erase_ada(desk, shelf)
    assert dict(done.record.counts)[erasing.ARCHIVES] == 2
    for word in WORDS:
        assert places_of(desk.store, word) == [] and in_files(shelf, word) == []
    assert "article.text" in places_of(desk.store, BOBS) and files_on(shelf) == []
    with desk.store.reading() as tx:
        assert records.every(tx) == () and not tx.scalars(select(archived_mark.c.mark)).all()


def test_what_is_left_is_archived_again_in_the_next_round(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf, OTHERS)
    erase_ada(lite, shelf)
    keeps = a_desk(life_cycle=REOPENS, retention={"months": 120, "archive": {"months": 12}})
    assert archiving.all_due(lite.store, [keeps], LATER.at, 10) == (OTHERS,)
    assert archiving.archive_due(lite.store, shelf, [keeps], LATER, 10) == 1
    assert files_on(shelf) == ["service/2026/SD-1002-2.zip"] and places_of(lite.store, BOBS) == []
    assert in_files(shelf, BOBS) and not in_files(shelf, ADAS)


def test_a_dry_run_leaves_archives_where_they_are(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf, OTHERS)
    before, there = whole(lite.store), files_on(shelf)
    order = an_order(LATER.at, shelf=shelf)
    told = erasing.erase_person(lite.store, [ADA.address], order, dry_run=True)
    assert dict(told.record.counts)[erasing.ARCHIVES] == 1
    assert whole(lite.store) == before and files_on(shelf) == there
    back(lite.store, shelf, OTHERS)


def test_somebody_who_stands_in_no_archive_brings_none_back(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf, OTHERS)
    lite.take_in(
        a_mail("Mara <mara@beta.example>", "Mirabellen", "<mara-1@beta.example>"), mail_from="mara@beta.example"
    )
    done = erasing.erase_person(lite.store, ["mara@beta.example"], an_order(LATER.at, shelf=shelf))
    assert erasing.ARCHIVES not in dict(done.record.counts) and files_on(shelf) == ["service/2026/SD-1002.zip"]


def test_a_held_ticket_in_an_archive_is_refused_with_everything_else(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf, OTHERS)
    lite.store.retrying(lambda tx: holds.put(tx, Hold(OTHERS, NOON, "grace", "court")))
    before = whole(lite.store)
    with pytest.raises(Held, match="1002"):
        erase_ada(lite, shelf)
    assert whole(lite.store) == before and files_on(shelf) == ["service/2026/SD-1002.zip"]


# ---- Files that are not at hand -------------------------------------------------------------------


def _named(desk: Desk, done: Erasure) -> set[tuple[str, bool]]:
    with desk.store.reading() as tx:
        return {(one.place, one.live) for one in archives.with_marks(tx, done.record.people)}


def test_an_archive_that_was_carried_off_is_named_and_loses_their_words_when_it_returns(
    desk: Desk, shelf: Shelf
) -> None:
    away = carried_off(shelf, archived(desk.store, shelf, OTHERS).place)
    done = erase_ada(desk, shelf)
    assert dict(done.record.counts)["archives out of reach"] == 1
    assert _named(desk, done) == {("service/2026/SD-1002.zip", True)}
    desk.take_in(a_mail(f"{ADA.name} <{ADA.address}>", "Holunder", "<ada-9@acme.example>"), mail_from=ADA.address)
    back(desk.store, shelf, OTHERS, LATER, file=away)
    assert places_of(desk.store, ADAS) == []
    assert "article.text" in places_of(desk.store, BOBS)
    with desk.store.reading() as tx:
        view = tickets.show_ticket(tx, OTHERS)
        assert [bool(one.text) for one in view.articles] == [True, False]
        assert not [one for one in view.articles if ADA.address in one.text + one.author.address]
    assert "article.text" in places_of(desk.store, "Holunder"), "what they wrote since is none of that erasure's"


def test_whoever_is_only_named_in_an_archive_that_returns_has_no_name_there(lite: Desk, shelf: Shelf) -> None:
    mara = "Mara Quendel <mara@beta.example>"
    mail = a_mail(f"Bob <{BOB.address}>", "Rettich", "<bob-3@acme.example>", Cc=mara)
    lite.take_in(mail.replace(b"Hello,", b"as Mara Quendel said"), mail_from=BOB.address)
    away = carried_off(shelf, archived(lite.store, shelf, TicketId(1003)).place)
    erasing.erase_person(lite.store, ["mara@beta.example"], an_order(LATER.at, shelf=shelf))
    back(lite.store, shelf, TicketId(1003), LATER, file=away)
    assert places_of(lite.store, "Quendel") == places_of(lite.store, "mara@beta.example") == []
    assert "article.text" in places_of(lite.store, "Rettich")


def test_an_encrypted_archive_is_opened_for_an_erasure_by_its_key(lite: Desk, tmp_path: Path) -> None:
    key = x25519.Identity.generate()
    (keyfile := tmp_path / "key").write_text(str(key))
    shelf = a_shelf(tmp_path, str(key.to_public()))
    archived(lite.store, shelf, OTHERS)
    assert dict(erase_ada(lite, shelf).record.counts)["archives out of reach"] == 1
    assert files_on(shelf) == ["service/2026/SD-1002.zip.age"]
    again_ = erasing.erase_person(lite.store, [ADA.address], an_order(LATER.at, shelf=shelf, identity=keyfile))
    assert dict(again_.record.counts)[erasing.ARCHIVES] == 1
    assert files_on(shelf) == [] and places_of(lite.store, ADAS) == [] and places_of(lite.store, BOBS)


def test_a_damaged_file_is_out_of_reach_and_leaves_nothing_half_way(lite: Desk, shelf: Shelf) -> None:
    done = archived(lite.store, shelf, OTHERS)
    shelf.path(done).write_bytes(b"PK")
    assert dict(erase_ada(lite, shelf).record.counts)["archives out of reach"] == 1
    with lite.store.reading() as tx:
        assert archives.live_of(tx, OTHERS) == done
        assert not any(one.text for one in tickets.show_ticket(tx, OTHERS).articles)


def test_an_archive_that_comes_back_half_way_does_not_come_back(lite: Desk, shelf: Shelf) -> None:
    done = archived(lite.store, shelf, OTHERS)
    with_row_changed(lite.store, shelf.path(done), lambda row: row.update(table="staff"), place=-1)
    assert dict(erase_ada(lite, shelf).record.counts)["archives out of reach"] == 1
    assert places_of(lite.store, BOBS) == [] and files_on(shelf) == [done.place]


def test_words_that_were_erased_meanwhile_go_when_an_archive_returns(lite: Desk, shelf: Shelf) -> None:
    """A restored database knows of erasures that came after its archive."""
    with lite.store.reading() as tx:
        article = tickets.show_ticket(tx, OTHERS).articles[0].id
    told = erasing.erase_text(lite.store, OTHERS, article, [BOBS], an_order(), dry_run=True)
    archived(lite.store, shelf, OTHERS)
    with lite.store.transaction() as tx:
        assert again.reapply(tx, [replace(told, digest="of another life", number=9)], [SECRET], LATER.at) == 1
    back(lite.store, shelf, OTHERS, LATER)
    assert places_of(lite.store, BOBS) == []
    with lite.store.reading() as tx:
        assert "[erased]" in tickets.show_ticket(tx, OTHERS).articles[0].text


def test_what_is_to_be_erased_in_a_held_ticket_keeps_it_in_the_archive(lite: Desk, shelf: Shelf) -> None:
    away = carried_off(shelf, archived(lite.store, shelf, OTHERS).place)
    erase_ada(lite, shelf)
    lite.store.retrying(lambda tx: holds.put(tx, Hold(OTHERS, NOON, "grace", "court")))
    before = whole(lite.store)
    with pytest.raises(Held):
        back(lite.store, shelf, OTHERS, LATER, file=away)
    assert whole(lite.store) == before


# ---- Whole tickets, and words of one --------------------------------------------------------------


def test_an_erased_ticket_takes_its_file_along(desk: Desk, shelf: Shelf) -> None:
    archived(desk.store, shelf)
    erasing.erase_ticket(desk.store, THEIRS, an_order(LATER.at, shelf=shelf))
    assert files_on(shelf) == []
    left = {name.partition(".")[0] for name in places_of(desk.store, ADAS)}
    assert left == {"article", "attachment", "audit", "decision", "raw_piece"}
    with pytest.raises(Exception, match="not in the archive"):
        back(desk.store, shelf)
    desk.take_in(a_mail(f"{ADA.name} <{ADA.address}>", ADAS, "<ada-1@acme.example>"), mail_from=ADA.address)
    assert erasing.sweep(desk.store, LATER.at) == 1, "the same mail again is known, and its bytes do not stay"


def test_a_file_outlives_no_process_that_died(desk: Desk, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    archived(desk.store, shelf)
    with monkeypatch.context() as died:
        died.setattr(archiving, "sweep", lambda *_args: None)
        erasing.erase_ticket(desk.store, THEIRS, an_order(LATER.at, shelf=shelf))
    with monkeypatch.context() as died, pytest.raises(KeyboardInterrupt):
        died.setattr(records, "gone", _dies)
        archiving.sweep(desk.store, shelf, LATER.at)
    (file,) = shelf.folder.rglob("*.zip")
    assert file.read_bytes() == b"", "its bytes went first"
    assert (archiving.sweep(desk.store, shelf, LATER.at), archiving.sweep(desk.store, shelf, LATER.at)) == (1, 0)
    assert files_on(shelf) == []


def _dies(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_the_file_of_an_erased_ticket_goes_as_soon_as_it_is_back_in_its_folder(lite: Desk, shelf: Shelf) -> None:
    done = archived(lite.store, shelf)
    away = carried_off(shelf, done.place)
    erasing.erase_ticket(lite.store, THEIRS, an_order(LATER.at, shelf=shelf))
    with lite.store.reading() as tx:
        (one,) = records.doomed(tx)
        assert (one.place, one.live, one.gone_at) == (done.place, False, None)
    away.rename(shelf.path(done))
    assert archiving.sweep(lite.store, shelf, LATER.at) == 1 and files_on(shelf) == []
    with lite.store.reading() as tx:
        assert records.doomed(tx) == ()


def test_after_the_last_month_the_archive_goes_too(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf)
    keeps = a_policy(desks=(a_desk(life_cycle=REOPENS, retention={"months": 24, "archive": {"months": 12}}),))

    def after(days: int) -> int:
        return retention.tidy(replace(lite.house, policy=keeps, shelf=shelf, clock=lambda: NOON + timedelta(days=days)))

    assert (after(700), files_on(shelf)) == (0, ["service/2026/SD-1001.zip"])
    assert (after(740), files_on(shelf)) == (2, [])
    with lite.store.reading() as tx:
        assert [(one.actor, one.subject) for one in chain.every(tx)] == [("clock", "1001")]


def test_words_of_an_archived_ticket_are_erased_once_it_is_back_and_with_them_the_file(
    lite: Desk, shelf: Shelf
) -> None:
    with lite.store.reading() as tx:
        article = tickets.show_ticket(tx, OTHERS).articles[0].id
    archived(lite.store, shelf, OTHERS)

    def erase() -> Erasure:
        return erasing.erase_text(lite.store, OTHERS, article, [BOBS], an_order(LATER.at, shelf=shelf))

    with pytest.raises(erasing.NotErased, match="maild archive return 1002"):
        erase()
    back(lite.store, shelf, OTHERS)
    assert in_files(shelf, BOBS)
    erase()
    assert places_of(lite.store, BOBS) == [] and files_on(shelf) == []


def test_the_copy_that_is_left_of_a_returned_ticket_goes_with_a_person_in_it(lite: Desk, shelf: Shelf) -> None:
    archived(lite.store, shelf, OTHERS)
    back(lite.store, shelf, OTHERS)
    assert files_on(shelf) == ["service/2026/SD-1002.zip"]
    erase_ada(lite, shelf)
    assert files_on(shelf) == [] and "article.text" in places_of(lite.store, BOBS)


def _shared(desk: Desk) -> int:
    """One mail that came to both tickets."""
    with desk.store.transaction() as tx:
        mails = dict(
            tx.execute(select(inbox_entry.c.ticket_id, inbox_entry.c.raw_id).order_by(inbox_entry.c.id.desc())).all()
        )
        first = select(func.min(inbox_entry.c.id)).where(inbox_entry.c.ticket_id == OTHERS).scalar_subquery()
        tx.execute(update(inbox_entry).where(inbox_entry.c.id == first).values(raw_id=mails[THEIRS]))
    return int(mails[THEIRS])


def _is_there(desk: Desk, raw: int) -> bool:
    with desk.store.reading() as tx:
        return ADAS.encode() in raw_by_id(tx, [raw])[raw]


def test_of_a_mail_that_two_archived_tickets_have_an_erasure_of_both_leaves_nothing(lite: Desk, shelf: Shelf) -> None:
    raw = _shared(lite)
    for number, left in ((THEIRS, True), (OTHERS, False)):
        archived(lite.store, shelf, number)
        assert _is_there(lite, raw) is left
    for number in (THEIRS, OTHERS):
        erasing.erase_ticket(lite.store, number, an_order(LATER.at, shelf=shelf))
    assert not _is_there(lite, raw) and files_on(shelf) == []


def test_a_mail_to_two_tickets_is_gone_when_both_are_erased(lite: Desk) -> None:
    raw = _shared(lite)
    for number, left in ((THEIRS, True), (OTHERS, False)):
        erasing.erase_ticket(lite.store, number, an_order())
        assert _is_there(lite, raw) is left


def test_marks_of_an_archive_are_of_those_who_stand_in_it_and_say_nothing_without_the_secret(
    lite: Desk, shelf: Shelf
) -> None:
    archived(lite.store, shelf, OTHERS)
    with lite.store.reading() as tx:
        marks = set(tx.scalars(select(archived_mark.c.mark)))
    assert {mark(SECRET, one) for one in (ADA.address, BOB.address)} <= marks
    assert mark(SECRET, "bob-1@acme.example") not in marks, "a Message-ID is nobody's address"
    assert mark(b"another secret that nobody knows", ADA.address) not in marks
