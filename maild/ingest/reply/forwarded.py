"""Who wrote what this mail forwards? `forwarded_from(message)`.

In: a mail as it was read; out: the sender that the first copied header in its text names, or None. Only a mail whose
subject says that it passes another one on is looked at. It is what the forwarder's text says: a proposal for people to
decide about, never proof.
Laws: never raises; linear, in the first MOST_LINES lines; the address stands in the text, and is the only one where the
header names its sender; a mail that was forwarded before names the last sender, as the first header is his.
A mail attached as a file is not opened: `Message` does not hold its header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maild.cleaning import clean_header
from maild.ingest.header.addresses import SENDABLE, normal_address
from maild.ingest.reply.attribution import LONGEST_LINE
from maild.ingest.reply.copied_header import field
from maild.ingest.reply.quotation import first_announcement
from maild.ingest.reply.visible import is_passed_on
from maild.model import Address, Message

MOST_LINES = 200
MOST_FOLDED = 2
LONGEST_NAME = 100

_PART = r"[^\s<>()\[\]\",;:@]"
_NOT_BESIDE = r"[^\s<>()\[\]\",;:]"
_ADDRESS = re.compile(rf"(?<!{_NOT_BESIDE}){_PART}{{1,64}}@{_PART}{{1,253}}(?!{_NOT_BESIDE})")
_BEFORE_ADDRESS = re.compile(r"[<\[(]|mailto:", re.IGNORECASE)
_AROUND_NAME = " \t\xa0\"'*_,;"


def forwarded_from(message: Message) -> Address | None:
    """The original sender of a forwarded mail, as its text names them; None where it names nobody for sure."""
    if not is_passed_on(message.subject):
        return None
    lines = message.text.split("\n", MOST_LINES)[:MOST_LINES]
    found = first_announcement(lines)
    return _sender(lines[found.start : found.end]) if found else None


def _sender(header: Sequence[str]) -> Address | None:
    """Whom the first From of a copied header names."""
    for place, line in enumerate(header):
        found = field(line[:LONGEST_LINE])
        if found and found.role == "from":
            return _mailbox(_with_folded(found.value, header[place + 1 :]))
    return None


def _with_folded(value: str, below: Sequence[str]) -> str:
    """A long name goes on, and some clients write values below their names: up to the next field, if one follows."""
    lines = [line[:LONGEST_LINE] for line in below[: MOST_FOLDED + 1]]
    end = next((place for place, line in enumerate(lines) if field(line)), 0)
    return " ".join((value, *(line.strip(" >") for line in lines[:end])))


def _mailbox(value: str) -> Address | None:
    """`Name <address>`, `Name [mailto:address]` or an address; None where two addresses could be meant."""
    addresses = {normal_address(_without_quotes(each)) for each in _ADDRESS.findall(value)}
    address = addresses.pop() if len(addresses) == 1 else None
    return Address(_name(value), address) if address and SENDABLE.fullmatch(address) else None


def _without_quotes(written: str) -> str:
    """Outlook shows `'max@b.example'` where a mail has no name of its sender."""
    return written[1:-1] if written[0] == written[-1] == "'" else written


def _name(value: str) -> str:
    """What stands before the address; a name that is an address is none."""
    name = clean_header(_BEFORE_ADDRESS.split(value, maxsplit=1)[0]).strip(_AROUND_NAME)
    return "" if "@" in name else name[:LONGEST_NAME]
