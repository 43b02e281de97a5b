"""A mail of ours as somebody reads it whose program shows plain text."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


class Seen(EmailMessage):
    """`get_content` is what its text says, whether or not there is HTML beside it."""

    def get_content(self, *args: Any, **options: Any) -> Any:
        text = self.get_body(("plain",))
        return super().get_content(*args, **options) if text in (None, self) else text.get_content(*args, **options)


def seen(raw: bytes) -> Seen:
    return message_from_bytes(raw, Seen, policy=default)
