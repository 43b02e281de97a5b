"""Changes that are about a request with legal weight. They belong to the closed union `plan.Change`."""

from __future__ import annotations

from dataclasses import dataclass

from maild.model import TicketId
from maild.model.workflows import Run


@dataclass(frozen=True, slots=True)
class StartRun:
    """A request begins; `ticket` None is the one this plan opens. The run's own id and ticket are given to it."""

    ticket: TicketId | None
    run: Run


@dataclass(frozen=True, slots=True)
class SetRun:
    """How a request stands from now on."""

    ticket: TicketId
    run: Run
