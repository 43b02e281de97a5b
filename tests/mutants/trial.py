"""One mutant is tried: a forked process imports the mutated module in place of the real one and runs its tests.

The parent has imported pytest, its plugins and whatever does not know the module under test (`knowing`); so a trial
costs little more than the tests themselves, and nothing on the disk is changed.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib.abc
import importlib.machinery
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import Phase, settings

MOST_MEMORY = 4 << 30
settings.register_profile(
    "mutants", deadline=None, database=None, derandomize=True, phases=(Phase.explicit, Phase.generate), max_examples=100
)


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Target:
    module: str
    tests: tuple[str, ...]
    path: Path
    seconds: float = 0.0
    """How long its tests take on the unchanged module."""


def target_of(module: str, tests: tuple[str, ...]) -> Target:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise SystemExit(f"no module {module}")
    return Target(module, tests, Path(spec.origin))


def warm(modules: Iterable[str]) -> None:
    """Imports what children need from elsewhere, pytest's plugins too: once here rather than once a mutant."""
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    for name in modules:
        import_module(name)


def forget(target: Target) -> None:
    """A module under test and whatever knows it are imported anew by each child; what it needs itself may stay."""
    for test in target.tests:
        import_module(test.removesuffix(".py").replace("/", "."))
    for name in knowing(target.module, _imports()):
        del sys.modules[name]
        package, _, last = name.rpartition(".")
        if around := sys.modules.get(package):
            vars(around).pop(last, None)
    gc.freeze()  # what is shared with the children is not looked through by each of them


def knowing(module: str, imports: Mapping[str, frozenset[str]]) -> set[str]:
    """This module, and every other that imports it, however far away."""
    found, next_ones = set[str](), {module}
    while next_ones:
        found |= next_ones
        next_ones = {name for name, needs in imports.items() if needs & next_ones} - found
    return found & imports.keys()


def _imports() -> dict[str, frozenset[str]]:
    """What each loaded module of ours imports, wherever in it."""
    ours = {name: each.__file__ for name, each in sys.modules.items() if name.startswith(("maild", "tests."))}
    return {name: named_in(Path(file)) for name, file in ours.items() if file}


def named_in(path: Path) -> frozenset[str]:
    """Modules that a file names in its imports; of `from a import b` both `a` and `a.b`."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, *(f"{node.module}.{each.name}" for each in node.names)))
    return frozenset(found)


class _Mutant(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and executes other code for it."""

    def __init__(self, target: Target, code: CodeType) -> None:
        self.target, self.code = target, code

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return spec_from_loader(name, self, origin=str(self.target.path)) if name == self.target.module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.target.path)
        exec(self.code, module.__dict__)


@dataclass(frozen=True, slots=True)
class Outcome:
    fate: Fate
    seconds: float
    test: str = ""
    """The test that noticed."""


class Trial:
    """A running child process: `outcome()` is None until it ended or its time is up."""

    def __init__(self, target: Target, tree: ast.Module, limit: float) -> None:
        code = compile(ast.fix_missing_locations(tree), str(target.path), "exec")
        self._told, write = os.pipe()
        self._start, self._limit = time.monotonic(), limit
        self._child = os.fork()
        if self._child == 0:
            os.setsid()
            os._exit(_run(target, code, write, limit))
        os.close(write)

    def outcome(self) -> Outcome | None:
        seconds = time.monotonic() - self._start
        ended, status = os.waitpid(self._child, os.WNOHANG)
        if ended:
            with os.fdopen(self._told) as told:
                fate = Fate.SURVIVED if status == 0 else Fate.KILLED
                return Outcome(fate, seconds, told.read())
        if seconds < self._limit:
            return None
        self.stop()
        return Outcome(Fate.TIMEOUT, seconds)

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._told)


class _First:
    """Remembers which test failed first."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.name:
            self.name = f"collecting {report.nodeid}"

    def pytest_sessionstart(self) -> None:
        """After conftest.py, which loads its own profile, and before the tests, which remember theirs."""
        settings.load_profile("mutants")


def _run(target: Target, code: CodeType, write: int, limit: float) -> int:
    """In the child. The exit code is pytest's."""
    seconds = int(limit) + 1
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sys.meta_path.insert(0, _Mutant(target, code))
    first = _First()
    _silence()
    # Nobody reads what an assertion says: plain ones are quicker to import.
    options = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain"]
    result = pytest.main([*options, *target.tests], plugins=[first])
    os.write(write, first.name.encode()[:4000])
    return int(result)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
