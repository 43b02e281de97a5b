"""This node among others: its lasting name."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.daemon.node import name_of
from maild.settings import Settings


def test_a_nodes_name_is_made_once_and_stays(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path, node="here")
    name = name_of(settings)
    assert name.startswith("here-") and len(name) == len("here-1f3a9c")
    assert name_of(settings) == name


@pytest.mark.parametrize("left", ["", "\n"])
def test_a_file_that_a_power_cut_left_empty_is_no_name(left: str, tmp_path: Path) -> None:
    (tmp_path / "node-id").write_text(left)
    settings = Settings(state=tmp_path, node="here")
    assert len(name_of(settings)) == len("here-1f3a9c")
    assert name_of(settings) == name_of(settings)
