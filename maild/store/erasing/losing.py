"""Which columns of which rows lose their words, and what stands in their place: for an erasure, and for an archive.

In: a reach, and in whose name it happens (`Instead`); out: the updates, and before them the rows as they are. Numbers,
times, desks and states are in none of these columns, so that figures and references hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    TypeDecorator,
    case,
    literal,
    literal_column,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeEngine

from maild.decide.plan import Plan
from maild.model import Reason
from maild.store.among import among
from maild.store.decisions import NO_FACTS, dump_plan
from maild.store.erasing.marks import DOMAIN
from maild.store.erasing.reach import Reach
from maild.store.rows import AnyRow, rows_among
from maild.store.schema import (
    article,
    attachment,
    decision,
    delivery,
    event,
    inbox_entry,
    outbox_entry,
    proposal,
    ticket,
    workflow_run,
)

_ARTICLE = dict.fromkeys(("author_name", "author", "subject", "text", "visible_text", "message_id", "proof_text"), "")
_FILE = dict.fromkeys(("filename", "content_id", "md5", "sha256"), "")
_ENTRY = dict.fromkeys(("peer", "message_id", "parent_id", "login", "detail"), "")
_TICKET: dict[str, Any] = {"title": "", "fields": (), "asked": ()}
_OUT: dict[str, Any] = {"raw": b"", "message_id": "", "mail_from": "", "likeness": ""}
_RUN: dict[str, Any] = {
    "objects": (),
    **dict.fromkeys(("digest", "asked_by", "confirmed_by", "seconded_by", "ended_by", "why"), ""),
}
_PROPOSAL = dict.fromkeys(("address", "name", "organisation", "asked_by"), "")
_BY_SOMEBODY = case((event.c.actor.like("%@%"), ""), else_=event.c.actor)
EVERY_ROW = true()
MOVES = "status"
"""Events by which reports reckon when a ticket was solved: they hold no words but ours."""


@dataclass(frozen=True, slots=True)
class Instead:
    """What says in rows why their words are not there: a reason, and the word before a row's number that stands for an
    address. `moves`: whether events that tell of moves lose their text, too."""

    reason: tuple[str, str, str]
    nobody: str
    moves: bool = True

    @property
    def plan(self) -> str:
        """A plan that does nothing, for the same reason."""
        return dump_plan(Plan(None, (Reason(*self.reason),), actor=self.reason[0]))

    @property
    def somebody(self) -> ColumnElement[str]:
        """Whoever it was, each row another one: what must be unique stays so."""
        return literal_column(f"'{self.nobody}-' || id")


@dataclass(frozen=True, slots=True)
class Loss:
    """Columns of one table. Its rows are those whose column `by` holds numbers that the reach has as `within`, and of
    which `only` is true."""

    kind: str
    table: Table
    by: str
    within: str
    instead: Mapping[str, Any]
    only: ColumnElement[bool] = EVERY_ROW

    def numbers(self, of: Reach) -> tuple[int, ...]:
        found: tuple[int, ...] = getattr(of, self.within)
        return found

    def empty(self, tx: Connection, of: Reach) -> int:
        """How many rows there were."""
        if not (numbers := self.numbers(of)):
            return 0
        there = update(self.table).where(among(self.table.c[self.by]), self.only)
        return tx.execute(there.values(self.instead), {"values": numbers}).rowcount

    def rows(self, tx: Connection, of: Reach) -> Iterator[AnyRow]:
        """The rows by their keys, with these columns as they are stored, and no bytes."""
        key = list(self.table.primary_key)
        query = select(*key, *(as_stored(self.table.c[name]) for name in self.texts))
        query = query.where(among(self.table.c[self.by]), self.only).order_by(*key)
        yield from rows_among(tx, query, self.numbers(of))

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns but those of bytes."""
        return tuple(name for name in self.instead if not isinstance(self.table.c[name].type, LargeBinary))

    def still_empty(self, name: str) -> ColumnElement[bool]:
        """Whether nobody has written into the column since; where a row's own value decides, nobody does."""
        there = self.instead[name]
        if isinstance(there, ColumnElement):
            return literal(True)
        column = self.table.c[name]
        return column == literal(there, column.type)


def losses(instead: Instead) -> tuple[Loss, ...]:
    """All of them, in the order in which an erasure counts them."""
    because = {"reasons": (instead.reason,)}
    slim = {"facts": NO_FACTS, "plan": instead.plan, "ruled": ""}
    others = decision.c.plan != instead.plan
    sender = case((inbox_entry.c.mail_from != "", instead.somebody), else_=inbox_entry.c.mail_from)
    buried = outbox_entry.c.recipient.like(f"%@{DOMAIN}")
    recipient = case((buried, outbox_entry.c.recipient), else_=instead.somebody)
    said: Any = "" if instead.moves else case((event.c.kind == MOVES, event.c.text), else_="")
    return (
        Loss("attachments", attachment, "article_id", "articles", _FILE),
        Loss("articles", article, "id", "articles", _ARTICLE),
        Loss("inbox entries", inbox_entry, "id", "entries", _ENTRY | because | {"mail_from": sender}),
        Loss("decisions", decision, "entry_id", "entries", slim),
        Loss("decisions", decision, "ticket_id", "tickets", slim, others),
        Loss("answers of servers", delivery, "outbox_id", "outbox", {"answer": ""}),
        Loss("outgoing mails", outbox_entry, "id", "outbox", _OUT | because | {"recipient": recipient}),
        Loss("tickets", ticket, "id", "tickets", _TICKET),
        Loss("proposals", proposal, "ticket_id", "tickets", _PROPOSAL),
        Loss("requests of legal weight", workflow_run, "ticket_id", "tickets", _RUN),
        Loss("history", event, "ticket_id", "tickets", {"text": said, "actor": _BY_SOMEBODY}),
    )


def as_stored(column: Column[Any]) -> ColumnElement[Any]:
    """What the database itself holds, under the column's name."""
    return type_coerce(column, plain_type(column)).label(column.name)


def plain_type(column: Column[Any]) -> TypeEngine[Any]:
    """The type below a type of ours."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
