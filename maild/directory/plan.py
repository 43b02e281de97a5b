"""What an import would do to the register: current and wanted entries in, `Diff` out. Pure data, shown or applied.

Laws: a source changes only its own rows, and takes over those entered by hand that it names too. What was changed by
hand in a row of a source stays until the source itself says something new of it: `base` is what it said last time.
Who is no longer named is let go, never deleted: a person becomes unverified, staff inactive, an organisation stays as
long as people entered elsewhere belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from maild.directory.entries import UNSAID, Entries, Entry, Fields, Kind, Ref, Value, Wanted, of_kind
from maild.model import Register

BY_HAND = ""
MOST_LET_GO = 10
SHARE_LET_GO = 5
LET_GO: Mapping[Kind, Fields] = MappingProxyType(
    {
        Kind.CONTACT: {
            "register": Register.UNVERIFIED,
            "organisation": "",
            "person": "",
            "primary": False,
            "follows": False,
            "duties": (),
            "until": None,
        },
        Kind.STAFF: {"active": False},
    }
)
"""What becomes of those who are let go; organisations and teams are taken out."""


class Step(StrEnum):
    """What would be done with an entry. KEPT: nothing, as it was changed by hand since."""

    ADDED = "added"
    CHANGED = "changed"
    TAKEN_OVER = "taken over"
    LET_GO = "let go"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after; where it was KEPT, as it is and as the source says."""

    name: str
    old: Value
    new: Value

    def __str__(self) -> str:
        return f"{self.name}: {shown(self.old)} -> {shown(self.new)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that would not stay as it is. `after` is None where it is taken out."""

    step: Step
    before: Entry | None
    after: Entry | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def ref(self) -> Ref:
        entry = self.after or self.before
        if entry is None:
            raise ValueError("a difference of nothing")
        return entry.ref

    @property
    def words(self) -> str:
        """The fields in words: "register: registered -> authorised; primary: no -> yes"."""
        if self.step is Step.ADDED:
            return "; ".join(f"{one.name} {shown(one.new)}" for one in self.fields if one.new != self.ref[1])
        if self.step is Step.KEPT:
            return "; ".join(f"{one.name}: {shown(one.old)}, not {shown(one.new)}" for one in self.fields)
        return "; ".join(map(str, self.fields))

    @property
    def what(self) -> str:
        """The change as the audit trail keeps it."""
        if self.step is Step.CHANGED:
            return self.words
        return f"{self.step}{': ' if self.words else ''}{self.words}"


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything an import would do, by kind and key. `clashes` are entries that another source has already."""

    source: str
    differences: tuple[Difference, ...] = ()
    clashes: tuple[Entry, ...] = ()

    def of(self, *steps: Step) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if one.step in steps)


def shown(value: Value) -> str:
    """A value as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(value) or "-"
        case datetime():
            return value.isoformat()
        case None | "":
            return "-"
    return str(value)


def plan_import(
    current: Entries, wanted: Wanted, source: str, base: Entries | None = None, *, whole: bool = True
) -> Diff:
    """How the register becomes what the source says. `whole`: the source has named everybody who is its own."""
    clashes = [current[ref] for ref in sorted(wanted.entries) if _is_anothers(current.get(ref), source)]
    found = [
        *(
            _difference(current.get(ref), wanted.entries[ref], source, (base or {}).get(ref))
            for ref in sorted(wanted.entries)
        ),
        *(_let_go(entry) for entry in _missing(current, wanted, source) if whole),
    ]
    differences = tuple(one for several in found for one in several)
    differences = _one_primary(current, differences)
    return Diff(source, _organisations_kept(current, differences), tuple(clashes))


def plan_by_hand(current: Entries, wanted: Wanted) -> Diff:
    """How people's own changes become the register's. What a source owns stays its own."""
    found = (_by_hand(current.get(ref), wanted.entries[ref]) for ref in sorted(wanted.entries))
    return Diff(BY_HAND, _one_primary(current, tuple(one for one in found if one.fields or one.before is None)))


def after(current: Entries, diff: Diff) -> Entries:
    """The register as it would be."""
    entries = dict(current)
    for one in diff.differences:
        if one.after is None:
            entries.pop(one.ref, None)
        elif one.step is not Step.KEPT:
            entries[one.ref] = one.after
    return entries


def too_many_let_go(current: Entries, diff: Diff) -> int:
    """How many persons an import would let go, if that is more than ten and more than a fifth of its own; else 0."""
    own = {one.person for one in of_kind(current, Kind.CONTACT) if one.source == diff.source and one.vouched}
    gone = {one.before.person for one in diff.of(Step.LET_GO) if one.before and one.before.kind is Kind.CONTACT}
    staying = {one.person for one in of_kind(after(current, diff), Kind.CONTACT) if one.vouched}
    gone = {person for person in gone if person not in staying}
    return len(gone) if len(gone) > max(MOST_LET_GO, len(own) / SHARE_LET_GO) else 0


def changed(entry: Entry, step: Step, before: Entry | None) -> Difference:
    """The difference between an entry and what was there before."""
    old: Fields = before.fields if before else UNSAID[entry.kind]
    fields = (FieldChange(name, old[name], entry.fields[name]) for name in UNSAID[entry.kind])
    return Difference(step, before, entry, tuple(one for one in fields if one.old != one.new))


def _is_anothers(now: Entry | None, source: str) -> bool:
    return now is not None and now.source not in (BY_HAND, source) and now.vouched


def _difference(now: Entry | None, wanted: Entry, source: str, base: Entry | None) -> Iterator[Difference]:
    entry = replace(wanted, source=source)
    if now is None:
        yield changed(entry, Step.ADDED, None)
    elif now.source == source and base is not None:
        yield from _three_ways(now, entry, base)
    elif not _is_anothers(now, source):
        taken = now.source != source and now.vouched
        one = changed(entry, Step.TAKEN_OVER if taken else Step.CHANGED, now)
        if one.fields or now.source != source:
            yield one


def _by_hand(now: Entry | None, wanted: Entry) -> Difference:
    source = now.source if now else BY_HAND
    return changed(replace(wanted, source=source), Step.CHANGED if now else Step.ADDED, now)


def _three_ways(now: Entry, wanted: Entry, base: Entry) -> Iterator[Difference]:
    """Where the source says what it said last time, what the register says now was entered by hand."""
    kept = {name for name in wanted.fields if now.fields[name] != wanted.fields[name] == base.fields.get(name)}
    merged = replace(wanted, fields={name: (now if name in kept else wanted).fields[name] for name in wanted.fields})
    one = changed(merged, Step.CHANGED, now)
    if one.fields:
        yield one
    if kept:
        fields = tuple(FieldChange(name, now.fields[name], wanted.fields[name]) for name in sorted(kept))
        yield Difference(Step.KEPT, now, now, fields)


def _missing(current: Entries, wanted: Wanted, source: str) -> list[Entry]:
    own = (current[ref] for ref in sorted(current) if ref[0] in wanted.kinds and ref not in wanted.entries)
    return [entry for entry in own if entry.source == source and source != BY_HAND]


def _let_go(entry: Entry) -> Iterator[Difference]:
    left = LET_GO.get(entry.kind)
    if left is None:
        yield Difference(Step.LET_GO, entry, None)
    else:
        gone = replace(entry, fields={**entry.fields, **left}, source=BY_HAND)
        yield changed(gone, Step.LET_GO, entry)


def _one_primary(current: Entries, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Whoever becomes primary contact takes the place of the one before, who may be entered elsewhere (REQ-H8)."""
    new = {_house(one.after) for one in differences if _becomes_primary(one)}
    mentioned = {one.ref for one in differences}
    others = (one for one in of_kind(current, Kind.CONTACT) if one.fields["primary"] and one.ref not in mentioned)
    stepping_back = (one for one in others if _house(one) in new)
    return (*differences, *(changed(_not_primary(one), Step.CHANGED, one) for one in stepping_back))


def _becomes_primary(one: Difference) -> bool:
    return one.step is not Step.KEPT and any(field.name == "primary" and field.new is True for field in one.fields)


def _house(entry: Entry | None) -> Value:
    return entry.fields["organisation"] if entry else None


def _not_primary(entry: Entry) -> Entry:
    return replace(entry, fields={**entry.fields, "primary": False})


def _organisations_kept(current: Entries, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """An organisation that people entered elsewhere belong to stays, and is from now on looked after by hand."""
    needed = {str(_house(one)) for one in of_kind(after(current, Diff(BY_HAND, differences)), Kind.CONTACT)}
    return tuple(_to_hands(one) if _is_needed(one, needed) else one for one in differences)


def _is_needed(one: Difference, needed: Iterable[str]) -> bool:
    return one.after is None and one.ref[0] is Kind.ORGANISATION and one.ref[1] in set(needed)


def _to_hands(one: Difference) -> Difference:
    if one.before is None:
        return one
    return replace(
        one,
        after=replace(one.before, source=BY_HAND),
        fields=(FieldChange("source", one.before.source, BY_HAND),),
    )
