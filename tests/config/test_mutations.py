"""Mistakes nobody thought of: every seed makes one in the shipped files, and its line has to be named."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from maild.config import check
from tests.config.site import D, M, R, S, U, said, site

__all__ = ["site"]

KEY = re.compile(r"(?<![\w<?'\"-])(?!vm\b)([a-z_]{2,}):(?= |$)")
LINE = re.compile(r"^(?P<key> *(?:- )?[a-z_]+: )(?P<value>[^#|{\s][^#]*?)(?P<rest> *(#.*)?)$")
SEEDS = range(200)


@dataclass(frozen=True)
class Mistake:
    """The file after the mistake, the line it is in, and what must be said there."""

    lines: list[str]
    number: int
    said: str


def _misspelt(lines: list[str], dice: random.Random) -> Mistake:
    number, found = dice.choice([(n, m) for n, line in enumerate(lines) for m in KEY.finditer(line.partition("#")[0])])
    word = found[1]
    place = dice.randrange(len(word))
    letter = "q" if word[place] != "q" else "x"
    wrong = word[:place] + letter + word[place + 1 :]
    changed = lines[number][: found.start(1)] + wrong + lines[number][found.end(1) :]
    return Mistake([*lines[:number], changed, *lines[number + 1 :]], number, f"`{wrong}` is not known here")


def _wrong_type(lines: list[str], dice: random.Random) -> Mistake:
    number, found = dice.choice([(n, m) for n, line in enumerate(lines) if (m := LINE.match(line))])
    changed = f"{found['key']}[[5]]{found['rest']}"
    return Mistake([*lines[:number], changed, *lines[number + 1 :]], number, "a list")


def _twice(lines: list[str], dice: random.Random) -> Mistake:
    number, found = dice.choice([(n, m) for n, line in enumerate(lines) if (m := LINE.match(line))])
    again = " " * found["key"].index(found["key"].strip("- ")) + lines[number].lstrip("- ")
    return Mistake([*lines[: number + 1], again, *lines[number + 1 :]], number + 1, "for the second time")


def _anchored(lines: list[str], dice: random.Random) -> Mistake:
    number, found = dice.choice([(n, m) for n, line in enumerate(lines) if (m := LINE.match(line))])
    changed = f"{found['key']}&a {found['value']}"
    return Mistake([*lines[:number], changed, *lines[number + 1 :]], number, "anchors and aliases")


MISTAKES: tuple[Callable[[list[str], random.Random], Mistake], ...] = (_misspelt, _wrong_type, _twice, _anchored)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_mistake_is_told_with_its_line(site: Path, seed: int) -> None:
    dice = random.Random(seed)
    file = site / dice.choice((M, D, S, U, R))
    mistake = dice.choice(MISTAKES)(file.read_text(encoding="utf-8").splitlines(), dice)
    file.write_text("\n".join(mistake.lines) + "\n", encoding="utf-8")
    here = [one for one in check(site / M) if one.file == str(file) and one.line == mistake.number + 1]
    assert any(mistake.said in one.message for one in here), f"{mistake.lines[mistake.number]}\n{said(site)}"
    assert all(1 <= one.column <= len(mistake.lines[mistake.number]) for one in here)
