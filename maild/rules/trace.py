"""Why did this rule match, or not? Every rule of a set, looked at one by one: for `maild rules test` and examples.

In: a rule or a set, and the view; out: a `Step` for each rule. Slower than `run`, and a test holds that both come to
the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild.rules.conditions import actual
from maild.rules.holding import Holding, condition_holds, holds
from maild.rules.language import Rule, When
from maild.rules.matter import Matter, Scene
from maild.rules.model import Draft
from maild.rules.run import act
from maild.rules.sieve import RuleSet
from maild.rules.view import RuleView


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: whether it matched, and why (not). `asked`: False after another one said stop."""

    rule: Rule
    matched: bool
    why: str
    asked: bool = True


def trace(rules: RuleSet, draft: Draft, view: RuleView) -> Iterator[Step]:
    """Each rule in its turn."""
    matter, stopped = Matter(view), ""
    for rule in rules.rules:
        if stopped:
            yield Step(rule, matched=False, why=f"not asked: `{stopped}` says stop", asked=False)
            continue
        scene = Scene(matter, draft)
        hit = _hit(rule, scene)
        yield Step(rule, hit is not None, because(hit) if hit else missed(rule, scene))
        if hit and not rule.shadow:
            draft, stopped = act(rule.then, draft, hit.captures), rule.rule if rule.stop else ""


def because(hit: Holding) -> str:
    """What matched, in words."""
    return " and ".join(hit.because) or "it is for every mail"


def missed(rule: Rule, scene: Scene) -> str:
    """The first condition that does not hold, with what is there instead."""
    if scene.view.trigger not in rule.on:
        return f"it is asked on {' and '.join(rule.on)} only, and this is {scene.view.trigger.value}"
    return _missed(rule.when, scene)


def _missed(when: When, scene: Scene) -> str:
    for name, wanted in when.given():
        if condition_holds(name, wanted, scene) is None:
            return _told(name, wanted, scene)
    return ""


def _told(name: str, wanted: Any, scene: Scene) -> str:
    match name:
        case "any_":
            return "none of `any` holds: " + "; ".join(_missed(one, scene) for one in wanted)
        case "all_":
            return "not all of `all` hold: " + next(filter(None, (_missed(one, scene) for one in wanted)), "")
        case "not_":
            hit = holds(wanted, scene) or Holding()
            return f"what `not` excludes is there: {because(hit)}"
    return f"`{name}` does not hold, it is {actual(name, wanted, scene)}"


def _hit(rule: Rule, scene: Scene) -> Holding | None:
    return holds(rule.when, scene) if scene.view.trigger in rule.on else None
