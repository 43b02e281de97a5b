"""Views and rules for tests, with valid defaults for what a test is not about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from maild.model import Proof, Register
from maild.rules.language import Rule
from maild.rules.model import Draft, Shaped
from maild.rules.run import run
from maild.rules.sieve import RuleSet
from maild.rules.view import RuleView, Trigger
from tests.builders import NOON

DRAFT = Draft(priority=3)
RULES = TypeAdapter(tuple[Rule, ...])
VIEW = RuleView(
    trigger=Trigger.NEW,
    at=NOON,
    desk="service",
    subject="The printer is on fire",
    text="It burns.",
    full_text="It burns.\n> what is new?",
    sender="ada@acme.example",
    recipients=("support@desk.example",),
    proof=Proof.PROVEN,
    register=Register.AUTHORISED,
    organisation="acme",
    roles=("primary", "technical"),
    language="en",
)


def rules(*written: dict[str, Any]) -> RuleSet:
    """Rules as YAML would say them; those without a name are numbered."""
    named = ({"rule": f"rule {number}"} | one for number, one in enumerate(written))
    return RuleSet(RULES.validate_python(tuple(named)))


def a_view(**changes: Any) -> RuleView:
    return replace(VIEW, **changes)


def shaped(*written: dict[str, Any], draft: Draft = DRAFT, **seen: Any) -> Shaped:
    """What these rules make of a view."""
    return run(rules(*written), draft, a_view(**seen))


def matches(when: dict[str, Any], *, draft: Draft = DRAFT, on: str = "new", **seen: Any) -> bool:
    """Whether a rule with these conditions matches."""
    return bool(shaped({"on": on, "when": when, "then": {"tag": "t"}}, draft=draft, **seen).ruled.hits)
