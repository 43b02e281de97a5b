"""Which questions does this message raise? Message -> LookupKeys, before anything is looked up.

Laws: computed from the message, the envelope and the policy alone; bounded whatever a mail contains.
"""

from __future__ import annotations

import re

from maild.decide.command_words import Action
from maild.decide.commands import command_in
from maild.decide.desk import desk_for
from maild.decide.facts import LookupKeys, ReplyToken
from maild.decide.overview import MINE
from maild.decide.policy import Policy
from maild.decide.tokens import Tokens
from maild.desks.policy import Desk, Strangers
from maild.ingest.reply.forwarded import forwarded_from
from maild.model import Address, Envelope, Message

MOST_ADDRESSES = 50
MOST_IDS = 50
SUBJECT_TOKEN = re.compile(r"\[\s?([A-Za-z][A-Za-z0-9]{0,9})-(\d{1,12})\s?\]")


def lookup_keys(message: Message, envelope: Envelope, policy: Policy, tokens: Tokens) -> LookupKeys:
    """All a decision on this message will need to know."""
    desk = desk_for(message, envelope, policy)
    return LookupKeys(
        desk=desk.desk if desk else "",
        content_key=message.content_key,
        lasting_key=message.lasting_key,
        addresses=people_in(message, policy)[:MOST_ADDRESSES],
        message_ids=thread_ids(message)[:MOST_IDS],
        numbers=numbers_in(message.subject),
        token=_token(message, envelope, tokens),
        bounced_id=bounced_mail(message, envelope, tokens),
        domain=_domain(message, desk),
        forwarded=_forwarded(message, policy),
        asks=_asks(message),
        staff=policy.told_staff,
    )


def bounced_mail(message: Message, envelope: Envelope, tokens: Tokens) -> str:
    """The Message-ID of the mail a report is about: the address it was sent to knows best (VERP)."""
    if message.bounce is None and (envelope.mail_from != "" or message.automatic):
        return ""
    named = tokens.read_bounce_address(envelope.recipient)
    return named or (message.bounce.original_message_id if message.bounce else "")


def people_in(message: Message, policy: Policy) -> tuple[str, ...]:
    """The sender first, then everybody in To and Cc, once each, without our own addresses."""
    sender = (message.sender,) if message.sender else ()
    named = [person.address for person in (*sender, *message.to, *message.cc)]
    return tuple(address for address in dict.fromkeys(named) if not policy.desk_of(address))


def _domain(message: Message, desk: Desk | None) -> str:
    """Only a desk that sends strangers to their colleagues asks who those are."""
    asks = desk is not None and desk.strangers is Strangers.REFUSE and message.sender is not None
    return message.sender.address.rpartition("@")[2] if asks and message.sender else ""


def _asks(message: Message) -> str:
    """Only a mail that says nothing but `status` is shown an overview."""
    command = command_in(message)
    return (command.about or MINE) if command and command.action is Action.STATUS else ""


def _forwarded(message: Message, policy: Policy) -> Address | None:
    """Whose mail the sender says to forward; not one of our own."""
    person = forwarded_from(message)
    return person if person and not policy.desk_of(person.address) and person != message.sender else None


def thread_ids(message: Message) -> tuple[str, ...]:
    """Ids that may lead to a ticket, nearest ancestor first; the message's own comes last.

    Its own counts because a child that overtook it has indexed it already (law 6).
    """
    ids = (*message.in_reply_to, *reversed(message.references), message.message_id)
    return tuple(dict.fromkeys(one for one in ids if one))


def numbers_in(subject: str) -> tuple[str, ...]:
    """Ticket numbers written in a subject, as [SD-1042], in their order, at most five."""
    found = [f"{prefix.upper()}-{int(digits)}" for prefix, digits in SUBJECT_TOKEN.findall(subject)]
    return tuple(dict.fromkeys(found))[:5]


def _token(message: Message, envelope: Envelope, tokens: Tokens) -> ReplyToken | None:
    noted = (hint.address for hint in message.delivered_to)
    named = (envelope.recipient, *noted, *(person.address for person in (*message.to, *message.cc)))
    candidates = dict.fromkeys(address for address in named if "+" in address)
    return next((token for address in candidates if (token := tokens.read_reply_address(address))), None)
