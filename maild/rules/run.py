"""Apply a rule set to one mail.

In: rules in their order, the draft of a ticket, the mail as `RuleView`; out: `Shaped`, the draft as the rules made
it, with one reason for each rule that matched. Pure; never raises for any mail, and linear in its length.
A later rule overwrites what an earlier one set; `stop` ends the run; a shadow rule only gives its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from maild.model import Reason
from maild.rules.actions import ACTIONS
from maild.rules.conditions import CONDITIONS, Matter, matter_of
from maild.rules.language import Actions, Rule, When
from maild.rules.model import Draft, RuleView, Shaped
from maild.rules.regex import NOTHING_CAUGHT, Captures


@dataclass(frozen=True, slots=True)
class Hit:
    """Conditions that hold: what matched, in the rule's own words, and what the patterns caught."""

    because: tuple[str, ...] = ()
    captures: Captures = NOTHING_CAUGHT


def run(rules: Iterable[Rule], draft: Draft, view: RuleView) -> Shaped:
    """Every rule in its turn, until one stops."""
    matter, reasons = matter_of(view), []
    for rule in rules:
        hit = holds(rule.when, matter)
        if hit is None:
            continue
        reasons.append(_reason(rule, hit))
        if rule.shadow:
            continue
        draft = act(rule.then, draft, hit.captures)
        if rule.stop:
            break
    return Shaped(draft, tuple(reasons))


def act(then: Actions, draft: Draft, captures: Captures) -> Draft:
    """The draft after these actions."""
    for name, value in then.given():
        draft = ACTIONS[name](draft, value, captures)
    return draft


def holds(when: When, matter: Matter) -> Hit | None:
    """Whether all conditions that are written hold, and why."""
    hits = []
    for hit in _each(when, matter):
        if hit is None:
            return None
        hits.append(hit)
    return _joined(hits)


def missed(when: When, matter: Matter) -> str:
    """The first condition that does not hold, as the rule writes it; "" where all do."""
    names = [name.rstrip("_") for name, _ in when.given()]
    return next((name for name, hit in zip(names, _each(when, matter), strict=True) if hit is None), "")


def _each(when: When, matter: Matter) -> Iterable[Hit | None]:
    for name, wanted in when.given():
        yield GROUPS[name](wanted, matter) if name in GROUPS else _leaf(name, wanted, matter)


def _leaf(name: str, wanted: Sequence[str], matter: Matter) -> Hit | None:
    found = CONDITIONS[name](matter, wanted)
    return Hit((f"{name} `{found.wanted}`",), found.captures) if found else None


def _any(wanted: Sequence[When], matter: Matter) -> Hit | None:
    return next((hit for hit in (holds(one, matter) for one in wanted) if hit), None)


def _all(wanted: Sequence[When], matter: Matter) -> Hit | None:
    hits = [holds(one, matter) for one in wanted]
    return _joined([hit for hit in hits if hit]) if all(hits) else None


def _not(wanted: When, matter: Matter) -> Hit | None:
    if holds(wanted, matter):
        return None
    named = ", ".join(name.rstrip("_") for name, _ in wanted.given())
    return Hit((f"not the {named} it excludes",))


GROUPS: dict[str, Callable[[Any, Matter], Hit | None]] = {"any_": _any, "all_": _all, "not_": _not}


def _joined(hits: Sequence[Hit]) -> Hit:
    captures = NOTHING_CAUGHT
    for hit in hits:
        captures = captures.joined(hit.captures)
    return Hit(tuple(because for hit in hits for because in hit.because), captures)


def _reason(rule: Rule, hit: Hit) -> Reason:
    because = " and ".join(hit.because) or "it is for every mail"
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
