"""How long one mail takes to read, beside the standard library: `python bench/parse_speed.py FOLDER [ROUNDS]`.

FOLDER holds .eml files (any depth). Three readers take turns on the same mails, the median round counts:
compat32 parses only; plain decoding adds every header and body as the standard library decodes them;
maild is `maild.ingest.parse.parse`, with attachments hashed, text chosen and the content key made.
"""

from __future__ import annotations

import email
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from email.header import decode_header, make_header
from pathlib import Path

from maild.ingest.parse import parse
from maild.ingest.scan import noted

SMALL = 6 * 1024


def compat32(raw: bytes) -> None:
    email.message_from_bytes(raw)


def plain_decoding(raw: bytes) -> None:
    """Parse, decode the usual headers, decode every leaf; no hashing, no choice, no limits."""
    message = email.message_from_bytes(raw)
    for name in ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"):
        if message[name]:
            str(make_header(decode_header(message[name])))
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(data, bytes):
            data.decode(part.get_content_charset("utf-8"), "replace")


READERS: dict[str, Callable[[bytes], object]] = {
    "compat32 parse": compat32,
    "compat32 + plain decoding": plain_decoding,
    "maild parse": parse,
    "maild scan": noted,
}


def microseconds(read: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    start = time.process_time()
    for raw in mails:
        read(raw)
    return (time.process_time() - start) / len(mails) * 1e6


def report(title: str, mails: Sequence[bytes], rounds: int) -> None:
    if not mails:
        return
    print(f"{title}: {len(mails)} mails, mean {sum(map(len, mails)) / len(mails) / 1024:.1f} KiB")
    times: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, read in READERS.items():
            times[name].append(microseconds(read, mails))
    plain = statistics.median(times["compat32 + plain decoding"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"  {name:28} {median:8.1f} us a mail   {median / plain:5.2f} x plain decoding")


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    mails = [path.read_bytes() for path in sorted(folder.rglob("*.eml"))]
    report("all", mails, rounds)
    report("small", [raw for raw in mails if len(raw) < SMALL], rounds)


if __name__ == "__main__":
    main()
