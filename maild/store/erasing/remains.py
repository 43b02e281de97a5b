"""What remains of a mail's bytes: the same mail without the words, or a note in its place.

Laws: what comes out holds none of the words in any header or part as a reader decodes it; where that cannot be reached,
nothing of the mail stays but the note. Bytes in a form of their own (pictures, PDF) are searched as they are. Pure.
"""

from __future__ import annotations

import base64
import email
import html
from collections.abc import Iterator
from email.header import Header, decode_header, make_header
from email.message import Message
from email.policy import compat32

from maild.store.erasing.wording import Scrub

_POLICY = compat32.clone(linesep="\r\n", mangle_from_=False)


def note(said: str, sha256: str) -> bytes:
    """What stands in the place of a mail: it says that bytes are gone, and the hash of what was there."""
    lines = ("Subject: erased", "", f"The bytes of this mail were erased: {said}.", f"SHA-256 of them: {sha256}", "")
    return "\r\n".join(lines).encode()


def without(raw: bytes, scrub: Scrub, instead: bytes) -> bytes:
    """The mail without the words, the very bytes where they are not in it; `instead` where they cannot be taken out."""
    if not holds(raw, scrub):
        return raw
    try:
        mail = email.message_from_bytes(raw, policy=_POLICY)
        for part in mail.walk():
            _clean(part, scrub)
        cleaned = mail.as_bytes(policy=_POLICY)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return instead  # a mail that is beyond the standard library
    return instead if holds(cleaned, scrub) else cleaned


def holds(raw: bytes, scrub: Scrub) -> bool:
    """Whether a reader would find any of the words."""
    return any(map(scrub.found, readings(raw)))


def readings(raw: bytes) -> Iterator[str]:
    """Everything that a reader, or a search for bytes, finds in a mail."""
    yield raw.decode("utf-8", "replace")
    yield raw.decode("latin-1")
    try:
        for part in email.message_from_bytes(raw, policy=_POLICY).walk():
            yield from (f"{name}: {_decoded(value)}" for name, value in part.raw_items())
            yield part.get_filename("")
            yield from _texts(part)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


def _texts(part: Message) -> Iterator[str]:
    if not part.is_multipart():
        text = _text(part)
        yield from (text, html.unescape(text))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("latin-1")


def _decoded(value: object) -> str:
    try:
        return str(make_header(decode_header(str(value))))
    except (ValueError, LookupError):
        return str(value)


def _clean(part: Message, scrub: Scrub) -> None:
    _clean_headers(part, scrub)
    for where in ("preamble", "epilogue"):
        if said := getattr(part, where):
            setattr(part, where, scrub.apply(said))
    if part.is_multipart() or not any(map(scrub.found, _texts(part))):
        return
    kept = scrub.apply(_text(part)) if part.get_content_maintype() == "text" else ""
    del part["Content-Transfer-Encoding"]
    part.set_payload(base64.encodebytes(kept.encode("utf-8", "replace")).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    if part.get_content_maintype() == "text":
        part.set_param("charset", "utf-8")


def _clean_headers(part: Message, scrub: Scrub) -> None:
    """Headers keep their order; only those with the words are written anew."""
    items = list(part.raw_items())
    if not any(scrub.found(_decoded(value)) for _, value in items):
        return
    for name in {name for name, _ in items}:
        del part[name]
    for name, value in items:
        part[name] = _clean_value(value, scrub)


def _clean_value(value: str, scrub: Scrub) -> str:
    decoded = _decoded(value)
    if not scrub.found(decoded):
        return value
    kept = " ".join(scrub.apply(decoded).split())
    return kept if kept.isascii() else Header(kept, "utf-8").encode()
