"""What may have arrived when we were killed, and what has: the note of the final dots."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.daemon import dots
from maild.daemon.dots import Dots
from maild.model import DeliveryResult, OutboxId
from maild.store.delivering import LeftOver

NOTHING = LeftOver(frozenset(), frozenset())


def a_note(folder: Path) -> Dots:
    note = Dots(folder / "dots")
    note.begin()
    return note


def test_a_new_note_proves_nothing(tmp_path: Path) -> None:
    assert Dots(tmp_path / "dots").left_over() is None


def test_the_next_process_learns_which_dots_left_and_which_were_answered(tmp_path: Path) -> None:
    note = a_note(tmp_path)
    for number in (7, 8, 9):
        note.about_to_send(OutboxId(number))
    note.answered(OutboxId(7), DeliveryResult.SENT)
    note.answered(OutboxId(8), DeliveryResult.DEFERRED)
    assert Dots(tmp_path / "dots").left_over() == LeftOver(frozenset({7}), frozenset({8, 9}))


def test_reading_the_note_changes_nothing_until_the_database_has_taken_it(tmp_path: Path) -> None:
    """The database may be away at start; the start after that must still know."""
    a_note(tmp_path).about_to_send(OutboxId(7))
    again = Dots(tmp_path / "dots")
    assert again.left_over() == again.left_over() == LeftOver(frozenset(), frozenset({7}))
    again.begin()
    assert Dots(tmp_path / "dots").left_over() == NOTHING


def test_only_what_is_recorded_is_forgotten(tmp_path: Path) -> None:
    note = a_note(tmp_path)
    for number in (7, 8):
        note.about_to_send(OutboxId(number))
    note.recorded([OutboxId(7), OutboxId(99)])
    note.about_to_send(OutboxId(9))
    assert Dots(tmp_path / "dots").left_over() == LeftOver(frozenset(), frozenset({8, 9}))


def test_more_mails_than_places_drop_the_oldest(tmp_path: Path) -> None:
    note = a_note(tmp_path)
    for number in range(1, dots.PLACES + 2):
        note.about_to_send(OutboxId(number))
    left = Dots(tmp_path / "dots").left_over()
    assert left is not None and left.dotted == frozenset(range(2, dots.PLACES + 2))


def test_an_answer_to_what_was_never_sent_is_not_noted(tmp_path: Path) -> None:
    a_note(tmp_path).answered(OutboxId(7), DeliveryResult.SENT)
    assert Dots(tmp_path / "dots").left_over() == NOTHING


def test_after_a_reboot_the_note_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_note(tmp_path)
    (tmp_path / "boot").write_text("another boot")
    monkeypatch.setattr(dots, "BOOT_ID", tmp_path / "boot")
    assert Dots(tmp_path / "dots").left_over() is None
