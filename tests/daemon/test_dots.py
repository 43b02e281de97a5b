"""What may have arrived when we were killed: the note of the final dots."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.daemon import dots
from maild.daemon.dots import Dots
from maild.model import OutboxId


def test_the_next_process_learns_whose_dots_may_have_left(tmp_path: Path) -> None:
    first = Dots(tmp_path / "dots")
    assert first.left_over() is None, "a new note proves nothing"
    first.about_to_send(OutboxId(7))
    first.about_to_send(OutboxId(9))
    assert Dots(tmp_path / "dots").left_over() == {7, 9}


def test_a_cleared_note_says_that_nothing_may_have_arrived(tmp_path: Path) -> None:
    first = Dots(tmp_path / "dots")
    first.left_over()
    first.about_to_send(OutboxId(7))
    first.clear()
    assert Dots(tmp_path / "dots").left_over() == frozenset()


def test_after_a_reboot_the_note_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Dots(tmp_path / "dots").left_over()
    (tmp_path / "boot").write_text("another boot")
    monkeypatch.setattr(dots, "BOOT_ID", tmp_path / "boot")
    assert Dots(tmp_path / "dots").left_over() is None


def test_more_dots_than_places_keep_the_latest(tmp_path: Path) -> None:
    note = Dots(tmp_path / "dots")
    note.left_over()
    for number in range(1, 100):
        note.about_to_send(OutboxId(number))
    left = Dots(tmp_path / "dots").left_over()
    assert left is not None and max(left) == 99 and len(left) == dots.PLACES
