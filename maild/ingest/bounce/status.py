"""The machine-readable part of a delivery report (RFC 3464): `reported(parts) -> recipients`, and its fields.

Laws: a block about a success names nobody; the recipient is the address we wrote to (Original-Recipient) where the
report tells it, since an alias of theirs is none of ours; a status of class 4 is transient, whatever the action
says (RFC 3463 2). Input is cut before it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maild.cleaning import clean_header
from maild.ingest.header.addresses import normal_address
from maild.model import BouncedRecipient

MOST_RECIPIENTS = 100
LOOKED_AT = 64 * 1024
LONGEST_DIAGNOSTIC = 500
SUCCESSES = ("delivered", "relayed", "expanded")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{1,40}):[ \t]*([^\n]*(?:\n[ \t]+[^\n]+)*)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
ADDRESS = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII
)
_QUOTED_ADDRESS = re.compile(r"\"[^\"\n]{1,64}\"@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)


def reported(texts: Iterable[str]) -> tuple[BouncedRecipient, ...]:
    """The per-recipient blocks of RFC 3464 2.3 whose action is a failure or a delay, each address once."""
    found: dict[str, BouncedRecipient] = {}
    for text in texts:
        for block in _BLANK_LINE.split(text[:LOOKED_AT]):
            recipient = _recipient(fields(block))
            if recipient and len(found) < MOST_RECIPIENTS:
                found.setdefault(recipient.address, recipient)
    return tuple(found.values())


def fields(block: str) -> dict[str, str]:
    """Header-like lines of a block, the first of each name, unfolded."""
    return {name.lower(): clean_header(value) for name, value in reversed(_FIELD.findall(block[:LOOKED_AT]))}


def actions(texts: Iterable[str]) -> set[str]:
    """What the blocks say was done: failed, delayed, delivered, relayed, expanded."""
    return {said.split(" ")[0] for text in texts for block in _BLANK_LINE.split(text[:LOOKED_AT])
            if (said := fields(block).get("action", "").lower())}  # fmt: skip


def address_in(value: str) -> str:
    """The address of `rfc822; <a@b>`, normal, "" if there is none."""
    found = _QUOTED_ADDRESS.search(value) or ADDRESS.search(value)
    return (normal_address(found[0]) or "") if found else ""


def _recipient(said: dict[str, str]) -> BouncedRecipient | None:
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    address = next(filter(None, (address_in(said.get(name, "")) for name in names)), "")
    action, diagnostic = said.get("action", "").lower(), said.get("diagnostic-code", "")
    status = _STATUS.search(said.get("status", "")) or _STATUS.search(diagnostic)
    code = status[1] if status else ""
    if not address or action.startswith(SUCCESSES) or code.startswith("2"):
        return None
    permanent = not action.startswith("delay") and not code.startswith("4")
    return BouncedRecipient(address, permanent, code, diagnostic[:LONGEST_DIAGNOSTIC])
