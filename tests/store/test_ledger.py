"""The ledger of mailboxes: fates, positions, what is not kept twice; who owns an account; how the reading goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.errors import LeaseLost
from maild.model import MailboxState, Missed, Page, Position, ReceivedMail, Source, Tally
from maild.store import inbox, leases, ledger, mailbox_states
from maild.store.engine import Store
from maild.store.leases import Lease
from maild.store.ledger import FolderId
from tests.builders import NOON
from tests.store.kit import a_received_mail, claim

INBOX = FolderId("main", "INBOX")
SPAM = FolderId("main", "Junk")


def a_mail(uid: int, uidvalidity: int = 7, text: str = "") -> ReceivedMail:
    raw = f"Subject: {text or uid}\r\n\r\n".encode()
    return a_received_mail(raw=raw, source=Source.IMAP, source_key=INBOX.key(uidvalidity, uid))


def a_page(upto: int, *uids: int, uidvalidity: int = 7, rescan_upto: int = 0, **more: object) -> Page:
    mails = {uid: a_mail(uid, uidvalidity) for uid in uids}
    return Page(Position(uidvalidity, upto, 3, NOON, rescan_upto), mails, **more)  # type: ignore[arg-type]


def keep(store: Store, page: Page, *, finishes: bool = False, of: FolderId = INBOX) -> None:
    with store.transaction() as tx:
        ledger.keep(tx, of, page, finishes=finishes)


def tally(store: Store, *uids: int, uidvalidity: int = 7) -> Tally:
    with store.reading() as tx:
        return mailbox_states.count(tx, INBOX, uidvalidity, uids)


def kept(store: Store) -> int:
    with store.reading() as tx:
        return len(inbox.list_entries(tx))


# ---- the ledger ------------------------------------------------------------------------------------


def test_a_folder_goes_on_where_it_was_left(store: Store) -> None:
    with store.reading() as tx:
        assert ledger.position(tx, INBOX) is None
    keep(store, a_page(5, 4, 5))
    with store.reading() as tx:
        assert ledger.position(tx, INBOX) == Position(7, 5, 3, NOON, 0)
        assert ledger.position(tx, SPAM) is None


def test_a_page_that_is_stored_twice_counts_once(store: Store) -> None:
    keep(store, a_page(5, 4, 5))
    keep(store, a_page(5, 4, 5))
    assert kept(store) == 2


def test_bytes_that_came_before_are_not_kept_again_when_the_folder_is_read_anew(store: Store) -> None:
    keep(store, a_page(5, 4, 5))
    anew = Page(Position(8, 2, 0, NOON, 2), {1: a_mail(1, 8, "4"), 2: a_mail(2, 8, "unseen")})
    keep(store, anew)
    assert kept(store) == 3
    assert tally(store, 1, 2, uidvalidity=8) == Tally(2, waiting=2)


def test_the_same_bytes_sent_anew_are_a_mail_of_their_own(store: Store) -> None:
    keep(store, a_page(4, 4))
    keep(store, Page(Position(7, 5, 3, NOON), {5: a_mail(5, text="4")}))
    assert kept(store) == 2


def test_a_missed_mail_is_remembered_until_it_comes_or_goes(store: Store) -> None:
    two = (Missed(4, 1, NOON), Missed(5, 3, NOON + timedelta(hours=1)))
    keep(store, a_page(6, 6, missed=two))
    with store.reading() as tx:
        assert ledger.missed(tx, INBOX, 7) == two
        assert ledger.missed(tx, INBOX, 8) == ()
    keep(store, a_page(6, 4, gone=(5,)))
    with store.reading() as tx:
        assert ledger.missed(tx, INBOX, 7) == ()


def test_what_is_to_be_moved_waits_until_it_was_also_if_it_was_missed_at_first(store: Store) -> None:
    keep(store, a_page(6, 5, 6, missed=(Missed(4, 1, NOON),)), finishes=True)
    keep(store, a_page(6, 4), finishes=True)
    with store.transaction() as tx:
        assert ledger.to_finish(tx, INBOX, 7, 2) == (4, 5)
        ledger.finished(tx, INBOX, 7, (4, 6))
        assert ledger.to_finish(tx, INBOX, 7, 9) == (5,)


def test_where_mails_are_left_as_they_are_nothing_waits(store: Store) -> None:
    keep(store, a_page(6, 5, 6))
    with store.reading() as tx:
        assert ledger.to_finish(tx, INBOX, 7, 9) == ()


def test_a_folder_with_a_very_long_name_is_read_like_any_other(store: Store) -> None:
    of = FolderId("main", "Archive/" * 50)
    mail = a_received_mail(source=Source.IMAP, source_key=of.key(7, 4))
    page = Page(Position(7, 4, 3, NOON), {4: mail})
    for _ in range(2):
        keep(store, page, of=of)
    assert kept(store) == 1


# ---- the count -------------------------------------------------------------------------------------


def test_every_mail_on_the_server_is_accounted_for(store: Store) -> None:
    keep(store, a_page(9, 4, 5, 6, missed=(Missed(7, 1, NOON),), before=(8,)))
    done, aside, _ = claim(store)
    with store.transaction() as tx:
        inbox.finish(tx, [inbox.Finished(done.id, "n/1", inbox.Disposition.IGNORED, ())])
        inbox.finish(tx, [inbox.Finished(aside.id, "n/1", inbox.Disposition.QUARANTINED, (), cause="spam")])
    told = tally(store, 1, 2, 4, 5, 6, 7, 8, 9, 10)
    assert told == Tally(9, processed=1, quarantined=1, waiting=1, missed=1, before=3, to_read=1, unexplained=1)


def test_under_another_uidvalidity_everything_is_yet_to_be_read(store: Store) -> None:
    keep(store, a_page(5, 4, 5))
    assert tally(store, 1, 2, 3, uidvalidity=8) == Tally(3, to_read=3)


def test_how_a_folder_does_and_what_was_counted_last_are_told_apart(store: Store) -> None:
    well = MailboxState("main", "INBOX", "n1", looked_at=NOON)
    with store.transaction() as tx:
        mailbox_states.keep_tally(tx, INBOX, Tally(3, processed=3), NOON)
        mailbox_states.tell(tx, well)
        mailbox_states.tell(tx, replace(well, error="NO [UNAVAILABLE] later", error_at=NOON))
        (state,) = mailbox_states.list_states(tx)
    assert (state.error, state.looked_at, state.tally) == ("NO [UNAVAILABLE] later", NOON, Tally(3, processed=3))


def test_a_folder_that_is_no_longer_configured_is_nobodys_worry(store: Store) -> None:
    with store.transaction() as tx:
        mailbox_states.tell(tx, MailboxState("main", "INBOX"))
        mailbox_states.tell(tx, MailboxState("main", "Junk"))
        mailbox_states.forget_others(tx, {INBOX})
        assert [state.folder for state in mailbox_states.list_states(tx)] == ["INBOX"]


# ---- who owns an account -----------------------------------------------------------------------------


def test_a_lease_goes_to_one_of_those_who_saw_it_free(store: Store) -> None:
    with store.transaction() as tx:
        free = leases.look(tx, "imap:main")
    with store.transaction() as tx:
        assert leases.take(tx, "imap:main", "a", free)
    with store.transaction() as tx:
        assert not leases.take(tx, "imap:main", "b", free)
        assert leases.look(tx, "imap:main") == Lease("a", 1)


def test_an_owner_that_lives_counts_on_and_one_that_slept_has_lost_it(store: Store) -> None:
    with store.transaction() as tx:
        leases.take(tx, "imap:main", "a", Lease("", 0))
        assert leases.take(tx, "imap:main", "a", Lease("a", 1))
        assert not leases.take(tx, "imap:main", "b", Lease("a", 1))
        assert leases.take(tx, "imap:main", "b", Lease("a", 2))
        assert not leases.take(tx, "imap:main", "a", Lease("a", 2))


def test_who_lost_a_lease_writes_nothing(store: Store) -> None:
    with store.transaction() as tx:
        leases.take(tx, "imap:main", "b", Lease("", 0))
    with pytest.raises(LeaseLost), store.transaction() as tx:
        inbox.add(tx, [a_mail(1)])
        leases.require(tx, "imap:main", "a")
    assert kept(store) == 0


def test_a_lease_given_up_is_free_at_once_and_only_its_owner_gives_it_up(store: Store) -> None:
    with store.transaction() as tx:
        leases.take(tx, "imap:main", "a", Lease("", 0))
        leases.give_up(tx, "imap:main", "b")
        assert leases.look(tx, "imap:main").owner == "a"
        leases.give_up(tx, "imap:main", "a")
        assert leases.look(tx, "imap:main") == Lease("", 2)
        leases.forget_all(tx)
        assert leases.look(tx, "imap:main") == Lease("", 0)
