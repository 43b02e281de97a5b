"""Numbers, sizes and times as an admin compares them: `5`, `> 5`, `<= 10 MB`, `2..5`, `> 3 days`.

In: what stands in the rule; out: `Range`, and whether a value lies in it. Both ends of `2..5` belong to it. Sizes go in
steps of 1000 (kB, MB, GB), times are minutes, hours, days of 24 hours, weeks. ValueError says what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from maild.desks.lengths import SECONDS

NUMBER = r"\d{1,12}(?:\.\d{1,6})?"
ONE = re.compile(rf"(?P<sign><=|>=|<|>|=)?\s*(?P<number>{NUMBER})\s*(?P<unit>[A-Za-z]*)")
SPAN = re.compile(rf"(?P<low>{NUMBER})\s*\.\.\s*(?P<high>{NUMBER})\s*(?P<unit>[A-Za-z]*)")
PLAIN: Mapping[str, float] = {"": 1}
BYTES: Mapping[str, float] = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9}
ADVICE = {
    id(PLAIN): "write it as in `5`, `> 5`, `<= 5` or `2..5`, without a unit",
    id(BYTES): "write it as in `> 5 MB`, `<= 5 MB` or `2..5 MB`, in B, kB, MB or GB",
    id(SECONDS): "write it as in `> 5 days`, `<= 5 days` or `2..5 days`, in minutes, hours, days or weeks",
}


@dataclass(frozen=True, slots=True)
class Range:
    """What lies between two bounds; an open bound does not belong to it itself."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        return above and (value < self.high if self.high_open else value <= self.high)


def compare(written: str, units: Mapping[str, float]) -> Range:
    """Read a comparison whose unit is one of `units`. Raises ValueError."""
    return _compare(written, tuple(units.items()), advice(units))


def advice(units: Mapping[str, float]) -> str:
    """How a comparison in one of these units is written."""
    return ADVICE[id(units)]


@lru_cache(maxsize=4096)
def _compare(written: str, units: tuple[tuple[str, float], ...], told: str) -> Range:
    if found := SPAN.fullmatch(written.strip()):
        by = _unit(written, found["unit"], dict(units), told)
        return _not_empty(written, float(found["low"]) * by, float(found["high"]) * by)
    found = ONE.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"`{written}` is no comparison: {told}")
    return _bounds(found["sign"], float(found["number"]) * _unit(written, found["unit"], dict(units), told))


def _unit(written: str, unit: str, units: Mapping[str, float], told: str) -> float:
    if unit.lower() not in units:
        what = f"`{unit}` is no unit here" if unit else "a unit is missing"
        raise ValueError(f"{what} in `{written}`: {told}")
    return units[unit.lower()]


def _not_empty(written: str, low: float, high: float) -> Range:
    if low > high:
        raise ValueError(f"nothing lies in `{written}`: the smaller number comes first")
    return Range(low, high)


def _bounds(sign: str | None, value: float) -> Range:
    match sign:
        case "<":
            return Range(high=value, high_open=True)
        case "<=":
            return Range(high=value)
        case ">":
            return Range(low=value, low_open=True)
        case ">=":
            return Range(low=value)
    return Range(value, value)
