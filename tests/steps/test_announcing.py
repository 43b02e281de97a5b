"""Customers are told once each, whatever breaks in between; staff are reminded of release notes once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from maild.directory import Directory, OrganisationRecord, PersonRecord, StaffRecord
from maild.model import NotificationKind, OutboxState, Register
from maild.model.announcements import Announcement, News
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.settings import Budgets
from maild.steps import announcing
from maild.steps.announcing import Audience, Batch, audience, letters, remind_of_notes, tell
from maild.steps.house import House
from maild.store import announcements, audit, outbox, register
from maild.store.engine import Store
from maild.store.outbox_views import OutboxView
from tests.builders import NOON, TOKENS, a_desk, a_policy
from tests.decide.told.test_announcing import GRACE, an_announcement

RENDERER = Renderer(builtin_templates(), TOKENS, "mx.desk.example")
POLICY = a_policy(desks=(a_desk(languages=("en", "de")),))
STAFF = StaffRecord(name="grace", address=GRACE.address, title="Grace")


def customers(count: int) -> tuple[OrganisationRecord, ...]:
    """So many, each with one primary contact."""
    return tuple(
        OrganisationRecord(
            key=f"o{number}",
            name=f"Customer {number}",
            contacts=(
                PersonRecord(
                    name=f"P{number}", addresses=(f"p{number}@o{number}.example",), register=Register.REGISTERED,
                    primary=True,
                ),
            ),
        )
        for number in range(count)
    )  # fmt: skip


@dataclass
class Desk:
    """One database with some customers, and a clock that a test moves."""

    store: Store
    count: int = 3
    now: datetime = NOON
    budgets: Budgets = field(default_factory=Budgets)

    def __post_init__(self) -> None:
        with self.store.transaction() as tx:
            register.import_directory(tx, Directory(organisations=customers(self.count), staff=(STAFF,)), NOON)

    @property
    def house(self) -> House:
        return House(self.store, lambda: self.now, POLICY, TOKENS, RENDERER, budgets=self.budgets)

    def audience(self, it: Announcement) -> Audience:
        with self.store.reading() as tx:
            return audience(tx, self.house, it)

    def announce(self, it: Announcement) -> list[Batch]:
        return list(tell(self.house, it, self.audience(it).now, GRACE))

    def mails(self) -> list[OutboxView]:
        with self.store.reading() as tx:
            return list(outbox.list_entries(tx, limit=1000))

    def pass_time(self, by: timedelta) -> int:
        self.now += by
        return self.store.retrying(lambda tx: remind_of_notes(tx, self.house))


def test_each_customer_is_told_once_whoever_says_it_twice(store: Store) -> None:
    desk, it = Desk(store), an_announcement()
    first, again = desk.announce(it), desk.announce(it)
    assert [len(batch.told) for batch in first] == [3] and again == []
    assert sorted(mail.recipient for mail in desk.mails()) == [f"p{number}@o{number}.example" for number in range(3)]
    assert {mail.state for mail in desk.mails()} == {OutboxState.QUEUED}
    assert desk.audience(it) == Audience((), 3, 0, ())
    assert len(desk.announce(replace(it, subject="Other disks"))[0].told) == 3


def test_two_who_announce_the_same_at_the_same_time_tell_nobody_twice(store: Store) -> None:
    desk, it = Desk(store), an_announcement()
    people = desk.audience(it).now
    both = [batch for _ in range(2) for batch in tell(desk.house, it, people, GRACE)]
    assert [len(batch.told) for batch in both] == [3, 0] and len(desk.mails()) == 3


def test_after_a_crash_the_rest_is_told_and_nobody_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 2)
    desk, it = Desk(store, count=5), an_announcement()
    next(tell(desk.house, it, desk.audience(it).now, GRACE))
    assert len(desk.mails()) == 2
    assert sum(len(batch.told) for batch in desk.announce(it)) == 3
    assert len({mail.recipient for mail in desk.mails()}) == len(desk.mails()) == 5


def test_mails_leave_one_by_one(store: Store) -> None:
    desk, later = Desk(store), timedelta(minutes=1)
    desk.announce(an_announcement())
    with store.transaction() as tx:
        assert len(outbox.claim(tx, "n/1", NOON, later, 100)) == 1
        assert len(outbox.claim(tx, "n/1", NOON + timedelta(seconds=2), later, 100)) == 2


def test_whom_the_gate_holds_back_is_told_another_time(store: Store) -> None:
    desk, it = Desk(store, budgets=Budgets(registered_an_hour=1)), an_announcement()
    desk.announce(an_announcement(subject="Before"))
    held = [one for batch in desk.announce(it) for one in batch.held]
    assert len(held) == 3 and {one.reason.code for one in held} == {"budget-address"}
    desk.now += timedelta(days=2)
    assert len(desk.announce(it)[0].told) == 3


def test_other_mail_has_room_however_many_customers_there_are(store: Store) -> None:
    desk, it = Desk(store, count=5, budgets=Budgets(total_an_hour=4)), an_announcement()
    found = desk.audience(it)
    assert (len(found.now), found.later) == (2, 3)
    assert [len(batch.told) for batch in desk.announce(it)] == [2]
    found = desk.audience(it)
    assert (found.now, found.before, found.later) == ((), 2, 3), "whatever else is announced within the hour"
    desk.now += timedelta(hours=1)
    assert [len(batch.told) for batch in desk.announce(it)] == [2] and desk.audience(it).later == 1


def test_an_override_is_in_the_audit_trail_and_in_the_list_and_in_no_mail(store: Store) -> None:
    desk = Desk(store, count=1)
    desk.announce(an_announcement(override="a hole in TLS"))
    with store.reading() as tx:
        (line,) = audit.trail(tx, announcing.KIND, "service")
        (kept,) = announcements.latest(tx)
        raw = outbox.show(tx, desk.mails()[0].id).raw
    assert (line.actor, line.why, kept.it.override, kept.told) == (GRACE.address, "a hole in TLS", "a hole in TLS", 1)
    assert b"hole" not in raw and b"New disks" in raw and b"Auto-Submitted: auto-generated" in raw


def test_staff_are_reminded_of_release_notes_once_and_not_of_maintenance(store: Store) -> None:
    desk, release = Desk(store, count=1), an_announcement(news=News.RELEASE)
    desk.announce(release)
    desk.announce(an_announcement())
    assert desk.pass_time(timedelta(days=17)) == 0
    assert [desk.pass_time(timedelta(days=2)), desk.pass_time(timedelta(days=30))] == [1, 0]
    (mail,) = [mail for mail in desk.mails() if mail.kind is NotificationKind.STAFF_NOTICE]
    assert mail.recipient == GRACE.address


def test_the_mail_is_shown_in_each_language_before_it_is_sent(store: Store) -> None:
    desk, it = Desk(store), an_announcement()
    shown = list(letters(desk.house, it, desk.audience(it).now))
    assert [(one.language, one.readers) for one in shown] == [("en", 3), ("de", 0)]
    assert "New disks." in shown[0].text and "Neue Platten." in shown[1].text and not desk.mails()
