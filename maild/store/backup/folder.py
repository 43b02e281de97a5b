"""What lies in a folder of backups: `maild-20261120T120000Z-day.db.gz`, and its manifest `….db.gz.json`.

Law: a backup is good if its manifest can be read and names a file of that very size. The manifest gets its name last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maild.store.backup.about import Manifest, Unusable, manifest_from_json
from maild.store.backup.disk import PART
from maild.store.backup.seal import SUFFIX

_NAME = re.compile(r"maild-(?P<at>\d{8}T\d{6}Z)-(?P<series>[a-z]+)\.db\.gz(?:\.age)?")
_TIME = "%Y%m%dT%H%M%SZ"
MANIFEST = ".json"
LARGEST_MANIFEST = 1 << 20
ABANDONED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A backup in a folder. `made_at` is UTC; `problem` says why it is not good, "" if it is."""

    path: Path
    series: str
    made_at: datetime
    size: int
    sealed: bool
    newest: datetime | None
    problem: str


def name_for(series: str, at: datetime, *, sealed: bool) -> str:
    """The file's name."""
    return f"maild-{at.astimezone(UTC).strftime(_TIME)}-{series}.db.gz{SUFFIX if sealed else ''}"


def manifest_path(backup: Path) -> Path:
    """Where its manifest lies."""
    return backup.with_name(backup.name + MANIFEST)


def read_manifest(backup: Path) -> Manifest:
    """Raises Unusable where there is none, or none that can be read."""
    try:
        with manifest_path(backup).open("rb") as file:
            return manifest_from_json(file.read(LARGEST_MANIFEST))
    except OSError as error:
        raise Unusable(f"its manifest {manifest_path(backup).name} cannot be read: {error.strerror}") from None


def listed(folder: Path) -> tuple[Held, ...]:
    """All that lies there, the newest first; nothing for a folder that is missing. Raises OSError."""
    if not folder.is_dir():
        return ()
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.iterdir())
    found = [_held(path, name) for path, name in named if name]
    return tuple(sorted(found, key=lambda one: (one.made_at, one.path.name), reverse=True))


def _held(path: Path, name: re.Match[str]) -> Held:
    made_at = datetime.strptime(name["at"], _TIME).replace(tzinfo=UTC)
    size = path.stat().st_size
    try:
        manifest = read_manifest(path)
        newest, problem = manifest.about.newest, _mismatch(manifest, size)
    except Unusable as error:
        newest, problem = None, str(error)
    return Held(path, name["series"], made_at, size, path.suffix == SUFFIX, newest, problem)


def _mismatch(manifest: Manifest, size: int) -> str:
    return "" if manifest.size == size else f"it has {size} bytes, its manifest says {manifest.size}: it is cut off"


def newest_good(folder: Path, series: str, now: datetime) -> Held | None:
    """The newest good backup of a series. One from the future says nothing: a clock was wrong. Raises OSError."""
    return next(_good(folder, series, now), None)


def _good(folder: Path, series: str, now: datetime) -> Iterator[Held]:
    """The good ones of a series, the newest first."""
    return (one for one in listed(folder) if one.series == series and not one.problem and one.made_at <= now)


def thin_out(folder: Path, series: str, keep: int, now: datetime) -> int:
    """Delete what is older than the `keep` newest good backups of a series; how many. Call it after a good new one.

    One from the future counts for nothing, and goes when its time has come and gone: a clock was wrong. What a killed
    run left is deleted a day later. Files by other names are left alone.
    """
    good = list(_good(folder, series, now))
    if len(good) < keep:
        return 0
    oldest = good[keep - 1]
    old = [one for one in listed(folder) if one.series == series and one.made_at < oldest.made_at]
    for one in old:
        manifest_path(one.path).unlink(missing_ok=True)
        one.path.unlink()
    for part in _abandoned(folder, now):
        part.unlink(missing_ok=True)
    return len(old)


def _abandoned(folder: Path, now: datetime) -> Iterator[Path]:
    for path in folder.glob(f"maild-*{PART}"):
        if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > ABANDONED:
            yield path
