"""A rule with the place where it stands, so that whatever is found out about it names file, line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild.errors import Problem
from maild.rules.language import Rule, When
from maild.yaml.file import Document, Step

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule, with the file and the number it has there."""

    rule: Rule
    document: Document
    number: int

    def problem(self, message: str, *path: Step, of_key: bool = False) -> Problem:
        return self.document.problem(message, self.number, *path, of_key=of_key)

    def written(self, *path: Step) -> Any:
        """What the file holds at a place of the rule, before any list is put in; None where it holds nothing."""
        value = self.document.value[self.number]
        for step in path:
            inside = isinstance(value, dict) and step in value
            inside = inside or (isinstance(value, list) and isinstance(step, int) and step < len(value))
            value = value[step] if inside else None
        return value

    @property
    def line(self) -> int:
        return self.document.place((self.number, "rule")).line

    def whens(self) -> Iterator[tuple[Path, When]]:
        """Its conditions, and those within them, each with its place."""
        return _whens(self.rule.when, ("when",))


def _whens(when: When, path: Path) -> Iterator[tuple[Path, When]]:
    yield path, when
    for name, inner in (("any", when.any_), ("all", when.all_)):
        for number, one in enumerate(inner):
            yield from _whens(one, (*path, name, number))
    if when.not_ is not None:
        yield from _whens(when.not_, (*path, "not"))
