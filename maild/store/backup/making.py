"""A backup, from the open database to the file and its manifest: `make`.

Laws: while the daemon runs; proven by opening it before it gets its name; a step that fails leaves nothing that looks
like a backup. The plain copy lies in the work folder for as long as it takes, ours alone. The disk it lies on, which
is the mail's, keeps room for mail all the time; one that only holds backups may be filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maild import __version__
from maild.store.backup import content, folder
from maild.store.backup.about import About, BackupFailed, Manifest, Step, Unusable, manifest_as_json, no_step
from maild.store.backup.copying import copy, size_of
from maild.store.backup.disk import RESERVE, alone, require_room, told, unfinished
from maild.store.backup.packing import pack
from maild.store.backup.papers import Papers
from maild.store.engine import Store
from maild.store.schema import REVISIONS

WORK = "backup-work"
COPY = "copy.db"
MANUAL = "manual"
"""The series of backups made by hand: they count for no series of the settings, and nothing deletes them."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to make. `work` is a folder inside `state`; `encrypt_to` are age public keys, () for a plain file.

    `spare`: bytes that stay free where `work` is.
    """

    series: str
    folder: Path
    work: Path
    node: str
    papers: Papers
    encrypt_to: tuple[str, ...] = ()
    spare: int = RESERVE


def make(store: Store, order: Order, now: datetime, step: Step = no_step) -> tuple[Path, Manifest]:
    """Make one backup; the file and its manifest.

    Raises BackupFailed, or StoreUnavailable where the database fails; what `step` raises ends the work cleanly.
    """
    with told(order.folder):
        order.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with told(order.work), alone(order.work) as work:
        require_room(work, size_of(store), "the copy", order.spare)
        file = work / COPY
        file.touch(mode=0o600)
        careful = _careful(step, work, order.spare)
        about = _copied(store, file, order, now, careful)
        with told(order.folder):
            return _placed(file, order, about, careful)


def _careful(step: Step, work: Path, spare: int) -> Step:
    """The same step, which also ends the work when the disk fills, by us or by others."""

    def careful(stage: str, part: float) -> None:
        step(stage, part)
        require_room(work, 0, "the backup that is being made", spare)

    return careful


def _copied(store: Store, file: Path, order: Order, now: datetime, step: Step) -> About:
    """The copy, described and proven."""
    counts, newest = copy(store, file, step)
    about = About(
        version=__version__,
        revision=REVISIONS[-1],
        made_at=now.astimezone(UTC),
        series=order.series,
        node=order.node,
        dialect=store.dialect_name,
        counts=counts,
        newest=newest,
        left_out=order.papers.left_out,
    )
    content.describe(file, about, order.papers)
    step("check", 0.0)
    _prove(file)
    step("check", 1.0)
    return about


def _prove(file: Path) -> None:
    try:
        with content.opened(file) as db:
            found = list(content.faults(db, content.about_in(db)))
    except Unusable as error:
        raise BackupFailed(f"the copy cannot be opened: {error}") from error
    if found:
        raise BackupFailed(f"the copy is not what the database was: {'; '.join(found)}")


def _placed(file: Path, order: Order, about: About, step: Step) -> tuple[Path, Manifest]:
    name = folder.name_for(order.series, about.made_at, sealed=bool(order.encrypt_to))
    final = order.folder / name
    with unfinished(final) as part:
        sha256, size = pack(file, part, order.encrypt_to, step)
    manifest = Manifest(name, size, sha256, file.stat().st_size, about)
    try:
        with unfinished(folder.manifest_path(final)) as part:
            part.write_bytes(manifest_as_json(manifest))
    except BaseException:
        final.unlink(missing_ok=True)
        raise
    return final, manifest
