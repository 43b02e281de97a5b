"""A maild as `maild serve` runs it, with settings as shipped but for names and ports; what it did is read from SQL."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from bench.processes import home, running, wait_for_port
from bench.waiting import free_port
from bench.workload import DESK, Workload
from maild.store.engine import open_store
from maild.store.migrate import migrate

ROLES = "smtp,imap,workers,outbox,clock"
DESK_FILE = {
    "desk": "support",
    "proof": "off",  # there is no border here, and the answers shall be those that customers get
    "title": "Support",
    "addresses": [DESK],
    "prefix": "SD",
    "languages": ["de", "en"],
}
UNDECIDED = sql.text("SELECT count(*) FROM inbox_entry WHERE state IN ('waiting', 'claimed')")
TAKEN = sql.text("SELECT count(*) FROM inbox_entry")
LOOKED = sql.text("SELECT count(*) FROM mailbox_state WHERE looked_at IS NOT NULL")
OPENED = sql.text("SELECT count(*) FROM ticket")
DISPOSITIONS = sql.text("SELECT disposition, count(*) FROM inbox_entry GROUP BY disposition")
TICKETS = sql.text(
    "SELECT message_ref.message_id, ticket.prefix, ticket.id"
    " FROM message_ref JOIN ticket ON ticket.id = message_ref.ticket_id"
)


@dataclass(frozen=True, slots=True)
class MaildNode:
    """A running maild; `pid` is its main process."""

    pid: int
    port: int
    folder: Path
    _engine: sql.Engine

    def taken(self) -> int:
        """Mails it has acknowledged."""
        return int(self._rows(TAKEN)[0][0])

    def looks(self) -> bool:
        """Whether it has looked into its mailbox."""
        return bool(self._rows(LOOKED)[0][0])

    def undecided(self) -> int:
        """Mails without an outcome yet."""
        return int(self._rows(UNDECIDED)[0][0])

    def opened(self) -> int:
        """Tickets."""
        return int(self._rows(OPENED)[0][0])

    def dispositions(self) -> dict[str, int]:
        """How many mails had which outcome."""
        return {row[0]: row[1] for row in self._rows(DISPOSITIONS)}

    def tickets(self) -> dict[str, str]:
        """The ticket number for each customer's Message-ID, as subjects carry it."""
        return {row[0]: f"[{row[1]}-{row[2]}]" for row in self._rows(TICKETS)}

    def _rows(self, statement: sql.TextClause) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(statement).all())


@contextmanager
def running_maild(
    workload: Workload,
    relay: int | None = None,
    url: str = "",
    roles: str = ROLES,
    imap: Sequence[dict[str, object]] = (),
) -> Iterator[MaildNode]:
    """Start one on `url` (empty: SQLite in its folder), with the workload's people in its directory, and end it."""
    port = free_port()
    with home("maild") as folder:
        file, log = write_configuration(folder, port, workload, relay, url, imap), folder / "log"
        store = open_store(url or f"sqlite:///{folder}/var/maild.db")
        migrate(store, backup=None)
        with running((sys.executable, "-m", "maild.daemon", "--settings", file, "--roles", roles), log) as process:
            wait_for_port(process, port, log)
            yield MaildNode(process.pid, port, folder, store.engine)
        store.close()


def write_configuration(
    folder: Path, port: int, workload: Workload, relay: int | None, url: str, imap: Sequence[dict[str, object]] = ()
) -> Path:
    """Settings, one desk, one rule, the directory. YAML, of which JSON is a part."""
    # A day's mail within seconds: the gate counts as ever, but its totals are a day's.
    roomy = dict.fromkeys(
        ("domain_an_hour", "strangers_of_a_domain_an_hour", "strangers_an_hour", "total_an_hour"), 1_000_000
    )
    settings: dict[str, object] = {"smtp": [{"port": port}], "lmtp": [], "hostname": "desk.example", "budgets": roomy}
    settings["imap"] = list(imap)
    if relay:
        settings["relay"] = {"host": "127.0.0.1", "port": relay, "tls": "none"}
    if url:
        settings["database"] = url
    people = [{"name": one.name, "addresses": [one.address], "language": one.language} for one in workload.people]
    customer = {"key": "customer", "name": "Customer", "contacts": people}
    rule = {"rule": "it burns", "when": {"any": [{"subject": ["dringend"]}, {"text": "/all users|alle Nutzer/i"}]}}
    (folder / "var").mkdir(mode=0o700)
    for name in ("desks", "rules"):
        (folder / name).mkdir()
    _write(folder / "desks" / "support.yaml", DESK_FILE)
    _write(folder / "rules" / "support.yaml", [{**rule, "then": {"priority": 1}}])
    _write(folder / "directory.yaml", {"organisations": [customer], "staff": []})
    return _write(folder / "maild.yaml", settings)


def _write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    path.chmod(0o600)
    return path
