"""From a backup to a database that serves: `restore`.

Laws: the database appears whole and disarmed, or is as it was before; what is disarmed is so before it is anywhere
where it could serve. An older schema is brought up to date on the way, a newer one refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, make_url

from maild.errors import SchemaMismatch, StoreUnavailable
from maild.store.backup import content
from maild.store.backup.about import About, BackupFailed, NotEmpty, Step, Unusable, no_step
from maild.store.backup.disarming import Restoring, disarm
from maild.store.backup.disk import alone, require_room, told
from maild.store.backup.folder import read_manifest
from maild.store.backup.packing import unpack
from maild.store.backup.papers import SECRET, Papers, put_secret
from maild.store.backup.placing import into_postgresql, into_sqlite, last_numbers
from maild.store.engine import open_store
from maild.store.erasing import chain
from maild.store.erasing.chain import Erasure
from maild.store.erasing.compacting import compact
from maild.store.migrate import migrate
from maild.store.schema import REVISIONS, erasure

RESTORED = "restored.db"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to restore, and where to. `url` is the database's; `state` the folder of the secret; `work` lies inside."""

    file: Path
    url: str
    state: Path
    work: Path
    identity: Path | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out. `done`: what was disarmed, in sentences; `aside`: where the old database and secret are now."""

    about: About
    done: tuple[str, ...]
    old_database: Path | None
    old_secret: Path | None
    papers: Papers


def restore(wanted: Wanted, now: datetime, step: Step = no_step) -> Restored:
    """Restore; the caller makes sure that no daemon works on the state folder.

    Raises Unusable, SchemaMismatch (the backup is newer), NotEmpty, BackupFailed (no room), StoreUnavailable.
    """
    reached = _reached(wanted, now)
    with told(wanted.work), alone(_work(wanted)) as work:
        file = work / RESTORED
        file.touch(mode=0o600)
        about, papers = _unpacked(wanted, file, step)
        step("prepare", 0.0)
        erased, secrets = _erasures(wanted), _secrets(wanted, papers)
        done = _prepared(file, work, Restoring(wanted.file.name, about.made_at, now, reached, erased, secrets))
        step("prepare", 1.0)
        aside = _placed(wanted, file, now, step)
    secret = put_secret(wanted.state, papers.secret) if papers.secret else None
    return Restored(about, done, aside, secret, papers)


def papers_of(file: Path, work: Path, identity: Path | None, step: Step = no_step) -> Papers:
    """Only the small files of a backup; `work` is an empty folder of ours. Raises Unusable, BackupFailed."""
    with told(work):
        unpacked = work / RESTORED
        require_room(work, _size(file), "the database in it")
        unpack(file, unpacked, identity, step)
        with content.opened(unpacked) as db:
            content.about_in(db)
            return content.papers_in(db)


def _reached(wanted: Wanted, now: datetime) -> dict[str, int]:
    """What the database that is replaced can still say; a damaged one says nothing, and may be replaced."""
    target = _sqlite_file(wanted.url)
    if target is not None and (not target.exists() or not target.stat().st_size):
        return {}
    try:
        store = open_store(wanted.url)
        try:
            return last_numbers(store, now, replace=wanted.replace)
        finally:
            store.close()
    except StoreUnavailable as error:
        if target is None:
            raise
        if not wanted.replace:
            raise NotEmpty(f"{target} is there and cannot be read ({error}): --replace puts it aside") from error
        return {}


def _erasures(wanted: Wanted) -> tuple[Erasure, ...]:
    """What the database that is replaced knows to be erased, and the file in the state folder; each once."""
    found = {one.digest: one for one in (*_erased_there(wanted), *chain.read_file(wanted.state))}
    return tuple(sorted(found.values(), key=lambda one: (one.number, one.at)))


def _erased_there(wanted: Wanted) -> tuple[Erasure, ...]:
    target = _sqlite_file(wanted.url)
    if target is not None and (not target.exists() or not target.stat().st_size):
        return ()
    try:
        store = open_store(wanted.url)
        try:
            with store.reading() as tx:
                return chain.every(tx) if inspect(tx).has_table(erasure.name) else ()
        finally:
            store.close()
    except StoreUnavailable:
        return ()  # a damaged one: the file beside it says the same


def _secrets(wanted: Wanted, papers: Papers) -> tuple[bytes, ...]:
    """The one here and the one of the backup: most often the same."""
    here = wanted.state / SECRET
    return tuple({one: None for one in (here.read_bytes() if here.exists() else b"", papers.secret) if one})


def _sqlite_file(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _work(wanted: Wanted) -> Path:
    """On the disk of the SQLite file, so that one rename puts it in its place."""
    target = _sqlite_file(wanted.url)
    if target is None or wanted.state.stat().st_dev == target.parent.stat().st_dev:
        return wanted.work
    return target.with_name(wanted.work.name)


def _unpacked(wanted: Wanted, file: Path, step: Step) -> tuple[About, Papers]:
    """The database of the backup, proven sound. Raises Unusable."""
    require_room(file.parent, _size(wanted.file), "the database in it")
    unpack(wanted.file, file, wanted.identity, step)
    step("check", 0.0)
    with content.opened(file) as db:
        about, papers = content.about_in(db), content.papers_in(db)
        if about.revision not in REVISIONS:
            raise SchemaMismatch(f"it has schema {about.revision}, newer than {REVISIONS[-1]} here: update maild first")
        if found := list(content.faults(db, about)):
            raise Unusable("; ".join(found))
    step("check", 1.0)
    return about, papers


def _size(file: Path) -> int:
    try:
        return read_manifest(file).unpacked
    except Unusable:
        return file.stat().st_size


def _prepared(file: Path, work: Path, restoring: Restoring) -> tuple[str, ...]:
    """This version's schema, disarmed, and nothing of the backup's own."""
    content.strip(file)
    store = open_store(f"sqlite:///{file}")
    try:
        migrate(store, backup=work / "before.db")
        (work / "before.db").unlink(missing_ok=True)
        done = store.retrying(lambda tx: disarm(tx, restoring))
        if restoring.erased:
            compact(store)
    finally:
        store.close()
    if file.with_name(f"{file.name}-wal").exists():
        raise BackupFailed(f"{file} is open somewhere else: close it")
    return done


def _placed(wanted: Wanted, file: Path, now: datetime, step: Step) -> Path | None:
    target = _sqlite_file(wanted.url)
    if target is not None:
        return into_sqlite(file, target, now)
    into_postgresql(file, wanted.url, now, step)
    return None
