"""The inbox: nothing kept is lost, nothing is handed to two workers, and only the guilty mail is charged."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from maild.errors import Conflict, NotFound
from maild.model import Disposition, EntryId, Envelope, InboxEntry, Source
from maild.store import inbox
from maild.store.engine import Store
from maild.store.states import InboxState
from tests.builders import NOON, SUPPORT
from tests.store.kit import LEASE, a_received_mail, claim, done, finish, ids, keep

PARENT = "<parent@acme.example>"


def test_a_mail_comes_back_as_it_was_kept(store: Store) -> None:
    raw = bytes(range(256)) * 3000
    (kept,) = keep(store, a_received_mail(raw=raw, peer="192.0.2.1", mail_from="", source=Source.LMTP))
    envelope = Envelope(Source.LMTP, "", SUPPORT.address, NOON, "192.0.2.1", None)
    assert claim(store, max_bytes=1) == (InboxEntry(kept, envelope, raw),)
    with store.reading() as tx:
        assert list(map(len, inbox.pieces_of(tx, kept))) == [256 * 1024, 256 * 1024, len(raw) - 512 * 1024]
        assert inbox.raw_of(tx, kept) == raw


def test_an_empty_mail_is_a_mail(store: Store) -> None:
    keep(store, a_received_mail(raw=b""))
    assert [entry.raw for entry in claim(store)] == [b""]


def test_one_mail_to_two_desks_is_two_entries_of_the_same_bytes(store: Store) -> None:
    keep(store, a_received_mail(recipients=("a@desk.example", "b@desk.example")))
    assert [entry.envelope.recipient for entry in claim(store)] == ["a@desk.example", "b@desk.example"]


def test_a_mail_read_twice_from_a_mailbox_is_kept_once(store: Store) -> None:
    again = a_received_mail(source_key="imap/1/7")
    (first,) = keep(store, again, again)
    assert keep(store, again) == ()
    (other,) = keep(store, a_received_mail(source_key="imap/1/8"), again)
    assert ids(claim(store)) == [first, other]


def test_two_readers_of_one_mailbox_keep_each_mail_once(store: Store) -> None:
    mails = [a_received_mail(source_key=f"imap/1/{uid}") for uid in range(20)]
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda _: keep(store, *mails), range(4)))
    assert sorted(map(len, kept)) == [0, 0, 0, 20]
    assert len(claim(store, limit=100)) == 20


def test_workers_never_get_the_same_mail(store: Store) -> None:
    kept = keep(store, *[a_received_mail() for _ in range(120)])

    def work(worker: int) -> list[EntryId]:
        mine: list[EntryId] = []
        while entries := store.retrying(lambda tx: inbox.claim(tx, f"n/{worker}", NOON, LEASE, 7, 1 << 20)):
            store.retrying(lambda tx: inbox.finish(tx, [done(entry.id, f"n/{worker}") for entry in entries]))
            mine += ids(entries)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(entry for mine in pool.map(work, range(4)) for entry in mine)
    assert taken == Counter(kept)


def test_a_claim_can_be_taken_again_only_when_its_lease_has_ended(store: Store) -> None:
    kept = keep(store, a_received_mail())
    assert ids(claim(store, "n/1")) == list(kept)
    assert claim(store, "n/2", NOON + LEASE - timedelta(seconds=1)) == ()
    assert ids(claim(store, "n/2", NOON + LEASE)) == list(kept)


def test_who_lost_the_claim_finishes_nothing(store: Store) -> None:
    one, two = keep(store, a_received_mail(), a_received_mail())
    claim(store, "n/1", limit=1)
    claim(store, "n/2", NOON + LEASE)
    with pytest.raises(Conflict):
        finish(store, done(two, "n/2"), done(one, "n/1"))
    finish(store, done(two, "n/2"), done(one, "n/2"))
    with pytest.raises(Conflict):
        finish(store, done(one, "n/2"))


def test_what_became_of_a_mail_can_be_read(store: Store) -> None:
    (kept,) = keep(store, a_received_mail())
    claim(store)
    finish(store, done(kept, disposition=Disposition.DUPLICATE, duplicate_of=EntryId(77)))
    with store.reading() as tx:
        view = inbox.show(tx, kept)
        assert inbox.counts(tx) == inbox.InboxCounts(0, 0, 0, 1)
    assert (view.state, view.disposition, view.duplicate_of) == (InboxState.DONE, Disposition.DUPLICATE, 77)
    assert view.reasons == done(kept).reasons
    assert view.due_at is None


def test_a_batch_ends_before_it_gets_too_large_but_is_never_empty(store: Store) -> None:
    kept = keep(store, *[a_received_mail(raw=b"x" * 400) for _ in range(3)])
    assert ids(claim(store, max_bytes=900)) == list(kept[:2])
    assert ids(claim(store, max_bytes=10)) == list(kept[2:])


def test_a_crash_is_charged_to_one_mail_which_runs_alone_then_gives_its_header_only_then_is_set_aside(
    store: Store,
) -> None:
    guilty, other = keep(store, a_received_mail(), a_received_mail())
    assert ids(claim(store)) == [guilty, other]
    with store.transaction() as tx:
        assert not inbox.charge(tx, guilty, NOON, "killed", "signal 9")
        assert inbox.release(tx, "n/1") == 1
    (again,) = claim(store)
    assert (again.id, again.attempts, again.alone) == (guilty, 1, True)
    assert ids(claim(store)) == [other]
    with store.transaction() as tx:
        assert not inbox.charge(tx, guilty, NOON, "cpu", "10 s")
    (header_only,) = claim(store)
    assert (header_only.id, header_only.attempts, header_only.cause) == (guilty, inbox.HEADER_ONLY, "cpu")
    with store.transaction() as tx:
        assert inbox.charge(tx, guilty, NOON, "cpu", "10 s")
    assert claim(store, now=NOON + 2 * LEASE, limit=1)[0].id == other
    with store.reading() as tx:
        (view,) = inbox.list_entries(tx, InboxState.QUARANTINED)
        assert inbox.counts(tx) == inbox.InboxCounts(0, 1, 1, 0, oldest=None, quarantined_oldest=NOON)
    assert (view.id, view.attempts, view.cause, view.disposition) == (guilty, 3, "cpu", Disposition.QUARANTINED)


def test_a_mail_that_runs_alone_is_left_out_of_company(store: Store) -> None:
    kept = keep(store, a_received_mail(), a_received_mail(), a_received_mail())
    with store.transaction() as tx:
        inbox.charge(tx, kept[1], NOON, "killed", "")
    assert ids(claim(store)) == [kept[0], kept[2]]
    assert ids(claim(store)) == [kept[1]]


def test_a_mail_that_is_done_is_not_charged_for_what_happens_after_its_commit(store: Store) -> None:
    (kept,) = keep(store, a_received_mail())
    claim(store)
    finish(store, done(kept))
    with store.transaction() as tx:
        assert not inbox.charge(tx, kept, NOON, "killed", "")
    assert claim(store, now=NOON + LEASE) == ()


def test_a_worker_gives_its_claims_back_unharmed_but_for_the_guilty_one(store: Store) -> None:
    kept = keep(store, *[a_received_mail() for _ in range(3)])
    claim(store, "n/1")
    with store.transaction() as tx:
        assert inbox.release(tx, "n/1", except_for=kept[1]) == 2
        assert inbox.release(tx, "n/2") == 0
    assert [(entry.id, entry.attempts) for entry in claim(store)] == [(kept[0], 0), (kept[2], 0)]


def test_a_node_that_starts_again_frees_its_own_claims_only(store: Store) -> None:
    kept = keep(store, *[a_received_mail() for _ in range(3)])
    for owner in ("no_e/1", "node/1", "no_e/2"):
        claim(store, owner, limit=1)
    with store.transaction() as tx:
        assert inbox.release_node(tx, "no_e") == 2
    assert ids(claim(store)) == [kept[0], kept[2]]


def test_an_outage_postpones_a_mail_without_charging_it(store: Store) -> None:
    (kept,) = keep(store, a_received_mail())
    claim(store)
    later = NOON + timedelta(seconds=5)
    with store.transaction() as tx:
        inbox.later(tx, [kept], "n/2", NOON)
        inbox.later(tx, [kept], "n/1", later)
    assert claim(store, now=later - timedelta(seconds=1)) == ()
    assert [(entry.id, entry.attempts) for entry in claim(store, now=later)] == [(kept, 0)]


def test_a_person_lets_a_quarantined_mail_run_again(store: Store) -> None:
    (kept,) = keep(store, a_received_mail())
    claim(store)
    finish(store, done(kept, disposition=Disposition.QUARANTINED))
    with store.reading() as tx:
        assert inbox.show(tx, kept).cause == "auto-reply"
    with store.transaction() as tx:
        inbox.retry(tx, kept)
        with pytest.raises(NotFound):
            inbox.retry(tx, kept)
    assert [(entry.id, entry.attempts, entry.alone) for entry in claim(store)] == [(kept, 0, True)]


# ---- a reply does not overtake its parent (law 6) ------------------------------------------------


def a_reply(**changes: object) -> object:
    return a_received_mail(message_id="<reply@acme.example>", parent_id=PARENT, **changes)


def test_a_reply_waits_while_its_parent_waits_or_is_being_worked_on(store: Store) -> None:
    reply, parent = keep(store, a_reply(), a_received_mail(message_id=PARENT))
    assert ids(claim(store, "n/1")) == [parent]
    assert claim(store, "n/2") == ()
    finish(store, done(parent))
    assert [(entry.id, entry.attempts) for entry in claim(store, "n/2")] == [(reply, 0)]


def test_a_reply_waits_five_minutes_at_most(store: Store) -> None:
    keep(store, a_received_mail(message_id=PARENT))
    claim(store, now=NOON + timedelta(minutes=4, seconds=50))
    (reply,) = keep(store, a_reply())
    assert claim(store, "n/2", NOON + timedelta(minutes=5)) == ()
    assert ids(claim(store, "n/2", NOON + timedelta(minutes=5, seconds=1))) == [reply]


def test_a_reply_does_not_wait_for_a_quarantined_parent(store: Store) -> None:
    parent, reply = keep(store, a_received_mail(message_id=PARENT), a_reply())
    claim(store)
    finish(store, done(parent, disposition=Disposition.QUARANTINED))
    assert ids(claim(store)) == [reply]


def test_a_mail_that_names_itself_as_parent_waits_for_nobody(store: Store) -> None:
    itself = a_received_mail(message_id=PARENT, parent_id=PARENT, recipients=("a@desk.example", "b@desk.example"))
    assert ids(claim(store)) == list(keep(store, itself))[:0]
    assert len(claim(store)) == 2


def test_mails_without_ids_do_not_wait_for_each_other(store: Store) -> None:
    keep(store, a_received_mail(), a_received_mail())
    assert len(claim(store)) == 2


def test_ids_of_any_length_are_found(store: Store) -> None:
    endless = f"<{'x' * 5000}@acme.example>"
    keep(store, a_received_mail(parent_id=endless), a_received_mail(message_id=endless))
    assert len(claim(store)) == 1


def test_claiming_looks_at_open_entries_only(sqlite_url: str) -> None:
    from sqlalchemy.dialects import sqlite

    from maild.store.engine import open_store
    from maild.store.inbox import CLAIMABLE

    store = open_store(sqlite_url)
    with store.reading() as tx:
        query = str(CLAIMABLE.compile(dialect=sqlite.dialect()))
        plan = "\n".join(row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (0, "", 0, 0, 5, 0)))
    store.close()
    assert "ix_inbox_entry_open" in plan
    assert "ix_inbox_entry_open_message_id" in plan
    assert "TEMP B-TREE" not in plan
