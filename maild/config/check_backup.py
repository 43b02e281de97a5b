"""What a type alone cannot say about series of backups, and the archive's keys.

In: settings with absolute paths; out: problems with places.
"""

from __future__ import annotations

from collections.abc import Iterator

from maild.settings import Settings
from maild.yaml.file import Step

ELSEWHERE = ("day", "month")


def problems(settings: Settings) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Everything wrong in `backup`, and in the keys of `archive`."""
    yield from _places(settings)
    yield from _twice(settings)
    yield from _keys(settings)


def _places(settings: Settings) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The disk that takes the database with it must not take its backups."""
    for number, series in enumerate(settings.backup):
        if series.every in ELSEWHERE and series.folder.resolve().is_relative_to(settings.state.resolve()):
            message = "this is in the folder `state`, which is to be saved: name a folder on another disk or machine"
            yield message, ("backup", number, "folder")


def _twice(settings: Settings) -> Iterator[tuple[str, tuple[Step, ...]]]:
    places = [(series.every, series.folder) for series in settings.backup]
    for number, place in enumerate(places):
        if place in places[:number]:
            first = places.index(place) + 1
            message = f"series {first} saves every {place[0]} into this folder already: each would delete the other's"
            yield message, ("backup", number, "folder")


def _keys(settings: Settings) -> Iterator[tuple[str, tuple[Step, ...]]]:
    named: list[tuple[tuple[Step, ...], tuple[str, ...]]] = [(("archive",), settings.archive.encrypt_to)]
    named += [(("backup", number), series.encrypt_to) for number, series in enumerate(settings.backup)]
    for where, keys in named:
        for place, key in enumerate(keys):
            # Only who encrypts pays for the library.
            from maild.store.backup.seal import key_problem

            if problem := key_problem(key):
                yield problem, (*where, "encrypt_to", place)
