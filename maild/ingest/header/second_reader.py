"""mail-parser and the standard library read again what our own readers doubt: second opinions off the hot path.

In: single header values that are already known to be odd. Out: mailboxes or an instant, with less certainty.
Laws: it sees a message of that one field only, cut to `limits.HEADER_VALUE`, so none of its costs for bodies, nested
mail or thousands of parameters can arise; whatever it raises means "unreadable"; what it finds is marked as a defect
by the caller (`author`: whose sender they are, it says).
Why no more than that: over 844 mails of nine other projects mail-parser 4.8 takes 1.6 ms a mail, loses 7 of them in
its own call, and reads no field right that ours read wrong (subjects 122 of 143 to our 143, senders 133 of 141 to 139,
names 132 to 141, texts 122 of 147 to 129, file names 44 of 49 to 49; of 632 dates all agree, 6 it does not find).
"""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.headerregistry import AddressHeader
from email.message import Message as Compat32

from mailparser import MailParser

from maild.ingest.header.addresses import normal_address
from maild.ingest.header.dates import is_plausible
from maild.ingest.header.headers import decoded
from maild.ingest.mime.limits import HEADER_VALUE
from maild.model import Address

MOST_MAILBOXES = 500


def mailboxes(value: str) -> tuple[Address, ...]:
    """Every mailbox mail-parser recovers from an address field, normalised; unreadable ones are left out."""
    parsed = _read("To", value)
    found = []
    for name, spec in (parsed.to if parsed else [])[:MOST_MAILBOXES]:
        address = normal_address(str(spec))
        if address:
            found.append(Address(decoded(str(name)), address))
    return tuple(found)


def standard(value: str) -> tuple[str, ...]:
    """The addresses that the standard library's policy parser finds; () where it fails, or finds what is none."""
    try:
        header = policy.default.header_factory("from", value)
        read = header.addresses if isinstance(header, AddressHeader) else ()
        found = [normal_address(each.addr_spec) for each in read]
    except Exception:  # noqa: BLE001 - as below
        return ()
    return tuple(each for each in found if each) if all(found) else ()


def date(value: str) -> datetime | None:
    """Obsolete and misspelt dates (RFC 5322 4.3), as aware UTC."""
    parsed = _read("Date", value)
    found = parsed.date if parsed else None
    if not isinstance(found, datetime) or not is_plausible(found.year):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _read(name: str, value: str) -> MailParser | None:
    message = Compat32()
    message[name] = value[:HEADER_VALUE].replace("\r", " ").replace("\n", " ")
    try:
        return MailParser(message)
    except Exception:  # noqa: BLE001 - a second opinion may fail in any way; then there is none
        return None
