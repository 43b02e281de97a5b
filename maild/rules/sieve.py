"""Which rules can match a mail at all? `RuleSet` holds rules ready for use, and picks the few worth asking.

In: rules in their order; a `Matter` that the set itself prepared; out: the candidates in that order. Law: a rule that
would match is always among them. From each rule one condition is taken of which something must be there: words of a
text, an address, a name. What is there is found once for all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from maild.patterns.regex import is_pattern
from maild.patterns.words import Text, sayable
from maild.rules.finder import Finder
from maild.rules.language import Rule, When
from maild.rules.matter import Matter
from maild.rules.view import RuleView, Trigger

Atom = tuple[str, str]
TEXTS: dict[str, Callable[[Matter], Text]] = {
    "subject": lambda matter: matter.subject,
    "text": lambda matter: matter.text,
    "full_text": lambda matter: matter.full_text,
}


def _domains(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"@{address.rpartition('@')[2]}" for address in addresses if address)


PLAIN: dict[str, Callable[[Matter], Iterable[str]]] = {
    "sender": lambda it: (it.sender, *_domains([it.sender]), it.view.register.value, *it.view.roles),
    "recipient": lambda it: (*it.recipients, *_domains(it.recipients)),
    "organisation": lambda it: (sayable(it.view.organisation),),
    "desk": lambda it: (sayable(it.view.desk),),
    "language": lambda it: (it.view.language,),
}
RARE = 1000
"""Names count as so many words: a desk, say, is that of many mails."""


class RuleSet:
    """Rules in their order, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._indexes = {trigger: _Index(self.rules, trigger) for trigger in Trigger}

    @cached_property
    def _finders(self) -> dict[str, Finder]:
        return {name: Finder(_words(self.rules, name)) for name in TEXTS}

    @cached_property
    def asks_headers(self) -> bool:
        """Whether a rule looks at header fields, which only the raw mail keeps."""
        return any(when.header for rule in self.rules for when in every_when(rule.when))

    def matter(self, view: RuleView) -> Matter:
        """A mail, prepared for these rules."""
        return Matter(view, lambda name, text: self._finders[name].present(text))

    def candidates(self, matter: Matter) -> Sequence[Rule]:
        """The rules that may match."""
        return [self.rules[place] for place in self._indexes[matter.view.trigger].places(matter)]


class _Index:
    """Rules by what must be there for them to match."""

    def __init__(self, rules: Sequence[Rule], trigger: Trigger) -> None:
        self.always: list[int] = []
        self.by_name: dict[str, dict[str, list[int]]] = {}
        for place, rule in enumerate(rules):
            if trigger in rule.on:
                self._add(place, needed(rule.when))

    def _add(self, place: int, atoms: frozenset[Atom] | None) -> None:
        if atoms is None:
            self.always.append(place)
        for name, word in atoms or ():
            self.by_name.setdefault(name, {}).setdefault(word, []).append(place)

    def places(self, matter: Matter) -> list[int]:
        found = set(self.always)
        for name, by_word in self.by_name.items():
            for word in _present(name, matter):
                found.update(by_word.get(word, ()))
        return sorted(found)


def _present(name: str, matter: Matter) -> Iterable[str]:
    if name in TEXTS:
        return TEXTS[name](matter).present or ()
    return PLAIN[name](matter)


def needed(when: When) -> frozenset[Atom] | None:
    """Things of which at least one must be there for the conditions to hold; None where nothing is sure."""
    choices = [atoms for name, wanted in when.given() if (atoms := _needed(name, wanted)) is not None]
    return min(choices, key=_weight, default=None)


def _needed(name: str, wanted: Any) -> frozenset[Atom] | None:
    match name:
        case "all_":
            return min(filter(None, map(needed, wanted)), key=_weight, default=None)
        case "any_":
            branches = [needed(one) for one in wanted]
            return None if None in branches else frozenset[Atom]().union(*filter(None, branches))
    if name not in TEXTS and (name not in PLAIN or any(map(is_pattern, wanted))):
        return None
    return frozenset((name, one) for one in wanted)


def _weight(atoms: frozenset[Atom]) -> int:
    return sum(1 if name in TEXTS else RARE for name, _ in atoms)


def _words(rules: Iterable[Rule], name: str) -> Iterator[str]:
    for rule in rules:
        for when in every_when(rule.when):
            yield from getattr(when, name)


def every_when(when: When) -> Iterator[When]:
    """These conditions, and all those within them."""
    yield when
    for inner in (*when.any_, *when.all_, *((when.not_,) if when.not_ else ())):
        yield from every_when(inner)
