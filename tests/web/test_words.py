"""The pages' words: every language complete, the reader's own chosen."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.web.words import LANGUAGES, day, moment, size, words_for

BY_CODE = {words.code: words for words in LANGUAGES}
LIKED = [
    ("", "en"),
    ("nl", "nl"),
    ("de-AT,de;q=0.9,en;q=0.8", "de"),
    ("fr, nl;q=0.3, de;q=0.7", "de"),
    ("fr", "en"),
    ("*", "en"),
    ("de;q=0, nl;q=0.1", "nl"),
    ("de;q=nan, nl;q=0.1", "nl"),
    ("de;q=9, nl", "nl"),
    ("DE", "de"),
]


@pytest.mark.parametrize(("accept", "code"), LIKED)
def test_the_reader_gets_the_language_they_like_best(accept: str, code: str) -> None:
    assert words_for(accept).code == code


def test_who_likes_none_gets_the_desks() -> None:
    assert [words_for("fr", one).code for one in ("nl", "fr")] == ["nl", "en"]


@given(st.text())
def test_whatever_a_browser_likes_there_are_words(accept: str) -> None:
    assert words_for(accept) in LANGUAGES


def texts(of: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in fields(of):
        value = getattr(of, one.name)
        found |= {one.name: value} if isinstance(value, str) else {}
        if is_dataclass(value):
            found |= {f"{one.name}.{name}": text for name, text in texts(value).items()}
    return found


@pytest.mark.parametrize("code", list(BY_CODE))
def test_no_word_is_missing_or_left_in_another_language(code: str) -> None:
    mine = texts(BY_CODE[code])
    assert all(mine.values()) and len(BY_CODE[code].months) == 12
    for other in BY_CODE:
        same = {name for name, text in texts(BY_CODE[other]).items() if text == mine[name] and " " in text}
        assert other == code or same <= {"date", "day", "listing.span"}


def test_a_moment_is_told_in_utc() -> None:
    at = datetime(2026, 3, 1, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    told = [moment(at, BY_CODE[code]) for code in ("de", "en", "nl")]
    assert told == ["28. Feb. 2026, 23:05 UTC", "28 Feb 2026, 23:05 UTC", "28 feb. 2026, 23:05 UTC"]
    assert moment(datetime(2026, 12, 9, tzinfo=UTC), BY_CODE["en"]) == "9 Dec 2026, 00:00 UTC"
    assert [day(at, BY_CODE[code]) for code in ("de", "en", "nl")] == ["28. Feb. 2026", "28 Feb 2026", "28 feb. 2026"]


SIZES = [(0, "0 B"), (999, "999 B"), (1000, "1,0 kB"), (15_400, "15 kB"), (1_250_000, "1,2 MB"), (3 * 10**9, "3,0 GB")]


@pytest.mark.parametrize(("octets", "told"), SIZES)
def test_a_size_is_told_in_a_unit_people_use(octets: int, told: str) -> None:
    assert size(octets, BY_CODE["de"]) == told
