"""Raw mail becomes a tree of `Part`s: `read(raw)`, with what is wrong with it.

Laws: a `message/*` part is a leaf whose bytes are what was sent. Where mail programs may see another tree than this
one (two Content-Types, one boundary for two multiparts, a multipart that claims to be base64: reliability E12), the
defects say so. Part numbers are those of IMAP (RFC 3501 6.4.5): "1" for a mail of one part, else "1", "2", "2.1" …
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.errors import (
    MessageDefect,
    MissingHeaderBodySeparatorDefect,
    NoBoundaryInMultipartDefect,
    StartBoundaryNotFoundDefect,
)

from maild.ingest.header.headers import Headers
from maild.ingest.mime import charsets, limits, mending
from maild.ingest.mime.parameters import Structured, media_type, structured
from maild.ingest.mime.words import base64_bytes
from maild.ingest.parts.sealed import SealedPart, parsed

MOST_BROKEN_LINES = 1000
AMBIGUOUS = "ambiguous: "
CUT = "value cut at"
_SINGLE = ("content-type", "content-transfer-encoding", "content-disposition")
_FOR_OLD_PROGRAMS = re.compile(r"MIME[ -]format|mehrteilige Nachricht", re.IGNORECASE)
# What starts so and declares nothing is no plain text.
_HTML = re.compile(rb"\s{0,200}(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_NEVER_OF_MULTIPARTS = ("base64", "quoted-printable")


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `data` is decoded from its transfer encoding, and empty for a multipart.

    `charset` is the declared one, else that of the multipart around it (Chinese clients name it only there).
    `lead` is text before the first part of a multipart that also says it is text (two Content-Types);
    `margin` is what stands around the parts of the whole mail; `inner` is what a leaf holds (`inside`).
    """

    number: str
    headers: Headers
    content_type: str
    type_parameters: dict[str, str]
    disposition: Structured
    data: bytes = b""
    children: tuple[Part, ...] = ()
    charset: str = ""
    lead: tuple[Part, ...] = ()
    margin: str = ""
    inner: tuple[Part, ...] = ()

    @property
    def filename(self) -> str:
        return self.disposition.parameters.get("filename") or self.type_parameters.get("name", "")

    def text(self) -> str:
        """The data as text, line ends normalised."""
        text = charsets.decode(self.data[: limits.CODED_TEXT], self.charset)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(slots=True)
class _Walk:
    """What is gathered on the way through the tree: defects, and the boundaries of the multiparts above."""

    defects: list[str]
    boundaries: tuple[str, ...] = ()


def read(raw: bytes) -> tuple[Part, list[str]]:
    """The tree and what is wrong with it. Raises UnparsableMail beyond the limits."""
    fitted = limits.fitted(raw.removeprefix(b"\xef\xbb\xbf"))
    defects = [f"{name}: {CUT} {limits.HEADER_VALUE} characters" for name in fitted.cut]
    readable, message = fitted.raw, parsed(fitted.raw)
    if _has(message, MissingHeaderBodySeparatorDefect) or mending.is_spaced_author(readable):
        repaired = mending.mended(readable)
        if repaired:
            readable, message = repaired, parsed(repaired)
            defects.append("header lines mended")
    if _has(message, StartBoundaryNotFoundDefect, NoBoundaryInMultipartDefect):
        boundary = mending.real_boundary(readable)
        if boundary:
            message = parsed(readable, boundary)
            defects.append(f"{AMBIGUOUS}a boundary that is not the declared one")
    return _part(message, "", "text/plain", "", _Walk(defects)), defects


def _has(message: SealedPart, *kinds: type[MessageDefect]) -> bool:
    return any(isinstance(defect, kinds) for defect in message.defects)


def _part(message: SealedPart, number: str, default: str, charset: str, walk: _Walk) -> Part:
    declared = message.declared
    charset = declared.parameters.get("charset", charset)
    headers = Headers(message.raw_items(), charset)
    walk.defects += headers.defects
    walk.defects += [type(defect).__name__ for defect in message.defects]
    walk.defects += _doubled(headers)
    if declared.value.startswith("multipart/"):
        walk.defects += _odd_multipart(declared, headers, walk)
    kind = media_type(declared.value, "text/html" if declared.value == "html" else default)
    parameters = structured(headers.first("content-type")).parameters if declared.parameters else {}
    disposition = structured(headers.first("content-disposition"))
    prefix, payload = f"{number}." if number else "", message.payload
    if isinstance(payload, str):
        data = transferred(payload, headers.first("content-transfer-encoding"), with_footer=kind.startswith("text/"))
        if kind == "text/plain" and not declared.value and _HTML.match(data):
            kind = "text/html"
        return Part(number or "1", headers, kind, parameters, disposition, data, charset=charset)
    return Part(
        number or "1", headers, kind, parameters, disposition, charset=charset,
        children=_children(message, prefix, kind, charset, walk),
        lead=_lead(message, headers, prefix, charset),
        margin="" if prefix else message.margin(),
    )  # fmt: skip


def _children(message: SealedPart, prefix: str, kind: str, charset: str, walk: _Walk) -> tuple[Part, ...]:
    boundary = message.declared.parameters.get("boundary", "")
    below = _Walk(walk.defects, (*walk.boundaries, boundary))
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    payload = message.payload
    return tuple(
        _part(child, f"{prefix}{place}", default, charset, below)
        for place, child in enumerate(payload, 1)
        if isinstance(child, SealedPart)
    )


def _doubled(headers: Headers) -> list[str]:
    """Fields a part has once (RFC 2045 section 3), here twice with different values."""
    return [
        f"{AMBIGUOUS}two {name} fields" for name in _SINGLE if len(headers.all(name)) > 1 and _differ(headers, name)
    ]


def _odd_multipart(declared: Structured, headers: Headers, walk: _Walk) -> list[str]:
    boundary, found = declared.parameters.get("boundary", ""), list[str]()
    # "--b--" ends the outer multipart of boundary "b", or starts a part of the inner one of boundary "b--".
    if boundary and any(boundary in (above, f"{above}--") for above in walk.boundaries):
        found.append(f"{AMBIGUOUS}one boundary for two multiparts")
    if headers.first("content-transfer-encoding").lower() in _NEVER_OF_MULTIPARTS:
        found.append(f"{AMBIGUOUS}an encoded multipart")
    return found


def _differ(headers: Headers, name: str) -> bool:
    return len({" ".join(value.lower().split()) for value in headers.all(name)}) > 1


def _lead(message: SealedPart, headers: Headers, prefix: str, charset: str) -> tuple[Part, ...]:
    """A multipart that also says it is plain text has a text where others have an empty preamble."""
    kinds = [structured(value) for value in headers.all("content-type")[1:3]]
    text = next((kind for kind in kinds if kind.value == "text/plain"), None)
    preamble = message.preamble or ""
    if text is None or not preamble.strip() or _FOR_OLD_PROGRAMS.search(preamble[:300]):
        return ()
    data = transferred(preamble, headers.first("content-transfer-encoding"))
    charset = text.parameters.get("charset", charset)
    return (Part(f"{prefix}0", Headers(()), "text/plain", text.parameters, Structured("", {}), data, charset=charset),)


def transferred(payload: str, encoding: str, *, with_footer: bool = False) -> bytes:
    """Undoes a Content-Transfer-Encoding (RFC 2045 6); an unknown one is taken as it stands.

    A list server may have put its footer below encoded text: read as base64 it would be rubbish.
    """
    how = "".join(encoding.split()).lower()
    if how.startswith("base64"):
        if with_footer and ("\n--" in payload or "\n__" in payload):
            return _with_footer(payload)
        return _base64(payload)
    if how.startswith("quoted"):
        return binascii.a2b_qp(payload.encode("ascii", "surrogateescape"))
    if how in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uuencoded(payload.encode("ascii", "surrogateescape"))
    return payload.encode("ascii", "surrogateescape")


def _with_footer(payload: str) -> bytes:
    place = min(found for found in (payload.find("\n--"), payload.find("\n__")) if found >= 0)
    return _base64(payload[:place]) + payload[place:].encode("ascii", "surrogateescape")


def _base64(payload: str) -> bytes:
    """The common case without a copy: sound base64 whose padding, if any, is at the end."""
    padding = payload.find("=", 0, len(payload) - 8)
    if padding < 0 and payload.isascii():
        try:
            return binascii.a2b_base64(payload)
        except binascii.Error:
            pass
    return base64_bytes(payload.encode("ascii", "replace"))


def _uuencoded(data: bytes) -> bytes:
    decoded, broken = [], 0
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        # Some encoders write more letters than the length letter says.
        wanted = line[: (((line[0] - 32) & 63) * 4 + 5) // 3]
        try:
            decoded.append(binascii.a2b_uu(wanted))
        except binascii.Error:
            broken += 1
            if broken > MOST_BROKEN_LINES:
                break
    return b"".join(decoded)


def leaves(part: Part) -> list[Part]:
    """All parts that are no multiparts, in the order of the mail."""
    if not part.children:
        return [part]
    return [leaf for child in part.children for leaf in leaves(child)]
