"""What every mail that counts brings to a ticket: its article, the ids that lead to it, who of the staff is told. Pure.

Law: an automatic mail never moves a status, and neither does one that a person must look at first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maild.decide.facts import Facts
from maild.decide.mail import by_rule
from maild.decide.people_changes import SetParticipant
from maild.decide.plan import AddArticle, IndexMessageIds, Plan, SetStatus, SetTicket
from maild.decide.told.notices import Told
from maild.decide.told.notify import Occasion
from maild.decide.who import people
from maild.decide.who.trust import Standing
from maild.model import (
    Address,
    ArticleKind,
    Disposition,
    Message,
    Reason,
    Ticket,
    TicketId,
)
from maild.rules.model import Shaped

MOST_INDEXED = 50


def sender_of(message: Message) -> Address:
    """The sender; triage has set aside every message that names none."""
    if message.sender is None:
        raise ValueError("a message without a sender is sorted out before")
    return message.sender


def ignored(shaped: Shaped, ticket: TicketId | None = None) -> Plan:
    """A rule says that it is nothing for us. It is kept, and can be replayed."""
    why = Reason("rule", "ignored", f"a rule says so: {shaped.draft.ignored}")
    return Plan(Disposition.IGNORED, (why, *shaped.reasons), ticket=ticket, ruled=shaped.ruled)


def to_review(plan: Plan) -> Plan:
    """A person must look at the mail before it counts; it moves nothing."""
    changes = (replace(one, review=True) if isinstance(one, AddArticle) else one for one in plan.changes)
    kept = tuple(one for one in changes if not isinstance(one, SetStatus | SetTicket | SetParticipant))
    return replace(plan, disposition=Disposition.AWAITING_REVIEW, changes=kept)


def staff_told(it: Occasion, shaped: Shaped, ticket: Ticket | None = None) -> Iterator[Told]:
    sender = sender_of(it.message)
    news = by_rule.News(
        desk=it.desk,
        event=it.message.content_key[:16],
        ticket=ticket.id if ticket else None,
        who=f"{sender.name} <{sender.address}>" if sender.name else sender.address,
        organisation=shaped.ruled.view.organisation,
        text=it.message.visible_text,
    )
    return by_rule.staff_told(shaped.ruled, it.case.facts, news)


def article_of(ticket: TicketId | None, message: Message, facts: Facts, who: Standing) -> AddArticle:
    sender = sender_of(message)
    return AddArticle(
        ticket=ticket,
        kind=ArticleKind.INCOMING,
        author=sender,
        text=message.text,
        visible_text=message.visible_text,
        subject=message.subject,
        message_id=message.message_id,
        attachments=message.attachments,
        unverified=people.is_unverified(who.register),
        automatic=message.automatic is not None,
        proof=facts.authenticity.proof,
        proof_text=facts.authenticity.text,
    )


def index_of(ticket: TicketId | None, message: Message) -> IndexMessageIds:
    ids = (message.message_id, *message.in_reply_to, *reversed(message.references))
    return IndexMessageIds(ticket, tuple(dict.fromkeys(one for one in ids if one))[:MOST_INDEXED])
