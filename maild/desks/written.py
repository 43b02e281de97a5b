"""What the parts of a desk's file have in common: one thing for a list of one, and names that stand once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def one_or_many(value: Any) -> Any:
    """A list, or the one thing that would stand in it."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def check_once(names: Iterable[str], what: str = "") -> None:
    """ValueError where a name stands twice; `what` says what it names."""
    seen = set[str]()
    for name in names:
        if name in seen:
            raise ValueError(f"{what and f'the {what} '}`{name}` stands here twice: take one of them out")
        seen.add(name)
