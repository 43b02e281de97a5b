"""Legal holds: tickets that nothing erases until somebody releases them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from maild.errors import ExitCode, MaildError, NotFound
from maild.model import TicketId
from maild.store.among import among
from maild.store.bulk import insert_rows
from maild.store.rows import rows_among
from maild.store.schema import RUN_LIVE, hold, workflow_run

_HELD = select(hold.c.ticket_id).where(among(hold.c.ticket_id)).order_by(hold.c.ticket_id)
_RUNS = select(workflow_run.c.ticket_id).where(RUN_LIVE, among(workflow_run.c.ticket_id))


class Held(MaildError):
    """A ticket of it is held: nothing was erased."""

    exit_code = ExitCode.NO_PERMISSION


@dataclass(frozen=True, slots=True)
class Hold:
    """A ticket that is held since `at` (UTC), by whom and why."""

    ticket: TicketId
    at: datetime
    actor: str
    why: str


def put(tx: Connection, one: Hold) -> None:
    """Hold a ticket; who held it first stays."""
    row = {"ticket_id": one.ticket, "at": one.at, "actor": one.actor, "why": one.why}
    insert_rows(tx, hold, [row], "(ticket_id) DO NOTHING")


def release(tx: Connection, number: TicketId) -> None:
    """Let a ticket go. Raises NotFound where it was not held."""
    if not tx.execute(delete(hold).where(hold.c.ticket_id == number)).rowcount:
        raise NotFound(f"ticket {number} is not held")


def all_holds(tx: Connection) -> tuple[Hold, ...]:
    """Every hold, by ticket."""
    rows = tx.execute(select(hold).order_by(hold.c.ticket_id))
    return tuple(Hold(TicketId(row.ticket_id), row.at, row.actor, row.why) for row in rows)


def require_free(tx: Connection, tickets: Collection[int]) -> None:
    """Raises Held where one of these must stay, or where something of legal weight is under way on it."""
    if held := [row.ticket_id for row in rows_among(tx, _HELD, tickets)]:
        named = ", ".join(map(str, held))
        raise Held(f"held, and therefore nothing was erased: ticket {named} (`maild hold N --release` lets it go)")
    if busy := sorted({row.ticket_id for row in rows_among(tx, _RUNS, tickets)}):
        raise Held(f"a request with legal weight is under way on ticket {busy[0]}: end it first (`maild workflow`)")
