"""Reports: what became of promises, when requests were settled, a desk's figures, and how all that is written."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from maild.decide.asked.periods import period
from maild.decide.asked.report_sheet import BOM, CELLS, as_csv, as_page, days
from maild.decide.asked.report_words import WORDS
from maild.decide.asked.reporting import Level, Month, Report, Request, Standing, level, months, settled
from maild.desks.hours import Hours
from maild.model import Aim, Promise, PromiseState, Status
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = TypeAdapter(Hours).validate_python({"zone": "Europe/Berlin", "week": {"mon-fri": "09:00-17:00"}}, strict=False)
SPAN = period("2026-11..2026-11", "Europe/Berlin", NOON)
KEPT, MISSED, OPEN = (Level(NOON, standing) for standing in Standing)


def a_request(**changes: Any) -> Request:
    usual = {
        "number": "SD-1001",
        "desk": "service",
        "opened_at": NOON,
        "requester": "Ada Lovelace",
        "title": "The printer is on fire",
        "type": "problem",
        "priority": 2,
        "status": Status.CLOSED,
    }
    return Request(**(usual | changes))


def a_report(*requests: Request, **changes: Any) -> Report:
    return Report(**({"organisation": "Acme Clinic", "span": SPAN, "requests": requests} | changes))


# ---- what became of it -----------------------------------------------------------------------------


def a_promise(state: PromiseState, **changes: Any) -> Promise:
    usual = {"started_at": NOON, "due_at": NOON + HOUR, "work": HOUR, "always": True, "words": ""}
    return Promise(aim=Aim.RESPONSE, state=state, **(usual | changes))


STANDS = (
    ("answered in time", a_promise(PromiseState.MET, met_at=NOON + HOUR), NOON + DAY, Standing.KEPT),
    ("answered late", a_promise(PromiseState.MET, met_at=NOON + 2 * HOUR), NOON + DAY, Standing.MISSED),
    ("late and met all the same", a_promise(PromiseState.MET, met_at=NOON, missed_at=NOON), NOON, Standing.MISSED),
    ("still time", a_promise(PromiseState.RUNNING), NOON, Standing.OPEN),
    ("over, though the clock has not said so yet", a_promise(PromiseState.RUNNING), NOON + DAY, Standing.MISSED),
    ("paused is not over", a_promise(PromiseState.PAUSED), NOON + DAY, Standing.OPEN),
)


@pytest.mark.parametrize(("promise", "now", "standing"), [one[1:] for one in STANDS], ids=[one[0] for one in STANDS])
def test_a_promise_stands(promise: Promise, now: datetime, standing: Standing) -> None:
    assert level(promise, now) == Level(NOON + HOUR, standing)


def test_what_nobody_waits_for_is_neither_kept_nor_missed() -> None:
    assert level(a_promise(PromiseState.VOID, missed_at=NOON), NOON + DAY) is None
    assert level(None, NOON) is None


S, C, R = Status.SOLVED, Status.CLOSED, Status.OPEN
MOVES = (
    ((), (None, None)),
    ((R, S), (1, None)),
    ((R, S, C), (1, 2)),
    ((S, C, R), (None, None)),
    ((S, R, S), (2, None)),
    ((S, C, R, C), (None, 3)),
    ((C, S), (1, None)),
)


@pytest.mark.parametrize(("moves", "ends"), MOVES)
def test_what_is_reopened_is_settled_no_more(moves: tuple[Status, ...], ends: tuple[int | None, ...]) -> None:
    at = [NOON + number * HOUR for number in range(len(moves))]
    assert settled(zip(moves, at, strict=True)) == tuple(None if one is None else at[one] for one in ends)


# ---- figures ---------------------------------------------------------------------------------------


def test_a_desks_figures_are_by_month_of_its_own_place_and_in_its_working_hours() -> None:
    new_year = datetime.fromisoformat("2026-12-31T23:30+00:00")
    requests = [
        a_request(response=KEPT, solution=MISSED, answered_at=NOON + HOUR),
        a_request(response=MISSED, solution=OPEN, answered_at=NOON + 3 * DAY),
        a_request(response=OPEN, answered_at=NOON + 2 * HOUR),
        a_request(),
        a_request(opened_at=new_year, response=KEPT),
    ]
    assert months(requests, OFFICE) == (
        Month("2026-11", 4, 3, 1, 1, 0, 1, 2.0),
        Month("2027-01", 1, 0, 1, 0, 0, 0, None),
    )
    over_a_weekend = months([a_request(answered_at=NOON + 3 * DAY)], OFFICE)[0].median_hours
    assert over_a_weekend == 8, "Friday 13:00 to Monday 13:00"
    assert months([], OFFICE) == ()


# ---- the table -------------------------------------------------------------------------------------


def read(text: str) -> list[list[str]]:
    assert text.startswith(BOM) and text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True))


def test_the_table_tells_all_in_the_time_of_the_place_and_the_language_of_the_reader() -> None:
    one = a_request(answered_at=NOON + HOUR, solved_at=NOON + DAY, response=KEPT, solution=MISSED)
    names, row = read(as_csv(a_report(one), "de"))
    assert dict(zip(names, row, strict=True)) == {
        "Nummer": "SD-1001",
        "Eröffnet": "2026-11-20 13:00",
        "Von": "Ada Lovelace",
        "Titel": "The printer is on fire",
        "Art": "problem",
        "Priorität": "2",
        "Stand": "abgeschlossen",
        "Erste Antwort": "2026-11-20 14:00",
        "Gelöst": "2026-11-21 13:00",
        "Abgeschlossen": "",
        "Antwort bis": "2026-11-20 13:00",
        "Antwort rechtzeitig": "ja",
        "Lösung bis": "2026-11-20 13:00",
        "Lösung rechtzeitig": "nein",
    }
    assert read(as_csv(a_report(one), "xx"))[0] == read(as_csv(a_report(one), "en"))[0]


def test_every_language_has_a_word_for_everything() -> None:
    for language, words in WORDS.items():
        assert words.language == language
        assert (len(words.columns), len(words.statuses), len(words.standings)) == (
            len(CELLS),
            len(Status),
            len(Standing),
        )
        assert "" not in (*words.columns, *words.statuses, *words.standings)


DANGER = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "  =1", "\u202e=1")


@pytest.mark.parametrize("text", DANGER)
def test_no_cell_is_a_formula(text: str) -> None:
    for row in read(as_csv(a_report(a_request(title=text, requester=text, type=text)), "en"))[1:]:
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝")]


def test_nothing_in_it_turns_the_words_around_it_about() -> None:
    told = a_report(a_request(title="a\u202eb", requester="c\u2066d"), organisation="e\u202ef")
    assert not re.search("[\u202e\u2066]", as_csv(told, "en") + as_page(told, "en"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_written_in_a_title_stays_one_cell_of_one_row(title: str, name: str) -> None:
    rows = read(as_csv(a_report(a_request(title=title, requester=name), a_request()), "en"))
    assert len(rows) == 3 and {len(row) for row in rows} == {len(CELLS)}
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows[1:] for cell in row)
    assert rows[2][3] == "The printer is on fire"


# ---- the page --------------------------------------------------------------------------------------


TAGS = {"html", "head", "meta", "title", "style", "body", "header", "h1", "p", "div"}
TAGS |= {"table", "thead", "tr", "th", "tbody", "td"}


@given(st.text(max_size=40).map(lambda text: f"<script>{text}</script><img src=http://x/y onerror=z>\"'&{{{{ 7*7 }}}}"))
def test_the_page_runs_and_loads_nothing_whatever_is_written_in_it(text: str) -> None:
    page = as_page(a_report(a_request(title=text, requester=text, type=text), organisation=text), "en")
    assert set(re.findall(r"<(\w+)", page)) <= TAGS
    assert not re.search(r"\s(on\w+|src|href)=", re.sub(r">[^<]*<", "><", page)), "no attribute that does anything"
    assert "default-src &#39;none&#39;" in page and "url(" not in page and "@import" not in page
    assert "{{ 7*7 }}" in html.unescape(page)


def test_the_page_says_what_it_is_and_marks_what_was_missed() -> None:
    page = as_page(a_report(a_request(response=MISSED, solution=KEPT), more=True), "de")
    assert "<h1>Protokoll der Anfragen: Acme Clinic</h1>" in page and '<html lang="de">' in page
    assert "2026-11-01 bis 2026-11-30, Uhrzeiten von Europe/Berlin" in page and "Anfragen: 1" in page
    assert page.count('class="missed"') == 1 and '<td class="missed">nein</td>' in page
    assert "kürzeren Zeitraum" in page
    assert '<html lang="en">' in as_page(a_report(), "xx"), "the language that it is written in"
    empty = as_page(a_report(), "de")
    assert "Es gab keine." in empty and "<table" not in empty
    assert days(a_report()) == ("2026-11-01", "2026-11-30")
