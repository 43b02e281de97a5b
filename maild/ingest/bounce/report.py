"""Is this mail a report about mail of ours, and about whom? `recognise_bounce(root, …) -> (kind of report, bounce)`.

Reads, in this order: notices of Amazon SES; delivery status notifications (RFC 3464); Exim's header; and the home-made
reports that have no machine-readable part, which need two witnesses: a sender that reports come from, and a subject or
text that reports have.
Laws: a report of success is no bounce, nor is a read receipt; a delay is one that is not permanent; nothing here is
believed to change who a contact is (a report can be forged): it only names a mail of ours, by the Message-ID of the
returned part. A person who forwards a report is a person.
"""

from __future__ import annotations

from maild.ingest.bounce.notice import FAILURES, read_notice
from maild.ingest.bounce.original import RETURNED, original_id
from maild.ingest.bounce.status import ADDRESS, LOOKED_AT, MOST_RECIPIENTS, actions, address_in, fields, reported
from maild.ingest.bounce.text import above_returned, from_text, verdict
from maild.ingest.bounce.words import (
    BODIES,
    BODY_PATTERN,
    FORMULAS,
    REPORTER,
    REPORTER_NAME,
    SUBJECT_PATTERN,
    SUBJECTS,
    WEAK_REPORTER,
)
from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import Headers
from maild.ingest.machine.automatic import ReportKind
from maild.ingest.parts.structure import Part, leaves
from maild.model import Address, Bounce, BouncedRecipient

WITNESS_TEXT = 16 * 1024
FORMULA_TEXT = 4 * 1024
_COMPLAINT = b"\nx-hmxmroriginalrecipient:"  # in what Microsoft's complaint feed returns
# Fewer than `machine.subject` knows: Exchange's reports have X-Mailer and Thread-Index, too.
_HANDS = frozenset({"user-agent", "x-gm-message-state", "x-originating-ip", "x-provags-id", "x-me-sender"})
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_BAD_ACTIONS = frozenset({"failed", "delayed"})
_NO_BOUNCES = {
    "message/disposition-notification": ReportKind.RECEIPT,
    "message/global-disposition-notification": ReportKind.RECEIPT,
    "message/feedback-report": ReportKind.ABUSE,
}
_EVENTS = {"delivery": ReportKind.DELIVERED, "complaint": ReportKind.ABUSE}


def recognise_bounce(
    root: Part, sender: Address | None, headers: Headers, subject: str, text: str
) -> tuple[ReportKind, Bounce | None]:
    """(which kind of report, "" for none; the bounce in it)."""
    parts = leaves(root)
    if kind := _no_bounce(parts):
        return kind, None
    if found := _noticed(headers, sender, text):
        return found
    status = [part.text() for part in parts if part.content_type in _STATUS_PARTS]
    declared = _declared(root)
    if status and not declared and not _from_a_machine(sender, headers):
        status = []  # a person's client took a report apart to forward it
    if found := _by_fields(parts, status, headers, subject, text):
        return found
    if status or declared or _looks_like_one(sender, headers, subject, text):
        found_in_text = from_text(text, subject, _own(headers)) or _returned_recipients(parts, text, subject)
        return ReportKind.OTHER, Bounce(found_in_text, original_id(parts, text, headers))
    return (ReportKind.OTHER if root.content_type == "multipart/report" else ReportKind.NONE), None


def _no_bounce(parts: list[Part]) -> ReportKind:
    """Read receipts, reports of abuse and answers to invitations, whatever they are wrapped in."""
    for part in parts:
        if part.content_type in _NO_BOUNCES:
            return _NO_BOUNCES[part.content_type]
        if part.content_type == "text/calendar" and part.type_parameters.get("method", "").lower() == "reply":
            return ReportKind.MEETING
        if part.content_type in RETURNED and _COMPLAINT in b"\n" + part.data[:LOOKED_AT].lower():
            return ReportKind.ABUSE
    return ReportKind.NONE


def _noticed(headers: Headers, sender: Address | None, text: str) -> tuple[ReportKind, Bounce | None] | None:
    """Amazon's notices; people paste such JSON as well, so it must come from there."""
    amazon = bool(headers.first("x-amz-sns-message-id")) or (
        sender is not None and sender.address.endswith(("@sns.amazonaws.com", ".amazonses.com", "@amazonses.com"))
    )
    notice = read_notice(text) if amazon and text.lstrip()[:1] == "{" else None
    if notice is None:
        return None
    if notice.event in FAILURES:
        return ReportKind.OTHER, Bounce(notice.recipients, notice.original_message_id)
    return _EVENTS[notice.event], None


def _declared(root: Part) -> bool:
    return root.content_type == "multipart/report" and (
        root.type_parameters.get("report-type", "").lower() in ("delivery-status", "global-delivery-status")
    )


def _by_fields(
    parts: list[Part], status: list[str], headers: Headers, subject: str, text: str
) -> tuple[ReportKind, Bounce | None] | None:
    """What can be known without reading prose."""
    if not status and not headers.first("x-failed-recipients"):
        return None
    recipients = reported(status) or _failed_recipients(headers, subject, text)
    if recipients:
        return ReportKind.OTHER, Bounce(recipients, original_id(parts, text, headers))
    done = actions(status)
    return (ReportKind.DELIVERED, None) if done and not done & _BAD_ACTIONS else None


def _failed_recipients(headers: Headers, subject: str, text: str) -> tuple[BouncedRecipient, ...]:
    """Exim and Gmail name them in a header of its own, and say why in the text."""
    named = ",".join(headers.all("x-failed-recipients"))[:LOOKED_AT]
    addresses = list(dict.fromkeys(filter(None, map(normal_address, ADDRESS.findall(named)))))[:MOST_RECIPIENTS]
    if not addresses:
        return ()
    told = {each.address: each for each in from_text(text, subject, _own(headers))}
    head = above_returned(text[:LOOKED_AT])
    return tuple(told.get(address) or verdict(address, head[:4000], head, subject) for address in addresses)


# ---- witnesses -------------------------------------------------------------------------------------


def _looks_like_one(sender: Address | None, headers: Headers, subject: str, text: str) -> bool:
    """Two witnesses to who sent it and what it is called, and what it says; MAILER-DAEMON is a witness and a half.

    A postmaster is a person, too, where a mail client left its trace.
    """
    daemon = _is_daemon(headers)
    if not daemon and not _HANDS.isdisjoint(headers.names()):
        return False
    machine = _made_by_machine(headers)
    reporter = daemon or _reports(sender, headers) or (machine and _weakly_reports(sender))
    if not (reporter or machine):
        return False
    said = _subject_says(subject)
    if (daemon and said) or (reporter and _is_formula(text)):
        return True
    return (daemon or reporter + machine + said >= 2) and _text_says(text)


def _from_a_machine(sender: Address | None, headers: Headers) -> bool:
    return _is_daemon(headers) or _made_by_machine(headers) or _reports(sender, headers) or _weakly_reports(sender)


def _is_daemon(headers: Headers) -> bool:
    return "mailer-daemon" in headers.first("from")[:500].lower()


def _reports(sender: Address | None, headers: Headers) -> bool:
    if sender is None:  # "<>", "postmaster" and the like; two mailboxes are somebody's
        return headers.first("from").count("@") == 0
    return bool(REPORTER.match(sender.address) or REPORTER_NAME.search(sender.name[:200].lower()))


def _weakly_reports(sender: Address | None) -> bool:
    return sender is not None and bool(WEAK_REPORTER.match(sender.address))


def _made_by_machine(headers: Headers) -> bool:
    null_sender = any(path.replace(" ", "") == "<>" for path in headers.all("return-path"))
    return (
        null_sender
        or "auto-" in headers.first("auto-submitted").lower()
        or headers.first("x-mlserver").lower().startswith("fml")  # the list server that refuses, Japan
    )


def _subject_says(subject: str) -> bool:
    said = subject[:300].lower()
    return any(word in said for word in SUBJECTS) or bool(SUBJECT_PATTERN.search(said))


def _text_says(text: str) -> bool:
    said = text[:WITNESS_TEXT].lower()
    return any(word in said for word in BODIES) or bool(BODY_PATTERN.search(said))


def _is_formula(text: str) -> bool:
    said = text[:FORMULA_TEXT].lower()
    return any(words in said for words in FORMULAS)


# ---- whom it is about ------------------------------------------------------------------------------


def _own(headers: Headers) -> set[str]:
    """Who wrote and who got the report: not those who did not get the mail."""
    found = {normal_address(found) for name in ("from", "to") for found in ADDRESS.findall(headers.first(name))}
    return {address for address in found if address}


def _returned_recipients(parts: list[Part], text: str, subject: str) -> tuple[BouncedRecipient, ...]:
    """Whom the returned mail was for; its other addresses (its sender is us) did not fail."""
    heads = [part.text()[:LOOKED_AT].partition("\n\n")[0] for part in parts if part.content_type in RETURNED]
    addresses = (address_in(fields(head).get(name, "")) for head in heads for name in ("x-original-to", "to"))
    address = next(filter(None, addresses), "")
    report = above_returned(text[:LOOKED_AT])
    return (verdict(address, report[:4000], report, subject),) if address else ()
