"""What a part of the daemon needs of its node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maild.settings import Settings
from maild.steps.house import House


@dataclass(frozen=True)
class Surroundings:
    """`wake` rouses the workers; `full` says why no mail can be kept now, "" if it can."""

    settings: Settings
    house: House
    node: str
    wake: Callable[[], None]
    full: Callable[[], str] = lambda: ""
