"""Announcements: in time, to whom they are for, in their language; and release notes are not forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from maild.decide.told.announcing import (
    announce,
    earliest_begin,
    notes_due,
    readers,
    reminder,
    too_late,
    unheard,
)
from maild.desks.calendar import next_opening
from maild.desks.hours import ALWAYS, Hours
from maild.desks.working_time import worked
from maild.model import Address, Contact, NotificationKind, Register, StaffMember
from maild.model.announcements import Announcement, AnnouncementId, News
from tests.builders import ADA, BOB, NOON, a_contact, a_desk

HOUR = timedelta(hours=1)
HOURS = TypeAdapter(Hours)
OFFICE = HOURS.validate_python(
    {"zone": "Europe/Berlin", "week": {"mon-thu": "09:00-17:00", "fri": "09:00-14:00"}, "region": "DE-NW"}, strict=False
)
NEVER = HOURS.validate_python({"zone": "UTC", "week": {"mon": ()}}, strict=False)
GRACE = Address("Grace", "grace@desk.example")
EVA, DORA, MIA = (
    Address("Eva", "eva@acme.example"),
    Address("Dora", "dora@beta.example"),
    Address("Mia", "mia@m.example"),
)
NUMBER = AnnouncementId(7)


def an_announcement(**changes: Any) -> Announcement:
    usual = {
        "desk": "service",
        "news": News.MAINTENANCE,
        "subject": "New disks",
        "begins_at": NOON + timedelta(days=7),
        "ends_at": NOON + timedelta(days=7, hours=3),
        "texts": (("de", "Neue Platten."), ("", "New disks.")),
    }
    return Announcement(**(usual | changes))


# ---- is there time enough? -------------------------------------------------------------------------

WHEN = (
    ("at noon, until noon of the next day", OFFICE, "2026-11-24T12:00+01:00", "2026-11-25T12:00+01:00"),
    ("before the day begins, until it is over", OFFICE, "2026-11-24T07:00+01:00", "2026-11-24T17:00+01:00"),
    ("after hours, until the next day is over", OFFICE, "2026-11-24T18:00+01:00", "2026-11-25T17:00+01:00"),
    ("over a weekend", OFFICE, "2026-11-27T18:00+01:00", "2026-11-30T17:00+01:00"),
    ("a day that is shorter is one, too", OFFICE, "2026-11-26T18:00+01:00", "2026-11-27T14:00+01:00"),
    ("over Christmas", OFFICE, "2026-12-24T09:00+01:00", "2026-12-24T17:00+01:00"),
    ("within Christmas", OFFICE, "2026-12-25T09:00+01:00", "2026-12-28T17:00+01:00"),
    ("always", ALWAYS, "2026-11-28T13:00+00:00", "2026-11-29T13:00+00:00"),
)


@pytest.mark.parametrize(("hours", "now", "begin"), [one[1:] for one in WHEN], ids=[one[0] for one in WHEN])
def test_a_working_day_lies_between_what_is_announced_and_its_begin(hours: Hours, now: str, begin: str) -> None:
    assert earliest_begin(hours, datetime.fromisoformat(now)) == datetime.fromisoformat(begin)


def test_what_comes_a_second_too_late_is_refused_with_the_time_that_would_do() -> None:
    desk, now = a_desk(hours=OFFICE), datetime.fromisoformat("2026-11-24T12:00+01:00")
    in_time = an_announcement(begins_at=now + timedelta(days=1))
    assert too_late(in_time, desk, now) == ""
    told = too_late(in_time, desk, now + timedelta(seconds=1))
    assert "2026-11-25 12:00 Europe/Berlin" in told and "--override" in told
    assert "does not open" in too_late(in_time, a_desk(hours=NEVER), now)


@given(st.integers(0, 700 * 24 * 60))
def test_whenever_it_is_announced_a_whole_working_day_is_left(minute: int) -> None:
    now = NOON + timedelta(minutes=minute)
    begin, opening = earliest_begin(OFFICE, now), next_opening(OFFICE, now)
    assert begin and opening
    assert worked(OFFICE, now, begin) == (5 if opening.weekday() == 4 else 8) * HOUR


# ---- who is told? ----------------------------------------------------------------------------------


def a_reader(who: Address, register: Register = Register.REGISTERED, **changes: Any) -> Contact:
    return a_contact(who, register, **changes)


AUTHORISED = Register.AUTHORISED
CROWDS = (
    ("the primary contact alone", [a_reader(ADA, primary=True), a_reader(BOB, AUTHORISED), a_reader(EVA)], [ADA]),
    ("each primary contact", [a_reader(ADA, primary=True), a_reader(BOB, primary=True)], [ADA, BOB]),
    ("who is authorised, where nobody is primary", [a_reader(ADA), a_reader(BOB, AUTHORISED)], [BOB]),
    ("nobody who is only registered", [a_reader(ADA), a_reader(BOB)], []),
    ("nobody who has left", [a_reader(ADA, Register.INACTIVE, primary=True), a_reader(BOB, AUTHORISED)], [BOB]),
    ("nobody who is not verified", [a_reader(ADA, Register.UNVERIFIED, primary=True)], []),
    ("nobody of no organisation", [a_reader(ADA, primary=True, organisation="")], []),
    ("nobody who is authorised for a while only", [a_reader(ADA, AUTHORISED, until=NOON)], []),
    ("the organisations one by one", [a_reader(DORA, primary=True, organisation="beta"), a_reader(ADA, AUTHORISED)],
     [ADA, DORA]),
    ("a person once, by the first address",
     [a_reader(ADA, primary=True, person=EVA.address), a_reader(EVA, primary=True, person=EVA.address)], [EVA]),
)  # fmt: skip


@pytest.mark.parametrize(("people", "told"), [one[1:] for one in CROWDS], ids=[one[0] for one in CROWDS])
def test_told_is(people: list[Contact], told: list[Address]) -> None:
    assert [one.address for one in readers(people)] == [who.address for who in told]


def test_organisations_of_whom_nobody_is_told_are_named() -> None:
    people = [a_reader(ADA), a_reader(DORA, primary=True, organisation="beta"), a_reader(MIA, organisation="")]
    assert unheard(people) == ("acme",)
    assert unheard(people, ("beta", "gamma")) == ("acme", "gamma")


# ---- what they are told ----------------------------------------------------------------------------


def test_each_is_told_in_their_language_one_after_another() -> None:
    people = [a_reader(ADA, language="de"), a_reader(BOB, language="fr")]
    plan = announce(an_announcement(), NUMBER, a_desk(languages=("en", "de")), people, GRACE, NOON)
    first, second = plan.notifications
    assert [one.kind for one in plan.notifications] == [NotificationKind.ANNOUNCEMENT] * 2
    assert (first.language, dict(first.values)["text"]) == ("de", "Neue Platten.")
    assert (second.language, dict(second.values)["text"]) == ("en", "New disks.")
    assert (first.not_before, second.not_before) == (NOON, NOON + timedelta(seconds=1))
    assert {(one.event, one.ticket, one.by_person, one.unverified) for one in plan.notifications} == {
        ("announcement:7", None, False, False)
    }
    assert dict(first.values)["begins"] == "2026-11-27T12:00:00+00:00"


def test_why_it_comes_late_is_written_down_and_told_to_no_customer() -> None:
    plan = announce(an_announcement(override="a hole in TLS"), NUMBER, a_desk(), [a_reader(ADA)], GRACE, NOON)
    assert "a hole in TLS" in plan.reasons[0].text
    assert not any("a hole in TLS" in str(one) for one in plan.notifications)


def test_addresses_that_no_mail_reaches_are_left_out_with_a_reason() -> None:
    plan = announce(an_announcement(), NUMBER, a_desk(), [a_reader(Address("", "noreply@acme.example"))], GRACE, NOON)
    assert not plan.notifications
    assert [one.reason.code for one in plan.suppressed] == ["machine-address"]


# ---- release notes ---------------------------------------------------------------------------------


def test_the_notes_of_a_release_are_remembered_before_two_weeks_are_over_and_maintenance_owes_none() -> None:
    release = an_announcement(news=News.RELEASE)
    owed = notes_due(release)
    assert owed and release.ends_at and release.ends_at < owed < release.ends_at + timedelta(days=14)
    assert notes_due(an_announcement()) is None


def test_whoever_announced_it_is_reminded_and_where_they_are_gone_everybody_of_the_desk() -> None:
    release, desk = an_announcement(news=News.RELEASE), a_desk()
    grace = StaffMember("grace", GRACE.address, "Grace")
    linus = StaffMember("linus", "linus@desk.example", "", ("service",))
    others = (linus, StaffMember("eve", "eve@desk.example", "", ("billing",)))
    told = reminder(release, NUMBER, desk, GRACE.address, (grace, *others))
    assert [one.recipient.address for one in told.notifications] == [GRACE.address]
    assert "2026-12-11" in dict(told.notifications[0].values)["title"] and told.actor == "clock"
    left = reminder(release, NUMBER, desk, GRACE.address, others)
    assert [one.recipient.address for one in left.notifications] == ["linus@desk.example"]
