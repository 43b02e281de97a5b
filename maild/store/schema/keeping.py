"""Tables of what is kept and for how long: who looked at what, what was erased, what must not be."""

from __future__ import annotations

from sqlalchemy import Column, String, Text, UniqueConstraint

from maild.store.schema.base import instant, key, keyed_table, numbered, refers, table, words
from maild.store.schema.types import BigId

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
