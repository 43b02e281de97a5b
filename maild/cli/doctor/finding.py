"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """FAILED alone makes `maild doctor` end with 1. UNTRIED: something else that failed, or does not run, is needed."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"
    UNTRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the thing `about` which it is, what is so, and what to do about it ("" where nothing is to be done).

    `check` is the name in `CHECKS`, put in by whoever runs it.
    """

    verdict: Verdict
    about: str
    says: str
    todo: str = ""
    check: str = ""


def ok(about: str, says: str) -> Finding:
    return Finding(Verdict.OK, about, says)


def warning(about: str, says: str, todo: str) -> Finding:
    return Finding(Verdict.WARNING, about, says, todo)


def failed(about: str, says: str, todo: str) -> Finding:
    return Finding(Verdict.FAILED, about, says, todo)


def untried(about: str, says: str) -> Finding:
    return Finding(Verdict.UNTRIED, about, says)
