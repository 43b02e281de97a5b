"""The line `maild parse --json` prints for one mail (design part 8): `to_json(file, message)`."""

from __future__ import annotations

from typing import Any

from maild.model import Address, Attachment, Automatic, Bounce, Message

Json = dict[str, Any]


def to_json(file: str, message: Message) -> Json:
    """Plain values only, in the order people read them. `date` is ISO 8601 in UTC."""
    return {
        "file": file,
        "message_id": message.message_id,
        "subject": message.subject,
        "from": _address(message.sender) if message.sender else None,
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
    }


def _address(address: Address) -> Json:
    return {"name": address.name, "address": address.address}


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
