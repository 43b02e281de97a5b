"""CSV as spreadsheets write it -> `Table`, and back.

In: bytes in UTF-8, with commas or semicolons; out: texts, or `ConfigError` by line. A cell that a spreadsheet would
take for a formula is written with an apostrophe in front of it (FAULT-E14), which is taken away again in reading: what
was written is read exactly as it was. Pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from maild.directory.tables import MOST_ROWS, Table
from maild.errors import ConfigError, Problem

LARGEST = 32 << 20
# Full-width forms too: spreadsheets take them for the same signs.
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")
_ESCAPED = re.compile("'+[=+\\-@\t\r＝＋－＠]")


def read_csv(raw: bytes, file: str) -> Table:
    """A table out of CSV; `file` is named in problems. Raises ConfigError."""
    if len(raw) > LARGEST:
        raise ConfigError(Problem(file, 0, 0, f"larger than {LARGEST} bytes: divide it into several files"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(Problem(file, line, 0, "this line is not UTF-8: save the file as UTF-8")) from None
    numbered = list(_rows(text, file))
    if not numbered:
        raise ConfigError(Problem(file, 1, 0, "the first line has to name the columns"))
    (_, columns), *rest = numbered
    columns = tuple(column.strip() for column in columns)
    _check_width(file, len(columns), rest)
    return Table(file, columns, tuple(row for _, row in rest), tuple(line for line, _ in rest))


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV with a line of column names, lines ended as RFC 4180 has it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([escaped(text) for text in row] for row in rows)
    return out.getvalue()


def escaped(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The cell that was escaped."""
    return text[1:] if _ESCAPED.match(text) else text


def _rows(text: str, file: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with the line each starts in; empty ones are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for count, row in enumerate(reader):
            if count > MOST_ROWS:
                raise ConfigError(Problem(file, line, 0, f"more than {MOST_ROWS} rows: divide it into several files"))
            if any(cell.strip() for cell in row):
                yield line, tuple(map(unescaped, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(
            Problem(file, line, 0, f"this is no CSV: {error}; a text with quotes needs them doubled")
        ) from None


def _delimiter(text: str) -> str:
    """Spreadsheets in German or Dutch write semicolons."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return ";" if first.count(";") > first.count(",") else ","


def _check_width(file: str, width: int, rows: Iterable[tuple[int, tuple[str, ...]]]) -> None:
    wrong = [(line, len(row)) for line, row in rows if len(row) != width]
    told = "this row has {} cells, and the first line names {} columns: put texts with commas in quotes"
    if wrong:
        raise ConfigError(*(Problem(file, line, 0, told.format(found, width)) for line, found in wrong[:20]))
