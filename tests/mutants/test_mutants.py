"""The faults are put in and taken out again, and nothing is broken that no test could notice."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.equivalent import Equivalents
from tests.mutants.operators import mutations
from tests.mutants.targets import TARGETS
from tests.mutants.trial import knowing, named_in

SOURCE = '''
"""Text that nobody runs."""
import os

def check(text: "str", most: int = 3) -> "bool":
    """More of it."""
    total = len(text) + 1
    if total < most and not text.startswith("a"):
        raise ValueError("too short")
    return [each for each in text if each in "xyz"] or pair(total, -most)
'''


def changes(source: str) -> list[str]:
    return [each.change for each in mutations(ast.parse(source))]


@pytest.mark.parametrize(
    "change",
    [
        "3 becomes 4", "1 becomes 0", "`len(text) + 1` becomes `len(text) - 1`",
        "`total < most` becomes `total <= most`",
        "`total < most` becomes `total >= most`", "'a' becomes ''", "'a' becomes 'aa'", "without `not`",
        "`text.startswith` becomes `text.endswith`", "without `total = len(text) + 1`", "`-most` becomes `+most`",
        "without `raise ValueError('too short')`", "`pair(total, -most)` becomes `pair(-most, total)`",
        "`if each in 'xyz'` becomes True", "`each in 'xyz'` becomes `each not in 'xyz'`",
        "`total < most and (not text.startswith('a'))` becomes True",
        "`total < most and (not text.startswith('a'))` becomes `total < most or not text.startswith('a')`",
        "`total < most and (not text.startswith('a'))` without `total < most`",
        "`return [each for each in text if each in 'xyz'] or pair(total, -most)` becomes `return None`",
    ],
)  # fmt: skip
def test_a_fault_of_every_kind_is_made(change: str) -> None:
    assert change in changes(SOURCE)


def test_decorators_and_flags_are_taken_away() -> None:
    assert changes("@lru_cache\n@counted\ndef f(): ...") == ["without `@counted`"]
    assert changes("FLAG = True") == ["True becomes False"]
    assert changes("x = y = b''") == ["b'' becomes b'x'"]


def test_what_does_nothing_is_left_alone() -> None:
    assert changes('"""Text."""\nimport os\nx: Literal["a"]\n__all__ = ["f"]\ndef f() -> "int":\n    """Text."""') == []
    assert not any("too short" in each and "without" not in each for each in changes(SOURCE))


def test_each_fault_changes_the_code_and_is_undone() -> None:
    tree = ast.parse(SOURCE)
    before = ast.unparse(tree)
    for fault in mutations(tree):
        fault.apply()
        compile(ast.fix_missing_locations(tree), "broken", "exec")
        assert ast.unparse(tree) != before, fault.change
        fault.undo()
        assert ast.unparse(tree) == before, fault.change


def test_an_equivalent_needs_a_reason_and_is_counted_as_used() -> None:
    found = Equivalents.read("# why\nm.a | x = a | b | 1 becomes 2 | the same\nm.b | y | z | gone\n")
    assert found.has("m.a", "x = a | b", "1 becomes 2") and not found.has("m.a", "x = a | b", "1 becomes 3")
    assert found.unused() == ["m.b | y | z"]
    with pytest.raises(ValueError, match="reason"):
        Equivalents.read("m.a | x | 1 becomes 2")


def test_the_list_of_equivalents_is_well_formed() -> None:
    assert all(reason for reason in Equivalents.read().reasons.values())


def test_whatever_knows_the_broken_module_is_imported_anew_and_nothing_else() -> None:
    imports = {
        "a": frozenset({"b", "os"}),
        "b": frozenset({"c"}),
        "c": frozenset(),
        "d": frozenset({"a"}),
        "e": frozenset({"f"}),
    }
    assert knowing("b", imports) == {"a", "b", "d"}
    assert knowing("c", imports) == {"a", "b", "c", "d"}
    assert knowing("gone", imports) == set()
    assert knowing("a", imports | {"b": frozenset({"a"})}) == {"a", "b", "d"}


def test_every_import_counts_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import a.b\nfrom c import d as e\ndef f():\n    from g.h import i\n")
    assert named_in(file) == {"a.b", "c", "c.d", "g.h", "g.h.i"}


def test_the_modules_and_their_tests_are_there() -> None:
    root = Path(__file__).parents[2]
    for module, tests in TARGETS.items():
        assert (root / f"{module.replace('.', '/')}.py").is_file(), module
        assert tests and all((root / test).is_file() for test in tests), module
