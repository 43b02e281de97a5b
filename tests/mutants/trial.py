"""One mutant is tried: a forked process imports the mutated module in place of the real one and runs its tests.

The parent has imported pytest, Hypothesis and what else takes long, but no module under test; so a trial costs little
more than the tests themselves, and nothing on the disk is changed.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.machinery
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
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
    _forget()
    return Target(module, tests, Path(spec.origin))


def _forget() -> None:
    """A module under test and whatever knows it must be imported anew; what it needs from elsewhere may stay."""
    for name in list(sys.modules):
        if name.startswith(("maild", "tests.")) and not name.startswith("tests.mutants"):
            del sys.modules[name]


def warm(modules: Iterable[str]) -> None:
    """Imports what children need from elsewhere: once here rather than once a mutant."""
    for name in modules:
        import_module(name)
    _forget()


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
    # What the parent imported is not rewritten, which pytest would call an error.
    options = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    result = pytest.main([*options, *target.tests], plugins=[first])
    os.write(write, first.name.encode()[:4000])
    return int(result)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
