"""What scanners say of a mail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """CLEAN, SPAM, VIRUS, or UNSCANNED where a scanner did not answer."""

    CLEAN = "clean"
    SPAM = "spam"
    VIRUS = "virus"
    UNSCANNED = "unscanned"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One scanner's word on one mail; `text` says why, in the scanner's words, cleaned and short."""

    scanner: str
    finding: Finding
    text: str = ""
