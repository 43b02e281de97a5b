"""Tables of people: organisations, contacts, staff, teams; what is proposed about them, and what was changed, by whom.

`source` names the directory that a row came from, "" for what was entered by hand.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, literal_column

from maild.model import ProposalKind, ProposalState, Purpose, Register
from maild.store.schema.base import (
    flag,
    instant,
    key,
    keyed_table,
    listed,
    numbered,
    partial,
    refers,
    table,
    words,
)
from maild.store.schema.types import Clean, Key, Listed, Word

organisation = table(
    "organisation",
    "A customer, as the directory names it",
    Column("key", Key, primary_key=True),
    words("name"),
    Column("domains", Listed, nullable=False),
    Column("seats", Integer),
    words("package"),
    words("account_manager"),
    listed("systems"),
    listed("escalation"),
    words("source"),
)

contact = table(
    "contact",
    "A person known by address",
    numbered(),
    Column("address", Clean, nullable=False, unique=True),
    words("name"),
    Column("register", Word(Register), nullable=False),
    Column("organisation", Key, ForeignKey("organisation.key"), index=True),
    words("language"),
    words("person"),
    instant("created_at"),
    flag("is_primary"),
    flag("follows"),
    listed("duties"),
    instant("until", optional=True),
    words("source"),
)

staff = table(
    "staff",
    "Somebody who works here",
    Column("name", Key, primary_key=True),
    words("address"),
    words("title"),
    flag("active"),
    listed("desks"),
    listed("teams"),
    words("source"),
)

team = table(
    "team",
    "Staff who are written to together",
    Column("name", Key, primary_key=True),
    words("address"),
    words("title"),
    words("source"),
)

audit = table(
    "audit",
    "Every change of the register, and of what may be done: who, what, why",
    numbered(),
    instant("at"),
    words("actor"),
    key("kind"),
    key("subject"),
    words("what"),
    words("why"),
    refers("entry_id", "inbox_entry.id", optional=True),
)
Index("ix_audit_kind_subject", audit.c.kind, audit.c.subject)

invitation = keyed_table(
    "invitation",
    "A link that was sent to an address, by the hash of its secret; used once, and not for ever",
    Column("digest", Key, primary_key=True),
    Column("purpose", Word(Purpose), nullable=False),
    key("address"),
    words("desk"),
    words("about"),
    instant("created_at"),
    instant("expires_at"),
    instant("used_at", optional=True),
)
Index("ix_invitation_address_created_at", invitation.c.address, invitation.c.created_at)

proposal = table(
    "proposal",
    "What was asked for by mail and waits for a person",
    numbered(),
    refers("ticket_id", "ticket.id", index=True),
    Column("kind", Word(ProposalKind), nullable=False),
    Column("state", Word(ProposalState), nullable=False),
    key("organisation"),
    key("address"),
    words("name"),
    key("asked_by"),
    instant("created_at"),
    instant("due_at", optional=True),
    words("decided_by"),
)
PROPOSAL_OPEN = proposal.c.state.in_([literal_column(f"'{state}'") for state in ("held", "open", "invited")])
partial("ix_proposal_open", PROPOSAL_OPEN, proposal.c.id)
