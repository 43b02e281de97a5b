"""Erased everywhere: no table and no file holds a word of it; what must stay stays, and the chain says what was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Executable, delete, func, insert, select, text, update

from maild.desks.retention import Retention
from maild.errors import NotFound
from maild.model import Disposition, OutboxState, Status, TicketId
from maild.model.workflows import RunState
from maild.steps import erasing, retention
from maild.store import access, inbox, outbox, register, tickets
from maild.store.backup import content
from maild.store.decisions import decisions_of
from maild.store.engine import Store
from maild.store.erasing import again, chain, holds
from maild.store.erasing.compacting import compact
from maild.store.erasing.holds import Held, Hold
from maild.store.erasing.marks import is_tombstone, mark, words_with
from maild.store.erasing.remains import holds as found_in
from maild.store.erasing.remains import without
from maild.store.erasing.scrubbing import UNTOUCHED, texts_of
from maild.store.erasing.wording import scrub_of
from maild.store.raw import PIECE, raw_by_id
from maild.store.runs import runs_of
from maild.store.schema import (
    article,
    contact,
    content_key,
    delivery,
    event,
    inbox_entry,
    metadata,
    outbox_entry,
    participant,
    raw_mail,
    setting,
    ticket,
    workflow_run,
)
from maild.store.states import InboxState
from maild.workflows.objects import digest
from tests.builders import ADA, BOB, NOON, a_desk, a_policy
from tests.store.backup_kit import a_store, bring_back, save
from tests.store.erasing_kit import (
    ADAS,
    BOBS,
    LATER,
    SECRET,
    Desk,
    a_mail,
    an_order,
    bytes_of,
    places_of,
    the_desk,
    ticket_numbers,
)

THEIRS, OTHERS = TicketId(1001), TicketId(1002)


def run(store: Store, statement: Executable) -> None:
    store.retrying(lambda tx: tx.execute(statement))


def erase_ada(desk: Desk, **changes: Any) -> chain.Erasure:
    return erasing.erase_person(desk.store, [ADA.address], an_order(**changes))


def test_of_an_erased_person_no_table_holds_a_word(desk: Desk) -> None:
    for word in (ADAS, ADA.address, ADA.name):
        assert places_of(desk.store, word), f"{word} should be there before"
    erase_ada(desk)
    for word in (ADAS, ADA.address, ADA.name):
        assert places_of(desk.store, word) == []


def test_what_others_wrote_stays(desk: Desk) -> None:
    before = set(places_of(desk.store, BOBS))
    erase_ada(desk)
    assert before - set(places_of(desk.store, BOBS)) <= {"decision.facts"}
    with desk.store.reading() as tx:
        view = tickets.show_ticket(tx, OTHERS)
        assert BOBS in view.articles[0].text
        raw, _ = tickets.attachment_source(tx, view.attachments[0].id)
    assert BOBS.encode() in raw


def test_what_others_quoted_of_it_is_gone_and_their_own_words_stay(desk: Desk) -> None:
    said = "The cellar smells of\r\n> > fermented gooseberries since Monday."
    adas = a_mail(f"{ADA.name} <{ADA.address}>", "x", "<ada-5@acme.example>", In_Reply_To="<bob-1@acme.example>")
    line = b"The cellar smells of fermented gooseberries since Monday."
    desk.take_in(adas.replace(b"Hello,", line), mail_from=ADA.address)
    bobs = a_mail(f"Bob <{BOB.address}>", "Radieschen", "<bob-5@acme.example>", In_Reply_To="<ada-5@acme.example>")
    desk.take_in(bobs.replace(b"Hello,", f"> {said}".encode()), mail_from=BOB.address)
    assert "article.text" in places_of(desk.store, "gooseberries")
    erase_ada(desk)
    assert places_of(desk.store, "gooseberries") == [] and "article.text" in places_of(desk.store, "Radieschen")


def test_an_address_in_an_encoded_mail_of_somebody_else_is_found(lite: Desk) -> None:
    mail = a_mail("Mara <mara@beta.example>", "Rhabarber", "<mara-1@beta.example>")
    broken = f"please ask ada@ac=\r\nme.example of {ADA.name.replace(' ', '=20')}\r\n".encode()
    lite.take_in(mail.replace(b"Hello,", broken), mail_from="mara@beta.example")
    erase_ada(lite)
    assert places_of(lite.store, ADA.address) == places_of(lite.store, ADA.name) == []
    assert {"raw_piece.data", "article.text"} <= set(places_of(lite.store, "Rhabarber"))


def test_an_address_on_the_border_of_two_pieces_is_found(lite: Desk) -> None:
    head = (
        b"From: mara@beta.example\r\nTo: support@desk.example\r\nSubject: log\r\nMessage-ID: <mara-2@beta.example>\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee the log\r\n--b\r\n"
        b"Content-Type: application/x-log\r\nContent-Disposition: attachment; filename=a.log\r\n\r\n"
    )
    lines = b"x" * 60 + b"\r\n"
    padded = (head + lines * (PIECE // len(lines)))[: PIECE - 7] + b"\r\n"
    lite.take_in(padded + ADA.address.encode() + b"\r\n--b--\r\n", mail_from="mara@beta.example")
    erase_ada(lite)
    with lite.store.reading() as tx:
        assert not any(ADA.address.encode() in inbox.raw_of(tx, one.id) for one in inbox.list_entries(tx))


def test_tickets_stay_as_skeletons_that_can_be_read(desk: Desk) -> None:
    with desk.store.reading() as tx:
        before = tickets.show_ticket(tx, THEIRS)
    erase_ada(desk)
    with desk.store.reading() as tx:
        after = tickets.show_ticket(tx, THEIRS)
        for entry in inbox.list_entries(tx):
            assert inbox.raw_of(tx, entry.id) and (
                entry.disposition is Disposition.DUPLICATE or decisions_of(tx, entry.id)
            )
    kept = ("id", "prefix", "desk", "created_at", "priority")
    assert [getattr(after.ticket, name) for name in kept] == [getattr(before.ticket, name) for name in kept]
    assert (after.ticket.title, after.ticket.status) == ("", Status.CLOSED)
    assert [one.id for one in after.articles] == [one.id for one in before.articles]
    assert {one.contact.address for one in after.participants if is_tombstone(one.contact.address)}


def test_the_database_stays_sound(lite: Desk, tmp_path: Path) -> None:
    erase_ada(lite)
    file, _ = save(lite.store, tmp_path / "backups")
    bring_back(file, url := f"sqlite:///{tmp_path / 'proof.db'}", tmp_path / "state")
    with content.opened(Path(url.removeprefix("sqlite:///"))) as db:
        assert list(content.blemishes(db)) == []


def test_no_byte_is_left_in_the_files_of_sqlite(busy_url: str) -> None:
    with a_store(busy_url) as store:
        file, desk = Path(busy_url.removeprefix("sqlite:///")), the_desk(store)
        for change in (insert(setting).values(key="k", value="Zwetschgen" * 100_000), delete(setting)):
            with store.transaction() as tx:
                tx.exec_driver_sql("PRAGMA secure_delete = OFF")
                tx.execute(change)
        assert ADAS.encode() in bytes_of(file) and b"Zwetschgen" in bytes_of(file), "deleted, and its bytes are left"
        erase_ada(desk)
        compact(store)
        for word in (ADAS, ADA.address, ADA.name, "Zwetschgen"):
            assert word.encode() not in bytes_of(file)
        assert BOBS.encode() in bytes_of(file)


def test_a_database_is_written_anew_while_others_read_it(desk: Desk) -> None:
    erase_ada(desk)
    compact(desk.store)
    with desk.store.reading() as tx:
        assert tickets.show_ticket(tx, OTHERS)


def test_an_erased_ticket_leaves_the_other_tickets_alone(desk: Desk) -> None:
    erasing.erase_ticket(desk.store, THEIRS, an_order())
    left = {name.partition(".")[0] for name in places_of(desk.store, ADAS)}
    with desk.store.reading() as tx:
        words = tx.scalars(select(article.c.text).where(article.c.ticket_id == THEIRS)).all()
        assert not any(words) and tickets.show_ticket(tx, OTHERS).articles[-1].text
        assert tx.scalars(select(article.c.author)).all().count(ADA.address) == 1
        copies = [one for one in inbox.list_entries(tx) if one.disposition is Disposition.DUPLICATE]
        assert copies and not any(ADAS.encode() in inbox.raw_of(tx, one.id) for one in copies)
    assert left == {"article", "attachment", "audit", "decision", "raw_piece"}


def test_a_mail_that_another_ticket_has_as_well_stays_there(lite: Desk) -> None:
    with lite.store.transaction() as tx:
        raw = tx.scalars(select(inbox_entry.c.raw_id).where(inbox_entry.c.ticket_id == THEIRS)).one()
        tx.execute(update(inbox_entry).where(inbox_entry.c.ticket_id == OTHERS).values(raw_id=raw))
    erasing.erase_ticket(lite.store, THEIRS, an_order())
    with lite.store.reading() as tx:
        assert ADAS.encode() in raw_by_id(tx, [raw])[raw]
    erase_ada(lite)
    assert places_of(lite.store, ADAS) == []


def test_nothing_goes_out_for_an_erased_ticket(desk: Desk) -> None:
    waiting = update(outbox_entry).values(state=OutboxState.QUEUED, due_at=NOON)
    desk.store.retrying(lambda tx: tx.execute(waiting))
    erasing.erase_ticket(desk.store, THEIRS, an_order())
    with desk.store.transaction() as tx:
        due = outbox.claim(tx, "n/1", LATER, LATER - NOON, 10)
        rows = tx.execute(select(outbox_entry).where(outbox_entry.c.ticket_id == THEIRS)).all()
        of_theirs = select(delivery.c.answer).join(outbox_entry).where(outbox_entry.c.ticket_id == THEIRS)
        answers = tx.scalars(of_theirs).all()
    assert rows and not [one for one in due if one.ticket == THEIRS]
    assert {(bytes(row.raw), row.state.value) for row in rows} == {(b"", "suppressed")}
    assert answers and not any(answers), "a server's answer names who got it"


def test_mail_that_waits_for_a_worker_is_erased_too(desk: Desk) -> None:
    claimed = update(inbox_entry).values(state=InboxState.CLAIMED, owner="n/1", due_at=LATER, prove_at=LATER)
    desk.store.retrying(lambda tx: tx.execute(claimed))
    erase_ada(desk)
    with desk.store.reading() as tx:
        rows = tx.execute(select(inbox_entry).where(inbox_entry.c.mail_from.like("erased-%"))).all()
    assert len(rows) == 3
    assert {(row.state.value, row.due_at, row.prove_at, row.owner) for row in rows} == {("done", None, None, "")}


def test_a_dry_run_says_the_same_and_erases_nothing(desk: Desk) -> None:
    before = {word: places_of(desk.store, word) for word in (ADAS, BOBS, ADA.address)}
    told = erasing.erase_person(desk.store, [ADA.address], an_order(), dry_run=True)
    assert {word: places_of(desk.store, word) for word in before} == before
    with desk.store.reading() as tx:
        assert chain.every(tx) == () and access.latest(tx) == ()
    assert erase_ada(desk).record.counts == told.record.counts


def test_a_held_ticket_is_refused_with_everything_else(desk: Desk) -> None:
    desk.store.retrying(lambda tx: holds.put(tx, Hold(OTHERS, NOON, "grace", "court")))
    before = places_of(desk.store, ADAS)
    with pytest.raises(Held, match="1002"):
        erase_ada(desk)
    with pytest.raises(Held):
        erasing.erase_ticket(desk.store, OTHERS, an_order())
    with pytest.raises(Held):
        erasing.erase_text(desk.store, OTHERS, _first_article(desk, OTHERS), [BOBS], an_order())
    assert places_of(desk.store, ADAS) == before
    desk.store.retrying(lambda tx: holds.release(tx, OTHERS))
    erase_ada(desk)
    with pytest.raises(NotFound), desk.store.transaction() as tx:
        holds.release(tx, OTHERS)


def test_a_request_with_legal_weight_is_ended_first(lite: Desk) -> None:
    run = {"workflow": "deletion", "state": RunState.COOLING, "created_at": NOON, "seen_at": NOON}
    lite.store.retrying(lambda tx: tx.execute(insert(workflow_run).values(ticket_id=THEIRS, **run)))
    with pytest.raises(Held, match="legal weight"):
        erase_ada(lite)


def test_of_an_ended_request_it_stays_that_there_was_one(desk: Desk) -> None:
    said = {"asked_by": ADA.address, "confirmed_by": ADA.address, "seconded_by": BOB.address, "why": ADAS}
    run = {"workflow": "deletion", "state": RunState.DONE, "created_at": NOON, "seen_at": NOON, "ended_by": "grace"}
    about = {"objects": (("account", ADAS),), "digest": digest("deletion", "acme", ADA.address, (("account", ADAS),))}
    desk.store.retrying(lambda tx: tx.execute(insert(workflow_run).values(ticket_id=THEIRS, **run, **said, **about)))
    erasing.erase_ticket(desk.store, THEIRS, an_order())
    with desk.store.reading() as tx:
        (left,) = runs_of(tx, [THEIRS])[THEIRS]
    assert (left.workflow, left.state, left.created_at) == ("deletion", RunState.DONE, NOON)
    people = (left.asked_by, left.confirmed_by, left.seconded_by, left.ended_by)
    assert (*people, left.why, left.objects) == ("", "", "", "", "", ())
    assert left.digest == "", "whoever tries all accounts would find it by its hash"


def test_staff_are_not_erased_and_staff_of_other_desks_erase_nothing(lite: Desk) -> None:
    with pytest.raises(erasing.NotErased, match="not yours"):
        erase_ada(lite, desks=frozenset({"billing"}))
    with pytest.raises(erasing.NotErased, match="nothing here"):
        erasing.erase_person(lite.store, ["nobody@nowhere.example"], an_order())
    staff = metadata.tables["staff"]
    lite.store.retrying(
        lambda tx: tx.execute(insert(staff).values(name="ada", address=ADA.address, desks=(), teams=()))
    )
    with pytest.raises(erasing.NotErased, match="works here"):
        erase_ada(lite)


def test_somebody_whose_address_ends_like_theirs_stays(lite: Desk) -> None:
    other = f"m{ADA.address}"
    mail = a_mail(f"Mada <{other}>", "Mirabellen", "<mada-1@acme.example>", Cc=ADA.address)
    lite.take_in(mail, mail_from=other)
    erase_ada(lite)
    assert "contact.address" in places_of(lite.store, other) and places_of(lite.store, "Mirabellen")


def test_whoever_writes_again_is_welcome_and_can_be_erased_again(desk: Desk) -> None:
    erase_ada(desk)
    desk.take_in(a_mail(f"{ADA.name} <{ADA.address}>", "Holunder", "<ada-9@acme.example>"), mail_from=ADA.address)
    assert places_of(desk.store, "Holunder")
    erase_ada(desk, at=LATER)
    assert places_of(desk.store, "Holunder") == places_of(desk.store, ADA.address) == []


def test_the_same_mail_again_is_known_and_its_bytes_do_not_stay(desk: Desk) -> None:
    first = a_mail(f"{ADA.name} <{ADA.address}>", ADAS, "<ada-1@acme.example>")
    erase_ada(desk)
    numbers = ticket_numbers(desk.store)
    desk.take_in(first, mail_from=ADA.address)
    assert ticket_numbers(desk.store) == numbers, "it opens nothing"
    assert erasing.sweep(desk.store, LATER) == 1
    assert places_of(desk.store, ADAS) == []
    assert erasing.sweep(desk.store, LATER) == 0


def test_a_copy_that_was_not_decided_yet_is_looked_at_later(lite: Desk) -> None:
    erase_ada(lite)
    lite.take_in(a_mail(f"{ADA.name} <{ADA.address}>", ADAS, "<ada-1@acme.example>"), mail_from=ADA.address)
    newest = select(func.max(inbox_entry.c.id)).scalar_subquery()
    for due, swept in ((LATER, 0), (None, 1)):
        waits = update(inbox_entry).where(inbox_entry.c.id == newest).values(due_at=due)
        run(lite.store, waits)
        assert erasing.sweep(lite.store, LATER) == swept


def test_an_erasure_is_in_the_access_log(lite: Desk) -> None:
    erase_ada(lite)
    with lite.store.reading() as tx:
        (look,) = access.latest(tx, ticket=THEIRS)
        assert access.latest(tx, actor="nobody") == ()
    assert (look.actor, look.what, look.detail) == ("grace", access.ERASE, "erasure 1")


# ---- Words of a ticket ---------------------------------------------------------------------------


def _first_article(desk: Desk, number: TicketId) -> int:
    with desk.store.reading() as tx:
        return tickets.show_ticket(tx, number).articles[0].id


def test_words_of_a_ticket_are_gone_everywhere_and_the_rest_stays(desk: Desk) -> None:
    done = erasing.erase_text(desk.store, OTHERS, _first_article(desk, OTHERS), [BOBS.lower()], an_order())
    assert places_of(desk.store, BOBS) == []
    with desk.store.reading() as tx:
        view = tickets.show_ticket(tx, OTHERS)
    assert view.ticket.title == "About [erased]" and "it is [erased], ünd nothing else." in view.articles[0].text
    assert places_of(desk.store, ADAS) and view.ticket.status is not Status.CLOSED
    assert dict(done.record.counts)["mails"] == 1


def test_the_same_words_stay_where_nobody_asked_for_it(desk: Desk) -> None:
    desk.take_in(a_mail("Mara <mara@beta.example>", BOBS, "<mara-3@beta.example>"), mail_from="mara@beta.example")
    (number,) = set(ticket_numbers(desk.store)) - {THEIRS, OTHERS}
    erasing.erase_text(desk.store, OTHERS, _first_article(desk, OTHERS), [BOBS], an_order())
    with desk.store.reading() as tx:
        assert BOBS in tickets.show_ticket(tx, number).articles[0].text
        assert BOBS not in tickets.show_ticket(tx, OTHERS).articles[0].text


def test_no_row_of_the_ticket_keeps_the_words(desk: Desk) -> None:
    rows = (
        update(inbox_entry).where(inbox_entry.c.ticket_id == OTHERS).values(detail=f"says {BOBS}"),
        update(ticket).where(ticket.c.id == OTHERS).values(category=BOBS),
        insert(event).values(ticket_id=OTHERS, at=NOON, actor="grace", kind="note", text=f"about {BOBS}"),
    )
    for row in rows:
        run(desk.store, row)
    before = places_of(desk.store, BOBS)
    erasing.erase_text(desk.store, OTHERS, _first_article(desk, OTHERS), [BOBS], an_order())
    assert {"inbox_entry.detail", "ticket.category", "event.text", "attachment.filename"} <= set(before)
    assert places_of(desk.store, BOBS) == []


def test_words_with_quotation_marks_are_found_in_json_too(lite: Desk) -> None:
    mail = a_mail(f"Bob <{BOB.address}>", "Rettich", "<bob-7@acme.example>")
    lite.take_in(mail.replace(b"Hello,", b'about the "Grandiose" plan'), mail_from=BOB.address)
    number = max(ticket_numbers(lite.store))
    assert "decision.plan" in places_of(lite.store, "Grandiose")
    erasing.erase_text(lite.store, number, _first_article(lite, number), ['the "Grandiose" plan'], an_order())
    assert places_of(lite.store, "Grandiose") == []


@pytest.mark.parametrize(("words", "said"), [(["xy"], "2 characters"), (["Zwetschgen"], "none of these")])
def test_words_that_are_too_short_or_not_there_are_refused(lite: Desk, words: list[str], said: str) -> None:
    with pytest.raises(erasing.NotErased, match=said):
        erasing.erase_text(lite.store, OTHERS, _first_article(lite, OTHERS), words, an_order())
    with pytest.raises(NotFound):
        erasing.erase_text(lite.store, THEIRS, _first_article(lite, OTHERS), [BOBS], an_order())


MAILS = {
    "plain": b"Subject: x\r\n\r\nmy number is 123456782.\r\n",
    "folded": b"Subject: x\r\n\r\nthe Grand\r\n  Secret is out\r\n",
    "base64": b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nMTIzNDU2Nzgy\r\n",
    "encoded header": b"Subject: =?utf-8?b?MTIzNDU2Nzgy?=\r\nTo: a@b.example\r\n\r\nx\r\n",
    "html entities": b"Content-Type: text/html\r\n\r\n<p>&#49;23456782</p>\r\n",
    "unknown charset": b"Content-Type: text/plain; charset=x-nothing\r\n\r\n123456782 \xff\r\n",
    "boundary without end": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n123456782\r\n--b\r\n\r\n123456782",
    "file name": b"Content-Type: image/png; name*0=1234; name*1=56782.png\r\n\r\nx\r\n",
}


@pytest.mark.parametrize("raw", MAILS.values(), ids=MAILS)
def test_no_reader_of_a_mail_finds_the_words_afterwards(raw: bytes) -> None:
    scrub = scrub_of(["123456782", "Grand Secret"])
    assert found_in(raw, scrub)
    cleaned = without(raw, scrub, b"NOTE")
    assert not found_in(cleaned, scrub)


def test_a_mail_without_the_words_stays_as_it_is_and_others_keep_their_files() -> None:
    odd = b"Subject:  x\nX-Odd:y\n\nmixed\nends\r\n"
    assert without(odd, scrub_of(["Zwetschgen"]), b"NOTE") == odd
    raw = a_mail("Bob <bob@acme.example>", BOBS, "<bob-1@acme.example>")
    assert without(raw, scrub_of(["Zwetschgen"]), b"NOTE") == raw
    cleaned = without(raw, scrub_of(["ünd nothing"]), b"NOTE")
    assert cleaned != b"NOTE" and b"application/pdf" in cleaned and BOBS.encode() in cleaned


WORDS = st.text(min_size=3).filter(lambda one: len(" ".join(one.replace(">", " ").split())) >= 3)


@settings(max_examples=40)
@given(st.text(), st.lists(WORDS, min_size=1, max_size=3))
def test_a_scrubbed_text_has_none_of_the_words(said: str, words: list[str]) -> None:
    scrub = scrub_of(words, "·")
    mixed = said.join(words)
    assert not scrub.found(scrub.apply(mixed)) or any("·" in word for word in words)


def test_a_word_is_known_by_its_mark_and_only_with_the_secret() -> None:
    wanted = [(len("Grand Secret"), mark(SECRET, "grand secret", "text"))]
    assert list(words_with(SECRET, ["the  Grand\nSecret is out"], wanted)) == ["Grand Secret"]
    assert list(words_with(b"another", ["the Grand Secret is out"], wanted)) == []


# ---- The chain -----------------------------------------------------------------------------------


@pytest.fixture
def chained(lite: Desk, tmp_path: Path) -> Desk:
    """Three erasures, written down."""
    erasing.erase_text(lite.store, OTHERS, _first_article(lite, OTHERS), [BOBS], an_order())
    erasing.erase_ticket(lite.store, THEIRS, an_order())
    erasing.erase_person(lite.store, [ADA.address], an_order())
    erasing.write_down(lite.store, tmp_path)
    return lite


def _faults(desk: Desk, state: Path) -> list[str]:
    with desk.store.reading() as tx:
        return list(chain.faults(chain.every(tx), chain.read_file(state)))


def test_the_chain_holds_and_holds_no_word(chained: Desk, tmp_path: Path) -> None:
    assert _faults(chained, tmp_path) == []
    written = (tmp_path / chain.FILE).read_text()
    assert len([line for line in written.splitlines() if line and json.loads(line)]) == 3
    assert not any(word in written for word in (ADAS, BOBS, ADA.address, ADA.name))
    before = written
    erasing.write_down(chained.store, tmp_path)
    assert (tmp_path / chain.FILE).read_text() == before


TAMPERED = {
    "changed": ("UPDATE erasure SET actor = 'mallory' WHERE id = 2", "its certificate"),
    "changed with its hash": ("UPDATE erasure SET certificate = 'x' WHERE id = 2", "its own hash"),
    "taken out": ("DELETE FROM erasure WHERE id = 2", "does not follow"),
    "the last one taken out": ("DELETE FROM erasure WHERE id = 3", "in the file only"),
}


@pytest.mark.parametrize(("statement", "said"), TAMPERED.values(), ids=TAMPERED)
def test_a_row_that_was_changed_or_taken_out_is_seen(chained: Desk, tmp_path: Path, statement: str, said: str) -> None:
    chained.store.retrying(lambda tx: tx.execute(text(statement)))
    assert any(said in fault for fault in _faults(chained, tmp_path))


def test_a_line_that_was_cut_off_is_written_again(chained: Desk, tmp_path: Path) -> None:
    file = tmp_path / chain.FILE
    file.write_bytes(file.read_bytes()[:-40])
    assert len(chain.read_file(tmp_path)) == 2
    erasing.write_down(chained.store, tmp_path)
    assert len(chain.read_file(tmp_path)) == 3


def test_every_free_text_of_every_table_is_looked_at() -> None:
    left_out = {one.name for one in metadata.sorted_tables if not texts_of(one)} | set(UNTOUCHED)
    assert {"article", "ticket", "audit", "announced", "breaker", "proposal", "invitation"}.isdisjoint(left_out)
    assert "facts" in texts_of(metadata.tables["decision"]) and "state" not in texts_of(inbox_entry)


# ---- Restores ------------------------------------------------------------------------------------


FILE, REPLACED = "the file beside it", "the database that is replaced"
SERVER = pytest.param("a server's database that is replaced", marks=pytest.mark.postgres)


@pytest.fixture(params=[FILE, REPLACED, SERVER])
def restored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A backup of before the erasures, brought back after them; one mail more came in between."""
    of_sqlite = request.param in (FILE, REPLACED)
    url = request.getfixturevalue("busy_url" if of_sqlite else "busy_postgres_url")
    state = tmp_path / "state"
    state.mkdir()
    (state / "secret").write_bytes(SECRET)
    with a_store(url) as store:
        desk = the_desk(store)
        file, _ = save(store, tmp_path / "backups")
        desk.take_in(_between(), mail_from=ADA.address)
        erasing.erase_text(store, OTHERS, _first_article(desk, OTHERS), [BOBS], an_order())
        erase_ada(desk)
        erasing.write_down(store, state)
    if request.param == FILE:
        url = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        (state / chain.FILE).unlink()
    done = bring_back(file, url, state, replace=True)
    assert any("erasures since the backup, done once more: 2" in line for line in done.done)
    with a_store(url) as opened:
        yield opened


def _between() -> bytes:
    return a_mail(f"{ADA.name} <{ADA.address}>", "Johannisbeer", "<ada-3@acme.example>")


def test_what_was_erased_since_a_backup_is_erased_after_its_restore(restored: Store) -> None:
    for word in (ADAS, BOBS, ADA.address, ADA.name):
        assert places_of(restored, word) == [], word
        if restored.dialect_name == "sqlite":
            assert word.encode() not in bytes_of(Path(restored.engine.url.database or ""))
    with restored.reading() as tx:
        ones = chain.every(tx)
        assert len(ones) == 2 and list(chain.faults(ones, ())) == []


def test_erased_mail_that_came_after_the_backup_does_not_come_back_from_the_mailbox(restored: Store) -> None:
    desk, before = the_desk(restored), ticket_numbers(restored)
    desk.take_in(_between(), mail_from=ADA.address)
    assert ticket_numbers(restored) == before
    erasing.sweep(restored, LATER)
    assert places_of(restored, "Johannisbeer") == []


def test_a_database_that_went_another_way_takes_the_erasure_as_its_own(desk: Desk) -> None:
    done = erase_ada(desk)
    other = replace(done, number=1, actor="tess", digest="", previous="")
    with desk.store.transaction() as tx:
        assert again.reapply(tx, [other], [SECRET], LATER) == 1
        ones = chain.every(tx)
        assert list(chain.faults(ones, ())) == []
    assert [one.actor for one in ones] == ["grace", "tess"]


def test_a_person_who_was_erased_is_known_by_the_register_no_more(desk: Desk) -> None:
    erase_ada(desk)
    with desk.store.reading() as tx:
        assert register.person_behind(tx, BOB.address)
        with pytest.raises(NotFound):
            register.person_behind(tx, ADA.address)


def test_what_figures_and_references_need_stays(desk: Desk) -> None:
    kept = (content_key, raw_mail, inbox_entry, ticket, article, participant, outbox_entry)
    count = {one.name: select(func.count()).select_from(one) for one in kept}
    with desk.store.reading() as tx:
        before = {name: tx.execute(query).scalar_one() for name, query in count.items()}
    erase_ada(desk)
    with desk.store.reading() as tx:
        assert {name: tx.execute(query).scalar_one() for name, query in count.items()} == before
        kinds = tx.scalars(select(event.c.kind).where(event.c.ticket_id == THEIRS)).all()
        away = select(participant.c.has_left).join(contact).where(contact.c.address.like("erased-%"))
        assert set(tx.scalars(away)) == {True}, "no mail goes to a tombstone"
    assert kinds[-1] == "erasure/erased" and len(kinds) > 2


# ---- Time ----------------------------------------------------------------------------------------


def _after(desk: Desk, days: int, months: int = 12) -> int:
    """A round of the clock, so many days after the ticket of Ada's was closed."""
    keeps = a_policy(desks=(a_desk(retention={"months": months}),))
    house = replace(Desk(desk.store, keeps).house, clock=lambda: NOON + timedelta(days=days))
    return retention.tidy(house)


@pytest.fixture
def closed(desk: Desk) -> Desk:
    """Ada's ticket was closed at noon; Bob's is open."""
    settled = update(ticket).where(ticket.c.id == THEIRS).values(status=Status.CLOSED, settled_at=NOON)
    desk.store.retrying(lambda tx: tx.execute(settled))
    return desk


def test_a_desk_erases_what_it_has_kept_long_enough(closed: Desk) -> None:
    assert _after(closed, 364) == 0 and places_of(closed.store, ADAS)
    assert _after(closed, 367) == 1
    with closed.store.reading() as tx:
        texts = tx.scalars(select(article.c.text).where(article.c.ticket_id == THEIRS)).all()
        assert not any(texts) and tickets.show_ticket(tx, OTHERS).articles[0].text
        assert [(one.actor, one.subject) for one in chain.every(tx)] == [("clock", "1001")]
    assert _after(closed, 400) == 0, "once is enough"


def test_a_held_ticket_is_kept_and_the_others_go(closed: Desk) -> None:
    both = update(ticket).values(status=Status.SOLVED, settled_at=NOON)
    closed.store.retrying(lambda tx: tx.execute(both))
    closed.store.retrying(lambda tx: holds.put(tx, Hold(THEIRS, NOON, "grace", "court")))
    assert _after(closed, 400) == 1
    assert places_of(closed.store, BOBS) == [] and "article.text" in places_of(closed.store, ADAS)


@pytest.mark.parametrize(
    ("now", "months", "limit"),
    [("2026-03-31", 1, "2026-02-28"), ("2026-01-05", 1, "2025-12-05"), ("2026-11-20", 180, "2011-11-20")],
)
def test_months_are_those_of_the_calendar(now: str, months: int, limit: str) -> None:
    begin = datetime.fromisoformat(f"{now}T12:00+00:00")
    assert Retention(months=months).limit(begin).date().isoformat() == limit
