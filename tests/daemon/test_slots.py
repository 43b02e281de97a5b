"""Which mail a worker is in, seen from another process and after a kill."""

from __future__ import annotations

from pathlib import Path

from maild.daemon.slots import Slots, SlotWatch, Work
from maild.model import EntryId, InboxEntry
from tests.builders import an_envelope

ENTRY = InboxEntry(EntryId(81), an_envelope(), b"", alone=True)


def test_a_slot_says_what_a_worker_is_in_and_is_empty_afterwards(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "slots", 2)
    with SlotWatch(slots, 1).on(ENTRY):
        seen = Slots(tmp_path / "slots", 2).read(1)
        assert seen and (seen.entry, seen.alone) == (81, True)
        assert slots.read(0) is None
    assert slots.read(1) is None


def test_what_a_killed_process_was_in_is_told_once(tmp_path: Path) -> None:
    Slots(tmp_path / "slots", 2).write(0, Work(EntryId(81), 0.5, alone=False))
    again = Slots(tmp_path / "slots", 2)
    assert [work.entry for work in again.left_over()] == [work.entry for work in again.left_over()] == [81]
    again.begin()
    assert again.left_over() == ()


def test_another_number_of_workers_starts_with_empty_slots(tmp_path: Path) -> None:
    Slots(tmp_path / "slots", 2).write(0, Work(EntryId(81), 0.5, alone=False))
    assert Slots(tmp_path / "slots", 3).left_over() == ()
