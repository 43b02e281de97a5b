"""An announcement out of the words of a command line: times of the desk's own place, texts in its languages.

What is wrong with them raises NotPossible with what to write instead.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from maild.cli.hand import NotPossible
from maild.cli.output import safe, safe_lines
from maild.decide.told import announcing
from maild.desks.policy import Desk
from maild.model.announcements import Announcement, News

LONGEST_SUBJECT = 200
LARGEST_TEXT = 64 << 10
"""Characters. What is longer is no announcement."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of it."""

    desk: str
    subject: str
    begins: str
    ends: str
    texts: tuple[str, ...]
    override: str


def announcement(news: News, said: Said, desk: Desk) -> Announcement:
    """What the words mean at this desk."""
    begins, ends = instant(said.begins, desk), instant(said.ends, desk)
    if ends <= begins:
        raise NotPossible("it is over before it begins: --to is the later one")
    subject = safe(said.subject).strip()
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise NotPossible(f"--subject is one line of at most {LONGEST_SUBJECT} characters")
    texts = tuple(_text(word, desk) for word in said.texts)
    if len(dict(texts)) < len(texts):
        raise NotPossible("--text was given twice for one language: write --text de=FILE --text en=FILE")
    return Announcement(desk.desk, news, subject, begins, ends, texts, safe(said.override).strip())


def instant(text: str, desk: Desk) -> datetime:
    """A time of the desk's own place, or one that names its offset, in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotPossible(f"`{safe(text)[:40]}` is no time: write it like 2026-12-05T20:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(desk.hours.zone))).astimezone(UTC)


def _text(word: str, desk: Desk) -> tuple[str, str]:
    language, equals, file = word.partition("=")
    if not equals:
        return announcing.ANY, _read(word)
    if language not in desk.languages:
        writes = ", ".join(desk.languages)
        raise NotPossible(f"desk {desk.desk} does not write `{safe(language)[:20]}`: it writes {writes}")
    return language, _read(file)


def _read(file: str) -> str:
    try:
        text = sys.stdin.read(LARGEST_TEXT + 1) if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotPossible(f"{file} cannot be read as text in UTF-8: {error}") from None
    if len(text) > LARGEST_TEXT:
        raise NotPossible(f"{file} is longer than {LARGEST_TEXT} characters")
    return safe_lines(text).strip()
