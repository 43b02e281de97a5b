"""A notification becomes finished mail: the bytes every attempt will send.

In: Notification, Ticket, Desk and the time; out: OutgoingMail. Pure, and quick (tens of microseconds), since
each new ticket passes here inside its transaction.
Laws: automatic mail says so (RFC 3834 5, law 9); a person's mail does not; the subject carries the ticket's
token exactly once; a mail to somebody unverified holds no word that a stranger chose (FAULT-C06); a mail to staff
carries nobody's reply token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from maild.cleaning import clean_header, clean_text, without_bidi
from maild.decide.policy import TemplateSource
from maild.decide.tokens import Tokens
from maild.desks.policy import AsksForProof, Desk
from maild.errors import PermanentFailure
from maild.model import Address, Notification, NotificationKind, OutgoingMail, Purpose, Status, Ticket
from maild.notify import overview
from maild.notify.compose import addr_spec, date, mailbox, message, references, unstructured, usable_ids
from maild.notify.environment import Compiled, Value, new_environment, variables_of
from maild.notify.faults import compile_template
from maild.notify.names import kind_of
from maild.notify.words import request_word, status_word
from maild.settings import MailFrom

LAST_LANGUAGE = "en"
LONGEST_SUBJECT = 200
LONGEST_NAME = 100
LONGEST_LINE = 500
LONGEST_QUOTE = 20_000
NEUTRAL = frozenset(
    {
        NotificationKind.CONFIRMATION_UNVERIFIED,
        NotificationKind.FIRST_LINE,
        NotificationKind.REGISTRATION,
        NotificationKind.REFUSED,
        NotificationKind.LOOK_LINK,
        NotificationKind.INVITATION,
    }
)
"""Mails that may go to a stranger's address: no word in them that a stranger chose."""
BY_COMMAND = frozenset({NotificationKind.OVERVIEW, NotificationKind.HELP, NotificationKind.SETTING_CHANGED})
NUMBERLESS = BY_COMMAND | {NotificationKind.FIRST_LINE, NotificationKind.REFUSED}
"""Mails about no ticket, or that do not tell whether there is one (REQ-M1)."""
IN_PLACE = frozenset({NotificationKind.ANSWER, NotificationKind.MISSING})
"""What a rule lets the desk say in place of the confirmation: as careful as that one about what is not proven."""
TO_STAFF = frozenset({NotificationKind.STAFF_NOTICE, NotificationKind.FORWARDED})
ANSWERS = NEUTRAL | BY_COMMAND | IN_PLACE
ANSWERS |= {NotificationKind.CONFIRMATION, NotificationKind.LEFT_OUT, NotificationKind.DIGEST}
PAGES = {
    NotificationKind.REGISTRATION: (Purpose.REGISTER, "r"),
    NotificationKind.INVITATION: (Purpose.CONFIRM_CONTACT, "c"),
}
"""Where the link of a mail leads: its purpose, and the page below the site's own address."""


class NoTemplate(PermanentFailure):
    """There is no template for this notification: run `maild check`."""


class Renderer:
    """All templates of one policy version, compiled once."""

    def __init__(
        self,
        templates: Sequence[TemplateSource],
        tokens: Tokens,
        hostname: str,
        mail_from: MailFrom = MailFrom.FIXED,
        site: str = "",
    ) -> None:
        """Raises BrokenTemplate. `hostname` is the right side of Message-IDs, `site` what links begin with."""
        environment = new_environment()
        self._templates = {(one.language, one.name): compile_template(one, environment) for one in templates}
        self._tokens = tokens
        self._hostname = hostname
        self._mail_from = mail_from
        self._site = site.rstrip("/")

    def render(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int, at: datetime) -> OutgoingMail:
        """The finished mail. `ticket` is None where it is about none; `contact` is the recipient's id, which the reply
        address is bound to; `at` is its Date.

        Raises UnusableAddress (nothing can be sent there), NoTemplate, or BrokenTemplate (too long).
        """
        language, template = self._template(it, desk)
        named = None if it.kind in NUMBERLESS else ticket
        subject, body = template.render(_values(it, ticket, desk, language) | self._link(it))
        about = named.number if named else desk.desk
        message_id = self._tokens.message_id(about, it.event, it.recipient.address, self._hostname)
        headers = (
            *self._people(it, named, desk, contact),
            ("Subject", unstructured("Subject", subject_with_token(subject, named))),
            ("Date", date(at)),
            ("Message-ID", message_id),
            *_threading(it, desk),
            *self._automatic(it),
        )
        envelope = self._envelope(it, desk, message_id)
        return OutgoingMail(message_id, envelope, it.recipient.address, message(headers, body))

    def _template(self, it: Notification, desk: Desk) -> tuple[str, Compiled]:
        """In the reader's language, else the desk's first, else English; staff read the desk's first. The one that is
        named goes before the kind's own, if it is for mail of this kind."""
        wanted = (desk.languages[0] if it.kind in TO_STAFF else it.language, desk.languages[0], LAST_LANGUAGE)
        for name in filter(None, (it.template if kind_of(it.template) is it.kind else "", it.kind.value)):
            for language in wanted:
                if found := self._templates.get((language, name)):
                    return language, found
        named = it.template or it.kind
        raise NoTemplate(f"there is no template {named}.txt in {LAST_LANGUAGE}: run `maild check`")

    def _link(self, it: Notification) -> dict[str, Value]:
        if it.kind not in PAGES:
            return {}
        if not self._site:
            return {"link": ""}
        purpose, page = PAGES[it.kind]
        secret = self._tokens.invitation(purpose, it.recipient.address, it.invitation)
        return {"link": f"{self._site}/{page}/{secret}"}

    def _people(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int) -> Iterator[tuple[str, str]]:
        """A token lets its bearer write as a participant, so staff, who are none, get none."""
        sender = Address(desk.title, desk.address)
        about = None if it.kind in TO_STAFF else ticket
        address = self._tokens.reply_address(desk.address, about.id, contact) if about else desk.address
        answers_to = Address(desk.title, address)
        yield "From", mailbox("From", sender)
        yield "To", mailbox("To", Address(_name(it, desk), addr_spec(it.recipient.address)))
        yield "Reply-To", mailbox("Reply-To", answers_to)

    def _automatic(self, it: Notification) -> tuple[tuple[str, str], ...]:
        """RFC 3834 5, and what Exchange and older responders look at instead. None of it on a person's mail."""
        if it.by_person:
            return ()
        return (
            ("Auto-Submitted", "auto-replied" if it.kind in ANSWERS else "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("Precedence", "bulk"),
            ("X-Maild-Loop", self._tokens.loop_mark()),
        )

    def _envelope(self, it: Notification, desk: Desk, message_id: str) -> str:
        """A person's mail has the desk's own address: its bounces are read like any other's."""
        if it.by_person or self._mail_from is MailFrom.FIXED:
            return desk.address
        return "" if self._mail_from is MailFrom.NULL else self._tokens.bounce_address(desk.address, message_id)


def subject_with_token(subject: str, ticket: Ticket | None) -> str:
    """`[SD-1042] …`. Tokens of this prefix that are in it already go: they came from outside."""
    if ticket is None:
        return clean_header(subject)[:LONGEST_SUBJECT]
    token = re.compile(rf"\[\s?{ticket.prefix}-\d+\s?\]", re.IGNORECASE)
    rest, found = clean_header(subject), 1
    while found:
        rest, found = token.subn(" ", rest)
        rest = clean_header(rest)
    return f"[{ticket.number}] {rest[:LONGEST_SUBJECT]}"


def _name(it: Notification, desk: Desk) -> str:
    """A display name is chosen by whoever wrote the From header."""
    quiet = it.kind in NEUTRAL or _is_strange(it, desk)
    return "" if quiet else without_bidi(clean_header(it.recipient.name))[:LONGEST_NAME]


def _is_strange(it: Notification, desk: Desk) -> bool:
    """Whether the recipient may be somebody whose name a stranger used. Staff are none, whatever wrote to us."""
    if it.kind in TO_STAFF or it.proven:
        return False
    return it.unverified or (it.kind in IN_PLACE and desk.proof is not AsksForProof.OFF)


def _threading(it: Notification, desk: Desk) -> Iterator[tuple[str, str]]:
    """Ids are somebody else's words too, so a mail to somebody unverified quotes none."""
    if it.kind in NEUTRAL or (it.kind in IN_PLACE and _is_strange(it, desk)):
        return
    parent = usable_ids((it.reply_to_id,))
    if parent:
        yield "In-Reply-To", parent[0]
    if known := list(dict.fromkeys([*(one for one in usable_ids(it.references) if one not in parent), *parent])):
        yield "References", references("References", known)


def _values(it: Notification, ticket: Ticket | None, desk: Desk, language: str) -> dict[str, Value]:
    """What the template may use (`environment.VARIABLES`), all of it, and nothing else; clean (law 11)."""
    known = variables_of(it.kind)
    values: dict[str, Value] = dict.fromkeys(known, "")
    values |= {name: _told(it, name, value) for name, value in it.values if name in known}
    values |= {
        "number": ticket.number if ticket else "",
        "desk": desk.title,
        "signature": desk.signature.strip() or desk.title,
    }
    if ticket and "title" in known:
        quoted = without_bidi(clean_header(ticket.title))[:LONGEST_SUBJECT]
        values |= {"title": request_word(language) if _is_strange(it, desk) else quoted}
    if "name" in known:
        values |= {"name": _name(it, desk)}
    if ticket and "priority" in known:
        values |= {"priority": values["priority"] or str(ticket.priority)}
    if ticket and "state" in known:
        state = Status(str(values["status"]) or ticket.status.value)
        values |= {"state": state.value, "status": status_word(state, language)}
    if it.kind is NotificationKind.OVERVIEW:
        values |= {"tickets": overview.told(str(values["tickets"]), language)}
    return values


def _told(it: Notification, name: str, value: str) -> str:
    """To staff, all but the mail's own text is one line: nobody's name may look like a line of ours."""
    if it.kind not in TO_STAFF:
        return without_bidi(clean_text(value))
    if name != "text":
        return without_bidi(clean_header(value))[:LONGEST_LINE]
    text = without_bidi(clean_text(value)).strip()
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} […]"
