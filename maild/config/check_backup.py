"""What a type alone cannot say about series of backups. In: settings with absolute paths; out: problems with places."""

from __future__ import annotations

from collections.abc import Iterator

from maild.settings import Settings
from maild.yaml.file import Step

ELSEWHERE = ("day", "month")


def problems(settings: Settings) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Everything wrong in `backup`."""
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
    for number, series in enumerate(settings.backup):
        for place, key in enumerate(series.encrypt_to):
            # Only who encrypts pays for the library.
            from maild.store.backup.seal import key_problem

            if problem := key_problem(key):
                yield problem, ("backup", number, "encrypt_to", place)
