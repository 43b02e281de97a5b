"""The arguments of MAIL and RCPT (RFC 5321 4.1.2, 6531): text in, address and parameters out. Pure.

Laws: nothing is repaired; control characters and invalid bytes never get through; what a sender may write as an
address is decided by `ingest.addresses`, here it is only cut out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from maild.ingest.header.addresses import normal_address

LONGEST_PATH = 512
"""Octets; RFC 5321 4.5.3.1.3 asks for 256, but SRS and VERP senders are seen beyond it."""

_PATH = re.compile(
    r"""(?:FROM|TO):[ ]*                                             # Postfix, too, bears the space
        (?:<(?:@[^<>:\s"]*:)?                                        # a source route is read and ignored (RFC 5321 C)
            ((?:"(?:\\[\x20-\x7e]|[^"\\\x00-\x1f\x7f-\x9f])*"|[^<>\s"\x00-\x1f\x7f-\x9f])*)>
          |([^<>\s"\x00-\x1f\x7f-\x9f]+))
        ((?:[ ]+[^\s\x00-\x1f\x7f-\x9f]+)*)[ ]*""",
    re.IGNORECASE | re.VERBOSE,
)


known_form = lru_cache(maxsize=1024)(normal_address)
"""`normal_address`, with a memory for the addresses that come again and again."""


@dataclass(frozen=True, slots=True)
class Path:
    """What MAIL or RCPT names: an address as written ("" is the null sender) and parameters, names in upper case."""

    address: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MailParameters:
    """The parameters of MAIL that we advertise. `size` is 0 where the client does not say (RFC 1870)."""

    size: int = 0
    refusal: str = ""


def read_path(keyword: str, argument: str) -> Path | None:
    """Cut `FROM:<address> parameters` apart; None if it is not that."""
    found = _PATH.fullmatch(argument)
    if found is None or argument[: len(keyword)].upper() != keyword:
        return None
    address = found[1] if found[1] is not None else found[2]
    if len(address.encode()) > LONGEST_PATH:
        return None
    return Path(address, _parameters(found[3]))


def sender_of(path: Path) -> str:
    """The normal form of an envelope sender; what is no proper address stays as written: senders are not judged."""
    return known_form(path.address) or path.address


def mail_parameters(path: Path, largest: int, auth: bool = False) -> MailParameters:
    """SIZE, BODY, SMTPUTF8 and, with `auth`, AUTH of MAIL; `refusal` answers anything else, and over `largest` octets.

    Who first submitted a mail (AUTH=, RFC 4954 5) is read and ignored: nobody here is trusted to say so.
    """
    size = 0
    for name, value in path.parameters:
        if name == "SIZE" and value.isascii() and value.isdigit() and len(value) <= 20:
            size = int(value)
        elif not (auth and name == "AUTH" and value) and (name, value.upper()) not in _BEARABLE:
            return MailParameters(refusal="555 5.5.4 MAIL parameter not recognised")
    if size > largest:
        return MailParameters(refusal=f"552 5.3.4 message too big: at most {largest} octets")
    return MailParameters(size)


def _parameters(text: str) -> tuple[tuple[str, str], ...]:
    words = (word.partition("=") for word in text.split())
    return tuple((name.upper(), value) for name, _, value in words)


_BEARABLE = {("BODY", "7BIT"), ("BODY", "8BITMIME"), ("SMTPUTF8", "")}
