"""Numbers for rows that are yet to be written, so that a batch's rows can name each other before any is inserted.

Law: a number is given out once, in both databases, whatever becomes of the transaction's neighbours. On SQLite
the transaction is the only writer, and AUTOINCREMENT remembers the highest number a row was inserted with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Table, text

_LAST = "SELECT name, seq FROM sqlite_sequence"
_NEXT = text(
    "SELECT wanted.place, array_agg(nextval(wanted.counter)) "
    "FROM unnest(CAST(:counters AS regclass[]), CAST(:counts AS int[])) WITH ORDINALITY "
    "AS wanted (counter, many, place), generate_series(1, wanted.many) GROUP BY wanted.place"
)


def reserve(tx: Connection, wanted: Mapping[Table, int]) -> dict[Table, Iterator[int]]:
    """As many numbers as wanted, ascending, for each table."""
    tables = [table for table, many in wanted.items() if many]
    found: dict[Table, Iterator[int]] = {table: iter(()) for table in wanted}
    if not tables:
        return found
    if tx.dialect.name == "sqlite":
        last: dict[str, int] = {row[0]: row[1] for row in tx.exec_driver_sql(_LAST)}
        return found | {table: _after(last.get(table.name, 0), wanted[table]) for table in tables}
    places = {"counters": [f"{table.name}_id_seq" for table in tables], "counts": [wanted[table] for table in tables]}
    return found | {tables[place - 1]: iter(sorted(numbers)) for place, numbers in tx.execute(_NEXT, places)}


def _after(last: int, many: int) -> Iterator[int]:
    return iter(range(last + 1, last + many + 1))
