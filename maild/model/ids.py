"""Numbers of rows, each a type of its own, so that no ticket is ever taken for a contact."""

from __future__ import annotations

from typing import NewType

EntryId = NewType("EntryId", int)
TicketId = NewType("TicketId", int)
ContactId = NewType("ContactId", int)
ArticleId = NewType("ArticleId", int)
OutboxId = NewType("OutboxId", int)
