"""Mails that are asked for together: bounded in number and bytes, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

BATCH_MAILS: Final = 200
BATCH_BYTES: Final = 8 << 20
ALONE: Final = BATCH_BYTES + 1


def batches(sizes: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Groups of UIDs: at most BATCH_MAILS and BATCH_BYTES each, a bigger mail alone."""
    batch: list[int] = []
    total = 0
    for uid, size in sizes.items():
        if batch and (len(batch) >= BATCH_MAILS or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch


def groups(uids: Iterable[int], size: int) -> Iterator[Sequence[int]]:
    """Groups of `size`, the last one smaller."""
    rest = iter(uids)
    while some := list(islice(rest, size)):
        yield some
