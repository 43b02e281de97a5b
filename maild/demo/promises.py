"""What must be true after the story, as data: a sentence, and how to see whether it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes

from maild.demo.mails import PICTURE, STRANGER, STRANGERS_WORDS
from maild.demo.story import STEPS, Seen
from maild.model import Disposition, Register, Status


@dataclass(frozen=True, slots=True)
class Promise:
    """`kept` looks at what was seen."""

    told: str
    kept: Callable[[Seen], bool]


def _each_has_an_outcome(seen: Seen) -> bool:
    return [one.entry.disposition for one in seen.decided] == [OUTCOMES[step.name] for step in STEPS]


OUTCOMES = {
    "request": Disposition.NEW_TICKET,
    "copy": Disposition.DUPLICATE,
    "reply": Disposition.FOLLOW_UP,
    "question": Disposition.NEW_TICKET,
    "absence": Disposition.FOLLOW_UP,
    "bounce": Disposition.BOUNCE_RECORDED,
    "screenshot": Disposition.NEW_TICKET,
}


def _urgent(seen: Seen) -> bool:
    ticket = seen.ticket_of("request").ticket
    return ticket.priority == 1 and "outage" in ticket.tags


def _colleague_joined(seen: Seen) -> bool:
    people = {one.contact.address: one.contact.register for one in seen.ticket_of("request").participants}
    return people.get("bob@acme.example") is Register.REGISTERED


def _one_conversation(seen: Seen) -> bool:
    view = seen.ticket_of("request")
    return seen.ticket_of("reply") is view and [article.author.address for article in view.articles][:2] == [
        "ada@acme.example",
        "bob@acme.example",
    ]


def _no_loop(seen: Seen) -> bool:
    absence = seen.step("absence").plan
    return not absence.notifications and seen.ticket_of("request").ticket.status is Status.NEW


def _neutral(seen: Seen) -> bool:
    answers = seen.mails_to(STRANGER)
    words = [message_from_bytes(mail.raw).as_string() for mail in answers]
    return len(answers) == 1 and STRANGERS_WORDS.lower() not in words[0].lower()


def _bounce_noted(seen: Seen) -> bool:
    view = seen.ticket_of("question")
    return any(event.kind.startswith("bounce") for event in view.events) and not seen.step("bounce").plan.notifications


def _marked_automatic(seen: Seen) -> bool:
    return all(message_from_bytes(mail.raw)["Auto-Submitted"] == "auto-replied" for mail in seen.mails)


def _nothing_else_went_out(seen: Seen) -> bool:
    told = Counter(recipient for mail in seen.mails for recipient in mail.recipients)
    return told == Counter(("ada@acme.example", STRANGER, "dora@beta.example"))


PROMISES = (
    Promise("every mail has exactly one outcome, the expected one", _each_has_an_outcome),
    Promise("a rule made the outage priority 1", _urgent),
    Promise("the copy by another route opened no second ticket", lambda seen: len(seen.tickets) == 3),
    Promise("Bob takes part, since he is a colleague in CC", _colleague_joined),
    Promise("Bob's answer joined Ada's ticket", _one_conversation),
    Promise("the out-of-office reply moved nothing and was not answered", _no_loop),
    Promise("the stranger's ticket is flagged unverified", lambda seen: seen.ticket_of("question").ticket.unverified),
    Promise("the stranger got one answer, without a word a stranger chose", _neutral),
    Promise("the bounce is in the history of the ticket, and nobody was told", _bounce_noted),
    Promise("the screenshot comes back byte by byte", lambda seen: seen.files == (PICTURE,)),
    Promise("all automatic mail says that it is (RFC 3834)", _marked_automatic),
    Promise("nothing else went out: one mail each to Ada, Eve and Dora", _nothing_else_went_out),
)
