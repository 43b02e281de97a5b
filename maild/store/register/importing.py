"""What a directory says -> the register: planned as a `Diff`, checked, and written in one transaction.

Laws: an import is refused as a whole, with every reason, or taken as a whole. One that would let go a crowd is an
accident until somebody says otherwise. Importing the same again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from maild.directory import Directory
from maild.directory.contradictions import contradictions, worse
from maild.directory.entries import Entries, Entry, Kind, Ref, Wanted, by_ref, entries_of
from maild.directory.plan import BY_HAND, Diff, Step, after, plan_by_hand, plan_import, too_many_let_go
from maild.errors import PermanentFailure
from maild.model import Duty, Register
from maild.store.bulk import insert_rows
from maild.store.intake import lock
from maild.store.register.looking import register_entries
from maild.store.register.writing import By, write
from maild.store.schema import setting

FILE = "file"
"""The source of everything in directory.yaml."""
REGISTER = "register"
_COUNTED = (Kind.CONTACT, Kind.STAFF)
MOST_REASONS = 50


class ImportRefused(PermanentFailure):
    """The directory cannot be taken into the register."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons[:MOST_REASONS]))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Imported:
    """How many organisations, contacts (one per address), staff and teams are new or different.

    `removed` are contacts and staff that are no longer vouched for.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0


def import_directory(
    tx: Connection, directory: Directory, now: datetime, source: str = FILE, *, let_go: bool = False
) -> Imported:
    """Make the register say what the directory says. Raises ImportRefused, having changed nothing."""
    return take(tx, Wanted(entries_of(directory)), source, By(source, now), let_go=let_go)


def take(tx: Connection, wanted: Wanted, source: str, by: By, *, let_go: bool = False) -> Imported:
    """Plan and apply in one go. Raises ImportRefused, having changed nothing."""
    hold(tx, wanted.entries)
    diff = plan(tx, wanted, source, let_go=let_go)
    apply_import(tx, diff, wanted, by)
    return counted(diff)


def plan(tx: Connection, wanted: Wanted, source: str, *, let_go: bool = False) -> Diff:
    """What an import would do: of a source, which names everybody who is its own, or of what is entered by hand.

    Raises ImportRefused. `let_go`: even if it lets go a crowd.
    """
    current = register_entries(tx, addresses_in(wanted.entries))
    if source == BY_HAND:
        diff, reasons = plan_by_hand(current, wanted), second_organisations(current, wanted.entries)
    else:
        diff = plan_import(current, wanted, source, said_last(tx, source))
        reasons = [*_clashes(diff), *(() if let_go else _crowd(current, diff))]
    reasons += _refusals(current, diff, wanted.places)
    if reasons:
        raise ImportRefused(*reasons)
    return diff


def apply_import(tx: Connection, diff: Diff, wanted: Wanted, by: By) -> None:
    """Write a planned import, and remember what the source said."""
    write(tx, diff, by)
    if diff.source != BY_HAND:
        _remember(tx, diff.source, wanted.entries)


def counted(diff: Diff) -> Imported:
    gone = [one for one in diff.of(Step.LET_GO) if one.ref[0] in _COUNTED]
    return Imported(len(diff.of(Step.ADDED)), len(diff.of(Step.CHANGED, Step.TAKEN_OVER)), len(gone))


def _refusals(current: Entries, diff: Diff, places: Mapping[Ref, str]) -> list[str]:
    """What would contradict itself afterwards and did not before, with the place in the file where there is one."""
    found = worse(contradictions(after(current, diff)), contradictions(current))
    return [f"{places[one.ref]}: {one.message}" if one.ref in places else one.message for one in found]


def second_organisations(current: Entries, wanted: Entries) -> list[str]:
    """Who would change from one organisation to another (REQ-H4)."""
    told = "{} belongs to {} already: a contact belongs to exactly one organisation, for {} another address is needed"
    both = [(wanted[ref], current[ref]) for ref in sorted(wanted) if ref[0] is Kind.CONTACT and ref in current]
    pairs = [(new.key, old.fields["organisation"], new.fields["organisation"]) for new, old in both if old.vouched]
    return [told.format(*one) for one in pairs if one[1] and one[2] and one[1] != one[2]]


def hold(tx: Connection, entries: Iterable[Ref]) -> None:
    """Nobody else changes the register meanwhile, nor decides about mail of these people (law 2)."""
    lock(tx, [REGISTER, *addresses_in(entries)])


def addresses_in(refs: Iterable[Ref]) -> list[str]:
    return [key for kind, key in refs if kind is Kind.CONTACT]


def _clashes(diff: Diff) -> list[str]:
    told = "{} comes from the directory `{}` already: one of the two may name them"
    return [told.format(one.key, one.source) for one in diff.clashes]


def _crowd(current: Entries, diff: Diff) -> list[str]:
    number = too_many_let_go(current, diff)
    told = (
        f"{number} persons would be let go, which is more than a fifth of those in the directory `{diff.source}`:"
        " if that is meant, say `maild contacts import FILE --let-go`"
        + (f" --source {diff.source}" if diff.source != FILE else "")
    )
    return [told] if number else []


# ---- what a source said last ---------------------------------------------------------------------


def said_last(tx: Connection, source: str) -> Entries | None:
    """What was imported from a source last; None where it never was."""
    query = select(setting.c.value).where(setting.c.key == _setting(source))
    text = tx.execute(query).scalar_one_or_none()
    return (
        None
        if text is None
        else by_ref(Entry(Kind(kind), key, _read(fields)) for kind, key, fields in json.loads(text))
    )


def _remember(tx: Connection, source: str, entries: Entries) -> None:
    said = [[kind, key, _plain(entries[kind, key].fields)] for kind, key in sorted(entries)]
    row = {"key": _setting(source), "value": json.dumps(said, separators=(",", ":"))}
    insert_rows(tx, setting, [row], "(key) DO UPDATE SET value = excluded.value")


def _setting(source: str) -> str:
    return f"directory:{source}"


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}


_READERS: Mapping[str, Any] = {
    "register": Register,
    "until": lambda text: None if text is None else datetime.fromisoformat(text),
    "duties": lambda words: tuple(map(Duty, words)),
}


def _read(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _READERS.get(name, _tuple)(value) for name, value in fields.items()}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
