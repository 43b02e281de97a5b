"""What a decision may know: `LookupKeys` is computed from the message alone, `Facts` is what the store found.

Decide never asks for more. If it needs to know something, the key is added here and the store answers it.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.decide.asked.periods import Period
from maild.decide.asked.reporting import Report
from maild.desks.telling import StaffRole
from maild.model import (
    UNPROVEN,
    Address,
    ArticleId,
    Authenticity,
    Breaker,
    Contact,
    EntryId,
    Organisation,
    OutboxId,
    Participant,
    Proof,
    Proposal,
    Register,
    Role,
    StaffMember,
    Team,
    Ticket,
    TicketId,
    Verdict,
)
from maild.model.workflows import Run


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """A reply address whose signature was good: it binds one ticket to one participant's address (by its hash)."""

    ticket: TicketId
    contact: int


@dataclass(frozen=True, slots=True)
class StaffToken:
    """A staff address as it was read: the ticket it names, and the whole tag. It says nothing of whose it is, so that
    its signature is asked only once it is known who wrote."""

    ticket: TicketId
    tag: str


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """The questions one message raises. Addresses are normalised, sorted, without our own.

    `earlier`: the ticket this very mail has opened already, when it could not be read. `domain`: the sender's, where
    the desk wants to know whose it is. `asks`: what the mail asks to be shown of the sender's tickets ("mine", "cc",
    "organisation", "" for nothing). `forwarded`: who wrote what the sender says to forward.
    `staff`: names of staff and teams whom rules and desks may tell something, or whom the mail itself names for work;
    `account-manager` is that of the sender's organisation. `tells`: the roles of staff that desks tell of a ticket.
    `staff_token`: it was sent to a staff address. `answers_itself`: a machine answered in the sender's name.
    `systems`: what belongs to the sender's organisation matters. `report`: of which period they ask for the log.
    `seals`: tags of the addresses that only questions of requests with legal weight have; what they are worth, only the
    request itself can say.
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
    asks: str = ""
    forwarded: Address | None = None
    staff: tuple[str, ...] = ()
    tells: tuple[StaffRole, ...] = ()
    staff_token: StaffToken | None = None
    answers_itself: bool = False
    systems: bool = False
    report: Period | None = None
    seals: tuple[str, ...] = ()

    @property
    def asks_for_staff(self) -> bool:
        """Whether it matters that the sender works here."""
        return bool(self.forwarded or self.staff_token or self.answers_itself)


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff or a team, by the name that rules use, and where mail reaches them."""

    name: str
    address: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """The sender of a mail, who works here, with their teams."""

    member: StaffMember
    teams: tuple[Team, ...] = ()

    def sees(self, desk: str) -> bool:
        """Staff see the tickets of their own desks; those for whom none are named, of all (REQ-L14)."""
        return not self.member.desks or desk in self.member.desks


@dataclass(frozen=True, slots=True)
class Latest:
    """The last mail of a customer's on a ticket; `text` is what was new in it."""

    article: ArticleId
    author: Address
    subject: str
    text: str
    proof: Proof
    unverified: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """What an answer on a ticket needs of what was written there: the Message-IDs, oldest first, the addresses that
    proved themselves, and the last mail of the customer's."""

    thread: tuple[str, ...] = ()
    proven: frozenset[str] = frozenset()
    latest: Latest | None = None


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A request with legal weight that is under way: `people` are whoever asked for it, and the authorised contacts of
    their organisation, as the register knows them now; `carrier` is who carries it out. `unreached`: addresses that our
    last mails about it did not reach."""

    run: Run
    people: tuple[Contact, ...] = ()
    carrier: Worker | None = None
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A ticket a message may belong to, with the people on it, what is still to be decided there, and the request with
    legal weight that it carries."""

    ticket: Ticket
    participants: tuple[Participant, ...]
    proposals: tuple[Proposal, ...] = ()
    run: KnownRun | None = None

    @property
    def requester(self) -> Contact | None:
        asked = (one.contact for one in self.participants if one.role is Role.REQUESTER)
        return next(asked, None)


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
class Merged:
    """A ticket that a signed address or an earlier decision names, and the one it goes on as."""

    ticket: TicketId
    into: TicketId


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours that a report speaks of, and the breaker its recipient has for earlier reports."""

    outbox: OutboxId
    ticket: TicketId | None
    recipient: str
    breaker: Breaker | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket in an overview: how whoever asked takes part in it (None: not at all), and who opened it."""

    ticket: Ticket
    role: Role | None
    requester: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store knew when we decided.

    `duplicate_of`: the entry that already had this content on this desk. `sibling`: a ticket that the same
    content opened on another desk (law 5). `screened`: what scanners said. `blocked`: the entry of the block list that
    the sender stands in, "" for none. `authenticity`: what proves the sender. `organisation` is the one that
    alone owns the sender's domain, where the keys ask; `people` are its registered contacts. `principals`: who may
    instruct for the sender's own organisation, and who follows it. `overview` are open tickets of the sender's and of
    their organisation, the latest first, where the keys ask. `by_staff`: the sender works here, where the keys ask;
    `staff` are those of the keys' names that there are, who works on the tickets, and staff who follow
    them, where desks tell such. `colleague`: who the sender is, if staff, where the keys ask; `conversation`: that of
    the ticket which their staff address names. `merged`: which of the tickets that the keys name by themselves
    go on as another; all else leads there already. `systems` belong to the sender's organisation, where the keys ask.
    `report`: the log of requests of the organisation for which the sender may instruct, where the keys ask.
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
    principals: tuple[Contact, ...] = ()
    overview: tuple[Listed, ...] = ()
    by_staff: bool = False
    staff: tuple[Worker, ...] = ()
    colleague: Colleague | None = None
    conversation: Conversation = Conversation()
    merged: tuple[Merged, ...] = ()
    systems: tuple[str, ...] = ()
    report: Report | None = None

    def worker(self, name: str) -> Worker | None:
        """The member of staff or the team of this name, among those that were asked for."""
        return next((worker for worker in self.staff if worker.name == name), None)

    def contact(self, address: str) -> Contact | None:
        return next((contact for contact in self.contacts if contact.address == address), None)

    def register(self, address: str) -> Register:
        contact = self.contact(address)
        return contact.register if contact else Register.UNKNOWN

    def home(self, ticket: TicketId) -> TicketId:
        """The ticket that this one goes on as, most often itself."""
        return next((one.into for one in self.merged if one.ticket == ticket), ticket)

    def known(self, ticket: TicketId) -> KnownTicket | None:
        home = self.home(ticket)
        return next((known for known in self.tickets if known.ticket.id == home), None)
