"""Tables of what is kept, where and for how long: who looked at what, what was erased, what must not be, what lies in
archives."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, String, Text, UniqueConstraint, and_

from maild.store.schema.base import instant, key, keyed_table, numbered, partial, refers, size, table, words
from maild.store.schema.types import BigId, Key

access = table(
    "access",
    "Every reading, export and erasure by a person: who, which ticket, what",
    numbered(),
    instant("at"),
    key("actor", index=True),
    Column("ticket_id", BigId, nullable=True, index=True),
    key("what"),
    words("detail"),
)

hold = keyed_table(
    "hold",
    "Tickets that the law wants kept: nothing erases them",
    refers("ticket_id", "ticket.id", key=True),
    instant("at"),
    words("actor"),
    words("why"),
)

erasure = table(
    "erasure",
    "What was erased: a chain of hashes, without a word of what it was; `record` is what a restore needs",
    numbered(),
    instant("at"),
    words("actor"),
    key("kind"),
    key("subject"),
    words("why"),
    Column("record", Text, nullable=False),
    key("certificate"),
    key("previous"),
    key("digest"),
    UniqueConstraint("previous"),
)

erased_mail = keyed_table(
    "erased_mail",
    "The SHA-256 of mails whose bytes were erased: should they come again, they are erased again",
    Column("sha256", String(64), primary_key=True),
    Column("at_erasure", BigId, nullable=False),
)

archived = table(
    "archived",
    "A ticket whose words lie in a file; `place` is relative to the folder of archives, `doomed_at` from when on the"
    " file must go, `gone_at` when it went",
    numbered(),
    refers("ticket_id", "ticket.id", index=True),
    instant("at"),
    words("actor"),
    words("place"),
    Column("sha256", String(64), nullable=False),
    size("size"),
    Column("after_erasure", BigId, nullable=False),
    instant("returned_at", optional=True),
    instant("doomed_at", optional=True),
    instant("gone_at", optional=True),
)
ARCHIVED = and_(archived.c.returned_at.is_(None), archived.c.doomed_at.is_(None))
DOOMED = and_(archived.c.doomed_at.is_not(None), archived.c.gone_at.is_(None))
partial("ix_archived_live", ARCHIVED, archived.c.ticket_id, unique=True)
partial("ix_archived_doomed", DOOMED, archived.c.id)

archived_mark = keyed_table(
    "archived_mark",
    "Addresses that stand in an archive, by their hashes: an erasure finds it",
    Column("mark", String(64), nullable=False),
    refers("archived_id", "archived.id", index=True),
    PrimaryKeyConstraint("mark", "archived_id"),
)

kept_at_hand = keyed_table(
    "kept_at_hand",
    "Organisations that asked to have their tickets at hand: none of them is archived",
    Column("organisation", Key, primary_key=True),
    instant("at"),
    words("actor"),
    words("why"),
)
