"""One question per ticket: what a mail asks beside the ticket's own question gets a ticket of its own (REQ-A10). Pure.

In: the ticket in the hand of whoever acts, and the article that says it; out: a plan that opens the new ticket, or
ValueError with what is possible instead.
Laws: the mail itself still leads to the old ticket, the confirmation of the new one to the new; notes stay inside, and
so are never split off. Files stay where they are, and the tickets know of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from maild.decide.mail.opening import MOST_TITLE
from maild.decide.plan import AddArticle, JoinTicket, LinkTickets, OpenTicket, Plan
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.who.sight import TRUSTED
from maild.decide.work.staff import Hand
from maild.desks.policy import AsksForProof
from maild.desks.privacy import TAG
from maild.model import Address, ArticleId, ArticleKind, Contact, NotificationKind, Proof, Reason, Role


@dataclass(frozen=True, slots=True)
class Part:
    """The article that a ticket is split off from, as it stands."""

    article: ArticleId
    kind: ArticleKind
    author: Address
    subject: str
    text: str
    proof: Proof = Proof.NONE
    review: bool = False
    unverified: bool = False


def split(hand: Hand, part: Part, title: str = "", words: str = "") -> Plan:
    """`maild split N`: a ticket like this one, with the same requester, about `words`, else the whole new text of the
    article. Raises ValueError."""
    ticket, requester = hand.known.ticket, hand.known.requester
    if part.kind is not ArticleKind.INCOMING or part.review:
        raise ValueError(f"article {part.article} is no mail of a customer's that counts: it cannot be split")
    if requester is None:
        raise ValueError(f"{ticket.number} has no requester, whose the new ticket would be")
    named = (title.strip() or part.subject.strip() or ticket.title)[:MOST_TITLE]
    told = _confirmed(hand, requester, named)
    return Plan(
        None,
        (Reason("staff", "staff", f"split off {ticket.number}, article {part.article}"),),
        (
            _opened(hand, named),
            JoinTicket(None, requester.address, Role.REQUESTER),
            _article(hand, part, named, words.strip()),
            LinkTickets(None, ticket.id, f"split off article {part.article}"),
        ),
        notifications=notifications((told,)),
        suppressed=suppressions((told,)),
        actor=hand.actor.address,
    )


def _opened(hand: Hand, title: str) -> OpenTicket:
    ticket = hand.known.ticket
    return OpenTicket(
        desk=hand.desk.desk,
        prefix=hand.desk.prefix,
        title=title,
        priority=ticket.priority,
        category=ticket.category,
        assignee=ticket.assignee,
        unverified=ticket.unverified,
        type=ticket.type,
        module=ticket.module,
        tags=tuple(one for one in ticket.tags if one == TAG),
    )


def _article(hand: Hand, part: Part, title: str, words: str) -> AddArticle:
    """In the customer's name; words that staff have chosen are not proven to be theirs."""
    from_where = f"split off {hand.known.ticket.number}, article {part.article}, by {hand.actor.name}"
    text = words or part.text
    return AddArticle(
        ticket=None,
        kind=ArticleKind.INCOMING,
        author=part.author,
        text=text,
        visible_text=text,
        subject=title,
        unverified=part.unverified,
        proof=Proof.NONE if words else part.proof,
        proof_text=f"{from_where}, in their words" if words else from_where,
    )


def _confirmed(hand: Hand, requester: Contact, title: str) -> Told:
    """Who did not prove to be who they are gets no word that somebody else may have written (`notify`)."""
    proven = requester.address in hand.proven
    part_of = ("part_of", hand.known.ticket.number)
    known = requester.register in TRUSTED and (proven or hand.desk.proof is AsksForProof.OFF)
    kind = NotificationKind.CONFIRMATION if known else NotificationKind.CONFIRMATION_UNVERIFIED
    values = (("subject", title), part_of) if known else (part_of,)
    return notice(kind, "confirmation", requester, hand.desk, values=values, proven=proven)
