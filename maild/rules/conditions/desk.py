"""Conditions on the desk and its ticket: which desk, at what time, and how the ticket stands.

What rules set is seen by the rules after them: `priority`, `type`, `category`, `module`, `tag` and `field` ask for the
ticket as it stands by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from maild.desks.lengths import SECONDS
from maild.patterns.words import sayable
from maild.rules.kinds import PERSON
from maild.rules.matter import Found, Scene, among
from maild.rules.measures import PLAIN, compare


def desk(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The desk the mail came to: its short name, or a pattern for it."""
    return among((sayable(scene.view.desk),), wanted)


def hours(scene: Scene, wanted: str) -> Found | None:
    """Whether it is `inside` or `outside` the desk's hours; a desk without hours is always inside."""
    return Found(wanted) if (wanted == "inside") is scene.view.desk_open else None


def automatic(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """Whether a machine wrote the mail: true, false, or which kind (auto-reply, auto-generated, list, bulk)."""
    return among((scene.view.automatic or PERSON,), wanted)


def status(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The status the ticket has had until now: new, open, waiting, third-party, solved or closed; a ticket to be opened
    is new."""
    return among((status_of(scene),), wanted)


def priority(scene: Scene, wanted: str) -> Found | None:
    """The priority that the ticket has, 1 (highest) to 4, as in `1..2`."""
    return Found(wanted) if compare(wanted, PLAIN).holds(scene.draft.priority) else None


def type(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The type that the ticket has, or a pattern for it."""
    return among((scene.draft.type,), wanted)


def category(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The category that the ticket has, or a pattern for it."""
    return among((scene.draft.category,), wanted)


def module(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The module that the ticket has, or a pattern for it."""
    return among((scene.draft.module,), wanted)


def tag(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """A tag that the ticket has, or a pattern for one."""
    return among(scene.draft.tags, wanted)


def age(scene: Scene, wanted: str) -> Found | None:
    """How long ago the ticket was opened, as in `> 30 days`; 0 for a ticket to be opened."""
    return _lasted(scene, scene.view.ticket.since if scene.view.ticket else None, wanted)


def quiet(scene: Scene, wanted: str) -> Found | None:
    """How long ago somebody last wrote on the ticket, as in `> 5 days`; 0 for a ticket to be opened."""
    return _lasted(scene, scene.view.ticket.quiet if scene.view.ticket else None, wanted)


def status_of(scene: Scene) -> str:
    return scene.view.ticket.status.value if scene.view.ticket else "new"


def seconds_since(scene: Scene, moment: datetime | None) -> float:
    """Never less than nothing: clocks of two machines differ."""
    return max((scene.view.at - moment).total_seconds(), 0.0) if moment else 0.0


def _lasted(scene: Scene, moment: datetime | None, wanted: str) -> Found | None:
    return Found(wanted) if compare(wanted, SECONDS).holds(seconds_since(scene, moment)) else None
