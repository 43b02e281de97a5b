"""Do the conditions of a rule hold? Any, all and not, over the single conditions of `conditions`.

In: what stands in `when`, and the `Scene`; out: `Holding`, what matched in the rule's own words and what its patterns
caught, or None. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from maild.patterns.regex import NOTHING_CAUGHT, Captures
from maild.rules.conditions import CONDITIONS
from maild.rules.language import When
from maild.rules.matter import Scene


@dataclass(frozen=True, slots=True)
class Holding:
    """Conditions that hold: what matched, in the rule's own words, and what the patterns caught."""

    because: tuple[str, ...] = ()
    captures: Captures = NOTHING_CAUGHT


def holds(when: When, scene: Scene) -> Holding | None:
    """Whether all conditions that are written hold, and why."""
    hits = []
    for name, wanted in when.given():
        hit = condition_holds(name, wanted, scene)
        if hit is None:
            return None
        hits.append(hit)
    return _joined(hits)


def condition_holds(name: str, wanted: Any, scene: Scene) -> Holding | None:
    """The same for one condition by its name."""
    if name in GROUPS:
        return GROUPS[name](wanted, scene)
    found = CONDITIONS[name](scene, wanted)
    return Holding((f"{name} `{found.wanted}`",), found.captures) if found else None


def _any(wanted: Sequence[When], scene: Scene) -> Holding | None:
    return next((hit for hit in (holds(one, scene) for one in wanted) if hit), None)


def _all(wanted: Sequence[When], scene: Scene) -> Holding | None:
    hits = [holds(one, scene) for one in wanted]
    return _joined([hit for hit in hits if hit]) if all(hits) else None


def _not(wanted: When, scene: Scene) -> Holding | None:
    if holds(wanted, scene):
        return None
    named = ", ".join(name.rstrip("_") for name, _ in wanted.given())
    return Holding((f"not the {named} it excludes",))


GROUPS: dict[str, Callable[[Any, Scene], Holding | None]] = {"any_": _any, "all_": _all, "not_": _not}


def _joined(hits: Iterable[Holding]) -> Holding:
    because: list[str] = []
    captures = NOTHING_CAUGHT
    for hit in hits:
        because += hit.because
        captures = captures.joined(hit.captures)
    return Holding(tuple(because), captures)
