"""Raw bytes become a `Message`: `parse(raw)`. The story of reading, one line a question.

Laws: raises UnparsableMail (typed cause) and nothing else; a field that can not be read is empty and named in
`defects`; the sender is set only where exactly one From header holds one mailbox that two readers read alike (else
there may be a `claimed_sender`). What people should know of the reading is in `notes`. What our strict readers find
defective, mail-parser reads again (`second_reader`); its findings are marked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maild.errors import UnparsableMail
from maild.ingest import language, notes
from maild.ingest.body.attachments import list_attachments
from maild.ingest.body.special import special
from maild.ingest.body.text import Body, read_body
from maild.ingest.bounce.report import recognise_bounce
from maild.ingest.content_key import content_key, lasts
from maild.ingest.header import lookalike, second_reader
from maild.ingest.header.addresses import read_mailboxes
from maild.ingest.header.author import author
from maild.ingest.header.claimed import claimed_sender
from maild.ingest.header.dates import read_date
from maild.ingest.header.headers import Headers, message_ids
from maild.ingest.header.hints import delivered_to
from maild.ingest.header.loose_dates import loose_date
from maild.ingest.machine import automatic
from maild.ingest.mime import limits
from maild.ingest.parts import inside
from maild.ingest.parts.structure import AMBIGUOUS, CUT, Part, read
from maild.ingest.reply import quoted_html
from maild.ingest.reply.visible import is_passed_on, visible_text
from maild.model import Address, Message, Note

MOST_REFERENCES = 200
MOST_DEFECTS = 50
HARMLESS = frozenset({"group"})


def parse(raw: bytes) -> Message:
    """One mail as received. Raises UnparsableMail for mail beyond the limits of `limits`."""
    try:
        return _parse(raw)
    except UnparsableMail:
        raise
    except RecursionError as error:
        raise limits.beyond(limits.Cause.DEPTH, "the parser nests too deeply") from error
    except Exception as error:
        # Sixteen distinct crash sites were seen in the standard library alone: none may stop the mails behind this one.
        raise limits.beyond(limits.Cause.UNREADABLE, type(error).__name__) from error


def _parse(raw: bytes) -> Message:
    root, defects = read(raw)
    root = inside.opened(root)
    message = _as_written(root, root.headers, defects)
    return _judged(message, root)


def _as_written(root: Part, headers: Headers, defects: list[str]) -> Message:
    body = read_body(root)
    subject = headers.text("subject")
    seen = _visible(body, subject)
    to, cc, reply_to = (_mailboxes(headers, name, defects) for name in ("to", "cc", "reply-to"))
    sender, date = _sender(headers, defects), _date(headers, defects)
    claimed = None if sender else claimed_sender(headers)
    of_sender = lookalike.told(headers, sender or claimed, reply_to)
    attachments, left_out = list_attachments(root, body.taken)
    references = message_ids(" ".join(headers.all("references")))[-MOST_REFERENCES:]
    return Message(
        message_id=next(iter(message_ids(headers.first("message-id"))), ""),
        in_reply_to=message_ids(headers.first("in-reply-to")), references=references,
        sender=sender, to=to, cc=cc, reply_to=reply_to, delivered_to=delivered_to(headers),
        subject=subject, date=date,
        text=body.text, visible_text=seen, html=body.html,
        attachments=attachments,
        automatic=None, bounce=None,
        suppress_reply=automatic.suppression(headers),
        loop_marks=automatic.loop_marks(headers),
        hops=len(headers.all("received")),
        language=language.guess(headers.text("content-language"), seen),
        content_key=content_key(headers, root), lasting_key=lasts(headers),
        defects=tuple(dict.fromkeys(defects))[:MOST_DEFECTS],
        headers=headers.fields(),
        claimed_sender=claimed,
        notes=notes.each_once(
            (*of_sender, *_of_structure(defects), *special(root), *inside.told(root), *body.notes, *left_out)
        ),
    )  # fmt: skip


def _of_structure(defects: list[str]) -> list[Note]:
    """What the desk should know of the defects."""
    told = [notes.header_cut(limits.HEADER_VALUE)] if any(CUT in defect for defect in defects) else []
    if any(defect.startswith(AMBIGUOUS) for defect in defects):
        told.append(notes.ambiguous_structure())
    return told


def _judged(message: Message, root: Part) -> Message:
    """Says of a mail that was read whether a machine wrote it, and whether it is a report about mail of ours."""
    is_report, bounce = recognise_bounce(root, message.sender, root.headers, message.subject, message.text)
    machine = automatic.recognise(root.headers, message.sender, message.subject, bounce is not None)
    if machine is None and is_report:
        machine = automatic.report(is_report)
    return message if machine is None else replace(message, automatic=machine, bounce=bounce)


def _sender(headers: Headers, defects: list[str]) -> Address | None:
    found, problems = author(headers)
    defects += [f"From: {problem}" for problem in problems]
    return found


def _mailboxes(headers: Headers, name: str, defects: list[str]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for value in headers.all(name)[:20]:
        reading = read_mailboxes(value)
        mailboxes = reading.mailboxes
        problems = [problem for problem in reading.problems if problem not in HARMLESS]
        if problems:
            defects += [f"{name.title()}: {problem}" for problem in problems]
            mailboxes += second_reader.mailboxes(value)
        for mailbox in mailboxes:
            found.setdefault(mailbox.address, mailbox)
    return tuple(found.values())


def _date(headers: Headers, defects: list[str]) -> datetime | None:
    value = headers.first("date")
    found = read_date(value)
    if found is None and value:
        found = loose_date(value) or second_reader.date(value)
        defects.append("Date: second reading" if found else "Date: unreadable")
    return found


def _visible(body: Body, subject: str) -> str:
    forwarded = is_passed_on(subject)
    if body.from_html and not forwarded and quoted_html.marks_quotation(body.html):
        return quoted_html.visible_html(body.html) or visible_text(body.text)
    return visible_text(body.text, forwarded)
