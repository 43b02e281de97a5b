"""A family <-> a ZIP: mails as they arrived, mails as they were sent, rows as lines of JSON, and a manifest.

In: `Family` and its bytes, or a file; out: the file, or `Chest`. Laws: nothing is in it that is not in the manifest,
with its SHA-256, and whoever reads a member finds out whether it is that; names in it are numbers, never words of a
mail. It needs no maild to be read: any ZIP program opens it. A member is read as a whole: mails are bounded (`limits`).
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from maild import __version__
from maild.store.archiving.addresses import addresses_in
from maild.store.archiving.family import Bytes, Family
from maild.store.backup.about import Unusable
from maild.store.erasing.remains import readings
from maild.store.schema import REVISIONS

FORMAT = 1
MANIFEST, ROWS, README = "manifest.json", "rows.jsonl", "README.txt"
LARGEST_MANIFEST = 16 << 20
ABOUT = """Ticket {number} of desk {desk}, {tickets} in all, archived on {at} by maild {version}.
mails/ holds mails as they arrived, sent/ what was sent, rows.jsonl the columns of the database that were emptied.
`maild archive return {number} --file FILE` brings it back; manifest.json has the SHA-256 of everything.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive; `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: no name, no address. `revision` is the schema of its rows; times are UTC."""

    what: str
    format: int
    version: str
    revision: str
    desk: str
    numbers: tuple[str, ...]
    opened_at: AwareDatetime
    settled_at: AwareDatetime
    archived_at: AwareDatetime
    counts: tuple[tuple[str, int], ...]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that lost words: what its columns held, or the member that holds its bytes."""

    table: str
    key: dict[str, int | str]
    columns: dict[str, Any]
    file: str = ""


_OF_PEOPLE = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc"})
_MANIFEST = TypeAdapter(Manifest)
_ROW = TypeAdapter(Row)


def write(to: Path, family: Family, bytes_of: Callable[[Bytes], bytes], at: datetime) -> None:
    """Write it. Raises OSError, and Unusable where a mail is not what arrived: then nothing may be emptied."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as zipped:
        members = [_put(zipped, at, README, _about(family, at).encode())]
        members += [_put(zipped, at, one.name, _sound(one, bytes_of(one))) for one in family.files]
        members += [_put(zipped, at, ROWS, family.rows)]
        manifest = _described(family, at, tuple(members))
        _put(zipped, at, MANIFEST, _MANIFEST.dump_json(manifest, indent=2) + b"\n")


def _put(zipped: zipfile.ZipFile, at: datetime, name: str, data: bytes) -> Member:
    info = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    zipped.writestr(info, data)
    return Member(name, len(data), hashlib.sha256(data).hexdigest())


def _sound(one: Bytes, data: bytes) -> bytes:
    if hashlib.sha256(data).hexdigest() != one.sha256:
        raise Unusable(f"the bytes of {one.table.replace('_', ' ')} {one.row} are not what they were: look at the disk")
    return data


def _about(family: Family, at: datetime) -> str:
    said = {"number": family.head.number, "desk": family.head.desk, "tickets": len(family.tickets)}
    return ABOUT.format(**said, at=f"{at.astimezone(UTC):%Y-%m-%d}", version=__version__)


def _described(family: Family, at: datetime, members: tuple[Member, ...]) -> Manifest:
    return Manifest(
        what="a ticket that maild archived",
        format=FORMAT,
        version=__version__,
        revision=REVISIONS[-1],
        desk=family.head.desk,
        numbers=tuple(one.number for one in family.tickets),
        opened_at=family.head.created_at,
        settled_at=family.settled_at,
        archived_at=at.astimezone(UTC),
        counts=family.counts,
        members=members,
    )


class Chest:
    """An archive that is open to be read."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.manifest = _manifest(zipped)
        self._members = {one.name: one for one in self.manifest.members}

    def read(self, name: str) -> bytes:
        """A member. Raises Unusable where it is not what the manifest says."""
        member = self._members.get(name)
        try:
            data = self._zipped.read(name) if member else b""
        except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
            raise Unusable(f"{name} in it cannot be read ({error})") from None
        if member is None or hashlib.sha256(data).hexdigest() != member.sha256:
            raise Unusable(f"{name} in it is not what its manifest says")
        return data

    def sha256(self, name: str) -> str:
        """What its manifest says of a member that was read."""
        return self._members[name].sha256

    def rows(self) -> Iterator[Row]:
        """What the rows held. Raises Unusable."""
        for line in self.read(ROWS).splitlines():
            try:
                yield _ROW.validate_json(line)
            except ValidationError:
                raise Unusable(f"a line of {ROWS} in it cannot be read") from None

    def prove(self) -> None:
        """Read everything. Raises Unusable where anything is not what the manifest says, or is not in it."""
        named = sorted([*self._members, MANIFEST])
        if sorted(self._zipped.namelist()) != named:
            raise Unusable("it holds other files than its manifest says")
        for name in self._members:
            self.read(name)

    def holds(self, family: Family) -> bool:
        """Whether it has all of a family, by hashes that the database knows."""
        wanted = {one.name: one.sha256 for one in family.files} | {ROWS: hashlib.sha256(family.rows).hexdigest()}
        return wanted.items() <= {one.name: one.sha256 for one in self.manifest.members}.items()

    def names(self, people: Collection[str]) -> frozenset[str]:
        """How mails in it call these people, by their addresses: names of two words at least, since one may be
        anybody's. Raises Unusable."""
        mails = (self.read(row.file) for row in self.rows() if row.file)
        called = (one for mail in mails for text in readings(mail) for one in _called(text))
        return frozenset(name for name, address in called if address.lower() in people and " " in name)

    def addresses(self) -> frozenset[str]:
        """Every address that stands in it, but for what are Message-IDs. Raises Unusable."""
        rows = list(self.rows())
        texts = (text for row in rows for text in row.columns.values() if isinstance(text, str))
        ids = {str(row.columns.get("message_id", "")).strip("<>").lower() for row in rows}
        found = {one for text in texts for one in addresses_in(text)}
        for row in rows:
            if row.file:
                found.update(one for text in readings(self.read(row.file)) for one in addresses_in(text))
        return frozenset(found - ids)


def _called(header: str) -> Iterator[tuple[str, str]]:
    """Names and addresses of a header field, where it is one of people (RFC 5322, 3.6)."""
    field, _, value = header.partition(": ")
    if field.lower() in _OF_PEOPLE:
        yield from ((" ".join(name.split()), address) for name, address in getaddresses([value]))


@contextmanager
def opened(file: Path) -> Iterator[Chest]:
    """A plain ZIP that maild made. Raises Unusable, OSError."""
    try:
        zipped = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise Unusable(f"{file.name} is no ZIP ({error})") from None
    with zipped:
        yield Chest(zipped)


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    try:
        if zipped.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise Unusable("its manifest is too large")
        manifest = _MANIFEST.validate_json(zipped.read(MANIFEST))
    except (KeyError, zipfile.BadZipFile, zlib.error, ValidationError):
        raise Unusable("it has no manifest of maild's") from None
    if manifest.format > FORMAT:
        raise Unusable(f"it was made by maild {manifest.version}, which this version cannot read: update maild")
    return manifest
