"""The conditions of a rule: one function per word an admin can write; its docstring is its documentation.

In: the `Scene`, and what the rule wants (words, addresses, names or patterns, any of which will do, or a comparison);
out: `Found` for the first that matches, or None. Pure, and linear in the mail's length. `ACTUAL` says what the
condition looked at, for whoever wonders why it does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from maild.rules.conditions import desk, people, texts
from maild.rules.kinds import PERSON
from maild.rules.matter import Found, Scene

Condition = Callable[[Scene, Any], Found | None]
_ALL: tuple[Condition, ...] = (
    texts.subject, texts.text, texts.full_text, texts.header, texts.attachment, texts.language,
    people.sender, people.proof, people.organisation, people.recipient, people.recipients,
    desk.desk, desk.hours, desk.automatic,
    desk.status, desk.priority, desk.type, desk.category, desk.module, desk.tag, texts.field, desk.age, desk.quiet,
)  # fmt: skip
CONDITIONS: dict[str, Condition] = {condition.__name__: condition for condition in _ALL}

LONGEST_SHOWN = 80
MOST_SHOWN = 8


def _listed(values: Iterable[str]) -> str:
    every = [short for value in values if (short := _short(value))]
    more = f" and {len(every) - MOST_SHOWN} more" if len(every) > MOST_SHOWN else ""
    return ", ".join(f"`{short}`" for short in every[:MOST_SHOWN]) + more or "nothing"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


def _lasting(seconds: float) -> str:
    minutes = int(seconds // 60)
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"


def _fields(scene: Scene) -> Iterable[str]:
    return (f"{name}: {value}" for name, value in scene.draft.fields)


def actual(name: str, wanted: Any, scene: Scene) -> str:
    """What a condition looked at: of header fields, those that it asks for."""
    if name != "header":
        return ACTUAL[name](scene)
    return _listed(f"{field}: {value.raw}" for field, _ in wanted for value in scene.matter.header(field))


ACTUAL: dict[str, Callable[[Scene], str]] = {
    "subject": lambda scene: _listed([scene.matter.subject.raw]),
    "text": lambda scene: _listed([scene.matter.text.raw]),
    "full_text": lambda scene: _listed([scene.matter.full_text.raw]),
    "header": lambda scene: _listed(name for name, _ in dict(scene.view.headers).items()),
    "attachment": lambda scene: _listed(f"{one.name} {one.type} {one.size} B" for one in scene.view.attachments),
    "language": lambda scene: _listed([scene.view.language]),
    "sender": lambda scene: _listed([scene.matter.sender, scene.view.register.value, *scene.view.roles]),
    "proof": lambda scene: _listed([scene.view.proof.value]),
    "organisation": lambda scene: _listed([scene.view.organisation]),
    "recipient": lambda scene: _listed(scene.matter.recipients),
    "recipients": lambda scene: _listed([str(len(scene.matter.recipients))]),
    "desk": lambda scene: _listed([scene.view.desk]),
    "hours": lambda scene: _listed(["inside" if scene.view.desk_open else "outside"]),
    "automatic": lambda scene: _listed([scene.view.automatic or PERSON]),
    "status": lambda scene: _listed([desk.status_of(scene)]),
    "priority": lambda scene: _listed([str(scene.draft.priority)]),
    "type": lambda scene: _listed([scene.draft.type]),
    "category": lambda scene: _listed([scene.draft.category]),
    "module": lambda scene: _listed([scene.draft.module]),
    "tag": lambda scene: _listed(scene.draft.tags),
    "field": lambda scene: _listed(_fields(scene)),
    "age": lambda scene: _lasting(desk.seconds_since(scene, scene.view.ticket.since if scene.view.ticket else None)),
    "quiet": lambda scene: _lasting(desk.seconds_since(scene, scene.view.ticket.quiet if scene.view.ticket else None)),
}
