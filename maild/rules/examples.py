"""Do a rule's own examples come out as they say?

In: a rule, one of its examples, the desks and the directory; out: each `Difference` between what the example
promises and what the rule gives, by itself and as if it were no shadow. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.patterns.regex import NOTHING_CAUGHT
from maild.rules.actions import fill
from maild.rules.example_mail import Shown, shown
from maild.rules.holding import Holding, holds
from maild.rules.language import Actions, Example, Rule
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft
from maild.rules.run import act
from maild.rules.trace import missed

PLAIN = {"priority": "priority", "type": "type", "category": "category", "module": "module", "assign": "assignee"}
PLAIN |= {"status": "status", "answer": "answer", "review": "review", "ignore": "ignored", "instruction": "instructs"}
PLAIN |= {"workflow": "workflow"}
MANY = {"tag": "tags", "participant": "participants", "forward": "forwards", "webhook": "webhooks"}
MANY |= {"ask": "asks", "propose": "proposes"}
"""What an action is called in a rule, and in the draft."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not come out, and the part of the example that says otherwise."""

    message: str
    path: tuple[str, ...]


def differences(rule: Rule, example: Example, desks: Sequence[Desk], directory: Directory) -> Iterator[Difference]:
    """Nothing where all is as promised."""
    seen = shown(example.mail, rule.on[0], desks, directory)
    if isinstance(seen, str):
        yield Difference(seen, ("mail",))
        return
    yield from _between(rule, example, Scene(Matter(seen.view), seen.draft), _holding(rule, seen))


def _holding(rule: Rule, seen: Shown) -> Holding | None:
    if seen.view.trigger not in rule.on:
        return None
    return holds(rule.when, Scene(Matter(seen.view), seen.draft))


def _between(rule: Rule, example: Example, scene: Scene, hit: Holding | None) -> Iterator[Difference]:
    if hit is None and example.gives != "nothing":
        yield Difference(f"the rule does not match this mail: {missed(rule, scene)}", ("mail",))
    elif hit is not None and example.gives == "nothing":
        because = " and ".join(hit.because) or "it is for every mail"
        yield Difference(f"the rule should give nothing, but it matches: {because}", ("gives",))
    elif hit is not None and isinstance(example.gives, Actions):
        yield from _unlike(example.gives, act(rule.then, Draft(priority=0), hit.captures))


def _unlike(gives: Actions, got: Draft) -> Iterator[Difference]:
    """Each promised word on its own; what the rule gives beyond that is no matter."""
    for name, in_draft in PLAIN.items():
        promised, value = getattr(gives, name), getattr(got, in_draft)
        if promised and promised != value:
            yield Difference(f"it gives {_shown(value)} instead", ("gives", name))
    for name, in_draft in MANY.items():
        if missing := [one for one in getattr(gives, name) if one not in getattr(got, in_draft)]:
            yield Difference(f"it does not give the {name} {_shown(missing[0])}", ("gives", name))
    yield from _other_fields(gives, got)
    if missing := [one.staff for one in gives.notify if (one.staff, one.template) not in _paged(got)]:
        yield Difference(f"it does not tell {_shown(missing[0])} so", ("gives", "notify"))


def _other_fields(gives: Actions, got: Draft) -> Iterator[Difference]:
    fields = dict(got.fields)
    for key, template in gives.field:
        if fields.get(key) != fill(template, NOTHING_CAUGHT):
            yield Difference(f"it gives {_shown(fields.get(key))} instead", ("gives", "field", key))


def _paged(got: Draft) -> set[tuple[str, str]]:
    return {(one.staff, one.template) for one in got.pages}


def _shown(value: object) -> str:
    name = value[0] if isinstance(value, tuple) else value
    return f"`{name}`" if name else "nothing"
