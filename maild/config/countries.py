"""The patterns of personal data that maild brings along: `maild/privacy/countries.yaml` → `Country` for each.

In: the package's own file; out: its countries, with the `parts` that several patterns share put into their places:
`{date}` in a pattern is the part of that name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from maild.desks.policy import Desk
from maild.privacy.model import ANYWHERE, Country, Row
from maild.yaml.file import read
from maild.yaml.problems import build

SHIPPED = Path(__file__).parent.parent / "privacy" / "countries.yaml"


class CountriesFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: Mapping[str, str] = Field(default={}, description="Parts of patterns, by the name that stands for them.")
    countries: tuple[Country, ...] = Field(description="One after the other.")


@cache
def shipped_countries(path: Path = SHIPPED) -> tuple[Country, ...]:
    """All countries that maild knows. Raises ConfigError where the file is broken."""
    file = build(read(path), CountriesFile)
    return tuple(_whole(country, file.parts) for country in file.countries)


def countries_of(desks: Sequence[Desk]) -> tuple[Country, ...]:
    """What these desks look for; nothing where none of them looks."""
    named = {country for desk in desks if desk.privacy for country in desk.privacy.countries}
    return tuple(one for one in shipped_countries() if one.country in named | {ANYWHERE}) if named else ()


def known_countries() -> tuple[str, ...]:
    """What a desk may name."""
    return tuple(one.country for one in shipped_countries() if one.country != ANYWHERE)


def _whole(country: Country, parts: Mapping[str, str]) -> Country:
    rows = tuple(_row(row, parts) for row in country.rows)
    return country.model_copy(update={"rows": rows, "closings": _filled(country.closings, parts)})


def _row(row: Row, parts: Mapping[str, str]) -> Row:
    patterns = {name: _filled(getattr(row, name), parts) for name in ("find", "near", "unless", "apart", "but")}
    return Row.model_validate(row.model_dump() | patterns)


def _filled(patterns: tuple[str, ...], parts: Mapping[str, str]) -> tuple[str, ...]:
    for name, part in parts.items():
        patterns = tuple(written.replace(f"{{{name}}}", part) for written in patterns)
    return patterns
