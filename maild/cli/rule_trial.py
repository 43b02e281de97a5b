"""What every rule of a set makes of one mail, and how that is shown: for `maild rules test`.

Law: the mail is looked at by the dry run, so its sender counts as what they would on the real road.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from maild import pipeline
from maild.cli.envelope import recipient_of
from maild.cli.explain import Said
from maild.cli.output import Columns, listing, safe, say
from maild.decide.explain import say as in_a_sentence
from maild.ingest.files import Found
from maild.model import Disposition, EntryId, Envelope, InboxEntry, Reason
from maild.rules.model import Draft, Ruled
from maild.rules.replay import WORDS, in_words
from maild.rules.sieve import RuleSet
from maild.rules.trace import Step, trace
from maild.steps.house import House


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule: what came of asking it ("matches", "matches as a shadow", "no", "not asked"), and why."""

    rule: str
    result: str
    why: str


@dataclass(frozen=True, slots=True)
class SetByRules:
    """One thing that rules made different of the ticket."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail, what becomes of it, every rule, and what they set in total. Without a say of theirs, `rules` is empty and
    `reasons` tell why."""

    file: str
    disposition: Disposition | None
    rules: tuple[Asked, ...]
    sets: tuple[SetByRules, ...]
    reasons: tuple[Reason, ...]


COLUMNS: Columns[Asked] = {
    "rule": lambda one: one.rule,
    "result": lambda one: one.result,
    "why": lambda one: one.why,
}


def tried(house: House, found: Found, said: Said) -> Trial:
    """Ask every rule of the house's policy about this mail; nothing is written."""
    recipient = said.recipient or recipient_of(found.raw, house.policy.desks)
    envelope = Envelope(said.source, said.mail_from, recipient, said.at)
    plan = pipeline.explain(house, InboxEntry(EntryId(0), envelope, found.raw), scan=False)
    if plan.ruled is None:
        return Trial(found.name, plan.disposition, (), (), plan.reasons)
    asked = asked_one_by_one(house.policy.rule_set, plan.ruled)
    return Trial(found.name, plan.disposition, asked, tuple(differences(plan.ruled)), plan.reasons)


def asked_one_by_one(rules: RuleSet, ruled: Ruled) -> tuple[Asked, ...]:
    """Each rule in its order."""
    return tuple(Asked(one.rule.rule, _result(one), one.why) for one in trace(rules, ruled.before, ruled.view))


def _result(step: Step) -> str:
    if not step.asked:
        return "not asked"
    if not step.matched:
        return "no"
    return "matches as a shadow" if step.rule.shadow else "matches"


def differences(ruled: Ruled) -> Iterable[SetByRules]:
    """What the rules set in total."""
    for part in fields(Draft):
        old, new = getattr(ruled.before, part.name), getattr(ruled.draft, part.name)
        if old != new:
            yield SetByRules(WORDS.get(part.name, part.name), in_words(old), in_words(new))


def show(trial: Trial) -> None:
    """The trial for people; in a pipe the rules are lines of cells divided by tabs."""
    say(safe(f"{trial.file}: {trial.disposition}"))
    if not trial.rules:
        _say_why(trial)
        return
    listing(trial.rules, COLUMNS, as_json=False)
    for one in trial.sets:
        say(safe(f"sets {one.name}: {one.old or 'nothing'} → {one.new or 'nothing'}"))
    if not trial.sets:
        say("sets nothing")
    say()


def _say_why(trial: Trial) -> None:
    say("rules have no say in it:")
    for reason in trial.reasons:
        say(f"  {safe(in_a_sentence(reason))}")
    say()
