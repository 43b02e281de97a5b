"""Headers and a text, encoded and folded by hand into finished bytes (a tenth of the cost of `email.message`).

In: text, as it came from outside; out: ASCII lines with CRLF (an address with a non-ASCII local part alone is
written as UTF-8, RFC 6532). Pure.
Laws: no value can end its header or start another (FAULT-E01, FAULT-E02); lines of at most 78 bytes where they
can be broken, 998 at most (RFC 5322 2.1.1); what a reader's program decodes is the text as cleaned, never an
encoded-word that somebody else wrote.
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from maild.cleaning import clean_header, clean_text
from maild.errors import PermanentFailure
from maild.ingest.header.addresses import SENDABLE
from maild.model import Address, Enclosure

WIDTH = 76  # RFC 2047 2: the longest line that holds an encoded-word
LONGEST_ID = 250
MOST_REFERENCES = 20
LONGEST_REFERENCES = 900
_ENCODED_BYTES = 39  # 52 characters of base64: an encoded-word of 64
_QUOTED_NAME = 50

_LONGEST_FILENAME = 80  # characters: twelve times as many when each is escaped, less than the longest line
_TEXT_TYPE = re.compile(r"text/[a-z0-9][a-z0-9.+-]{0,40}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


class UnusableAddress(PermanentFailure):
    """Not an address that mail can be sent to."""


Headers = Sequence[tuple[str, str]]


def message(headers: Headers, text: str, html: str = "", enclosures: Sequence[Enclosure] = ()) -> bytes:
    """The finished mail. `headers` are names and values as the functions below made them; `html` is the same text
    once more, in other clothes (RFC 2046 5.1.4: what comes last is shown)."""
    parts = [_part("text/plain", text)] + ([_part("text/html", html)] if html else [])
    whole = _joined("alternative", parts) if html else parts[0]
    if enclosures:
        whole = _joined("mixed", (whole, *map(_enclosed, enclosures)))
    lines = [f"{name}: {value}\r\n" for name, value in (*headers, ("MIME-Version", "1.0"))]
    return "".join(lines).encode() + whole


def _part(content_type: str, text: str, *more: tuple[str, str]) -> bytes:
    encoding, body = encoded_body(text)
    start = f"Content-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return (start + "".join(f"{name}: {value}\r\n" for name, value in more) + "\r\n").encode() + body


def _joined(kind: str, parts: Sequence[bytes]) -> bytes:
    """A multipart. Neither Base64 nor quoted-printable can hold its boundary: in neither is "_" behind "=" (RFC 2045
    6.7), and none of the two boundaries begins with the other."""
    boundary = f"=_{kind}"
    start = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    before = f"--{boundary}\r\n".encode()
    # The break before a boundary belongs to it (RFC 2046 5.1.1): a part keeps its own.
    return b"".join((start, *(before + part + b"\r\n" for part in parts), f"--{boundary}--\r\n".encode()))


def _enclosed(one: Enclosure) -> bytes:
    """As an attachment. A filename that is not plain is written as RFC 2231 has it."""
    kind = one.content_type if _TEXT_TYPE.fullmatch(one.content_type) else "text/plain"
    name = clean_header(one.filename).replace("/", "_").replace("\\", "_")[:_LONGEST_FILENAME] or "attachment.txt"
    is_plain = name.isascii() and '"' not in name
    told = f'="{name}"' if is_plain else f"*=utf-8''{quote(name, safe='')}"
    return _part(kind, one.text, ("Content-Disposition", f"attachment;\r\n filename{told}"))


def encoded_body(text: str) -> tuple[str, bytes]:
    """Quoted-printable; base64 where most of it would be escapes. Lines of at most 76 characters (RFC 2045)."""
    data = clean_text(text).rstrip("\n").replace("\n", "\r\n").encode() + b"\r\n"
    if len(data) > 1.3 * len(text):
        encoded = b2a_base64(data, newline=False)
        return "base64", b"".join(encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76))
    return "quoted-printable", b2a_qp(data, istext=True)


def unstructured(name: str, text: str) -> str:
    """The value of a header of free text, such as Subject. What can stay readable at its beginning does."""
    cleaned = clean_header(text)
    words = cleaned.split(" ")
    if _is_plain(cleaned):
        return _folded(len(name) + 2, words)
    plain = next((at for at, word in enumerate(words) if not _is_plain(word)), len(words))
    rest = _encoded_words(" ".join(words[plain:])) if words[plain:] else []
    return _folded(len(name) + 2, [*words[:plain], *rest])


@lru_cache(maxsize=256)
def mailbox(header: str, person: Address) -> str:
    """`"Name" <address>`. Raises UnusableAddress. Every mail of a desk has the same From, hence the cache."""
    address, phrase = addr_spec(person.address), _phrase(person.name)
    return _folded(len(header) + 2, [*phrase, f"<{address}>"] if phrase else [address])


def _phrase(name: str) -> tuple[str, ...]:
    """A display name (RFC 5322 3.2.5)."""
    cleaned = clean_header(name)
    if _is_plain(cleaned) and len(cleaned) <= _QUOTED_NAME:
        escaped = cleaned.replace("\\", "\\\\").replace('"', '\\"')
        return (f'"{escaped}"',) if escaped else ()
    return tuple(_encoded_words(cleaned))


def addr_spec(address: str) -> str:
    """The address itself, known to be one line and one address."""
    if not SENDABLE.fullmatch(address):
        raise UnusableAddress("the recipient's address is not one that mail can be sent to")
    return address


def date(at: datetime) -> str:
    """RFC 5322 3.3."""
    return _date(at.replace(microsecond=0))


_date = lru_cache(maxsize=16)(format_datetime)


def usable_ids(ids: Iterable[str]) -> list[str]:
    """Those that may stand in a header of ours: somebody else wrote them."""
    return [one for one in ids if len(one) <= LONGEST_ID and _MESSAGE_ID.fullmatch(one)]


def references(name: str, ids: Sequence[str]) -> str:
    """The first id, which names the thread, and the latest; at most 20 in 900 characters (RFC 5322 3.6.4)."""
    first, rest = ids[:1], ids[1:][-(MOST_REFERENCES - 1) :]
    while sum(map(len, (*first, *rest))) > LONGEST_REFERENCES:
        rest = rest[1:]
    return _folded(len(name) + 2, [*first, *rest])


def mail_link(name: str, address: str, subject: str) -> str:
    """`<mailto:…>` for a header about lists (RFC 2369, RFC 6068): who opens it writes a mail with this subject."""
    return _folded(len(name) + 2, [f"<mailto:{quote(addr_spec(address), safe='@+=.')}?subject={quote(subject)}>"])


def _is_plain(text: str) -> bool:
    """Whether it reads the same undecoded, and can be folded."""
    return text.isascii() and "=?" not in text and (len(text) <= 60 or max(map(len, text.split(" "))) <= 60)


def _encoded_words(text: str) -> list[str]:
    """RFC 2047 B encoding. Each word holds whole characters (part 5)."""
    data, words, start = text.encode(), [], 0
    while start < len(data):
        end = start + _ENCODED_BYTES
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?b?{b2a_base64(data[start:end], newline=False).decode('ascii')}?=")
        start = end
    return words


def _folded(used: int, words: Sequence[str]) -> str:
    """The words with spaces between them, broken before a word that would pass the width."""
    whole = " ".join(words)
    if used + len(whole) <= WIDTH:
        return whole
    parts = [words[0]]
    used += len(words[0])
    for word in words[1:]:
        fits = used + 1 + len(word) <= WIDTH
        parts.append(" " if fits else "\r\n ")
        parts.append(word)
        used = used + 1 + len(word) if fits else 1 + len(word)
    return "".join(parts)
