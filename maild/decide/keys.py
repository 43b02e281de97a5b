"""Which questions does this message raise? Message -> LookupKeys, before anything is looked up.

Laws: computed from the message, the envelope and the policy alone; bounded whatever a mail contains.
"""

from __future__ import annotations

import re

from maild.decide.asked.command_words import Action
from maild.decide.asked.commands import Command, command_in
from maild.decide.asked.overview import MINE
from maild.decide.asked.periods import Period, period
from maild.decide.desk import desk_for
from maild.decide.facts import LookupKeys, ReplyToken
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens, seals_in, staff_token
from maild.decide.work.staff_words import orders_in
from maild.desks.policy import Desk, Strangers
from maild.ingest.reply.forwarded import forwarded_from
from maild.model import Address, AutomaticKind, Envelope, Message

MOST_ADDRESSES = 50
MOST_IDS = 50
SUBJECT_TOKEN = re.compile(r"\[\s?([A-Za-z][A-Za-z0-9]{0,9})-(\d{1,12})\s?\]")


def lookup_keys(message: Message, envelope: Envelope, policy: Policy, tokens: Tokens) -> LookupKeys:
    """All a decision on this message will need to know."""
    desk = desk_for(message, envelope, policy)
    by_staff = next(filter(None, map(staff_token, _tagged(message, envelope))), None)
    orders = orders_in(message.visible_text) if by_staff else None
    command = command_in(message)
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
        systems=policy.asks_for_systems(desk.desk) if desk else False,
        asks=_asks(command),
        report=_report(command, envelope, desk),
        staff=(*policy.told_staff, *(orders.named() if orders else ())),
        tells=policy.tells_staff,
        staff_token=by_staff,
        answers_itself=_answers_itself(message),
        seals=seals_in(_tagged(message, envelope)),
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


def _asks(command: Command | None) -> str:
    """Only a mail that says nothing but `status` is shown an overview."""
    return (command.about or MINE) if command and command.action is Action.STATUS else ""


def _report(command: Command | None, envelope: Envelope, desk: Desk | None) -> Period | None:
    """The period of which the log of requests is asked for, in days of the desk's own place."""
    if desk is None or command is None or command.action is not Action.REPORT:
        return None
    return period(command.about, desk.hours.zone, envelope.received_at)


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


def _answers_itself(message: Message) -> bool:
    """Only of an automatic answer it matters whether staff are away."""
    wrote = message.automatic
    return wrote is not None and wrote.kind is AutomaticKind.AUTO_REPLY and bool(message.in_reply_to)


def _token(message: Message, envelope: Envelope, tokens: Tokens) -> ReplyToken | None:
    """The first that is good."""
    return next(filter(None, map(tokens.read_reply_address, _tagged(message, envelope))), None)


def _tagged(message: Message, envelope: Envelope) -> tuple[str, ...]:
    """The addresses it was sent to that have something behind a `+`."""
    noted = (hint.address for hint in message.delivered_to)
    named = (envelope.recipient, *noted, *(person.address for person in (*message.to, *message.cc)))
    return tuple(dict.fromkeys(address for address in named if "+" in address))
