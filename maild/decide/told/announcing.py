"""Announcements (REQ-L8): is there time enough, who is told, what staff owe afterwards. Pure.

In: an announcement, the desk with its calendar, contacts of the register, an instant; out: people, plans, or the
sentence that says what is possible instead. Laws: of each organisation the primary contacts are told, its authorised
contacts where it has none of these (REQ-H8); who is not registered, has left or reads under another address is not; a
mail is automatic like any other, and passes the gate (law 9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from maild.decide.plan import Plan
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.who.sight import TRUSTED
from maild.desks.calendar import next_opening, open_spans
from maild.desks.hours import Hours
from maild.desks.information import in_language
from maild.desks.policy import Desk
from maild.desks.working_time import due
from maild.model import Address, Contact, Notification, NotificationKind, Reason, Register, StaffMember
from maild.model.announcements import Announcement, AnnouncementId, News

NOTES_WITHIN = timedelta(days=14)
"""After a release, its notes are out (REQ-L8)."""
REMINDED_BEFORE = timedelta(days=3)
PACE = timedelta(seconds=1)
"""Between two mails of an announcement: a relay takes sixty a minute from anybody."""
ANY = ""
"""The language of a text that is for all."""


# ---- is there time enough? -------------------------------------------------------------------------


def earliest_begin(hours: Hours, now: datetime) -> datetime | None:
    """When what is announced now may begin (UTC): after as much working time as the working day has in which the
    announcement is read. None for a desk that does not open within a year."""
    opening = next_opening(hours, now)
    if opening is None:
        return None
    spans = open_spans(hours, opening.astimezone(ZoneInfo(hours.zone)).date())
    return due(hours, now, sum((span.end - span.begin for span in spans), timedelta()))


def too_late(it: Announcement, desk: Desk, now: datetime) -> str:
    """What is wrong with the announcement's times, for whoever makes it; "" where nothing is."""
    earliest = earliest_begin(desk.hours, now)
    if earliest is None:
        return f"desk {desk.desk} does not open within a year, so that no working day lies before it"
    if it.begins_at >= earliest:
        return ""
    there = earliest.astimezone(ZoneInfo(desk.hours.zone))
    return (
        f"customers are told at least one working day ahead: what is announced now begins {there:%Y-%m-%d %H:%M} "
        f"{desk.hours.zone} or later. Where it cannot wait, say why with --override WHY"
    )


# ---- who is told? ----------------------------------------------------------------------------------


def readers(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Who is told, of all contacts: by organisation, then by address."""
    known = [one for one in contacts if one.organisation and one.register in TRUSTED]
    known.sort(key=attrgetter("organisation", "address"))
    groups = (list(group) for _, group in groupby(known, attrgetter("organisation")))
    return tuple(person for group in groups for person in _of_organisation(group))


def unheard(contacts: Sequence[Contact], named: Collection[str] = ()) -> tuple[str, ...]:
    """Keys of organisations of which nobody is told, in their order: among those with contacts, and those named."""
    heard = {one.organisation for one in readers(contacts)}
    return tuple(sorted({*named, *(one.organisation for one in contacts if one.organisation)} - heard))


def _of_organisation(people: Sequence[Contact]) -> Iterable[Contact]:
    primary = [one for one in people if one.primary]
    return _once_each(primary or [one for one in people if one.register is Register.AUTHORISED and one.until is None])


def _once_each(people: Iterable[Contact]) -> Iterable[Contact]:
    """One address of each person, that by which they are called."""
    persons: dict[str, Contact] = {}
    for one in people:
        known = persons.setdefault(one.person or one.address, one)
        if one.address == one.person != known.address:
            persons[one.person] = one
    return persons.values()


# ---- what they are told ----------------------------------------------------------------------------


def announce(
    it: Announcement, number: AnnouncementId, desk: Desk, people: Sequence[Contact], actor: Address, start: datetime
) -> Plan:
    """These people are told, one after another from `start` (UTC) on."""
    told = tuple(_told(it, number, desk, one, start + place * PACE) for place, one in enumerate(people))
    late = f" (less than a working day ahead: {it.override})" if it.override else ""
    return Plan(
        None,
        (Reason("staff", "announced", f"announced {it.news}: {it.subject}{late}"),),
        notifications=notifications(told),
        suppressed=suppressions(told),
        actor=actor.address,
    )


def _told(it: Announcement, number: AnnouncementId, desk: Desk, reader: Contact, at: datetime) -> Told:
    told = notice(NotificationKind.ANNOUNCEMENT, f"announcement:{number}", reader, desk)
    if not isinstance(told, Notification):
        return told
    return replace(told, values=(*told.values, *_values(it, told.language)), not_before=at)


def sample(it: Announcement, desk: Desk, language: str) -> Notification:
    """The mail to nobody in particular, to be looked at."""
    return Notification(
        NotificationKind.ANNOUNCEMENT,
        "preview",
        Address("", desk.address),
        language,
        values=(("name", ""), *_values(it, language)),
        proven=True,
        desk=desk.desk,
    )


def _values(it: Announcement, language: str) -> tuple[tuple[str, str], ...]:
    return (
        ("about", it.subject),
        ("what", it.news.value),
        ("begins", it.begins_at.isoformat()),
        ("ends", it.ends_at.isoformat() if it.ends_at else ""),
        ("text", in_language(it.texts, language)),
    )


# ---- what follows ----------------------------------------------------------------------------------


def notes_due(it: Announcement) -> datetime | None:
    """When staff are reminded of a release's notes (UTC); None where none are owed."""
    return (it.ends_at or it.begins_at) + NOTES_WITHIN - REMINDED_BEFORE if it.news is News.RELEASE else None


def reminder(it: Announcement, number: AnnouncementId, desk: Desk, actor: str, staff: Sequence[StaffMember]) -> Plan:
    """Whoever announced a release is reminded of its notes; where they are gone, everybody of the desk is."""
    until = (it.ends_at or it.begins_at) + NOTES_WITHIN
    day = f"{until.astimezone(ZoneInfo(desk.hours.zone)):%Y-%m-%d}"
    what = f"Release notes are owed until {day}: {it.subject}"
    return Plan(
        None,
        (Reason("clock", "release-notes", what),),
        notifications=tuple(_reminded(what, number, desk, one) for one in _of_desk(desk, actor, staff)),
        actor="clock",
    )


def _of_desk(desk: Desk, actor: str, staff: Sequence[StaffMember]) -> Sequence[StaffMember]:
    announcer = [one for one in staff if one.address == actor]
    return announcer or [one for one in staff if not one.desks or desk.desk in one.desks]


def _reminded(what: str, number: AnnouncementId, desk: Desk, member: StaffMember) -> Notification:
    return Notification(
        NotificationKind.STAFF_NOTICE,
        f"release-notes:{number}",
        Address(member.title or member.name, member.address),
        desk.languages[0],
        values=(("name", member.title), ("title", what)),
        proven=True,
        desk=desk.desk,
    )
