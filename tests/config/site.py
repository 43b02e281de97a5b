"""Somebody's own configuration, started from the shipped example, and the mistakes one can make in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check
from maild.config.starter import write_starter

M, D, S, U, R = "maild.yaml", "directory.yaml", "desks/service.yaml", "rules/10-urgency.yaml", "rules/20-routing.yaml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The shipped example as somebody's own configuration, in a folder whose name is a glob pattern."""
    write_starter(tmp_path / "a [b] ü")
    return tmp_path / "a [b] ü"


def change(site: Path, file: str, old: str, new: str) -> str:
    """Edit a file as an admin would; returns its text."""
    text = (site / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is not in {file} just once"
    (site / file).write_text(text.replace(old, new), encoding="utf-8")
    return text.replace(old, new)


def said(site: Path) -> str:
    return "\n".join(str(problem) for problem in check(site / "maild.yaml"))
