"""Feeds one mail to the readers and says everything that is wrong with the answer: `feed(raw)`.

Whatever is fed, the law is the same: a Message or UnparsableMail; then the salvaged rest; texts that both databases
can store; one line where one line is promised; a line of JSON; every attachment is found again by its number.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from maild.errors import UnparsableMail
from maild.ingest.as_json import to_json
from maild.ingest.body.attachments import payload
from maild.ingest.header.scan import noted
from maild.ingest.parse import parse
from maild.ingest.salvage import salvage
from maild.model import Message
from tests.effort import slowness

MOST_CPU = 2.0
MOST_ATTACHMENTS_LOOKED_AT = 3
_UNSTORABLE = frozenset("\0") | {chr(code) for code in range(0xD800, 0xE000)}
_ONE_LINE = ("subject", "message_id", "suppress_reply", "language", "unreadable")


@dataclass(frozen=True, slots=True)
class Fed:
    """What came of it. `cause` is empty where the mail was read; `faults` are broken promises, in words."""

    cpu: float
    cause: str = ""
    faults: tuple[str, ...] = ()


def feed(raw: bytes) -> Fed:
    start = time.thread_time()
    cause, faults = "", []
    try:
        message = parse(raw)
    except UnparsableMail as refusal:
        cause, message = refusal.cause, salvage(raw, refusal.cause, refusal.detail)
        if cause == "unreadable":
            faults.append(f"a reader crashed: {refusal.detail}")
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        return Fed(time.thread_time() - start, "crash", (f"{type(error).__name__}: {str(error)[:200]}",))
    cpu = time.thread_time() - start
    if cpu > MOST_CPU and cpu / slowness() > MOST_CPU:
        faults.append(f"{cpu:.1f} s of CPU")
    faults += broken_promises(raw, message, not cause)
    return Fed(cpu, cause, tuple(faults))


def outcome(raw: bytes) -> str:
    """The cause for which it is refused, "" where it is read; raises what should not be raised."""
    try:
        parse(raw)
    except UnparsableMail as refusal:
        return refusal.cause
    return ""


def broken_promises(raw: bytes, message: Message, was_read: bool) -> Iterator[str]:
    """What is wrong with a message that was read or salvaged."""
    for place, text in texts(message):
        if not _UNSTORABLE.isdisjoint(text):
            yield f"{place} cannot be stored"
    for name in _ONE_LINE:
        if len(getattr(message, name).splitlines()) > 1:
            yield f"{name} has several lines"
    if any(len(each.filename.splitlines()) > 1 or len(each.filename) > 255 for each in message.attachments):
        yield "a file name is no name"
    if "\n" in json.dumps(to_json("mail", message)):
        yield "not one line of JSON"
    if not all(isinstance(one, str) for one in noted(raw)):
        yield "the glance does not see strings"
    if was_read:
        yield from _differences(raw, message)


def _differences(raw: bytes, message: Message) -> Iterator[str]:
    """Other ways to the same mail must tell the same."""
    salvaged = salvage(raw, "a test", "")
    if salvaged.sender and message.sender and salvaged.sender.address != message.sender.address:
        yield "salvage names another sender"
    for each in message.attachments[:MOST_ATTACHMENTS_LOOKED_AT]:
        if len(payload(raw, each.part)) != each.size:
            yield "an attachment is not found again"


def texts(value: Any, place: str = "message") -> Iterator[tuple[str, str]]:
    """Every string in a value, with where it stands."""
    if isinstance(value, str):
        yield place, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one, place)
