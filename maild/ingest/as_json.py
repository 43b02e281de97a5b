"""The line `maild parse --json` prints for one mail (design part 8): `to_json(file, message)`."""

from __future__ import annotations

from typing import Any

import idna

from maild.model import Address, Attachment, Automatic, Bounce, Message

Json = dict[str, Any]


def to_json(file: str, message: Message) -> Json:
    """Plain values only, in the order people read them. `date` is ISO 8601 in UTC.

    `from` is the sender, or else whom the mail claims to be from: then `defects` say what is wrong with it.
    """
    shown = message.sender or message.claimed_sender
    return {
        "file": file,
        "message_id": message.message_id,
        "subject": message.subject,
        "from": _address(shown) if shown else None,
        "to": [_address(each) for each in message.to],
        "cc": [_address(each) for each in message.cc],
        "date": message.date.isoformat() if message.date else None,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "text": message.text,
        "visible_text": message.visible_text,
        "attachments": [_attachment(each) for each in message.attachments],
        "automatic": _automatic(message.automatic) if message.automatic else None,
        "bounce": _bounce(message.bounce) if message.bounce else None,
        "defects": list(message.defects),
        "notes": [{"code": note.code, "text": note.text} for note in message.notes],
    }


def _address(address: Address) -> Json:
    return {"name": address.name, "address": written_address(address.address)}


def _attachment(attachment: Attachment) -> Json:
    names = ("filename", "content_type", "size", "md5", "sha256")
    return {name: getattr(attachment, name) for name in names}


def _automatic(automatic: Automatic) -> Json:
    return {"kind": automatic.kind.value, "evidence": automatic.evidence}


def _bounce(bounce: Bounce) -> Json:
    names = ("address", "permanent", "status", "diagnostic")
    return {
        "recipients": [{name: getattr(each, name) for name in names} for each in bounce.recipients],
        "original_message_id": bounce.original_message_id,
    }


def written_address(address: str) -> str:
    """A normal address as people write it: behind an international local part the domain is in its own letters.

    Half of each (`jdöe@xn--mchine-bua.example`) is what nobody writes and no address book holds (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    if not at or local.isascii():
        return address
    try:
        return f"{local}@{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address
