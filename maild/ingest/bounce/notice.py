"""Bounces as Amazon SES tells them by mail: JSON in the text, bare or wrapped by SNS. `read_notice(text)`.

Laws: only a text that begins with the JSON is one; whatever is not shaped as Amazon documents is no notice; the work is
bounded by the size cut and by the JSON reader's own limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maild.cleaning import clean_header
from maild.ingest.bounce.status import LONGEST_DIAGNOSTIC, MOST_RECIPIENTS
from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import message_ids
from maild.model import BouncedRecipient

LONGEST = 256 * 1024
# The kind of event (old and new name of the key are in use), where it is told, and who it is about.
_EVENTS = {
    "bounce": ("bounce", "bouncedRecipients"),
    "deliverydelay": ("deliveryDelay", "delayedRecipients"),
    "reject": ("reject", ""),
    "delivery": ("delivery", ""),
    "complaint": ("complaint", ""),
}
FAILURES = frozenset({"bounce", "deliverydelay", "reject"})


@dataclass(frozen=True, slots=True)
class Notice:
    """`event` is bounce, deliverydelay, reject, delivery or complaint."""

    event: str
    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str


def read_notice(text: str) -> Notice | None:
    found = _object(text)
    if isinstance(found.get("Message"), str):
        found = _object(found["Message"])
    event = str(found.get("notificationType") or found.get("eventType") or "").replace(" ", "").lower()
    mail = found.get("mail")
    if event not in _EVENTS or not isinstance(mail, dict):
        return None
    recipients = tuple(_recipients(event, found, mail)) if event in FAILURES else ()
    return Notice(event, recipients, _original_id(mail))


def _object(text: str) -> dict[str, Any]:
    """The JSON object a text begins with. Mail servers fold its long lines, also inside strings."""
    text = text[:LONGEST].lstrip().replace("\n", "")
    if not text.startswith("{"):
        return {}
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _recipients(event: str, found: dict[str, Any], mail: dict[str, Any]) -> Iterator[BouncedRecipient]:
    name, about = _EVENTS[event]
    told = found.get(name)
    told = told if isinstance(told, dict) else {}
    permanent = event != "deliverydelay" and str(told.get("bounceType", "Permanent")).lower() == "permanent"
    for each in _list(told.get(about) or mail.get("destination"))[:MOST_RECIPIENTS]:
        said = each if isinstance(each, dict) else {"emailAddress": each}
        address = normal_address(str(said.get("emailAddress", "")).rpartition("<")[2].rstrip(">"))
        if address:
            diagnostic = clean_header(str(said.get("diagnosticCode", "")))[:LONGEST_DIAGNOSTIC]
            yield BouncedRecipient(address, permanent, clean_header(str(said.get("status", "")))[:12], diagnostic)


def _original_id(mail: dict[str, Any]) -> str:
    """The id we gave it; SES keeps its own beside that one."""
    common = mail.get("commonHeaders")
    said = [str(common.get("messageId", ""))] if isinstance(common, dict) else []
    fields = [each for each in _list(mail.get("headers")) if isinstance(each, dict)]
    said += [str(each.get("value", "")) for each in fields if str(each.get("name", "")).strip().lower() == "message-id"]
    return next((found for value in said for found in message_ids(value[:1000])), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
