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
    note.left_over()
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
    assert Dots(tmp_path / "dots").left_over() == NOTHING, "it is told once"


def test_a_cleared_note_says_that_nothing_may_have_arrived(tmp_path: Path) -> None:
    note = a_note(tmp_path)
    note.about_to_send(OutboxId(7))
    note.clear()
    assert Dots(tmp_path / "dots").left_over() == NOTHING


def test_an_answer_to_what_was_never_sent_is_not_noted(tmp_path: Path) -> None:
    a_note(tmp_path).answered(OutboxId(7), DeliveryResult.SENT)
    assert Dots(tmp_path / "dots").left_over() == NOTHING


def test_after_a_reboot_the_note_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_note(tmp_path)
    (tmp_path / "boot").write_text("another boot")
    monkeypatch.setattr(dots, "BOOT_ID", tmp_path / "boot")
    assert Dots(tmp_path / "dots").left_over() is None
