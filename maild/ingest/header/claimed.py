"""Whom a mail claims to be from, for people to see: `claimed_sender(headers)`, where `sender` names nobody.

In: the header of a mail without one certain author (two From fields, two mailboxes, no From, `MAILER-DAEMON` without a
domain, mangled forms). Out: what a mail client would show: the first mailbox that can be made out, else a name with the
address "". Law: a claim gives no rights, ever (reliability D02).
"""

from __future__ import annotations

import re

from maild.ingest.header import second_reader
from maild.ingest.header.addresses import LONGEST_ADDRESS, read_mailboxes
from maild.ingest.header.headers import Headers, decoded
from maild.model import Address

LOOKED_AT = 1000
LONGEST_NAME = 200
# Without From a client shows the next best (RFC 5322 3.6.2 wants a From; drafts and scripts have none).
_FIELDS = ("from", "sender", "reply-to", "return-path")
_BRACKETS = re.compile(r"<([^<>]*)>")
# A lone word is somebody's name, but for these, who write from the machine itself.
_LOCAL_MAILBOXES = frozenset({"mailer-daemon", "postmaster", "root", "daemon", "cron", "nobody", "www-data"})
_MARKS = str.maketrans("<>[]()\"',;", " " * 10)
_COMMENT = re.compile(r"\(([^()]*)\)")


def claimed_sender(headers: Headers) -> Address | None:
    for name in _FIELDS:
        for value in headers.all(name)[:3]:
            found = _shown(value[:LOOKED_AT])
            if found and (name == "from" or "@" in found.address):
                return found
    return None


def is_certain(headers: Headers, author: Address) -> bool:
    """An address with letters whose charset had to be guessed could be another: it names nobody for sure."""
    return "from" not in headers.guessed or (author.address.isascii() and "xn--" not in author.address)


def _shown(value: str) -> Address | None:
    mailboxes = read_mailboxes(value).mailboxes or second_reader.mailboxes(value)
    if mailboxes:
        return mailboxes[0]
    return _loosely(decoded(value))


def _loosely(value: str) -> Address | None:
    """`Name <word>`, `word (Name)`, `Name word@there`, `some words`, and worse."""
    bracketed, comment = _BRACKETS.search(value), _COMMENT.search(value)
    rest = _COMMENT.sub(" ", _BRACKETS.sub(" ", value))
    words = (bracketed[1] if bracketed else rest).translate(_MARKS).split()
    word = next((word for word in words if "@" in word), words[0] if len(words) == 1 else "")
    around = rest if bracketed else comment[1] if comment else " ".join(each for each in words if each != word)
    name = _name(around)
    is_mailbox = "@" in word or bracketed or comment or word.lower() in _LOCAL_MAILBOXES
    if not word or ":" in rest or not is_mailbox:
        return Address(name or _name(rest), "") if name or _name(rest) else None
    return Address(name, word[:LONGEST_ADDRESS].lower())


def _name(text: str) -> str:
    return " ".join(text.split()).strip("\"' ,;:<>")[:LONGEST_NAME]
