"""Apply a rule set to one mail.

In: rules in their order, the draft of a ticket, the mail as `RuleView`; out: `Shaped`, the draft as the rules made
it, with one reason for each rule that matched. Pure; never raises for any mail, and linear in its length.
A later rule sees what an earlier one set, and overwrites it, which is told; `stop` ends the run; a shadow rule only
gives its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from maild.model import Reason
from maild.patterns.regex import Captures
from maild.rules.actions import ACTIONS
from maild.rules.holding import Holding, holds
from maild.rules.language import Actions, Rule
from maild.rules.matter import Scene
from maild.rules.model import Draft, Hit, Ruled, Shaped
from maild.rules.sieve import RuleSet
from maild.rules.view import RuleView

OVERWRITABLE = ("priority", "type", "category", "module", "assign", "status", "answer")


def run(rules: RuleSet, before: Draft, view: RuleView) -> Shaped:
    """Every rule in its turn, until one stops."""
    draft = before
    matter, reasons, hits = rules.matter(view), list[Reason](), list[Hit]()
    set_by: dict[str, tuple[str, object]] = {}
    for rule in rules.candidates(matter):
        holding = holds(rule.when, Scene(matter, draft))
        if holding is None:
            continue
        hits.append(Hit(rule.rule, rule.shadow, tuple(_tells(rule.then))))
        reasons.append(_reason(rule, holding))
        if rule.shadow:
            continue
        reasons += _overwrites(rule, set_by)
        draft = act(rule.then, draft, holding.captures)
        if rule.stop:
            break
    return Shaped(Ruled(view, before, draft, tuple(hits)), tuple(reasons))


def act(then: Actions, draft: Draft, captures: Captures) -> Draft:
    """The draft after these actions."""
    parts: dict[str, Any] = {}
    for name, value in then.given():
        parts.update(ACTIONS[name](draft, value, captures))
    return replace(draft, **parts)


def _tells(then: Actions) -> Iterator[str]:
    yield from (f"notify {page.staff}" for page in then.notify)
    yield from (f"forward {name}" for name in then.forward)
    yield from (f"webhook {name}" for name in then.webhook)


def _overwrites(rule: Rule, set_by: dict[str, tuple[str, object]]) -> Iterator[Reason]:
    """Two rules that want different things: the later one has it, and whoever reads the ticket's history sees both."""
    for name in OVERWRITABLE:
        if not (value := getattr(rule.then, name)):
            continue
        other, before = set_by.get(name, ("", value))
        if before != value:
            yield Reason(
                "rule", "rule-overwrites", f"`{rule.rule}` makes {name} `{value}` of the `{before}` that `{other}` set"
            )
        set_by[name] = (rule.rule, value)


def _reason(rule: Rule, holding: Holding) -> Reason:
    because = " and ".join(holding.because) or "it is for every mail"
    if rule.shadow:
        seen = f"`{rule.rule}` matches ({because}) but is a shadow: nothing is changed"
        return Reason("rule", "rule-shadow", seen)
    set_ = ", ".join(f"{name} {_shown(value)}" for name, value in rule.then.given()) or "nothing"
    stopped = "; no further rule is looked at" if rule.stop else ""
    return Reason("rule", "rule", f"`{rule.rule}` matches ({because}) and sets {set_}{stopped}")


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return f"`{value}`"
    return " ".join(f"`{'='.join(one) if isinstance(one, tuple) else one}`" for one in value)
