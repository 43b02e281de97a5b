"""Did a machine write this mail? `recognise(headers, sender, subject, is_bounce)` asks by grade of evidence.

    proof        a bounce; a report by its content type (RFC 3462)
    header       the rows of `rows`, first row first
    mailbox      a sender that no person is
    weak hints   a subject as machines write it (`subject`, `words`), with a second witness to it

Laws: `Auto-Submitted: no` is a person (RFC 3834 5), whatever but a list says otherwise. X-Auto-Response-Suppress alone
is a person who wants no automatic answer, and the loop mark of another ticket system is a person's word that it passes
on, and would answer us for (`suppression`). Own loops are known by their signed mark, in `decide`.
What only looks like an automatic reply is called machine-made: such a mail still opens a ticket, and is not answered.
A null envelope sender is known to the edge; only a Return-Path of `<>` counts here. Evidence holds no personal data.
"""

from __future__ import annotations

import re
from enum import StrEnum

from maild.cleaning import clean_header
from maild.ingest.header.headers import Headers
from maild.ingest.machine.rows import CHALLENGERS, DISTRIBUTION, MACHINES, ROWS, Row
from maild.ingest.machine.subject import by_subject, says_away, wants_silence
from maild.model import Address, Automatic, AutomaticKind

__all__ = ["ROWS", "ReportKind", "loop_marks", "recognise", "report", "suppression"]

_REPLY, _MADE = AutomaticKind.AUTO_REPLY, AutomaticKind.AUTO_GENERATED


class ReportKind(StrEnum):
    """A report that is no bounce. "" is none at all."""

    NONE = ""
    DELIVERED = "delivery-status"
    RECEIPT = "disposition-notification"
    ABUSE = "feedback-report"
    MEETING = "calendar-reply"
    OTHER = "report"


_REPORTS = {
    ReportKind.DELIVERED: Automatic(_REPLY, "Content-Type: a delivery report that is no failure"),
    ReportKind.RECEIPT: Automatic(_REPLY, "Content-Type: a read receipt"),
    ReportKind.ABUSE: Automatic(_MADE, "Content-Type: a report of abuse"),
    ReportKind.MEETING: Automatic(_REPLY, "Content-Type: an answer to an invitation"),
    ReportKind.OTHER: Automatic(_MADE, "Content-Type: multipart/report"),
}

_COMPILED: dict[str, list[tuple[int, re.Pattern[str], Row]]] = {}
for _rank, _row in enumerate(ROWS):
    _COMPILED.setdefault(_row.header.lower(), []).append((_rank, re.compile(_row.test), _row))

_NEWSLETTERS = re.compile(r"(?:news|marketing|mailing|promo|offers|angebote)[^@]{0,40}@")
_NO = re.compile(r"no\b")
_LOOP = re.compile(r"x-[a-z0-9-]{1,80}")
_WORD = re.compile(r"[\w<> -]{1,40}", re.ASCII)
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_REPORT_TYPE = re.compile(r"report-type\s{0,9}=\s{0,9}\"?([a-z-]{1,40})")
_CALENDAR_REPLY = re.compile(r"text/calendar\b.{0,200}\bmethod\s{0,9}=\s{0,9}\"?reply\b")


def recognise(headers: Headers, sender: Address | None, subject: str, is_bounce: bool) -> Automatic | None:
    if is_bounce:
        return Automatic(AutomaticKind.BOUNCE, "delivery report")
    no = _says_no(headers)
    found = _by_content(headers) or _by_header(headers, no)
    if found or no:
        return _upgraded(found, headers, subject)
    return _by_sender(sender, headers) or by_subject(headers, sender, subject)


def suppression(headers: Headers) -> str:
    """Why a person's mail gets no automatic answer: X-Auto-Response-Suppress, or the mark of a kindred system."""
    return wants_silence(headers) or next((name for name in headers.names() if "-loop" in name and _is_loop(name)), "")


def _is_loop(name: str) -> bool:
    """X-OTRS-Loop, X-Roundup-Loop, X-RT-Loop-Prevention, X-Libredesk-Loop-Prevention: each system has its own."""
    return name != "x-maild-loop" and name.endswith(("-loop", "-loop-prevention")) and bool(_LOOP.fullmatch(name))


def loop_marks(headers: Headers) -> tuple[str, ...]:
    return tuple(clean_header(value[:200]) for value in headers.all("x-maild-loop"))


def report(kind: ReportKind = ReportKind.OTHER) -> Automatic:
    """A report that is no bounce: delivered, displayed (RFC 8098), or about abuse (RFC 5965)."""
    return _REPORTS[kind]


# ---- proof, headers, mailboxes ---------------------------------------------------------------------


def _by_content(headers: Headers) -> Automatic | None:
    declared = headers.first("content-type")[:1000].lower()
    if declared.startswith("multipart/report"):
        found = _REPORT_TYPE.search(declared)
        return _REPORTS.get(ReportKind(found[1])) if found and found[1] in _REPORTS else None
    return report(ReportKind.MEETING) if _CALENDAR_REPLY.match(declared) else None


def _by_header(headers: Headers, no: bool) -> Automatic | None:
    """Asks only the rows whose field is there; `Auto-Submitted: no` silences those that do not speak of a list."""
    here = [row for name in headers.names() if not no or name in DISTRIBUTION for row in _COMPILED.get(name, ())]
    for _, test, row in sorted(here, key=lambda found: found[0]):
        for value in headers.all(row.header.lower()):
            said = _COMMENT.sub("", value).strip().lower()
            if test.match(said):
                word = _WORD.match(said)
                return Automatic(row.kind, f"{row.header}: {word[0]}" if word and row.test else row.header)
    return None


def _says_no(headers: Headers) -> bool:
    values = headers.all("auto-submitted")
    return bool(values) and all(_NO.match(_COMMENT.sub("", value).strip().lower()) for value in values)


def _upgraded(found: Automatic | None, headers: Headers, subject: str) -> Automatic | None:
    """Exchange writes the same fields on an out-of-office reply and on a person's mail that it redirects."""
    if found is None or found.kind is not _MADE or headers.first("content-type").lower().startswith("multipart/report"):
        return found
    if wants_silence(headers) and says_away(subject):
        return Automatic(_REPLY, f"{found.evidence}, and Subject: out of office")
    return found


def _by_sender(sender: Address | None, headers: Headers) -> Automatic | None:
    if sender is None:
        return None
    if CHALLENGERS.match(sender.address):
        return Automatic(_REPLY, "From: a service that asks senders to prove themselves")
    if MACHINES.match(sender.address):
        return Automatic(_MADE, "From: a mailbox no person writes from")
    # Proton and Fastmail set a Feedback-ID on every mail of a person: alone it says nothing.
    if headers.first("feedback-id") and _NEWSLETTERS.match(sender.address):
        return Automatic(AutomaticKind.BULK, "Feedback-ID, and From: a mailbox that sends newsletters")
    return None
