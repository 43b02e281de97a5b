"""Is this mail a report about mail of ours, and about whom? `recognise_bounce(root, …) -> Bounce | None`.

Reads delivery status notifications (RFC 3464), and the home-made reports that have no machine-readable part: those
need two witnesses, a sender that reports come from and a subject or text that reports have.
Laws: a report of success is no bounce; a delay is one that is not permanent; nothing here is believed to change who a
contact is (a report can be forged): it only names a mail of ours, by the Message-ID of the returned part.
"""

from __future__ import annotations

import re

from maild.cleaning import clean_header
from maild.ingest.addresses import normal_address
from maild.ingest.headers import Headers
from maild.ingest.scan import noted
from maild.ingest.structure import Part, leaves
from maild.model import Address, Bounce, BouncedRecipient

MOST_RECIPIENTS = 100
LOOKED_AT = 64 * 1024
LONGEST_DIAGNOSTIC = 500
_RETURNED = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers"}
)
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{1,40}):[ \t]*([^\n]*(?:\n[ \t]+[^\n]+)*)", re.MULTILINE)
_ACTION = re.compile(r"^action:[ \t]*(\w+)", re.IGNORECASE | re.MULTILINE)
_BAD_ACTIONS = frozenset({"failed", "delayed"})
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45])\d\d[ -]")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_RETURNED_ID = re.compile(r"^[> \t]*Message-Id:\s*(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)

_REPORTER = re.compile(
    r"(?:[^@]*[._+-])?(?:mailer[-_]?d[ae]mon|postmaster|mail[-_]?daemon|postmasters?|mmdf|mdaemon|exchange|"
    r"symantec_antivirus_for_smtp_gateways|"
    r"micrsoftexchange[^@]*|microsoftexchange[^@]*|bounces?|mailsystem|mailadmin|admin|mail|nobody|maser|"
    r"system|root)@"
)
_REPORTER_NAME = re.compile(
    r"mail delivery|delivery (?:sub)?system|mail administrator|system administrator|postmaster|mailer-daemon|"
    r"mail system|internet mail|mail router|delivery (?:status|failure|agent)|mail server|message transfer"
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|non[- ]?delivery|delivery (?:status|failure|error|report|problem|has failed|"
    r"unsuccessful|delay)|"
    r"delivery.{0,30}(?:fail|unsuccess)|(?:fail|unsuccess).{0,30}deliver|returned? (?:mail|message|to sender|"
    r"e-?mail)|"
    r"mail returned|failure notice|failed mail|mail failed|mail (?:system )?(?:error|failure|delivery)|"
    r"could ?n[o']t? be delivered|"
    r"not (?:be )?delivered|rejected mail|warning: (?:could|message)|user unknown|unknown user|mail could not|"
    r"message (?:status|rejected|not delivered)|there was an error sending your mail|dilivery error|"
    r"permanent (?:fail|delivery)|"
    r"unzustell|nicht zugestellt|zustellung|unbekannter empf|onbestelbaar|niet (?:worden )?(?:bezorgd|afgeleverd)|"
    r"échec|non remis|no se puede entregar|mensaje no entregado|mancata consegna|não entreg"
)
_BODY = re.compile(
    r"final-recipient:|diagnostic-code:|remote-mta:|user unknown|unknown user|mailbox (?:is )?(?:full|"
    r"unavailable|not found)|"
    r"could not be delivered|did not reach|was not delivered|(?:un|not )deliver|delivery (?:to|of|has|failed)|"
    r"undeliver|"
    r"permanent(?:ly)? (?:fatal |failure|error|fail)|no such user|does not exist|recipient(?:'s)? (?:address|"
    r"mailbox)|"
    r"returned (?:mail|to sender)|message header follows|(?:original|undelivered|returned|rejected) message|"
    r"\b5\d\d[ -]\d\.\d\.\d|"
    r"able to deliver|error delivering|failed addresses|transcript of session follows|over quota|"
    r"account (?:has been )?disabled|host unknown|unable to deliver|nicht zugestellt|rejected|bounce"
)


def recognise_bounce(
    root: Part, sender: Address | None, headers: Headers, subject: str, text: str
) -> tuple[bool, Bounce | None]:
    """(is a report of any kind, the bounce in it)."""
    parts = leaves(root)
    status = [part for part in parts if part.content_type in _STATUS_PARTS]
    recipients = _reported(status) or _failed_recipients(headers)
    if recipients:
        return True, Bounce(recipients, original_id(parts, text))
    actions = {action.lower() for part in status for action in _ACTION.findall(part.text()[:LOOKED_AT])}
    if actions and not actions & _BAD_ACTIONS:
        return True, None
    declared = root.content_type == "multipart/report" and _report_type(root) == "delivery-status"
    if status or declared or _looks_like_one(sender, headers, subject, text):
        found = _from_text(text, headers) or _from_text(_returned_recipients(parts), headers)
        return True, Bounce(found, original_id(parts, text))
    return root.content_type == "multipart/report", None


def _report_type(root: Part) -> str:
    return root.type_parameters.get("report-type", "").lower()


def _reported(status: list[Part]) -> tuple[BouncedRecipient, ...]:
    """The per-recipient blocks of RFC 3464 2.3 whose action is a failure or a delay."""
    found: dict[str, BouncedRecipient] = {}
    for part in status:
        for block in part.text()[:LOOKED_AT].split("\n\n"):
            recipient = _recipient(_fields(block))
            if recipient and len(found) < MOST_RECIPIENTS:
                found.setdefault(recipient.address, recipient)
    return tuple(found.values())


def _fields(block: str) -> dict[str, str]:
    return {name.lower(): clean_header(value) for name, value in reversed(_FIELD.findall(block))}


def _recipient(fields: dict[str, str]) -> BouncedRecipient | None:
    address = _address_of(fields.get("final-recipient", "")) or _address_of(fields.get("original-recipient", ""))
    action = fields.get("action", "").lower()
    status = _STATUS.search(fields.get("status", "")) or _STATUS.search(fields.get("diagnostic-code", ""))
    code = status[1] if status else ""
    if not address or action.startswith(("delivered", "relayed", "expanded")) or code.startswith("2"):
        return None
    permanent = not action.startswith("delay") and not code.startswith("4")
    return BouncedRecipient(address, permanent, code, fields.get("diagnostic-code", "")[:LONGEST_DIAGNOSTIC])


def _address_of(value: str) -> str:
    found = _ADDRESS.search(value.rpartition(";")[2])
    return (normal_address(found[0]) or "") if found else ""


def _failed_recipients(headers: Headers) -> tuple[BouncedRecipient, ...]:
    """Exim names them in a header of its own."""
    named = ",".join(headers.all("x-failed-recipients"))
    addresses = dict.fromkeys(filter(None, map(normal_address, _ADDRESS.findall(named))))
    return tuple(BouncedRecipient(address, permanent=True) for address in list(addresses)[:MOST_RECIPIENTS])


def _looks_like_one(sender: Address | None, headers: Headers, subject: str, text: str) -> bool:
    """Two witnesses to who sent it and what it is called, and what it says; MAILER-DAEMON is a witness and a half."""
    daemon = "mailer-daemon" in headers.first("from")[:500].lower()
    reporter = sender is None or _reports(sender)
    machine = _null_sender(headers) or "auto-" in headers.first("auto-submitted").lower()
    if not (daemon or reporter or machine):
        return False
    said = bool(_SUBJECT.search(subject[:300].lower()))
    if daemon and said:
        return True
    return (daemon or reporter + machine + said >= 2) and bool(_BODY.search(text[:LOOKED_AT].lower()))


def _reports(sender: Address) -> bool:
    return bool(_REPORTER.match(sender.address) or _REPORTER_NAME.search(sender.name.lower()))


def _null_sender(headers: Headers) -> bool:
    return any(path.replace(" ", "") == "<>" for path in headers.all("return-path"))


def _from_text(text: str, headers: Headers) -> tuple[BouncedRecipient, ...]:
    """The first address a home-made report speaks of, with the status written near it."""
    own = {normal_address(found) for name in ("from", "to") for found in _ADDRESS.findall(headers.first(name))}
    head = text[:LOOKED_AT]
    for found in _ADDRESS.finditer(head):
        address = normal_address(found[0])
        if address and address not in own and not _REPORTER.match(address):
            near = head[found.start() : found.start() + 1000]
            status = _STATUS.search(near) or _STATUS.search(head[:4000])
            code = status[1] if status else ""
            temporary = code.startswith("4") or (not code and _first_code(near) == "4")
            return (BouncedRecipient(address, not temporary, code),)
    return ()


def _first_code(text: str) -> str:
    found = _CODE.search(text)
    return found[1] if found else ""


def _returned_recipients(parts: list[Part]) -> str:
    """Whom the returned mail was for; its other addresses (its sender is us) did not fail."""
    heads = (part.text()[:LOOKED_AT].partition("\n\n")[0] for part in parts if part.content_type in _RETURNED)
    return "\n".join(_fields(head).get("to", "") for head in heads)


def original_id(parts: list[Part], text: str) -> str:
    """The Message-ID of the mail a report is about: of the returned part, else of the copy in its text."""
    for part in parts:
        if part.content_type in _RETURNED:
            found, _ = noted(part.data)
            if found:
                return found
    quoted = _RETURNED_ID.search(text[:LOOKED_AT])
    return quoted[1] if quoted else ""
