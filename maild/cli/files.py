"""Attachments onto the disk. Law 11: what a mail calls its file never becomes a path."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from maild.errors import ExitCode, MaildError
from maild.ingest.body.attachments import payload
from maild.store import tickets
from maild.store.tickets import AttachmentView, TicketView

_NOT_IN_NAMES = re.compile(r"[^\w.()+-]+")
LONGEST = 200
"""Bytes of a name: file systems take 255 (NAME_MAX), and the number stands before it."""


class AlreadyThere(MaildError):
    """There is a file already."""

    exit_code = ExitCode.CANNOT_CREATE


def save_attachments(tx: Connection, view: TicketView, folder: Path) -> int:
    """Write all files of a ticket; how many. Raises AlreadyThere rather than to write over one."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in view.attachments:
        raw, part = tickets.attachment_source(tx, one.id)
        path = folder / file_name(one)
        try:
            with path.open("xb") as file:
                file.write(payload(raw, part))
        except FileExistsError:
            raise AlreadyThere(f"{path} is there already: choose an empty folder") from None
    return len(view.attachments)


def file_name(one: AttachmentView) -> str:
    """The attachment's number and what is harmless of its name: never hidden, never elsewhere, never twice."""
    harmless = _NOT_IN_NAMES.sub("_", one.attachment.filename).encode()[-LONGEST:].decode(errors="ignore")
    return f"{one.id}-{harmless.lstrip('.')}"
