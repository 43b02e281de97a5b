"""What a decision may know: `LookupKeys` is computed from the message alone, `Facts` is what the store found.

Decide never asks for more. If it needs to know something, the key is added here and the store answers it.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.model import (
    UNPROVEN,
    Authenticity,
    Breaker,
    Contact,
    EntryId,
    Organisation,
    OutboxId,
    Participant,
    Register,
    Ticket,
    TicketId,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply address whose signature was good: it binds one ticket to one participant's address (by its hash)."""

    ticket: TicketId
    contact: int


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """The questions one message raises. Addresses are normalised, sorted, without our own.

    `earlier`: the ticket this very mail has opened already, when it could not be read. `domain`: the sender's, where
    the desk wants to know whose it is.
    """

    desk: str
    content_key: str
    lasting_key: bool
    addresses: tuple[str, ...]
    message_ids: tuple[str, ...]
    numbers: tuple[str, ...]
    token: ReplyToken | None = None
    bounced_id: str = ""
    earlier: TicketId | None = None
    domain: str = ""


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A ticket a message may belong to, with the people on it."""

    ticket: Ticket
    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class TicketByMessageId:
    """A Message-ID that leads to a ticket."""

    message_id: str
    ticket: TicketId


@dataclass(frozen=True, slots=True)
class TicketByNumber:
    """A number somebody wrote, ours or an alias ("SD-1042"), that leads to a ticket."""

    number: str
    ticket: TicketId


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours that a report speaks of, and the breaker its recipient has for earlier reports."""

    outbox: OutboxId
    ticket: TicketId | None
    recipient: str
    breaker: Breaker | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knew when we decided.

    `duplicate_of`: the entry that already had this content on this desk. `sibling`: a ticket that the same
    content opened on another desk (law 5). `screened`: what scanners said. `blocked`: the entry of the block list that
    the sender stands in, "" for none. `authenticity`: what proves the sender. `organisation` is the one that
    alone owns the sender's domain, where the keys ask; `people` are its registered contacts.
    """

    contacts: tuple[Contact, ...] = ()
    tickets: tuple[KnownTicket, ...] = ()
    by_message_id: tuple[TicketByMessageId, ...] = ()
    by_number: tuple[TicketByNumber, ...] = ()
    bounced: SentMail | None = None
    duplicate_of: EntryId | None = None
    sibling: TicketId | None = None
    screened: tuple[Verdict, ...] = ()
    blocked: str = ""
    authenticity: Authenticity = UNPROVEN
    organisation: Organisation | None = None
    people: tuple[Contact, ...] = ()

    def contact(self, address: str) -> Contact | None:
        return next((contact for contact in self.contacts if contact.address == address), None)

    def register(self, address: str) -> Register:
        contact = self.contact(address)
        return contact.register if contact else Register.UNKNOWN

    def known(self, ticket: TicketId) -> KnownTicket | None:
        return next((known for known in self.tickets if known.ticket.id == ticket), None)
