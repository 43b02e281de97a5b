"""Mails that are taken together, bounded in number and bytes, in their order; and of a huge one the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

BATCH_MAILS: Final = 200
BATCH_BYTES: Final = 8 << 20
ALONE: Final = BATCH_BYTES + 1
# Of a mail beyond twice the size limit only so much is taken, marked with this header and the real size in bytes. The
# mark is for people: a sender may write it too.
BEGINNING: Final = 64 << 10
TRUNCATED: Final = "X-Maild-Truncated"
T = TypeVar("T")


def beginning(text: bytes, size: int) -> bytes:
    """The beginning of a mail of so many bytes, marked."""
    return f"{TRUNCATED}: {size}\r\n".encode() + text


def batches(sizes: Mapping[T, int]) -> Iterator[Sequence[T]]:
    """Groups of mails by their sizes: at most BATCH_MAILS and BATCH_BYTES each, a bigger mail alone."""
    batch: list[T] = []
    total = 0
    for mail, size in sizes.items():
        if batch and (len(batch) >= BATCH_MAILS or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(mail)
        total += size
    if batch:
        yield batch


def groups(mails: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Groups of `size`, the last one smaller."""
    rest = iter(mails)
    while some := list(islice(rest, size)):
        yield some
