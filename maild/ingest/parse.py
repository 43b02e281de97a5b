"""Raw bytes become a `Message`: `parse(raw)`. The story of reading, one line a question.

Laws: raises UnparsableMail (typed cause) and nothing else; a field that can not be read is empty and named in
`defects`; the sender is set only where exactly one From header holds exactly one mailbox. What our strict readers
find defective, mail-parser reads again (`second_reader`); its findings are marked.
"""

from __future__ import annotations

from datetime import datetime

from maild.errors import UnparsableMail
from maild.ingest import automatic, html, language, limits, second_reader
from maild.ingest.addresses import normal_address, read_mailboxes
from maild.ingest.attachments import list_attachments
from maild.ingest.body import Body, read_body
from maild.ingest.bounce import recognise_bounce
from maild.ingest.content_key import content_key, lasts
from maild.ingest.dates import read_date
from maild.ingest.headers import Headers, message_ids
from maild.ingest.reply import visible_text
from maild.ingest.structure import read
from maild.model import Address, Message

MOST_REFERENCES = 200
MOST_DEFECTS = 50
# Every family of exception a defect of a reader can raise; none of them says that retrying would help.
_CRASHES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
HARMLESS = frozenset({"group"})


def parse(raw: bytes) -> Message:
    """One mail as received. Raises UnparsableMail for mail beyond the limits of `limits`."""
    try:
        return _parse(raw)
    except UnparsableMail:
        raise
    except RecursionError as error:
        raise limits.beyond(limits.Cause.DEPTH, "the parser nests too deeply") from error
    except _CRASHES as error:
        # Sixteen distinct crash sites were seen in the standard library alone: none may stop the mails behind this one.
        raise limits.beyond(limits.Cause.UNREADABLE, type(error).__name__) from error


def _parse(raw: bytes) -> Message:
    root, defects = read(raw)
    headers = root.headers
    subject = headers.text("subject")
    sender = _sender(headers, defects)
    body = read_body(root)
    is_report, bounce = recognise_bounce(root, sender, headers, subject, body.text)
    seen = _visible(body)
    return Message(
        message_id=next(iter(message_ids(headers.first("message-id"))), ""),
        subject=subject,
        sender=sender,
        to=_mailboxes(headers, "to", defects),
        cc=_mailboxes(headers, "cc", defects),
        reply_to=_mailboxes(headers, "reply-to", defects),
        delivered_to=_delivered_to(headers),
        date=_date(headers, defects),
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(" ".join(headers.all("references")))[-MOST_REFERENCES:],
        text=body.text,
        visible_text=seen,
        html=body.html,
        attachments=list_attachments(root, body.taken),
        automatic=automatic.recognise(headers, sender, subject, bounce is not None)
        or (automatic.report() if is_report else None),
        bounce=bounce,
        suppress_reply=automatic.suppression(headers),
        loop_marks=automatic.loop_marks(headers),
        hops=len(headers.all("received")),
        language=language.guess(headers.text("content-language"), seen),
        content_key=content_key(headers, root),
        lasting_key=lasts(headers),
        defects=tuple(dict.fromkeys(defects))[:MOST_DEFECTS],
    )


def _sender(headers: Headers, defects: list[str]) -> Address | None:
    """Two From headers, two mailboxes or two readings name nobody (reliability D02)."""
    values = headers.all("from")
    if len(values) != 1:
        defects.append("From: missing" if not values else "From: more than one field")
        return None
    reading = read_mailboxes(values[0])
    if not reading.problems and len(reading.mailboxes) == 1:
        return reading.mailboxes[0]
    defects += [f"From: {problem}" for problem in reading.problems or ("more than one mailbox",)]
    # A closed group is well written and names nobody; two mailboxes are two.
    odd = bool(reading.problems) and reading.problems != ("group",)
    found = second_reader.sender(values[0]) if odd else None
    if found:
        defects.append("From: second reading")
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


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    values = [value for name in ("delivered-to", "x-original-to", "envelope-to") for value in headers.all(name)[:20]]
    return tuple(dict.fromkeys(filter(None, (normal_address(value.strip(" \t<>")) for value in values))))


def _date(headers: Headers, defects: list[str]) -> datetime | None:
    value = headers.first("date")
    found = read_date(value)
    if found is None and value:
        found = second_reader.date(value)
        defects.append("Date: second reading" if found else "Date: unreadable")
    return found


def _visible(body: Body) -> str:
    if body.from_html and html.marks_quotation(body.html):
        return visible_text(html.visible(body.html)) or visible_text(body.text)
    return visible_text(body.text)
