"""How long one mail takes to read, beside the standard library: `python bench/parse_speed.py [FOLDER …]`.

Without FOLDER the mails are the bench's own mix (`workload.py`); with FOLDER those in it (any depth), and of several
each is measured for itself. Three readers take turns on the same mails, and of each mail the median round counts:
compat32 parses only; plain decoding adds every header and body as the standard library decodes them; maild is
`maild.ingest.parse.parse`, with attachments hashed, text chosen and compared, and the content key made.
Goals: the mean of maild is at most MOST_TIMES that of plain decoding, and 99 of 100 mails are read in less than
SLOWEST_MS each. Exit code 1 if one is missed; `--json` prints the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import email
import email.errors
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from email.header import decode_header, make_header
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.workload import Workload
from maild.errors import UnparsableMail
from maild.ingest.header.scan import noted
from maild.ingest.parse import parse

MOST_TIMES = 3.0
SLOWEST_MS = 15.0
MESSAGES = 400
NAMES = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references")


def compat32(raw: bytes) -> None:
    email.message_from_bytes(raw)


def plain_decoding(raw: bytes) -> None:
    """Parse, decode the usual headers, decode every leaf; no hashing, no choice, no limits."""
    message = email.message_from_bytes(raw)
    for name in NAMES:
        if message[name]:
            _forgiven(lambda value=message[name]: str(make_header(decode_header(value))))
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(data, bytes):
            _forgiven(lambda data=data, part=part: data.decode(part.get_content_charset("utf-8"), "replace"))


def _forgiven(decode: Callable[[], str]) -> None:
    """Charsets nobody knows, and what else the standard library raises on broken mail: it goes on with the next."""
    with contextlib.suppress(LookupError, ValueError, email.errors.MessageError):
        decode()


def maild(raw: bytes) -> None:
    with contextlib.suppress(UnparsableMail):  # refusing is reading, too
        parse(raw)


def scan(raw: bytes) -> None:
    noted(raw)


READERS: dict[str, Callable[[bytes], None]] = {
    "compat32 parse": compat32,
    "plain decoding": plain_decoding,
    "maild parse": maild,
    "maild scan": scan,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one set of mails; times in milliseconds a mail."""

    mails: str
    count: int
    mean_kib: float
    means: dict[str, float]
    times_plain: float
    p50: float
    p99: float
    slowest: float

    @property
    def missed(self) -> list[str]:
        found = [f"{self.times_plain:.2f} x plain decoding, goal {MOST_TIMES:g}"] * (self.times_plain > MOST_TIMES)
        return found + [f"p99 {self.p99:.1f} ms, goal < {SLOWEST_MS:g} ms"] * (self.p99 >= SLOWEST_MS)


def measured(title: str, mails: Sequence[bytes], rounds: int) -> Figures:
    times = {name: _medians(name, mails, rounds) for name in READERS}
    means = {name: statistics.fmean(each) for name, each in times.items()}
    ours = sorted(times["maild parse"])
    return Figures(
        mails=title, count=len(mails), mean_kib=sum(map(len, mails)) / len(mails) / 1024, means=means,
        times_plain=means["maild parse"] / means["plain decoding"],
        p50=ours[len(ours) // 2], p99=ours[len(ours) * 99 // 100], slowest=ours[-1],
    )  # fmt: skip


def _medians(name: str, mails: Sequence[bytes], rounds: int) -> list[float]:
    """The median of each mail, so that one hiccup of the machine is no slow mail."""
    read = READERS[name]
    taken = [[_milliseconds(read, raw) for raw in mails] for _ in range(rounds)]
    return [statistics.median(each) for each in zip(*taken, strict=True)]


def _milliseconds(read: Callable[[bytes], None], raw: bytes) -> float:
    """CPU time: other processes do not count."""
    start = time.process_time_ns()
    read(raw)
    return (time.process_time_ns() - start) / 1e6


def mix(messages: int) -> list[bytes]:
    """The mails of `make bench`: new ones, replies and automatic ones."""
    workload = Workload(messages)
    tokens = {mail.message_id: f"[SD-{1000 + number}]" for number, mail in enumerate(workload.new)}
    return [mail.raw for mail in (*workload.first, *workload.replies(tokens))]


def _sets(folders: Sequence[Path], messages: int) -> dict[str, list[bytes]]:
    if not folders:
        return {f"the bench's mix, seed {Workload(4).seed}": mix(messages)}
    found = {str(each): [path.read_bytes() for path in sorted(each.rglob("*")) if path.is_file()] for each in folders}
    return {title: mails for title, mails in found.items() if mails}


def told(figures: Figures) -> str:
    lines = [f"{figures.mails}: {figures.count} mails, mean {figures.mean_kib:.1f} KiB"]
    for name, mean in figures.means.items():
        lines.append(f"  {name:16} {mean:7.3f} ms a mail  {mean / figures.means['plain decoding']:5.2f} x")
    lines.append(f"  one maild parse: p50 {figures.p50:.2f}, p99 {figures.p99:.2f}, slowest {figures.slowest:.2f} ms")
    return "\n".join([*lines, *(f"  MISSED: {each}" for each in figures.missed)])


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/parse_speed.py", description="maild's parse beside compat32's")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="mails (default: the bench's own mix)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=MESSAGES, help=f"of the mix (default {MESSAGES})")
    parser.add_argument("--json", action="store_true", help="the figures, one object a set")
    given = parser.parse_args()
    gc.collect()
    found = [measured(title, mails, given.rounds) for title, mails in _sets(given.folders, given.messages).items()]
    for figures in found:
        print(json.dumps(asdict(figures) | {"missed": figures.missed}) if given.json else told(figures), flush=True)
    if not found:
        print("no mails found", file=sys.stderr)
    return 0 if found and not any(figures.missed for figures in found) else 1


if __name__ == "__main__":
    sys.exit(main())
