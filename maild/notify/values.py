"""What a template may use, put together for one mail: `values_of(notification, ticket, desk, language, at)`. Pure.

In: the intention, and what it is about; out: plain values for `environment.Compiled`, all the kind's variables and
nothing else. Laws: every value is clean (law 11); what nobody outside has written is `Ours`; somebody unverified gets
no word that a stranger chose (FAULT-C06); instants are words, in the desk's zone.
"""

from __future__ import annotations

from datetime import datetime

from maild.cleaning import clean_header, clean_text, without_bidi
from maild.desks.policy import AsksForProof, Desk
from maild.model import Notification, NotificationKind, Status, Ticket
from maild.notify import moments, overview
from maild.notify.audience import IN_PLACE, NEUTRAL, STAFF_WROTE, TO_STAFF
from maild.notify.environment import Ours, Value, variables_of
from maild.notify.words import request_word, status_word

LONGEST_SUBJECT = 200
LONGEST_NAME = 100
LONGEST_LINE = 500
LONGEST_QUOTE = 20_000
MOST_LINES = 50
MOST_QUOTED_LINES = 20
MOST_QUOTED = 2000
ENDS = frozenset({"due", "until", "ends"})
INSTANTS = ENDS | {"opens", "begins"}
OF_SEVERAL_LINES = frozenset({"fields", "people", "objects"})
NOT_FROM_OUTSIDE = frozenset({"articles", "link"})
"""Values that the operator's own files say, or our own pages."""


def values_of(it: Notification, ticket: Ticket | None, desk: Desk, language: str, at: datetime) -> dict[str, Value]:
    """`at` is when the mail is written."""
    known = variables_of(it.kind)
    values: dict[str, Value] = dict.fromkeys(known, "")
    values |= {name: _told(it, name, value) for name, value in it.values if name in known}
    values |= {
        "number": ticket.number if ticket else "",
        "desk": Ours(clean_header(desk.title)),
        "signature": Ours(clean_text(desk.signature).strip() or clean_header(desk.title)),
    }
    if ticket and "title" in known:
        quoted = without_bidi(clean_header(ticket.title))[:LONGEST_SUBJECT]
        values |= {"title": request_word(language) if is_strange(it, desk) else quoted}
    if "name" in known:
        values |= {"name": display_name(it, desk)}
    if ticket and "priority" in known:
        values |= {"priority": values["priority"] or str(ticket.priority)}
    if ticket and "state" in known:
        state = Status(str(values["status"]) or ticket.status.value)
        values |= {"state": state.value, "status": status_word(state, language, desk)}
    if it.kind is NotificationKind.OVERVIEW:
        values |= {"tickets": overview.told(str(values["tickets"]), language, desk)}
    for name in INSTANTS & known:
        values[name] = moments.told(str(values[name]), desk.hours.zone, language, at, ends=name in ENDS)
    return values


def display_name(it: Notification, desk: Desk) -> str:
    """The recipient's: it is chosen by whoever wrote the From header."""
    quiet = it.kind in NEUTRAL or is_strange(it, desk)
    return "" if quiet else without_bidi(clean_header(it.recipient.name))[:LONGEST_NAME]


def is_strange(it: Notification, desk: Desk) -> bool:
    """Whether the recipient may be somebody whose name a stranger used. Staff are none, whatever wrote to us."""
    if it.kind in TO_STAFF or it.proven:
        return False
    return it.unverified or (it.kind in IN_PLACE and desk.proof is not AsksForProof.OFF)


def _told(it: Notification, name: str, value: str) -> str:
    """To staff, all but the mail's own text is one line: nobody's name may look like a line of ours."""
    if name == "quoted":
        return _quoted(value)
    if it.kind not in TO_STAFF:
        text = without_bidi(clean_text(value))
        return Ours(text) if name in NOT_FROM_OUTSIDE or (name == "text" and it.kind in STAFF_WROTE) else text
    if name in OF_SEVERAL_LINES:
        lines = filter(
            None, (without_bidi(clean_header(line))[:LONGEST_LINE] for line in clean_text(value).split("\n"))
        )
        return "\n".join(f"  {line}" for line in list(lines)[:MOST_LINES])
    if name != "text":
        return without_bidi(clean_header(value))[:LONGEST_LINE]
    text = without_bidi(clean_text(value)).strip()
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} […]"


def _quoted(value: str) -> str:
    """The beginning of what a mail said, as a quotation."""
    text = without_bidi(clean_text(value)).strip()
    lines = text[:MOST_QUOTED].split("\n")
    kept = lines[:MOST_QUOTED_LINES] + (["[…]"] if len(text) > MOST_QUOTED or len(lines) > MOST_QUOTED_LINES else [])
    return "\n".join(f"> {line}".rstrip() for line in kept) if text else ""
