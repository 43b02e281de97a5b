"""Raw mail becomes a tree of `Part`s: one pass of the standard library's parser, under our limits.

Laws: a `message/*` part is sealed (a leaf whose bytes are what was sent, never walked into), so forwarded text
can not leak into ours and nesting costs nothing; parts and multiparts are counted while parsing.
Part numbers are those of IMAP (RFC 3501 6.4.5): "1" for a mail of one part, else "1", "2", "2.1" …
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from email.errors import MissingHeaderBodySeparatorDefect
from email.feedparser import BytesFeedParser
from email.message import Message as Compat32
from email.policy import Policy, compat32

from maild.ingest import charsets, limits
from maild.ingest.headers import Headers, base64_bytes
from maild.ingest.mending import mended
from maild.ingest.parameters import Structured, media_type, structured
from maild.ingest.runs import Runs, folded

MOST_BROKEN_LINES = 1000
NO_RUNS = Runs()


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `data` is decoded from its transfer encoding, and empty for a multipart.

    `charset` is the declared one, else that of the multipart around it (Chinese clients name it only there).
    """

    number: str
    headers: Headers
    content_type: str
    type_parameters: dict[str, str]
    disposition: Structured
    data: bytes = b""
    children: tuple[Part, ...] = ()
    charset: str = ""

    @property
    def filename(self) -> str:
        return self.disposition.parameters.get("filename") or self.type_parameters.get("name", "")

    def text(self) -> str:
        """The data as text, line ends normalised."""
        text = charsets.decode(self.data[: limits.CODED_TEXT], self.charset)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@dataclass(slots=True)
class _Count:
    parts: int = 0
    multiparts: int = 0
    runs: Runs = NO_RUNS


class SealedPart(Compat32):
    """A compat32 message that counts itself and shows `message/*` to the parser as an opaque leaf."""

    def __init__(self, count: _Count) -> None:
        super().__init__(policy=compat32)
        self._count = count
        self._declared: Structured | None = None
        count.parts += 1
        if count.parts > limits.PARTS:
            raise limits.beyond(limits.Cause.PARTS, f"more than {limits.PARTS} parts")

    @property
    def payload(self) -> str | list[SealedPart]:
        """Children, or the text as it was sent; get_payload() would decode by the declared charset."""
        payload = self._payload  # type: ignore[attr-defined]
        return payload if isinstance(payload, list) else self._count.runs.unfolded(payload or "")

    @property
    def declared(self) -> Structured:
        """Content-Type as written; read once, when the header is complete."""
        if self._declared is None:
            self._declared = structured(_first_value(self, "content-type"))
        return self._declared

    def get_content_type(self) -> str:
        kind = self.declared.value
        return "application/x-sealed" if kind.startswith("message/") else kind

    def get_content_maintype(self) -> str:
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: object = None) -> str | None:  # type: ignore[override]  # noqa: ARG002
        """The parser asks once for each multipart: that bounds the nesting."""
        self._count.multiparts += 1
        if self._count.multiparts > limits.DEPTH:
            raise limits.beyond(limits.Cause.DEPTH, f"more than {limits.DEPTH} multiparts")
        return self.declared.parameters.get("boundary", "").rstrip() or None


def _first_value(part: Compat32, name: str) -> str:
    """The first value of a field, raw. compat32's own lookup would build a Header object for 8-bit values."""
    for key, value in part.raw_items():
        if len(key) == len(name) and key.lower() == name:
            return str(value)[: limits.HEADER_VALUE]
    return ""


def read(raw: bytes) -> tuple[Part, list[str]]:
    """The tree and what is wrong with it. Raises UnparsableMail beyond the limits."""
    limits.check_header_block(raw)
    limits.check_lines(raw)
    raw = raw.lstrip(b"\r\n")
    message = _parsed(raw)
    defects: list[str] = []
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in message.defects):
        repaired = mended(raw)
        if repaired:
            message = _parsed(repaired)
            defects.append("header lines mended")
    return _part(message, "", "text/plain", "", defects), defects


def _parsed(raw: bytes) -> SealedPart:
    count = _Count()

    def counted(policy: Policy = compat32) -> SealedPart:  # noqa: ARG001 - the parser passes its own
        return SealedPart(count)

    parser = BytesFeedParser(counted)
    count.parts = 0  # the parser makes one message to see how
    short, count.runs = folded(raw)
    parser.feed(short)
    return parser.close()


def _part(message: SealedPart, number: str, default: str, charset: str, defects: list[str]) -> Part:
    declared = message.declared
    charset = declared.parameters.get("charset", charset)
    headers = Headers(message.raw_items(), charset)
    defects += headers.defects
    defects += [type(defect).__name__ for defect in message.defects]
    kind = media_type(declared.value, default)
    payload = message.payload
    children: tuple[Part, ...] = ()
    data = b""
    if isinstance(payload, list):
        below = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        prefix = f"{number}." if number else ""
        children = tuple(
            _part(child, f"{prefix}{place}", below, charset, defects) for place, child in enumerate(payload, 1)
        )
    else:
        data = transferred(payload, headers.first("content-transfer-encoding"))
    parameters = structured(headers.first("content-type")).parameters if declared.parameters else {}
    disposition = structured(headers.first("content-disposition"))
    return Part(number or "1", headers, kind, parameters, disposition, data, children, charset)


def transferred(payload: str, encoding: str) -> bytes:
    """Undoes a Content-Transfer-Encoding (RFC 2045 6); an unknown one is taken as it stands."""
    how = encoding.strip().lower()
    if how.startswith("base64"):
        return _base64(payload)
    if how.startswith("quoted"):
        return binascii.a2b_qp(payload.encode("ascii", "surrogateescape"))
    if how in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _uuencoded(payload.encode("ascii", "surrogateescape"))
    return payload.encode("ascii", "surrogateescape")


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
