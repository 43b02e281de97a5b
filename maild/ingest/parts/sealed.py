"""The standard library's parser under our limits: `parsed(raw)`, one pass over a mail that `limits.fitted` let through.

Laws: a `message/*` part is sealed (a leaf whose bytes are what was sent, never walked into), so forwarded text can
not leak into ours and nesting costs nothing; parts, header fields, nesting and the work it makes are counted while
parsing. Nesting is what is open at a time: fifty pictures side by side, each in a multipart of its own, are not deep.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.feedparser import BytesFeedParser
from email.message import Message as Compat32
from email.policy import Policy, compat32

from maild.ingest.mime import limits
from maild.ingest.mime.parameters import Structured, structured
from maild.ingest.mime.runs import Runs, folded

NO_RUNS = Runs()


@dataclass(slots=True)
class _Count:
    parts: int = 0
    fields: int = 0
    lines: int = 0
    boundary: str = ""
    runs: Runs = NO_RUNS


class SealedPart(Compat32):
    """A compat32 message that counts itself and shows `message/*` to the parser as an opaque leaf."""

    def __init__(self, count: _Count) -> None:
        super().__init__(policy=compat32)
        self._count = count
        self._depth = 0
        self._declared: Structured | None = None
        count.parts += 1
        if count.parts > limits.PARTS:
            raise limits.beyond(limits.Cause.PARTS, f"more than {limits.PARTS} parts")

    @property
    def payload(self) -> str | list[SealedPart]:
        """Children, or the text as it was sent; get_payload() would decode by the declared charset."""
        payload = self._payload  # type: ignore[attr-defined]
        return payload if isinstance(payload, list) else self._count.runs.unfolded(payload or "")

    def margin(self) -> str:
        """What stands before the first and behind the last part of a multipart, as it was sent."""
        around = f"{self.preamble or ''}\n{self.epilogue or ''}"
        return self._count.runs.unfolded(around)

    @property
    def declared(self) -> Structured:
        """Content-Type as written; read once, when the header is complete."""
        if self._declared is None:
            self._declared = structured(_first_value(self, "content-type"))
        return self._declared

    # ---- what the parser asks ----------------------------------------------------------------------

    def set_raw(self, name: str, value: str) -> None:
        self._count.fields += 1
        if self._count.fields > limits.PART_FIELDS:
            raise limits.beyond(limits.Cause.HEADER, f"more than {limits.PART_FIELDS} header fields in all parts")
        super().set_raw(name, value)

    def attach(self, payload: SealedPart) -> None:  # type: ignore[override]
        """The parser hangs every part below its parent before it reads it: so the nesting is known in time."""
        payload._depth = self._depth + 1
        super().attach(payload)

    def get_content_type(self) -> str:
        kind = self.declared.value
        return "application/x-sealed" if kind.startswith("message/") else kind

    def get_content_maintype(self) -> str:
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: object = None) -> str | None:  # type: ignore[override]  # noqa: ARG002
        """Asked once for each multipart. From here on every line is held against one boundary more."""
        open_ones = self._depth + 1
        if open_ones > limits.DEPTH:
            raise limits.beyond(limits.Cause.DEPTH, f"more than {limits.DEPTH} multiparts, one in the other")
        if open_ones * self._count.lines > limits.BOUNDARY_TESTS:
            raise limits.beyond(limits.Cause.DEPTH, f"{self._count.lines} lines within {open_ones} multiparts")
        if self._depth == 0 and self._count.boundary:
            return self._count.boundary
        return self.declared.parameters.get("boundary", "").rstrip() or None


def parsed(raw: bytes, boundary: str = "") -> SealedPart:
    """`boundary`, if given, is that of the outermost multipart. Raises UnparsableMail beyond the limits."""
    count = _Count(boundary=boundary)

    def counted(policy: Policy = compat32) -> SealedPart:  # noqa: ARG001 - the parser passes its own
        return SealedPart(count)

    parser = BytesFeedParser(counted)
    count.parts = 0  # the parser makes one message to see how
    short, count.runs = folded(raw)
    count.lines = short.count(b"\n") + short.count(b"\r") - short.count(b"\r\n")
    parser.feed(short)
    return parser.close()


def _first_value(part: Compat32, name: str) -> str:
    """The first value of a field, raw. compat32's own lookup would build a Header object for 8-bit values."""
    for key, value in part.raw_items():
        if len(key) == len(name) and key.lower() == name:
            return str(value)[: limits.HEADER_VALUE]
    return ""
