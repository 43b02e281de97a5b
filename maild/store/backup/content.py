"""A backup's SQLite file: what it says of itself, the papers in it, and whether it is sound.

The file has maild's schema and one table more, `backup_meta`. Everything here reads it with plain sqlite3, read only:
a backup may be years old, cut off, or made by somebody who means harm.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from maild.store.backup.about import About, Unusable, about_as_json, about_from_json
from maild.store.backup.copying import careless
from maild.store.backup.papers import Paper, Papers
from maild.store.schema import REVISIONS

META = "backup_meta"
ABOUT, SECRET, FILE = "about", "secret", "file/"
_MAKE = f"CREATE TABLE {META} (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL)"
_FILL = f"INSERT INTO {META} (key, value) VALUES (?, ?)"  # noqa: S608 - names of our own
_ALL = f"SELECT CAST(key AS TEXT), CAST(value AS BLOB) FROM {META}"  # noqa: S608
_NOT_COUNTED = ("alembic_version", META)
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
_MAILS = """SELECT raw_mail.id, raw_mail.size, raw_mail.sha256, raw_piece.data
            FROM raw_mail LEFT JOIN raw_piece ON raw_piece.raw_id = raw_mail.id
            ORDER BY raw_mail.id, raw_piece.seq"""
MOST_NAMED = 5


def describe(file: Path, about: About, papers: Papers) -> None:
    """Write into the copy what it is, and the papers. Raises sqlite3.Error."""
    rows = [
        (ABOUT, about_as_json(about).encode()),
        *([(SECRET, papers.secret)] if papers.secret else []),
        *((FILE + paper.name, paper.data) for paper in papers.files),
    ]
    with closing(careless(file)) as db:
        db.execute("BEGIN")
        db.execute(_MAKE)
        db.executemany(_FILL, rows)
        db.execute("COMMIT")


def strip(file: Path) -> None:
    """Take out what only a backup has."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute(f"DROP TABLE IF EXISTS {META}")


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, to be read. Raises Unusable for whatever SQLite cannot make sense of."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as db:
            yield db
    except sqlite3.DatabaseError as error:
        raise Unusable(f"the database in it cannot be read: {error}") from error


def about_in(db: sqlite3.Connection) -> About:
    """What the backup says of itself. Raises Unusable."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (META,)).fetchone():
        raise Unusable("it is a database, but no backup that maild made")
    found = {str(key): bytes(value) for key, value in db.execute(_ALL)}
    return about_from_json(found.get(ABOUT, b""))


def papers_in(db: sqlite3.Connection) -> Papers:
    """The secret and the configuration."""
    found = {str(key): bytes(value) for key, value in db.execute(_ALL)}
    files = (Paper(key.removeprefix(FILE), value) for key, value in sorted(found.items()) if key.startswith(FILE))
    return Papers(found.get(SECRET, b""), tuple(files))


def faults(db: sqlite3.Connection, about: About) -> Iterator[str]:
    """What makes the file useless: damage, another version, rows that are missing or too many."""
    if about.revision not in REVISIONS:
        yield f"its schema is {about.revision}, this version of maild knows {REVISIONS[-1]}: update maild"
    elif _revision(db) != about.revision:
        yield f"it says its schema is {about.revision}, but it is {_revision(db) or 'none'}"
    damaged = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST_NAMED})")]
    if damaged != ["ok"]:
        yield f"the database in it is damaged: {'; '.join(damaged)}"
        return
    said, found = dict(about.counts), counts_in(db)
    for name in sorted(said.keys() | found.keys()):
        if said.get(name) != found.get(name):
            yield f"table {name} has {found.get(name, 'no')} rows, and had {said.get(name, 'none')} when it was made"


def blemishes(db: sqlite3.Connection) -> Iterator[str]:
    """What was wrong in the database already: a restore serves all the same, but somebody should know."""
    dangling = sum(1 for _ in db.execute("PRAGMA foreign_key_check"))
    if dangling:
        yield f"{dangling} rows refer to rows that are not there"
    broken = list(_broken_mails(db))
    if broken:
        named = ", ".join(map(str, broken[:MOST_NAMED])) + (" …" if len(broken) > MOST_NAMED else "")
        yield f"{len(broken)} mails are not the bytes that arrived (raw mail {named})"


def counts_in(db: sqlite3.Connection) -> dict[str, int]:
    """Rows of each table."""
    names = [str(row[0]) for row in db.execute(_TABLES) if row[0] not in _NOT_COUNTED]
    return {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def _revision(db: sqlite3.Connection) -> str:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return ""
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _broken_mails(db: sqlite3.Connection) -> Iterator[int]:
    for (number, size, sha256), pieces in groupby(db.execute(_MAILS), itemgetter(0, 1, 2)):
        digest, length = hashlib.sha256(), 0
        for *_, data in pieces:
            digest.update(data or b"")
            length += len(data or b"")
        if (length, digest.hexdigest()) != (size, sha256):
            yield number


def named(counts: Sequence[tuple[str, int]], *tables: str) -> str:
    """Some of the counts, for people: `12 tickets …`."""
    found = dict(counts)
    return ", ".join(f"{found.get(table, 0)} {table.replace('_', ' ')}" for table in tables)
