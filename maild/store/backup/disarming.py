"""What a restored database must not do by itself (FAULT-B07).

In: the copy from the backup, before it is anywhere where it could serve; out: the same, disarmed, and what was done.
A backup is the past. Since then mail has gone out, numbers were given out, and mail came that is not in it. So nothing
that waited goes out unseen, no number is given twice, and mailboxes are read again; and it says so in the tables.

`DISARMS` is the list: what else must not happen a second time after a restore adds its own function there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, literal, select, text, update

from maild.model import Answers, OutboxState
from maild.store import leases, runs
from maild.store.backup.copying import numbered_tables
from maild.store.bulk import insert_rows
from maild.store.erasing import again
from maild.store.erasing.chain import Erasure
from maild.store.erasing.compacting import overwrite
from maild.store.schema import INBOX_OPEN, event, imap_cursor, inbox_entry, node, outbox_entry, setting, ticket
from maild.store.schema.types import EPOCH
from maild.store.states import InboxState

RESTORED_AT = "restored_at"
RESTORED_FROM = "restored_from"
HIGHEST_UID = 4294967295
"""RFC 3501, 2.3.1.1: a UID has 32 bits."""
ROUND = 1000
FAR = 1_000_000
"""How far numbers that people do not see jump ahead."""

_WAITS = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.DEFERRED)
_out = outbox_entry.c
_OLD = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_FORGET = text("DELETE FROM sqlite_sequence WHERE name = :name")
_REMEMBER = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")


@dataclass(frozen=True, slots=True)
class Restoring:
    """One restore. `reached`: the last numbers of the database that is replaced, by table, where it could be asked.

    `erased`: what was erased there, or is written down beside it; `secrets`: those by whose hashes people are known.
    """

    file: str
    made_at: datetime
    now: datetime
    reached: dict[str, int] = field(default_factory=dict)
    erased: tuple[Erasure, ...] = ()
    secrets: tuple[bytes, ...] = ()

    def told(self) -> str:
        """For people."""
        return f"the database was restored from the backup of {self.made_at:%Y-%m-%d %H:%M} UTC"


Disarm = Callable[[Connection, Restoring], str]


def park_outgoing_mail(tx: Connection, of: Restoring) -> str:
    """What waited may have gone out since; what was being sent may have arrived. A person releases it."""
    waiting = _out.state.in_(_WAITS)
    why = f"{of.told()}; this mail waited then and may have gone out since"
    told = select(_out.ticket_id, literal(of.now, event.c.at.type), literal("restore"), literal("restore/parked"))
    told = told.add_columns(literal(f"mail that waited to go out is parked: {of.told()}"))
    told = told.where(waiting, _out.ticket_id.is_not(None)).distinct()
    tx.execute(insert(event).from_select(["ticket_id", "at", "actor", "kind", "text"], told))
    sending = update(outbox_entry).where(_out.state == OutboxState.SENDING)
    tx.execute(sending.values(ambiguous=True))
    parked = {"state": OutboxState.PARKED, "due_at": None, "owner": "", "reasons": (("restore", "parked", why),)}
    many = tx.execute(update(outbox_entry).where(waiting).values(**parked)).rowcount
    return f"mails that waited to go out, parked now: {many}"


def call_off_digests(tx: Connection, _of: Restoring) -> str:
    """Sums of mail that was held back: they may have gone out since."""
    due = update(outbox_entry).where(_out.state == OutboxState.SUPPRESSED, _out.due_at.is_not(None))
    many = tx.execute(due.values(due_at=None)).rowcount
    return f"mails that were held back and will be summed up for nobody: {many}" if many else ""


def release_claims(tx: Connection, _of: Restoring) -> str:
    """Who had claimed mail then does not work on it now."""
    claimed = update(inbox_entry).where(INBOX_OPEN, inbox_entry.c.state == InboxState.CLAIMED)
    tx.execute(claimed.values(state=InboxState.WAITING, owner="", due_at=EPOCH))
    # They were decided since, and answered.
    answered = update(inbox_entry).where(INBOX_OPEN, inbox_entry.c.answers == Answers.SENT)
    tx.execute(answered.values(answers=Answers.PARKED))
    many = tx.execute(select(func.count()).select_from(inbox_entry).where(INBOX_OPEN)).scalar_one()
    return f"mails that were not decided then, and will be, their answers parked: {many}" if many else ""


def forget_leases(tx: Connection, _of: Restoring) -> str:
    """Nobody holds anything."""
    leases.forget_all(tx)
    return ""


def close_nodes(tx: Connection, _of: Restoring) -> str:
    """No node of then runs now."""
    tx.execute(update(node).where(node.c.stopped_at.is_(None)).values(stopped_at=node.c.seen_at))
    return ""


def read_mailboxes_again(tx: Connection, _of: Restoring) -> str:
    """What came since is in the mailboxes still; what it causes is parked, since it was answered then."""
    many = tx.execute(update(imap_cursor).values(rescan_upto=HIGHEST_UID)).rowcount
    return f"folders of mailboxes that are read on from where they were, answers parked: {many}" if many else ""


def disarm_requests(tx: Connection, of: Restoring) -> str:
    """Requests with legal weight: what was stopped, changed or carried out since is not in the backup. Nothing that was
    agreed to then counts; staff ask anew."""
    armed = runs.disarm_all(tx, of.told())
    said = {"at": of.now, "actor": "restore", "kind": "restore/disarmed"}
    texts = [{"ticket_id": one.ticket, "text": f"{one.workflow} is disarmed: {of.told()}"} for one in armed]
    insert_rows(tx, event, [said | text for text in texts])
    return f"requests with legal weight, disarmed until staff ask anew: {len(armed)}" if armed else ""


def erase_again(tx: Connection, of: Restoring) -> str:
    """What was erased since the backup stays erased, before anybody can read it."""
    overwrite(tx)
    many = again.reapply(tx, of.erased, of.secrets, of.now)
    return f"erasures since the backup, done once more: {many}" if many else ""


def skip_numbers(tx: Connection, of: Restoring) -> str:
    """Numbers given out since the backup are in people's mailboxes: they are not given out again."""
    for table in numbered_tables():
        last = max(tx.execute(_OLD, {"name": table.name}).scalar_one_or_none() or 0, of.reached.get(table.name, 0))
        ahead = _tickets_ahead(tx, of, last) if table is ticket else last + FAR
        tx.execute(_FORGET, {"name": table.name})
        tx.execute(_REMEMBER, {"name": table.name, "last": ahead})
    first = tx.execute(_OLD, {"name": ticket.name}).scalar_one() + 1
    return f"the next ticket gets number {first}"


def _tickets_ahead(tx: Connection, of: Restoring, last: int) -> int:
    """The next round thousand plus 1000; further for an old backup of a busy desk: twice what as long a time had."""
    since = of.made_at - (of.now - of.made_at)
    many = tx.execute(select(func.count()).select_from(ticket).where(ticket.c.created_at > since)).scalar_one()
    return ((last + 2 * many) // ROUND + 1) * ROUND + ROUND


def say_when(tx: Connection, of: Restoring) -> str:
    """For `maild status`, and for whoever wonders."""
    rows = [
        {"key": RESTORED_AT, "value": of.now.isoformat()},
        {"key": RESTORED_FROM, "value": f"{of.file}, made {of.made_at.isoformat()}"},
    ]
    insert_rows(tx, setting, rows, "(key) DO UPDATE SET value = excluded.value")
    return ""


DISARMS: tuple[Disarm, ...] = (
    park_outgoing_mail,
    call_off_digests,
    release_claims,
    forget_leases,
    close_nodes,
    read_mailboxes_again,
    disarm_requests,
    erase_again,
    skip_numbers,
    say_when,
)


def disarm(tx: Connection, of: Restoring) -> tuple[str, ...]:
    """All of it, in one transaction; what was done, in sentences."""
    return tuple(filter(None, (one(tx, of) for one in DISARMS)))
