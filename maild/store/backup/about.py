"""What a backup says of itself, in its manifest and inside, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from maild.errors import ExitCode, PermanentFailure, TemporaryFailure

Step = Callable[[str, float], None]
"""Hears how far a stage is: its name, and a part from 0 to 1. It may raise to end the work."""


class BackupFailed(TemporaryFailure):
    """The backup was not made; nothing was left that looks like one."""

    exit_code = ExitCode.CANNOT_CREATE


class Busy(BackupFailed):
    """Another backup or restore is at work: wait for its end."""

    exit_code = ExitCode.TEMPORARY


class Unusable(PermanentFailure):
    """This is no backup that can be restored."""


class NotEmpty(PermanentFailure):
    """The database is not empty: say --replace to put it aside."""

    exit_code = ExitCode.CANNOT_CREATE


@dataclass(frozen=True, slots=True)
class About:
    """What is in a backup. `counts`: rows of each table; `newest`: when the newest mail in it was taken in;

    `left_out`: files the settings name that are not in it, since they hold passwords or keys. Times are UTC.
    """

    version: str
    revision: str
    made_at: AwareDatetime
    series: str
    node: str
    dialect: str
    counts: tuple[tuple[str, int], ...]
    newest: AwareDatetime | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup as it lies in its folder. `size` and `sha256` are of the file as it lies there, `unpacked` is the
    size of the database in it; sizes in bytes.
    """

    file: str
    size: int
    sha256: str
    unpacked: int
    about: About


_ABOUT = TypeAdapter(About)
_MANIFEST = TypeAdapter(Manifest)


def no_step(_stage: str, _part: float) -> None:
    """Nobody watches."""


def manifest_as_json(manifest: Manifest) -> bytes:
    """A manifest as it lies beside its backup."""
    return _MANIFEST.dump_json(manifest, indent=2) + b"\n"


def manifest_from_json(text: bytes) -> Manifest:
    """A manifest read back. Raises Unusable."""
    try:
        return _MANIFEST.validate_json(text)
    except ValidationError:
        raise Unusable("its manifest cannot be read") from None


def about_as_json(about: About) -> str:
    """What stands in the backup itself."""
    return _ABOUT.dump_json(about).decode()


def about_from_json(text: str | bytes) -> About:
    """Read back. Raises Unusable."""
    try:
        return _ABOUT.validate_json(text)
    except ValidationError:
        raise Unusable("what the file says of itself cannot be read: it is no backup of maild's") from None
