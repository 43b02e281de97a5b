"""`maild report`: an organisation's log of requests, and what a desk promised and kept, month by month."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from maild.cli.hand import As, NotPossible, desks_among, desks_seen
from maild.cli.help import examples, new_app
from maild.cli.house import desk_among, opened
from maild.cli.output import AsJson, Columns, listing, on_terminal, safe_lines, say, to_json, when
from maild.decide.asked.periods import Period, period, written
from maild.decide.asked.report_sheet import BOM, as_csv, as_page, days
from maild.decide.asked.reporting import Level, Month, Report, Request, months
from maild.desks.policy import Desk
from maild.directory.csv import write_csv
from maild.directory.entries import Kind
from maild.errors import NotFound
from maild.steps.house import House
from maild.store import access, audit, register, reports
from maild.store.access import Access
from maild.yaml.suggest import did_you_mean

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="report")

MOST = 100_000
"""Requests in one report."""
PIPE = "-"

From = Annotated[str, typer.Option("--from", metavar="DAY", help="2026-01-01, 2026-01 or 2026.")]
To = Annotated[str, typer.Option("--to", metavar="DAY", help="The last day, month or year, and all of it; else today.")]
AsCsv = Annotated[str, typer.Option("--csv", metavar="FILE", help="Write a table for spreadsheets; - for a pipe.")]
AsPage = Annotated[str, typer.Option("--html", metavar="FILE", help="Write a page to be printed; - for a pipe.")]
Language = Annotated[str, typer.Option("--language", metavar="LANGUAGE", help="Of the files; else the desk's first.")]
COLUMNS: Columns[Request] = {
    "number": lambda one: one.number,
    "opened": lambda one: when(one.opened_at),
    "by": lambda one: one.requester,
    "priority": lambda one: str(one.priority),
    "status": lambda one: one.status,
    "answered": lambda one: when(one.answered_at),
    "solved": lambda one: when(one.solved_at),
    "closed": lambda one: when(one.closed_at),
    "response": lambda one: _kept(one.response),
    "solution": lambda one: _kept(one.solution),
    "title": lambda one: one.title,
}
FIGURES: Columns[Month] = {
    "month": lambda one: one.month,
    "opened": lambda one: str(one.opened),
    "answered": lambda one: str(one.answered),
    "answered in time": lambda one: str(one.response_kept),
    "answered late": lambda one: str(one.response_missed),
    "solved in time": lambda one: str(one.solution_kept),
    "solved late": lambda one: str(one.solution_missed),
    "median hours to an answer": lambda one: "" if one.median_hours is None else f"{one.median_hours:.2f}",
}


@group.callback(
    invoke_without_command=True,
    epilog=examples(
        "maild report --organisation acme --from 2026-01 --to 2026-03",
        "maild report --organisation acme --from 2026 --to 2026 --csv acme.csv --html acme.html --language de",
        "maild report service-levels --desk service --from 2026-01 --to 2026-06",
    ),
)
def report(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Option("--organisation", metavar="KEY", help="Whose requests.")] = "",
    begins: From = "",
    ends: To = "",
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="Only of this desk.")] = "",
    csv: AsCsv = "",
    html: AsPage = "",
    language: Language = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """The log of an organisation's requests: when each was opened, answered, solved and closed, and what was promised.

    Without a period, the year before now. Staff see the requests of their own desks. What may be a stranger's, spam,
    notes and texts are not in it. An authorised contact gets the same by a mail that says nothing but `report 2026-01`.
    """
    if ctx.invoked_subcommand is not None:
        return
    if not organisation:
        raise NotPossible("say whose requests: --organisation KEY")
    with opened(ctx) as house:
        made, spoken = house.store.retrying(lambda tx: _made(tx, house, organisation, desk, (begins, ends), as_))
    told = language or spoken
    if csv:
        _write(csv, as_csv(made, told))
    if html:
        _write(html, as_page(made, told))
    if json:
        say(to_json(made, indent=2))
    elif not (csv or html):
        listing(made.requests, COLUMNS, False)


@group.command(
    "service-levels",
    epilog=examples("maild report service-levels --desk service --from 2026-01 --to 2026-06 --csv figures.csv"),
)
def service_levels(
    ctx: typer.Context,
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="The desk.")],
    begins: From = "",
    ends: To = "",
    csv: AsCsv = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """What a desk promised and kept, by the month in which requests were opened, in working hours of the desk."""
    with opened(ctx) as house, house.store.reading() as tx:
        one = _desks(tx, house, desk, as_)[0]
        now = house.clock()
        asked = reports.of_desk(tx, one.desk, _period(begins, ends, one, now), now, MOST)
        found = months(asked, one.hours)
    if csv:
        _write(csv, BOM + write_csv(list(FIGURES), [[cell(row) for cell in FIGURES.values()] for row in found]))
    elif json:
        say(to_json(found, indent=2))
    else:
        listing(found, FIGURES, False)


def _made(
    tx: Connection, house: House, key: str, desk: str, span: tuple[str, str], name: str | None
) -> tuple[Report, str]:
    """The log, and the language of the desk; that it was made is written down (REQ-L10)."""
    known = [one.key for one in register.list_organisations(tx)]
    if key not in known:
        raise NotFound(f"there is no organisation {key}{did_you_mean(key, known)}")
    desks, now = _desks(tx, house, desk, name), house.clock()
    only = {one.desk for one in desks} if desk or desks_seen(tx, name) else None
    made = reports.report(tx, key, only, _period(*span, desks[0], now), now, MOST)
    what = f"made a report: {len(made.requests)} requests, {' to '.join(days(made))}"
    audit.note(tx, now, _by(tx, name), Kind.ORGANISATION, key, what, "")
    access.note(tx, Access(now, name or os.environ.get("USER", ""), None, access.EXPORT, f"report of {key}"))
    return made, desks[0].languages[0]


def _by(tx: Connection, name: str | None) -> str:
    """Who makes it: a member of staff, or an operator by the name of their account."""
    user = name or os.environ.get("USER", "")
    return next((one.address for one in register.list_staff(tx) if one.name == user), user or "command line")


def _desks(tx: Connection, house: House, name: str, staff: str | None) -> tuple[Desk, ...]:
    """The desk of this name, or all, as far as whoever looks may see them. Raises NotFound, WhoAreYou."""
    theirs = desks_among(house.policy.desks, desks_seen(tx, staff))
    named = desk_among(theirs, name)
    return (named,) if name else theirs


def _period(begins: str, ends: str, desk: Desk, now: datetime) -> Period:
    """As the words say, in days of the desk's own place. Raises NotPossible."""
    today = f"{now.astimezone(ZoneInfo(desk.hours.zone)):%Y-%m-%d}"
    text = written(f"{begins} .. {ends or today}") if begins or ends else ""
    if text is None:
        raise NotPossible("--from and --to are days, months or years, the earlier first: --from 2026-01 --to 2026-03")
    return period(text, desk.hours.zone, now)


def _kept(level: Level | None) -> str:
    return level.standing if level else ""


def _write(file: str, text: str) -> None:
    """Into a file that is its owner's alone, or to standard output, line ends as they are."""
    if file == PIPE and on_terminal():
        say(safe_lines(text.removeprefix(BOM)))
    elif file == PIPE:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        path = Path(file)
        path.touch(mode=0o600)
        path.write_bytes(text.encode())
