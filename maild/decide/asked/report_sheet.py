"""A report as a table for spreadsheets, and as a page to be printed: `as_csv`, `as_page`. Pure.

In: `Report` and a language; out: text. Laws: what others wrote is one clean line; no cell is a formula (FAULT-E14); in
the page everything is escaped, and it loads and runs nothing, which its Content-Security-Policy says too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template

from maild.cleaning import clean_header, without_bidi
from maild.decide.asked.report_words import Words, words_in
from maild.decide.asked.reporting import Level, Report, Request, Standing
from maild.directory.csv import write_csv

BOM = "\ufeff"
"""Spreadsheets take a file for UTF-8 where it begins so."""
LONGEST_CELL = 300
MOMENT = timedelta(microseconds=1)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_PAGE = """<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ words.title }}: {{ organisation }}</title>
<style>
@page { size: A4 landscape; margin: 12mm }
body { font: 15px/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #1d2430; background: #fff; margin: 2rem }
h1 { font-size: 1.5rem; margin: 0 } header p { margin: .2rem 0; color: #55606e }
header { border-bottom: 3px solid #2d5d86; padding-bottom: .8rem; margin-bottom: 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .75rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .35rem .4rem }
th { vertical-align: bottom; border-bottom: 2px solid #9db0c3; color: #33475b; hyphens: auto }
td { vertical-align: top; border-bottom: 1px solid #e3e8ee }
tbody tr:nth-child(even) { background: #f6f8fa }
td.title { min-width: 12rem; overflow-wrap: anywhere } td.by { min-width: 6rem; overflow-wrap: anywhere }
td.when { white-space: pre } td.number { white-space: nowrap; font-weight: 600 }
td.missed { color: #a11a1a; font-weight: 600 }
@media print {
  body { margin: 0; font-size: 9pt } .wide { overflow: visible } thead { display: table-header-group }
  table { font-size: 7pt } th, td { padding: .15rem .25rem } tr { break-inside: avoid } td.title { min-width: 8rem }
}
</style>
</head>
<body>
<header><h1>{{ words.title }}: {{ organisation }}</h1><p>{{ span }}</p><p>{{ count }}</p></header>
{% if rows %}
<div class="wide"><table>
<thead><tr>{% for name in words.columns %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr>{% for cell, kind in row %}<td{% if kind %} class="{{ kind }}"{% endif %}>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table></div>
{% else %}
<p>{{ words.nothing }}</p>
{% endif %}
{% if more %}<p>{{ words.more }}</p>{% endif %}
</body>
</html>
"""


class _Teller:
    """How one report tells things: its place and its language."""

    def __init__(self, report: Report, words: Words) -> None:
        self.zone, self.words = ZoneInfo(report.span.zone), words

    def at(self, instant: datetime | None) -> str:
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}" if instant else ""

    def day(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.zone):%Y-%m-%d}"

    def due(self, level: Level | None) -> str:
        return self.at(level.due_at) if level else ""

    def kept(self, level: Level | None) -> str:
        return self.words.standing(level.standing) if level else ""


CELLS: tuple[Callable[[Request, _Teller], str], ...] = (
    lambda one, _: one.number,
    lambda one, tell: tell.at(one.opened_at),
    lambda one, _: _line(one.requester),
    lambda one, _: _line(one.title),
    lambda one, _: _line(one.type),
    lambda one, _: str(one.priority),
    lambda one, tell: tell.words.status(one.status),
    lambda one, tell: tell.at(one.answered_at),
    lambda one, tell: tell.at(one.solved_at),
    lambda one, tell: tell.at(one.closed_at),
    lambda one, tell: tell.due(one.response),
    lambda one, tell: tell.kept(one.response),
    lambda one, tell: tell.due(one.solution),
    lambda one, tell: tell.kept(one.solution),
)
"""What stands in each column (`Words.columns`)."""
NUMBER, BY, TITLE = 0, 2, 3
WHEN, KEPT = frozenset({1, 7, 8, 9, 10, 12}), frozenset({11, 13})
"""Places of columns that look different from others in the page."""


def as_csv(report: Report, language: str) -> str:
    """RFC 4180, with a byte order mark."""
    return BOM + write_csv(words_in(language).columns, _rows(report, language))


def as_page(report: Report, language: str) -> str:
    """One page of HTML."""
    words = words_in(language)
    missed = words.standing(Standing.MISSED)
    rows = [[_cell(place, text, missed) for place, text in enumerate(row)] for row in _rows(report, language)]
    return _template().render(
        language=words.language,
        policy=_POLICY,
        words=words,
        organisation=_line(report.organisation),
        span=span_in_words(report, language),
        count=words.count.format(count=len(rows)),
        rows=rows,
        more=report.more,
    )


def span_in_words(report: Report, language: str) -> str:
    """From which day to which, where."""
    words = words_in(language)
    begins, ends = days(report)
    return words.span.format(begins=begins, ends=ends, zone=report.span.zone)


def days(report: Report) -> tuple[str, str]:
    """The first and the last day of a report, as 2026-03-31."""
    tell = _Teller(report, words_in(""))
    return tell.day(report.span.begins), tell.day(report.span.ends - MOMENT)


def _rows(report: Report, language: str) -> Sequence[list[str]]:
    tell = _Teller(report, words_in(language))
    return [[cell(one, tell) for cell in CELLS] for one in report.requests]


def _cell(place: int, text: str, missed: str) -> tuple[str, str]:
    """What stands in a cell of the page, and how it looks; a time stands below its day."""
    if place in WHEN:
        return text.replace(" ", "\n"), "when"
    if place in KEPT:
        return text, "missed" if text == missed else ""
    return text, {NUMBER: "number", BY: "by", TITLE: "title"}.get(place, "")


def _line(text: str) -> str:
    line = without_bidi(clean_header(text))
    return line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1].rstrip()}…"


@lru_cache(maxsize=1)
def _template() -> Template:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(_PAGE)
