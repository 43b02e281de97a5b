"""Further directories: what each kind needs, and names that are given once. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import urlsplit

from maild.settings import FurtherDirectory, Settings
from maild.yaml.file import Step

Finding = tuple[str, tuple[Step, ...]]
TAKEN = {"file": "`file` is the name of directory.yaml itself: choose another"}
NEEDS = {"file": "file", "sql": "url", "command": "command"}
ONLY_FOR = {"file": "file", "url": "sql", "password_file": "sql", "query": "sql", "command": "command"}
SUFFIXES = (".csv", ".yaml", ".yml")


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything wrong with them."""
    seen: dict[str, int] = {}
    for number, one in enumerate(settings.directories):
        first = seen.setdefault(one.name, number)
        if one.name in TAKEN:
            yield TAKEN[one.name], ("directories", number, "name")
        elif first != number:
            yield f"directory {first + 1} has this name already", ("directories", number, "name")
        yield from ((message, ("directories", number, word)) for message, word in _of_one(one))


def _of_one(one: FurtherDirectory) -> Iterator[tuple[str, str]]:
    needed = NEEDS[one.kind]
    if not getattr(one, needed):
        yield f"a directory of the kind {one.kind} needs `{needed}`", "kind"
    for word, kind in ONLY_FOR.items():
        if getattr(one, word) and kind != one.kind:
            yield f"`{word}` is for directories of the kind {kind}", word
    if one.kind == "sql":
        yield from _database(one)
    if one.file and one.file.suffix.lower() not in SUFFIXES:
        yield f"the file has to end in {', '.join(SUFFIXES)}", "file"
    if one.command and not PurePath(one.command[0]).is_absolute():
        yield "write the program's full path, beginning with /", "command"


def _database(one: FurtherDirectory) -> Iterator[tuple[str, str]]:
    if not one.query:
        yield "a directory of the kind sql needs `query`", "kind"
    if one.url and "://" not in one.url:
        yield "this is no database URL: write it like postgresql://reader@host/name", "url"
    elif ":" in urlsplit(one.url).netloc.rpartition("@")[0]:
        yield "a password does not belong in here: put it into a file and name it as `password_file`", "url"
