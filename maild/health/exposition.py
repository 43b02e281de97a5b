"""Metric families -> Prometheus' text format (version 0.0.4), as node exporter's textfile collector reads it.

Fifty lines of our own: prometheus-client costs a tenth of a second at every start for its registry and HTTP server,
of which a file every 15 seconds needs nothing. Law: whatever a label's value is, a sample stays one line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, of the thing that the labels name."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Family:
    """All samples of one name. `kind` is gauge or counter; a counter's name ends in _total."""

    name: str
    help: str
    samples: tuple[Sample, ...]
    kind: str = "gauge"


def gauge(name: str, help_: str, *samples: Sample | float) -> Family:
    """A value that goes up and down; a bare number is a sample without labels."""
    return Family(name, help_, tuple(one if isinstance(one, Sample) else Sample(one) for one in samples))


def counter(name: str, help_: str, value: float) -> Family:
    """A value that only grows while the process lives."""
    return Family(name, help_, (Sample(value),), "counter")


def as_text(families: Iterable[Family]) -> str:
    """The whole file. A family without samples is left out. Raises ValueError for a name that is none."""
    return "".join(f"{line}\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {_named(family.name)} {family.help.translate(_HELP_ESCAPES)}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{_named(name)}="{value.translate(_ESCAPES)}"' for name, value in sample.labels.items())
        yield (
            f"{family.name}{{{labels}}} {_number(sample.value)}" if labels else f"{family.name} {_number(sample.value)}"
        )


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a metric or label")
    return name


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
