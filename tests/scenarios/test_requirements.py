"""Every requirement of the five desks has a story that sends real mails and says so in its docstring (REQ-M1 …)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent.parent.parent / "shared" / "requirements.md"
WANTED = {"M": 10, "D": 6, "L": 15, "H": 11, "A": 16}
"""Of each desk, how many there are: M1 to M10 …"""
CITED = re.compile(r"REQ-[MDLHA]\d+(?:(?:, | and )(?:REQ-)?[MDLHA]\d+)*")
ID = re.compile(r"[MDLHA]\d+")


def every_id() -> set[str]:
    return {f"{desk}{number}" for desk, most in WANTED.items() for number in range(1, most + 1)}


def stories() -> Iterator[ast.FunctionDef]:
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


def cited(story: ast.FunctionDef) -> set[str]:
    return {one for found in CITED.findall(ast.get_docstring(story) or "") for one in ID.findall(found)}


def is_expected_to_fail(story: ast.FunctionDef) -> bool:
    return any("xfail" in ast.unparse(one) for one in story.decorator_list)


def test_every_requirement_has_a_story() -> None:
    told = {one for story in stories() if not is_expected_to_fail(story) for one in cited(story)}
    assert sorted(every_id() - told) == []
    assert sorted(told - every_id()) == [], "what is cited exists"


def test_these_are_all_the_requirements_there_are() -> None:
    if not REQUIREMENTS.is_file():
        pytest.skip("the folder with the requirements is not here")
    written = re.findall(r"^\| ([MDLHA]\d+) \|", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(written) == every_id()
