"""Patterns an admin writes as `/…/` or `/…/i`, matched in linear time by RE2.

In: the pattern as written; out: `Pattern`, compiled once per process and kept outside the rules, which are
plain data. RE2 knows no look-around and no back references: asking for them is an error when the rule is
loaded, so that no mail can make a search take longer than its length deserves. `^` and `$` are line borders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import re2

LONGEST = 1000
MEMORY = 4 << 20
WRITTEN = re.compile(r"/(?P<body>.+)/(?P<flags>[A-Za-z]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Captures:
    """What the brackets of a pattern caught: `{1}` is the first of `groups`; None took no part in the match."""

    groups: tuple[str | None, ...] = ()
    named: tuple[tuple[str, str | None], ...] = ()

    def get(self, placeholder: str) -> str | None:
        if placeholder.isdecimal():
            place = int(placeholder) - 1
            return self.groups[place] if 0 <= place < len(self.groups) else None
        return dict(self.named).get(placeholder)

    def joined(self, other: Captures) -> Captures:
        """The numbers are those of the first pattern with brackets; of equal names the first counts."""
        return Captures(self.groups or other.groups, self.named + other.named)


TRIED = MappingProxyType({"patterns": "tried"})
"""The context in which a model is read again whose patterns were tried before, as those of a stored policy: most of a
hundred patterns are for what never comes, and compiling them takes each process milliseconds and a megabyte apiece."""
NOTHING_CAUGHT = Captures()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern with the placeholders it can fill."""

    compiled: re2._Regexp
    groups: int
    names: tuple[str, ...]

    def search(self, text: str) -> Captures | None:
        found = self.compiled.search(text)
        return Captures(found.groups(), tuple(found.groupdict().items())) if found else None

    def values(self, text: str, group: str) -> Iterator[str]:
        """What the group of this name caught, match by match; without such a group, all that matched."""
        place = group if group in self.names else 0
        yield from (found[place] or "" for found in self.compiled.finditer(text))


def is_pattern(written: str) -> bool:
    """Whether a word of a rule means a pattern: it starts with a slash."""
    return written.startswith("/")


@lru_cache(maxsize=8192)
def pattern(written: str) -> Pattern:
    """Compile `/…/` or `/…/i`. ValueError says what is wrong with it, in words for the admin."""
    body, flags = parts(written)
    try:
        compiled = re2.compile(f"(?m){body}", _options(flags))
    except re2.error as error:
        raise ValueError(f"`{written}` is no regular expression maild can use: {_said(error)}") from None
    return Pattern(compiled, compiled.groups, tuple(compiled.groupindex))


def parts(written: str) -> tuple[str, str]:
    """The expression and the letters behind it. Raises ValueError."""
    found = WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(
            f"`{written}` starts like a regular expression but does not end with `/`: "
            "put all of it in single quotes if it holds a comma, a colon, a bracket or a #"
        )
    if found["flags"] not in ("", "i"):
        raise ValueError(f"`{found['flags']}` after `{written}`: the only letter that may follow the last `/` is i")
    if len(found["body"]) > LONGEST:
        raise ValueError(f"a regular expression has at most {LONGEST} characters, this one has {len(found['body'])}")
    return found["body"], found["flags"]


def _options(flags: str) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    options.case_sensitive = "i" not in flags
    return options


def _said(error: re2.error) -> str:
    told = error.args[0] if error.args else ""
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    if "(?=" in text or "(?!" in text or "(?<" in text:
        return f"{text} (look-around is not offered: it cannot be searched in linear time)"
    if re.search(r"invalid escape sequence: \\[1-9]", text):
        return f"{text} (back references are not offered: they cannot be searched in linear time)"
    return text
