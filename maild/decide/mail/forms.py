"""Who stands behind a form? `behind_form(message, envelope, policy)`, before anything is looked up.

In: a mail as it was read; out: the same mail as its requester's, where its one sender is a form that the desk declares
(`Desk.forms`) and the form names exactly one address; else as it came, and a note says so if a form wrote it.
Laws: an address is taken where there is no other reading, and never one of ours: in doubt the form is the sender. Pure,
linear in the text, of which the first MOST_LINES lines count. Nothing proves the requester (`steps.proving`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from maild.decide.desk import desk_for
from maild.decide.policy import Policy
from maild.desks.forms import Form, InField
from maild.ingest.header.addresses import SENDABLE, normal_address
from maild.ingest.header.lookalike import shown
from maild.model import Address, AutomaticKind, Envelope, Message, Note

MOST_LINES = 1000
LONGEST_LINE = 400
BY_PERSON = frozenset({AutomaticKind.AUTO_GENERATED, AutomaticKind.BULK})
"""What a form's mail may be taken for, though a person has pressed its button."""
OURS_TO_TELL = "reply-to-differs"

_GAP = r"[ \t\xa0*_]"
# "ada@acme.example", "<ada@acme.example>", and what HTML made of a link: "ada@acme.example (mailto:ada@acme.example)".
_VALUE = re.compile(
    r"<?(?:mailto:)?([^\s<>()\[\]]{3,320})>?(?:\s{0,3}[<(\[](?:mailto:)?([^\s<>()\[\]]{3,320})[>)\]])?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Behind:
    """A mail as it is decided. `form`: the form that wrote it for its sender, None for any other mail."""

    message: Message
    form: Address | None = None


def behind_form(message: Message, envelope: Envelope, policy: Policy) -> Behind:
    """The mail as its requester's, or as it came."""
    sender, form = message.sender, _declared(message, envelope, policy)
    if sender is None or form is None:
        return Behind(message)
    requester = None if message.unreadable else _named(message, form)
    if requester is None or requester.address == form.from_ or policy.desk_of(requester.address):
        return Behind(_noted(message, f"it came from the form {form.from_}, which names no requester for sure"))
    text = f"the form {form.from_} names {shown(requester.address)} as the requester; nothing proves it"
    return Behind(_noted(_written_by(message, requester, form.from_), text), sender)


def _declared(message: Message, envelope: Envelope, policy: Policy) -> Form | None:
    desk = desk_for(message, envelope, policy)
    if desk is None or message.sender is None:
        return None
    address = message.sender.address
    return next((form for form in desk.forms if form.from_ == address), None)


def _noted(message: Message, text: str) -> Message:
    """First, as the number of notes is limited further on."""
    return replace(message, notes=(Note("form", text), *message.notes))


def _written_by(message: Message, person: Address, form: str) -> Message:
    """The form takes no part in it; that its Reply-To is another's is what our own note says."""
    theirs = replace(
        message,
        sender=person,
        to=tuple(one for one in message.to if one.address != form),
        cc=tuple(one for one in message.cc if one.address != form),
        notes=tuple(note for note in message.notes if note.code != OURS_TO_TELL),
    )
    if message.bounce or (message.automatic and message.automatic.kind not in BY_PERSON):
        return theirs
    return replace(theirs, automatic=None, suppress_reply="")


# ---- whom it names ---------------------------------------------------------------------------------


def _named(message: Message, form: Form) -> Address | None:
    """The one requester it names, at an address that mail can be sent to."""
    way = form.requester
    found = _in_field(message, way.field) if isinstance(way, InField) else _in_reply_to(message)
    return found if found and SENDABLE.fullmatch(found.address) else None


def _in_reply_to(message: Message) -> Address | None:
    doubtful = any(defect.startswith("Reply-To:") for defect in message.defects)
    return message.reply_to[0] if len(message.reply_to) == 1 and not doubtful else None


def _in_field(message: Message, label: str) -> Address | None:
    """A second line with the label, be it in the person's own words, leaves a doubt."""
    lines = message.visible_text.split("\n", MOST_LINES)[:MOST_LINES]
    values = list(_values(lines, label))
    address = _address(values[0]) if len(values) == 1 else None
    return Address("", address) if address else None


def _values(lines: Sequence[str], label: str) -> Iterator[str]:
    """What stands behind the label: after a colon, in the next cell of a table, or on the next line."""
    pattern = re.compile(rf"[ \t\xa0>*_•-]{{0,12}}{re.escape(label)}({_GAP}{{0,200}})([:：]?)(.*)", re.IGNORECASE)
    for place, line in enumerate(lines):
        found = pattern.match(line[:LONGEST_LINE])
        if found is None:
            continue
        gap, colon, value = found[1], found[2], found[3].strip(" \t\xa0*_")
        if not value:
            yield next((below for below in lines[place + 1 : place + 3] if below.strip()), "")
        elif colon or "  " in gap or "\t" in gap:
            yield value


def _address(value: str) -> str | None:
    """The address that a value is, and nothing beside it."""
    found = _VALUE.fullmatch(value[:LONGEST_LINE].strip(" \t\xa0*_"))
    if found is None:
        return None
    address = normal_address(found[1])
    return address if found[2] is None or normal_address(found[2]) == address else None
