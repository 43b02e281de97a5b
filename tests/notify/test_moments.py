"""Instants, said as people say them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_kit import DESK, notification, sent, text_of

from maild.desks.hours import Hours
from maild.model import NotificationKind
from maild.notify.moments import told

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CASES = [
    ("2026-11-30T15:00:00+00:00", "Europe/Berlin", "en", "Monday 30 November, 16:00 (Europe/Berlin)"),
    ("2026-11-30T15:00:00Z", "Europe/Berlin", "de", "Montag, 30. November, 16:00 Uhr (Europe/Berlin)"),
    ("2026-11-30T15:00:00Z", "Europe/Amsterdam", "nl", "maandag 30 november, 16.00 uur (Europe/Amsterdam)"),
    ("2026-07-01T07:05:59Z", "Europe/Berlin", "en", "Wednesday 1 July, 9:05 (Europe/Berlin)"),
    ("2026-11-30T15:00:00Z", "Europe/Berlin", "fr", "Monday 30 November, 16:00 (Europe/Berlin)"),
    ("2027-01-04T08:00:00Z", "Europe/Berlin", "en", "Monday 4 January 2027, 9:00 (Europe/Berlin)"),
    ("2026-12-31T23:30:00Z", "Europe/Berlin", "de", "Freitag, 1. Januar 2027, 0:30 Uhr (Europe/Berlin)"),
    ("2026-10-25T00:30:00Z", "Europe/Berlin", "en", "Sunday 25 October, 2:30 (Europe/Berlin)"),
    ("2026-11-30T10:00:00-05:00", "UTC", "en", "Monday 30 November, 15:00 (UTC)"),
    ("2026-11-30", "America/New_York", "en", "30 November 2026"),
    ("2026-03-01", "UTC", "de", "1. März 2026"),
    ("", "UTC", "en", ""),
    ("2026-11-30T15:00:00", "UTC", "en", ""),
    ("tomorrow", "UTC", "en", ""),
    ("2026-13-40", "UTC", "en", ""),
    ("0001-01-01T00:00:00Z", "America/New_York", "en", "Monday 1 January 1, 0:00 (America/New_York)"),
]


@pytest.mark.parametrize(("instant", "zone", "language", "words"), CASES)
def test_a_moment_is_said_in_the_zone_and_the_language(instant: str, zone: str, language: str, words: str) -> None:
    assert told(instant, zone, language, NOW) == words


@given(st.integers(631_152_000, 2_208_988_800))
def test_every_moment_is_said_in_every_language(seconds: int) -> None:
    """From 1990 to 2040."""
    at = datetime.fromtimestamp(seconds, UTC)
    said = [told(at.isoformat(), "Europe/Berlin", language, NOW) for language in ("de", "en", "nl")]
    assert len(set(said)) == 3 and all(one.endswith("(Europe/Berlin)") for one in said)


@given(st.text())
def test_what_is_no_moment_is_said_as_nothing(text: str) -> None:
    said = told(text, "Europe/Berlin", "en", NOW)
    assert said == "" or text[:1].isdigit()


BERLIN = DESK.model_copy(update={"hours": Hours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})})


def confirmed(language: str, **values: str) -> str:
    it = notification(NotificationKind.CONFIRMATION, language=language, values=tuple(values.items()))
    return text_of(sent(it, desk=BERLIN))


@pytest.mark.parametrize(
    ("language", "by_when", "again"),
    [
        ("en", "by Monday 30 November, 16:00 (Europe/Berlin)", "back Monday 30 November, 9:00"),
        (
            "de",
            "bis spätestens Montag, 30. November, 16:00 Uhr (Europe/Berlin)",
            "wieder da: Montag, 30. November, 9:00",
        ),
        ("nl", "uiterlijk maandag 30 november, 16.00 uur (Europe/Berlin)", "weer: maandag 30 november, 9.00"),
    ],
)
def test_a_confirmation_says_by_when_an_answer_may_be_expected_and_when_the_desk_opens(
    language: str, by_when: str, again: str
) -> None:
    text = confirmed(language, due="2026-11-30T15:00:00+00:00", opens="2026-11-30T08:00:00+00:00")
    assert by_when in text and again in text


@pytest.mark.parametrize("language", ["de", "en", "nl"])
@pytest.mark.parametrize("due", ["", "soon"])
def test_nothing_is_promised_where_no_time_is_known(language: str, due: str) -> None:
    text = confirmed(language, due=due)
    assert not any(word in text for word in ("Berlin", "latest", "spätestens", "uiterlijk", "soon"))
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-11-27T23:00:00+00:00", "Freitag, 27. November, 24:00 Uhr (Europe/Berlin)"),
        ("2026-11-27T22:59:00+00:00", "Freitag, 27. November, 23:59 Uhr (Europe/Berlin)"),
        ("2026-12-31T23:00:00+00:00", "Donnerstag, 31. Dezember, 24:00 Uhr (Europe/Berlin)"),
        ("0001-01-01T00:00:00+00:00", "Montag, 1. Januar 1, 0:53 Uhr (Europe/Berlin)"),
    ],
)
def test_what_ends_at_midnight_ends_on_the_day_that_is_over_then(instant: str, said: str) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    assert told(instant, "Europe/Berlin", "de", now, ends=True) == said
