"""Telling customers of maintenance and releases, a hundred in a transaction, and reminding staff of release notes.

In: an announcement and a house; out: who was told, and whom the gate held back. Law: whoever was told is written down
with the mail itself, so that a crash, or a second call of the command, leaves nobody out and tells nobody twice; whom
the gate held back may be told another time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial

from sqlalchemy import Connection

from maild.decide.told import announcing
from maild.decide.told.notices import language_of
from maild.desks.policy import Desk
from maild.errors import NotFound
from maild.model import Address, Contact, Suppressed
from maild.model.announcements import Announcement
from maild.steps.house import House
from maild.steps.writing import Settled, write
from maild.store import announcements, audit, register

AT_ONCE = 100
HOUR = timedelta(hours=1)
HALF = 2
"""Of all automatic mail of an hour, announcements take one part in so many: the rest is for people who wrote to us."""
KIND = "announcement"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is to be told now, who was told before, who is left for the next hour, and which organisations nobody can be
    told of."""

    now: tuple[Contact, ...]
    before: int
    later: int
    unheard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail as its readers see it; `readers`: how many get it in this language."""

    language: str
    readers: int
    subject: str
    text: str


def audience(tx: Connection, house: House, it: Announcement, only: Collection[str] = ()) -> Audience:
    """Whom it concerns: of these organisations, or of all."""
    contacts = [one for one in announcements.customers(tx) if not only or one.organisation in only]
    people = announcing.readers(contacts)
    kept = announcements.find(tx, it)
    told = announcements.told_among(tx, kept.id, [one.address for one in people]) if kept else frozenset()
    missing = tuple(one for one in people if one.address not in told)
    most = _room(tx, house)
    return Audience(missing[:most], len(told), len(missing[most:]), announcing.unheard(contacts, only))


def _room(tx: Connection, house: House) -> int:
    """How many more may be told within this hour."""
    lately = announcements.told_since(tx, house.clock() - HOUR)
    return max(0, max(1, house.budgets.total_an_hour // HALF) - lately)


def letters(house: House, it: Announcement, people: Sequence[Contact]) -> Iterator[Letter]:
    """The mail in each language of the desk. Raises NotFound."""
    desk = _desk_of(house, it)
    read = Counter(language_of(one, desk) for one in people)
    for language in desk.languages:
        mail = house.renderer.render(announcing.sample(it, desk, language), None, desk, 0, house.clock())
        found = message_from_bytes(mail.raw, policy=default)
        body = found.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        yield Letter(language, read[language], str(found["Subject"]), text.replace("\r\n", "\n"))


def keep(tx: Connection, house: House, it: Announcement, actor: Address) -> None:
    """Write the announcement down, with the override, if there is one, in the trail of what was done."""
    now = house.clock()
    if announcements.keep(tx, it, actor.address, now, announcing.notes_due(it)):
        what = f"announced {it.news}: {it.subject}, {it.begins_at:%Y-%m-%d %H:%M} UTC"
        audit.note(tx, now, actor.address, KIND, it.desk, what, it.override)


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some of them: to whom a mail goes out, and who was held back, and why."""

    told: tuple[str, ...]
    held: tuple[Suppressed, ...]


def tell(house: House, it: Announcement, people: Sequence[Contact], actor: Address) -> Iterator[Batch]:
    """Tell these people, a batch in a transaction. Raises NotFound."""
    desk, start = _desk_of(house, it), house.clock()
    house.store.retrying(lambda tx: keep(tx, house, it, actor))
    for first in range(0, len(people), AT_ONCE):
        some = Some(desk, people[first : first + AT_ONCE], actor, start + first * announcing.PACE)
        yield house.store.retrying(partial(_tell, house=house, it=it, some=some))


@dataclass(frozen=True, slots=True)
class Some:
    """Who is told in one transaction, by which desk, in whose name, and from when on (UTC)."""

    desk: Desk
    people: Sequence[Contact]
    actor: Address
    start: datetime


def _tell(tx: Connection, house: House, it: Announcement, some: Some) -> Batch:
    kept = announcements.find(tx, it, lock=True)
    if kept is None:
        raise NotFound(f"the announcement `{it.subject}` is no longer there")
    before = announcements.told_among(tx, kept.id, [one.address for one in some.people])
    left = [one for one in some.people if one.address not in before]
    plan = announcing.announce(kept.it, kept.id, some.desk, left, some.actor, some.start)
    (settled,) = write(tx, house, "staff", [Settled(plan)]).settled
    told = tuple(mail.recipient.address for mail in settled.plan.notifications)
    announcements.note_told(tx, kept.id, told, house.clock())
    return Batch(told, settled.plan.suppressed)


def remind_of_notes(tx: Connection, house: House) -> int:
    """The notes of a release are owed soon: remind staff of them, once. A desk that is gone owes none."""
    due = announcements.due(tx, house.clock(), limit=AT_ONCE)
    staff = register.list_staff(tx) if due else ()
    plans = [
        announcing.reminder(one.it, one.id, desk, one.actor, staff)
        for one in due
        if (desk := house.policy.desk_named(one.it.desk))
    ]
    write(tx, house, "clock", [Settled(plan) for plan in plans])
    return len(due)


def _desk_of(house: House, it: Announcement) -> Desk:
    """The desk that announces. Raises NotFound."""
    found = house.policy.desk_named(it.desk)
    if found is None:
        raise NotFound(f"there is no desk {it.desk}")
    return found
