"""Mails of our own making, as clients of many languages write them: `plain_cases()` and `html_cases()`.

In the .txt files a case starts with "@@ name". In html.txt the HTML follows, then "@=", then what is to stay; in the
others every line starts with "+" (stays) or "-" (goes).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Case(NamedTuple):
    name: str
    mail: str
    stays: str


def plain_cases() -> list[Case]:
    return [_plain(name, body) for name, body in _blocks() if not name.startswith("html/")]


def html_cases() -> list[Case]:
    found = [(name, *body.split("\n@=\n")) for name, body in _blocks() if name.startswith("html/")]
    return [Case(*each) for each in found]


def _blocks() -> list[tuple[str, str]]:
    files = sorted(FOLDER.glob("*.txt"))
    blocks = [(path.stem, block) for path in files for block in path.read_text().split("@@ ")[1:]]
    parted = [(stem, *block.partition("\n")) for stem, block in blocks]
    return [(f"{stem}/{title}", body) for stem, title, _, body in parted]


def _plain(name: str, body: str) -> Case:
    lines = body.rstrip("\n").split("\n")
    kept = [line[1:] for line in lines if line[:1] == "+"]
    return Case(name, "\n".join(line[1:] for line in lines), "\n".join(kept))
