"""Tables of mail on its way in and out: raw mail, inbox, content keys, decisions, outbox, deliveries.

`due_at` is null exactly where nothing is left to do; the partial indexes hold open work only, so that they stay
small however much has been done.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    and_,
    event,
    literal_column,
)

from maild.model import Answers, Channel, DeliveryResult, Disposition, OutboxState, Source, Stand
from maild.store.schema.base import (
    count,
    flag,
    instant,
    key,
    keyed_table,
    numbered,
    partial,
    refers,
    size,
    table,
    words,
)
from maild.store.schema.types import BigId, Clean, EntryKind, Key, Listed, Word
from maild.store.states import InboxState

raw_mail = table(
    "raw_mail",
    "Mail as it arrived, once for all its recipients",
    numbered(),
    size("size"),
    Column("sha256", String(64), nullable=False),
)

raw_piece = table(
    "raw_piece",
    "Its bytes in pieces of at most 256 KiB, so that no reader needs all of it at once",
    refers("raw_id", "raw_mail.id", key=True),
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

# Mail is mostly base64: trying to compress it costs more than the rest of the insert.
event.listen(
    raw_piece,
    "after_create",
    DDL("ALTER TABLE raw_piece ALTER COLUMN data SET STORAGE EXTERNAL").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
)

inbox_entry = table(
    "inbox_entry",
    "A mail we promised to handle, for one of its recipients",
    numbered(),
    refers("raw_id", "raw_mail.id", index=True),
    size("size"),
    Column("source", Word(Source), nullable=False),
    Column("mail_from", Clean),
    words("recipient"),
    instant("received_at"),
    words("peer"),
    Column("source_key", Key),
    key("message_id"),
    key("parent_id"),
    Column("state", Word(InboxState), nullable=False),
    words("owner"),
    instant("due_at", optional=True),
    count("attempts"),
    flag("alone"),
    Column("disposition", Word(Disposition)),
    Column("reasons", Listed, nullable=False, server_default="[]"),
    Column("ticket_id", BigId),
    Column("duplicate_of", BigId),
    words("cause"),
    words("detail"),
    instant("kept_at", optional=True),
    Column("answers", Word(Answers), nullable=False, server_default=Answers.SENT.value),
    words("login"),
    flag("cleared"),
    words("border"),
    instant("prove_at", optional=True),
)
INBOX_OPEN = inbox_entry.c.due_at.is_not(None)
QUARANTINED = inbox_entry.c.state == literal_column("'quarantined'")
partial("ix_inbox_entry_open", INBOX_OPEN, inbox_entry.c.id)
partial("ix_inbox_entry_open_message_id", INBOX_OPEN, inbox_entry.c.message_id)
partial("ix_inbox_entry_prove_at", inbox_entry.c.prove_at.is_not(None), inbox_entry.c.prove_at)
partial("ix_inbox_entry_quarantined", QUARANTINED, inbox_entry.c.id)
partial(
    "uq_inbox_entry_source_key_recipient",
    inbox_entry.c.source_key.is_not(None),
    inbox_entry.c.source_key,
    inbox_entry.c.recipient,
    unique=True,
)

content_key = keyed_table(
    "content_key",
    "Content a desk has had already (law 5); `opened` is the ticket it opened, `until` when it ends",
    Column("key", Key, nullable=False),
    words("desk"),
    refers("entry_id", "inbox_entry.id", index=True),
    Column("opened", BigId),
    instant("until", optional=True),
    PrimaryKeyConstraint("key", "desk"),
)

signature_seen = keyed_table(
    "signature_seen",
    "Mail that a DKIM signature vouched for first, by its fingerprint, and the content key of that mail",
    Column("digest", Key, primary_key=True),
    refers("entry_id", "inbox_entry.id"),
    key("content"),
    instant("at", index=True),
)

decision = table(
    "decision",
    "What was decided, from which facts, by which policy (law 14)",
    numbered(),
    refers("entry_id", "inbox_entry.id", optional=True, index=True),
    Column("ticket_id", BigId, index=True),
    instant("at"),
    words("policy"),
    Column("facts", Text, nullable=False),
    Column("plan", Text, nullable=False),
    words("ruled"),
)

outbox_entry = table(
    "outbox_entry",
    "What goes out, by mail or to a webhook, or the reason why it was not sent",
    numbered(),
    refers("ticket_id", "ticket.id", optional=True),
    Column("event", Key, nullable=False),
    Column("kind", EntryKind, nullable=False),
    words("recipient"),
    key("message_id"),
    words("mail_from"),
    Column("raw", LargeBinary, nullable=False),
    flag("by_person"),
    Column("state", Word(OutboxState), nullable=False),
    words("owner"),
    instant("created_at"),
    instant("due_at", optional=True),
    count("attempts"),
    flag("ambiguous"),
    Column("reasons", Listed, nullable=False, server_default="[]"),
    words("domain"),
    words("likeness"),
    flag("unverified"),
    Column("channel", Word(Channel), nullable=False, server_default=Channel.MAIL.value),
    UniqueConstraint("ticket_id", "event", "recipient"),
)
Index("ix_outbox_entry_message_id", outbox_entry.c.message_id)
Index("ix_outbox_entry_recipient_created_at", outbox_entry.c.recipient, outbox_entry.c.created_at)
OUTBOX_OPEN = outbox_entry.c.due_at.is_not(None)
# What counts against the budgets of law 9.
AUTOMATIC = and_(
    outbox_entry.c.by_person == literal_column("false"),
    outbox_entry.c.state != literal_column("'suppressed'"),
    outbox_entry.c.channel == literal_column("'mail'"),
)
# `domain` is written only where a mail counts, so that an hour's totals are read from this index alone.
Index("ix_outbox_entry_totals", outbox_entry.c.created_at, outbox_entry.c.domain, outbox_entry.c.unverified)
NOT_SENT = outbox_entry.c.state.in_([literal_column("'failed'"), literal_column("'unknown'")])
PARKED = outbox_entry.c.state == literal_column("'parked'")
# With the channel in it, whoever looks for one kind passes the other by without a look into the table.
partial("ix_outbox_entry_open", OUTBOX_OPEN, outbox_entry.c.id, outbox_entry.c.channel)
partial("ix_outbox_entry_parked", PARKED, outbox_entry.c.id)
partial("ix_outbox_entry_not_sent", NOT_SENT, outbox_entry.c.id)

breaker = keyed_table(
    "breaker",
    "What stops automatic mail to somebody, or to a whole crowd, for a while (law 9)",
    Column("scope", Key, primary_key=True),
    Column("stand", Word(Stand), nullable=False),
    instant("until"),
    count("trips"),
    count("passed"),
)

delivery = table(
    "delivery",
    "One attempt to hand an outbox entry over",
    numbered(),
    refers("outbox_id", "outbox_entry.id", index=True),
    instant("at"),
    Column("result", Word(DeliveryResult), nullable=False),
    words("answer"),
)
