"""Which days are public holidays in a region? In: `DE-NW` and a year; out: dates. Pure.

The library is imported by whoever asks for a region's holidays and by nobody else. Sighting: a third of a second and
20 MB once for each process, since one country cannot be had without all others; a year of one region, 1 ms; then kept.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=128)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """Days of that year on which everybody is off; none where `region` is "".

    Raises ValueError, with what to do, for a region that nobody knows. The library knows 1991 to 2100 of most.
    """
    if not region:
        return frozenset()
    from holidays import country_holidays

    country, _, part = region.partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))
    except NotImplementedError:
        raise ValueError(_unknown(country, part)) from None


def _unknown(country: str, part: str) -> str:
    from holidays import list_supported_countries

    parts = list_supported_countries(include_aliases=False)
    if country not in parts:
        return f"`{country}` is no country whose public holidays are known: write it as ISO 3166 does, such as DE"
    known = ", ".join(parts[country]) or "there is none"
    return f"`{part}` is no part of {country} that has public holidays of its own (known here: {known})"
