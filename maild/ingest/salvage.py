"""What can be had of a mail that cannot be read: `salvage(raw, cause, detail)`, for UnparsableMail and killed workers.

In: the raw bytes and why they were given up. Out: a `Message` of the header fields that people need, one sentence in
place of the text, and the mail itself as its only attachment (`part=""`: the whole of it).
Laws: never raises; one pass over at most LOOKED_AT bytes and MOST_FIELDS fields, values cut at LONGEST_VALUE; no
recursion, nothing of the body, as that may be what failed. It names a sender only if the whole header holds one From
field, uncut, with one mailbox: a field behind the cut must not make a second author invisible (reliability D02).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from maild.cleaning import clean_header
from maild.ingest import language
from maild.ingest.header.addresses import read_mailboxes
from maild.ingest.header.author import author
from maild.ingest.header.claimed import claimed_sender
from maild.ingest.header.dates import read_date
from maild.ingest.header.headers import Headers, message_ids
from maild.ingest.header.hints import delivered_to
from maild.ingest.machine import automatic
from maild.ingest.mime.limits import header_end
from maild.model import Address, Attachment, Automatic, Message, Note

LOOKED_AT = 64 * 1024
MOST_FIELDS = 100
LONGEST_VALUE = 2 * 1024
MOST_IDS = 20
MOST_PEOPLE = 20
# A header that has not ended by here names no sender.
SEARCHED_FOR_AUTHORS = 1024 * 1024

_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_FROM = re.compile(rb"(?:\A|[\r\n])from[ \t]*:", re.IGNORECASE)
# What relays and filters write, sometimes a hundred fields of it; nothing here reads them.
_TRACE = re.compile(r"arc-|dkim-|authentication-results|received-spf|x-ms-exchange-(?!inbox)|x-microsoft-|x-forefront-")


@dataclass(frozen=True, slots=True)
class _Glance:
    """What was readable: the fields, the Received fields (each a hop), and which fields are not whole."""

    headers: Headers
    hops: int = 0
    cut: frozenset[str] = frozenset()
    is_whole: bool = False
    authors: int = 0


def salvage(raw: bytes, cause: str, detail: str) -> Message:
    """The readable header of an unreadable mail."""
    try:
        return _message(raw, cause, detail, _glance(raw.lstrip(b"\r\n")))
    except Exception:  # noqa: BLE001 - the last line of defence: this mail has broken one reader already
        return _message(raw, cause, detail, _Glance(Headers(())))


# ---- looking ----------------------------------------------------------------------------------------


def _glance(raw: bytes) -> _Glance:
    end = header_end(raw, SEARCHED_FOR_AUTHORS)
    ended = end < SEARCHED_FOR_AUTHORS
    hops, too_long, torn, kept = 0, set[str](), set[str](), list[tuple[str, str]]()
    for name, value, is_torn in _fields(raw[: min(end, LOOKED_AT)]):
        if name == "received":
            hops += 1
        elif not _TRACE.match(name):
            too_long |= {name} if len(value) > LONGEST_VALUE else set()
            torn |= {name} if is_torn else set()
            kept.append((name, _short(name, value).decode("ascii", "surrogateescape")))
    is_whole = end <= LOOKED_AT and len(kept) <= MOST_FIELDS and not too_long
    authors = len(_FROM.findall(raw, 0, end)) if ended else 0
    return _Glance(Headers(kept[:MOST_FIELDS]), hops, frozenset(too_long | torn), is_whole, authors)


def _fields(block: bytes) -> Iterator[tuple[str, bytes, bool]]:
    """Names in lower case, values unfolded; lines that are no fields are left out with what continues them.

    The field before such a line is torn: the line may have been its end, and what is left half an address.
    """
    name, lines = "", list[bytes]()
    for line in block.splitlines():
        if line[:1] in (b" ", b"\t"):
            lines.append(line)
            continue
        found = _FIELD.match(line)
        if name:
            yield name, b"".join(lines), found is None
        name, lines = (found[1].decode("ascii").lower(), [line[found.end() :]]) if found else ("", [])
    if name:
        yield name, b"".join(lines), False


def _short(name: str, value: bytes) -> bytes:
    """The parent stands at the end of References (RFC 5322 3.6.4)."""
    return value[-LONGEST_VALUE:] if name == "references" else value[:LONGEST_VALUE]


# ---- telling ----------------------------------------------------------------------------------------


def _message(raw: bytes, cause: str, detail: str, glance: _Glance) -> Message:
    headers, sentence = glance.headers, _sentence(cause, detail)
    sender = _sender(glance)
    subject = headers.text("subject")
    return Message(
        message_id=next(iter(message_ids(headers.first("message-id"))), ""),
        in_reply_to=message_ids(headers.first("in-reply-to"))[:MOST_IDS],
        references=message_ids(" ".join(headers.all("references")))[-MOST_IDS:],
        sender=sender, claimed_sender=None if sender else claimed_sender(headers),
        to=_people(glance, "to"), cc=_people(glance, "cc"), reply_to=_people(glance, "reply-to"),
        delivered_to=delivered_to(headers), subject=subject, date=read_date(headers.first("date")),
        text=sentence, visible_text=sentence, html="", attachments=(_original(raw),),
        automatic=_automatic(headers, sender, subject), bounce=None,
        suppress_reply=automatic.suppression(headers), loop_marks=automatic.loop_marks(headers), hops=glance.hops,
        language=language.guess(headers.text("content-language"), ""),
        content_key=content_key(raw), lasting_key=bool(headers.first("date") and headers.first("message-id")),
        defects=(sentence,), notes=_notes(glance), unreadable=clean_header(cause),
    )  # fmt: skip


def _sentence(cause: str, detail: str) -> str:
    why = clean_header(f"{cause}: {detail}" if detail else cause)[:300]
    return f"This mail could not be read ({why}). The original is attached, as it came."


def _notes(glance: _Glance) -> tuple[Note, ...]:
    if glance.is_whole:
        return ()
    return (Note("header-cut", "the header of this mail is too long: only its beginning was read"),)


def _sender(glance: _Glance) -> Address | None:
    values = glance.headers.all("from")
    if len(values) != 1 or glance.authors != 1 or "from" in glance.cut:
        return None
    found, problems = author(glance.headers)
    return None if problems else found


def _people(glance: _Glance, name: str) -> tuple[Address, ...]:
    """Of a list that was cut the last one may be half an address: it is not believed."""
    found: dict[str, Address] = {}
    for value in glance.headers.all(name)[:MOST_PEOPLE]:
        whole = value.rpartition(",")[0] if name in glance.cut else value
        for mailbox in read_mailboxes(whole).mailboxes:
            found.setdefault(mailbox.address, mailbox)
    return tuple(found.values())[:MOST_PEOPLE]


def _automatic(headers: Headers, sender: Address | None, subject: str) -> Automatic | None:
    """A report that cannot be read is still no person's mail: whom it is about stays unknown."""
    is_report = headers.first("content-type").lower().startswith("multipart/report")
    found = automatic.recognise(headers, sender, subject, False)
    return automatic.report() if found is None and is_report else found


def _original(raw: bytes) -> Attachment:
    return Attachment(
        filename="original.eml",
        content_type="message/rfc822",
        size=len(raw),
        md5=hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(raw).hexdigest(),
        part="",
    )


def content_key(raw: bytes) -> str:
    """Of the raw bytes: nothing decoded can be relied on here, and two mails with the same cut header are two mails.

    A mail that comes again by another route has other trace headers, so it is not known again: rather twice than lost.
    """
    return hashlib.sha256(b"maild raw key 1 " + hashlib.sha256(raw).digest()).hexdigest()
