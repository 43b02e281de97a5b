"""What commands print: tables for people, JSON for programs, times with their zone.

Laws: text from mails reaches a terminal only through `safe` or `safe_lines` (an ESC sequence in a subject could
otherwise rewrite what staff see, FAULT-E09's cousin at the terminal); when output is piped, a table is lines of
tab-separated cells, without colours or widths, the same every time.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from maild.cleaning import clean_header, clean_text

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], str]]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, help="The newest so many.")]

# Characters that change the direction of what follows: a file called "exe.fdp" must not read "pdf.exe".
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """One line without anything a terminal would obey."""
    return _DIRECTIONS.sub("", clean_header(text))


def safe_lines(text: str) -> str:
    """Several lines without anything a terminal would obey."""
    return _DIRECTIONS.sub("", clean_text(text)).replace("\t", "    ")


def when(at: datetime | None) -> str:
    """A time as people read it, in this computer's zone, with the zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M %Z") if at else ""


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest fitting unit."""
    seconds = max(0, int((now - at).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def say(line: str = "") -> None:
    """A line on standard output. The caller has made it safe."""
    sys.stdout.write(line + "\n")


def to_json(value: object, indent: int | None = None) -> str:
    """JSON that a terminal shows as it is."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return _NOT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(value: Any) -> Any:
    """Frozen dataclasses and their kin as what JSON knows: times in ISO 8601 UTC, lengths in whole seconds,
    no raw bytes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value):
        return _object(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, tuple | list | frozenset) else value


def _object(value: Any) -> dict[str, Any]:
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    number = getattr(value, "number", None)
    first = {"number": number} if number and "number" not in named else {}
    return first | {name: plain(one) for name, one in named.items() if not isinstance(one, bytes)}


def listing(rows: Sequence[T], columns: Columns[T], as_json: bool) -> None:
    """One JSON array, or a table: for a terminal by rich, for a pipe with tabs."""
    if as_json:
        say(to_json(rows, indent=2))
    elif on_terminal():
        _rich_table(rows, columns)
    else:
        for row in rows:
            say("\t".join(safe(cell(row)) for cell in columns.values()))


def on_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _rich_table(rows: Sequence[T], columns: Columns[T]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        say("nothing here")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    *short, last = columns
    for name in short:
        table.add_column(name, no_wrap=True)
    table.add_column(last, min_width=24)
    for row in rows:
        table.add_row(*(Text(safe(cell(row))) for cell in columns.values()))
    Console().print(table)
