"""Inbox entry -> Reading: the mail as it was read, or why it cannot be read. No transaction, and of the database only
what `neighbours` look up now and then.

Laws: never raises for bad mail; an unexpected exception is a bug that sets this one mail aside, and what is
logged of it holds no word of the mail (FAULT-H08).
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace

import structlog

from maild.decide.facts import LookupKeys
from maild.decide.keys import lookup_keys
from maild.decide.mail.forms import behind_form
from maild.decide.plan import Plan
from maild.errors import UnparsableMail
from maild.ingest.notes import each_once
from maild.ingest.parse import parse
from maild.ingest.salvage import salvage
from maild.model import UNPROVEN, Address, Authenticity, Disposition, InboxEntry, Message, Note, Reason, Verdict
from maild.steps.house import House
from maild.steps.watch import Watch
from maild.store.inbox import HEADER_ONLY

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry with message and keys, or else the plan to set it aside; what scanners say, what proves its sender.

    `form`: the declared form that wrote the mail for its sender, if one did (`decide.mail.forms`).
    """

    entry: InboxEntry
    message: Message | None = None
    keys: LookupKeys | None = None
    aside: Plan | None = None
    screened: tuple[Verdict, ...] = ()
    authenticity: Authenticity = UNPROVEN
    form: Address | None = None


def read(house: House, entry: InboxEntry, watch: Watch) -> Reading:
    """Read one mail, within its budget."""
    entry = replace(entry, envelope=replace(entry.envelope, asks=house.asked(entry.envelope.source_key)))
    neighbours = house.neighbours.refreshed(house.store, house.clock())
    try:
        with watch.on(entry):
            behind = behind_form(message_in(entry), entry.envelope, house.policy)
            keys = lookup_keys(behind.message, entry.envelope, house.policy, house.tokens)
            message = noted(behind.message, neighbours.note_on(behind.message.sender))
            return Reading(entry, message, replace(keys, earlier=entry.ticket), form=behind.form)
    except Exception as error:  # noqa: BLE001 - a bug: keep the mail, keep the loop
        return Reading(entry, aside=bug(entry, error))


def noted(message: Message, note: Note | None) -> Message:
    """The message, with one more note for staff where there is one."""
    return replace(message, notes=each_once((*message.notes, note))) if note else message


def message_in(entry: InboxEntry) -> Message:
    """The mail; what can be had of it where it cannot be read, or has cost two workers their life."""
    if entry.attempts >= HEADER_ONLY:
        return salvage(entry.raw, entry.cause or "killed", entry.detail)
    try:
        return parse(entry.raw)
    except UnparsableMail as error:
        # `parse` turns whatever it stumbles over into this; what is behind it is ours to mend.
        if isinstance(error.__cause__, Exception) and not isinstance(error.__cause__, RecursionError):
            return salvage(entry.raw, "bug", told(entry, error.__cause__))
        return salvage(entry.raw, error.cause, error.detail)


def set_aside(cause: str, detail: str) -> Plan:
    """Quarantine, with a typed cause."""
    return Plan(Disposition.QUARANTINED, (Reason("read", cause, detail),))


def bug(entry: InboxEntry, error: Exception) -> Plan:
    """Quarantine for a fault of ours."""
    return set_aside("bug", told(entry, error))


def told(entry: InboxEntry, error: Exception) -> str:
    """Where it happened goes to the log, the mail's words do not."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("bug", inbox=entry.id, error=type(error).__name__, file=place.filename, line=place.lineno)
    return f"{type(error).__name__} in {place.name}, line {place.lineno}"
