"""Is this backup worth anything? `verify` opens it and says what it found; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from maild.store.backup import content, folder
from maild.store.backup.about import About, Manifest, Step, Unusable, no_step
from maild.store.backup.disk import alone, fingerprint, require_room, told
from maild.store.backup.packing import is_sealed, unpack

UNPACKED = "unpacked.db"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came out. `faults` make it useless; `blemishes` were in the database already; `opened`: looked inside."""

    about: About | None
    faults: tuple[str, ...]
    blemishes: tuple[str, ...]
    opened: bool


def verify(file: Path, work: Path, identity: Path | None = None, step: Step = no_step) -> Verified:
    """Look at one backup: hash, encryption, compression, database, counts, references, every mail's bytes.

    An encrypted one without `identity` is compared with its manifest only. Raises NotFound, BackupFailed (no room).
    """
    manifest, faults = _manifest(file)
    faults += _outside(file, manifest, step)
    if identity is None and is_sealed(file):
        return Verified(manifest.about if manifest else None, tuple(faults), (), opened=False)
    with told(work), alone(work) as place:
        require_room(place, manifest.unpacked if manifest else file.stat().st_size, "the database in it")
        return _inside(file, place / UNPACKED, identity, manifest, faults, step)


def _manifest(file: Path) -> tuple[Manifest | None, list[str]]:
    try:
        return folder.read_manifest(file), []
    except Unusable as error:
        return None, [str(error)]


def _outside(file: Path, manifest: Manifest | None, step: Step) -> Iterator[str]:
    if manifest is None:
        return
    sha256, size = fingerprint(file, partial(step, "hash"))
    if size != manifest.size:
        yield f"it has {size} bytes, its manifest says {manifest.size}: it is cut off, or another file"
    elif sha256 != manifest.sha256:
        yield "its SHA-256 is not the one in its manifest: it is damaged, or another file"


def _inside(
    file: Path, to: Path, identity: Path | None, manifest: Manifest | None, faults: list[str], step: Step
) -> Verified:
    try:
        unpack(file, to, identity, step)
        with content.opened(to) as db:
            step("check", 0.0)
            about = content.about_in(db)
            faults += content.faults(db, about)
            blemishes = tuple(content.blemishes(db)) if not faults else ()
    except Unusable as error:
        return Verified(manifest.about if manifest else None, (*faults, str(error)), (), opened=True)
    return Verified(about, tuple(faults), blemishes, opened=True)
