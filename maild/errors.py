"""Exceptions answer one question: would trying the same thing again help?

What becomes of a mail is never an exception but a value (`model.Disposition`).
The first docstring line of each class is the message shown when nothing more is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line: sysexits(3), so that an MTA's pipe knows what to do."""

    DONE = 0
    FINDING = 1
    USAGE = 64
    DATA = 65
    NO_INPUT = 66
    NO_USER = 67
    UNAVAILABLE = 69
    SOFTWARE = 70
    OS_ERROR = 71
    CANNOT_CREATE = 73
    IO_ERROR = 74
    TEMPORARY = 75
    NO_PERMISSION = 77
    CONFIG = 78


class MaildError(Exception):
    """Something went wrong in maild."""

    exit_code = ExitCode.SOFTWARE

    def __str__(self) -> str:
        told = super().__str__()
        return told or (type(self).__doc__ or "").strip().splitlines()[0]


class TemporaryFailure(MaildError):
    """It did not work now; the same thing may work later."""

    exit_code = ExitCode.TEMPORARY


class StoreUnavailable(TemporaryFailure):
    """The database cannot be reached or is busy."""


class StoreFull(TemporaryFailure):
    """The disk or the database is full."""


class SchemaMismatch(TemporaryFailure):
    """The database's schema is not the one this version works with: run `maild migrate`."""


class SourceUnavailable(TemporaryFailure):
    """A mailbox or listener cannot be reached."""


class LeaseLost(TemporaryFailure):
    """Another node does this now: what we were about to do is its business."""


class PermanentFailure(MaildError):
    """It did not work, and the same thing never will."""

    exit_code = ExitCode.DATA


class Conflict(PermanentFailure):
    """Somebody else was faster: what this step assumed no longer holds."""


class NotFound(PermanentFailure):
    """There is no such thing."""

    exit_code = ExitCode.NO_INPUT


class UnparsableMail(PermanentFailure):
    """The mail is beyond the limits within which it is read."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a configuration file, and what to do about it. Line and column count from 1; 0 = unknown."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}"


class ConfigError(MaildError):
    """The configuration is wrong; nothing has run."""

    exit_code = ExitCode.CONFIG

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
