"""The sheet a batch's rows are collected on before any of them is written, table by table, in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, update

from maild.cleaning import clean_text
from maild.decide.people_changes import SetPreference
from maild.errors import Conflict
from maild.model import Breaker, EntryId, OutboxId, OutboxState, Ticket, TicketId
from maild.store import clocks
from maild.store.bulk import insert_rows, update_rows
from maild.store.merged import move_to
from maild.store.preferences import prefer
from maild.store.rows import ticket_row
from maild.store.schema import (
    article,
    attachment,
    delivery,
    event,
    invitation,
    message_ref,
    outbox_entry,
    participant,
    proposal,
    ticket,
    workflow_run,
)
from maild.store.spending import keep

# In the order in which they refer to each other; what follows is what to do about a row that is there already.
_WRITTEN = {
    ticket: "",
    article: "",
    attachment: "",
    participant: "DO NOTHING",
    message_ref: "DO NOTHING",
    event: "",
    delivery: "",
    invitation: "DO NOTHING",
    proposal: "",
    workflow_run: "",
}


@dataclass
class Sheet:
    """Rows to be written, the tickets as they will be, and what numbers are free for new ones.

    `bounced`: for each mail of ours that came back, its ticket. `actor`, `entry` and `at`
    (when the mail arrived, None for now) belong to the plan at hand.
    """

    now: datetime
    contacts: Mapping[str, int]
    tickets: dict[TicketId, Ticket]
    bounced: Mapping[OutboxId, TicketId | None]
    free: Mapping[Table, Iterator[int]]
    actor: str = ""
    entry: EntryId | None = None
    at: datetime | None = None
    rows: dict[Table, list[Mapping[str, Any]]] = field(default_factory=lambda: {table: [] for table in _WRITTEN})
    changed: set[TicketId] = field(default_factory=set)
    failed: set[OutboxId] = field(default_factory=set)
    breakers: list[Breaker] = field(default_factory=list)
    proofs: dict[EntryId, Mapping[str, Any]] = field(default_factory=dict)
    parts: list[Mapping[str, Any]] = field(default_factory=list)
    proposals: list[Mapping[str, Any]] = field(default_factory=list)
    runs: list[Mapping[str, Any]] = field(default_factory=list)
    promises: list[Mapping[str, Any]] = field(default_factory=list)
    timers: list[Mapping[str, Any]] = field(default_factory=list)
    preferences: list[tuple[SetPreference, datetime, EntryId | None]] = field(default_factory=list)
    merged: list[tuple[TicketId, TicketId]] = field(default_factory=list)

    @property
    def arrived(self) -> datetime:
        """When what the plan is about came to be."""
        return self.now if self.at is None else min(self.at, self.now)

    def add(self, table: Table, **row: Any) -> None:
        self.rows[table].append(row)

    def open(self, opened: Ticket) -> None:
        """A ticket that is yet to be written; plans may change it before it is."""
        self.tickets[opened.id] = opened
        self.rows[ticket].append({"id": opened.id})

    def change(self, number: TicketId, **new: Any) -> Ticket:
        """Change a ticket; it is written once, however often it changes. The ticket as it was."""
        before = self.tickets[number]
        self.tickets[number] = replace(before, changed_at=self.now, **new)
        self.changed.add(number)
        return before

    def note(self, number: TicketId, kind: str, text: str) -> None:
        """An event in the ticket's history."""
        self.add(event, ticket_id=number, at=self.now, actor=self.actor, kind=kind, text=text, entry_id=self.entry)

    def contact(self, address: str) -> int:
        """The number of a contact. Raises Conflict where there is none: an earlier change should have recorded it."""
        number = self.contacts.get(clean_text(address))
        if number is None:
            raise Conflict("a participant is no contact")
        return number

    def write(self, tx: Connection) -> None:
        """All rows, each table with one statement."""
        opened = {TicketId(row["id"]) for row in self.rows[ticket]}
        self.rows[ticket] = [ticket_row(self.tickets[number]) for number in sorted(opened)]
        changed = [ticket_row(self.tickets[number]) for number in sorted(self.changed - opened)]
        update_rows(tx, ticket, ("id",), changed)
        for table, conflict in _WRITTEN.items():
            insert_rows(tx, table, self.rows[table], conflict)
        clocks.keep(tx, self.promises, self.timers)
        update_rows(tx, participant, ("ticket_id", "contact_id"), self.parts)
        update_rows(tx, proposal, ("id",), self.proposals)
        update_rows(tx, workflow_run, ("id",), self.runs)
        for wish, at, entry in self.preferences:
            prefer(tx, wish, at, entry)
        keep(tx, self.breakers)
        for entry, found in self.proofs.items():
            tx.execute(update(article).where(article.c.entry_id == entry).values(**found))
        for gone, home in self.merged:
            move_to(tx, gone, home)
        if self.failed:
            sent = outbox_entry.c.state == OutboxState.SENT
            came_back = update(outbox_entry).where(outbox_entry.c.id.in_(self.failed), sent)
            tx.execute(came_back.values(state=OutboxState.FAILED))
