"""A notification becomes finished mail: the bytes every attempt will send.

In: Notification, Ticket, Desk and the time; out: OutgoingMail, as text and as HTML. Pure, and quick (some 0.2 ms),
since each new ticket passes here inside its transaction.
Laws: automatic mail says so (RFC 3834 5, law 9); a person's mail does not; the subject carries the ticket's
token exactly once; a mail to somebody unverified holds no word that a stranger chose (FAULT-C06); a mail to staff
carries nobody's reply token; where their answer is work on the ticket, it has a staff address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from maild.cleaning import clean_header
from maild.decide.policy import TemplateSource
from maild.decide.told.telling import FIRST
from maild.decide.told.tokens import Tokens
from maild.desks.policy import Desk
from maild.errors import PermanentFailure
from maild.model import Address, Notification, NotificationKind, OutgoingMail, Purpose, Ticket
from maild.notify.audience import (
    ANSWERS,
    AT_WORK,
    IN_PLACE,
    NEUTRAL,
    NUMBERLESS,
    SEALED,
    TO_BE_ANSWERED,
    TO_FOLLOWERS,
    TO_PARTICIPANTS,
    TO_STAFF,
)
from maild.notify.compose import addr_spec, date, mail_link, mailbox, message, references, unstructured, usable_ids
from maild.notify.environment import Compiled, Ours, Value, bare, new_environment, variables_of
from maild.notify.faults import compile_template
from maild.notify.html import Dress, dressed
from maild.notify.names import kind_of
from maild.notify.values import LONGEST_SUBJECT, display_name, is_strange, values_of
from maild.notify.words import button_word, delimiter
from maild.settings import MailFrom
from maild.workflows.phrases import ASKED

LAST_LANGUAGE = "en"
_RE = re.compile(r"(?:(?:re|aw|antw)\s?:\s*)+", re.IGNORECASE)
UNFOLLOW, LEAVE = "unfollow", "remove me"
"""The commands by mail (`decide.asked.command_words`) that end following an organisation, and one ticket."""
PAGES = {
    NotificationKind.REGISTRATION: (Purpose.REGISTER, "r"),
    NotificationKind.INVITATION: (Purpose.CONFIRM_CONTACT, "c"),
}
"""Where the link of a mail leads: its purpose, and the page below the site's own address."""


class NoTemplate(PermanentFailure):
    """There is no template for this notification: run `maild check`."""


class Renderer:
    """All templates of one policy version, each compiled when it is first needed: a command that tells one person of
    one thing does not read a hundred of them (sighting: 0.6 s of CPU)."""

    def __init__(
        self,
        templates: Sequence[TemplateSource],
        tokens: Tokens,
        hostname: str,
        mail_from: MailFrom = MailFrom.FIXED,
        site: str = "",
    ) -> None:
        """`hostname` is the right side of Message-IDs, `site` what links begin with."""
        self._sources = {(one.language, one.name): one for one in templates}
        self._environment = new_environment()
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._tokens = tokens
        self._hostname = hostname
        self._mail_from = mail_from
        self._site = site.rstrip("/")

    def ready(self, but_for: Collection[TemplateSource] = ()) -> None:
        """Compile them all, so that what is broken shows before there is work; `but_for` those that are known to be
        sound. Raises BrokenTemplate."""
        sound = frozenset(but_for)
        for key, source in self._sources.items():
            if source not in sound:
                self._find(*key)

    def render(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int, at: datetime) -> OutgoingMail:
        """The finished mail. `ticket` is None where it is about none; `contact` is the recipient's id, which the reply
        address is bound to; `at` is its Date.

        Raises UnusableAddress (nothing can be sent there), NoTemplate, or BrokenTemplate.
        """
        language, template = self._template(it, desk)
        named = None if it.kind in NUMBERLESS else ticket
        values = values_of(it, ticket, desk, language, at) | self._page(it, named) | self._link(it)
        values |= self._code(it, named)
        subject, body = template.marked(values)
        about = named.number if named else desk.desk
        message_id = self._tokens.message_id(about, it.event, it.recipient.address, self._hostname)
        headers = (
            *self._people(it, named, desk, contact),
            ("Subject", unstructured("Subject", subject_with_token(subject, named))),
            ("Date", date(at)),
            ("Message-ID", message_id),
            *_threading(self._below_first(it, named), desk),
            *self._stopping(it, named, desk, contact),
            *self._automatic(it),
        )
        envelope = self._envelope(it, desk, message_id)
        top = delimiter(language) if it.kind in TO_BE_ANSWERED else ""
        text = f"{top}\n\n{bare(body)}" if top else bare(body)
        dress = Dress(language, top, "" if it.by_person else button_word(language), it.by_person)
        raw = message(headers, text, dressed(body, dress), it.enclosures)
        return OutgoingMail(message_id, envelope, it.recipient.address, raw)

    def _template(self, it: Notification, desk: Desk) -> tuple[str, Compiled]:
        """In the reader's language, else the desk's first, else English; staff read the desk's first. The one that is
        named goes before the kind's own, if it is for mail of this kind."""
        wanted = (desk.languages[0] if it.kind in TO_STAFF else it.language, desk.languages[0], LAST_LANGUAGE)
        for name in filter(None, (it.template if kind_of(it.template) is it.kind else "", it.kind.value)):
            for language in wanted:
                if found := self._find(language, name):
                    return language, found
        named = it.template or it.kind
        raise NoTemplate(f"there is no template {named}.txt in {LAST_LANGUAGE}: run `maild check`")

    def _find(self, language: str, name: str) -> Compiled | None:
        key = (language, name)
        if key not in self._compiled and key in self._sources:
            self._compiled[key] = compile_template(self._sources[key], self._environment)
        return self._compiled.get(key)

    def _page(self, it: Notification, ticket: Ticket | None) -> dict[str, Value]:
        """Where a customer can look at the request. The address is no secret: the page asks for whoever looks, and the
        way in is sent by mail (REQ-D1)."""
        if "page" not in variables_of(it.kind):
            return {}
        if ticket is None or not self._site or it.kind in TO_STAFF:
            return {"page": ""}
        return {"page": Ours(f"{self._site}/tickets/{ticket.number}")}

    def _link(self, it: Notification) -> dict[str, Value]:
        if it.kind not in PAGES:
            return {}
        if not self._site:
            return {"link": ""}
        purpose, page = PAGES[it.kind]
        secret = self._tokens.invitation(purpose, it.recipient.address, it.invitation)
        return {"link": Ours(f"{self._site}/{page}/{secret}")}

    def _code(self, it: Notification, ticket: Ticket | None) -> dict[str, Value]:
        """The number of a question, shown in two halves: what is to be written back stands nowhere as it is."""
        if ticket is None or it.kind not in SEALED:
            return {}
        code = self._tokens.code(ticket.id, it.recipient.address, it.invitation)
        return {"code": Ours(f"{code[:-ASKED]} {code[-ASKED:]}")}

    def _people(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int) -> Iterator[tuple[str, str]]:
        sender = Address(desk.title, desk.address)
        answers_to = Address(desk.title, self._answers_to(it, ticket, desk, contact))
        yield "From", mailbox("From", sender)
        yield "To", mailbox("To", Address(display_name(it, desk), addr_spec(it.recipient.address)))
        yield "Reply-To", mailbox("Reply-To", answers_to)

    def _answers_to(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int) -> str:
        """A token lets its bearer write as a participant, so staff, who are none, get one of another kind, and only
        where their answer is work on the ticket."""
        if ticket and it.kind in AT_WORK:
            return self._tokens.staff_address(desk.address, ticket.id, it.recipient.address)
        if ticket is None or it.kind in TO_STAFF:
            return desk.address
        if it.kind in SEALED:
            return self._tokens.seal_address(desk.address, ticket.id, contact, it.invitation)
        return self._tokens.reply_address(desk.address, ticket.id, contact)

    def _below_first(self, it: Notification, ticket: Ticket | None) -> Notification:
        """What a member of staff gets about a ticket is one thread, below the first mail of it, even where they did not
        get that one themselves."""
        if ticket is None or it.kind not in TO_STAFF or it.event == FIRST:
            return it
        first = self._tokens.message_id(ticket.number, FIRST, it.recipient.address, self._hostname)
        return replace(it, reply_to_id=it.reply_to_id or first, references=(first, *it.references))

    def _stopping(self, it: Notification, ticket: Ticket | None, desk: Desk, contact: int) -> Iterator[tuple[str, str]]:
        """Who follows may stop with one click: their program writes the mail that says so (RFC 2369 3.2). Not on a
        person's mail, which the field would make a list's: nobody's machine shall take it for one."""
        if it.by_person:
            return
        follows = it.kind in TO_FOLLOWERS
        if ticket and (follows or (it.kind in TO_PARTICIPANTS and dict(it.values).get("follower"))):
            address = self._tokens.reply_address(desk.address, ticket.id, contact)
            yield "List-Unsubscribe", mail_link("List-Unsubscribe", address, UNFOLLOW if follows else LEAVE)

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
    """`[SD-1042] …`, or `Re: [SD-1042] …`, so that programs add no second `Re:`. Tokens of this prefix that are in it
    already go: they came from outside."""
    if ticket is None:
        return clean_header(subject)[:LONGEST_SUBJECT]
    token = re.compile(rf"\[\s?{ticket.prefix}-\d+\s?\]", re.IGNORECASE)
    rest, found = clean_header(subject), 1
    while found:
        rest, found = token.subn(" ", rest)
        rest = clean_header(rest)
    answers = _RE.match(rest)
    rest, before = (rest[answers.end() :], "Re: ") if answers else (rest, "")
    return f"{before}[{ticket.number}] {rest[:LONGEST_SUBJECT]}"


def _threading(it: Notification, desk: Desk) -> Iterator[tuple[str, str]]:
    """Ids are somebody else's words too, so a mail to somebody unverified quotes none."""
    if it.kind in NEUTRAL or (it.kind in IN_PLACE and is_strange(it, desk)):
        return
    parent = usable_ids((it.reply_to_id,))
    if parent:
        yield "In-Reply-To", parent[0]
    if known := list(dict.fromkeys([*(one for one in usable_ids(it.references) if one not in parent), *parent])):
        yield "References", references("References", known)
