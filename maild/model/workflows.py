"""A request with legal weight on its way: where it stands, what it is about, and who has said yes to it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from maild.model.ids import TicketId

RunId = NewType("RunId", int)
Objects = tuple[tuple[str, str], ...]
"""What it is done to: names of fields and their values, in the workflow's order."""


class RunState(StrEnum):
    """Where a request stands.

    COLLECTING: facts are missing. CONFIRMING: its requester must say yes to what we wrote to them. SECONDING: a second
    person must. COOLING: everybody concerned was told, and may still stop it. READY: it may be carried out. EXECUTING:
    somebody has begun to. DONE, REFUSED (it may not be), STOPPED (somebody has said so), LAPSED (nobody answered).
    DISARMED: after a restore or a crash nobody knows what was agreed to; staff may begin anew.
    """

    COLLECTING = "collecting"
    CONFIRMING = "confirming"
    SECONDING = "seconding"
    COOLING = "cooling"
    READY = "ready"
    EXECUTING = "executing"
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"
    LAPSED = "lapsed"
    DISARMED = "disarmed"


ENDED = frozenset({RunState.DONE, RunState.REFUSED, RunState.STOPPED, RunState.LAPSED})
"""Nothing comes of it any more; all others are under way, one at most on a ticket."""


@dataclass(frozen=True, slots=True)
class Run:
    """One request, as its ticket carries it; all times in UTC.

    `definition` is the workflow as it was when the request began (JSON): what an operator changes later takes no
    safeguard away from it. `asked_by` is the address of whoever asked, `organisation` the key of theirs.
    `digest`: the hash of what was agreed to, "" until the facts are complete. `asked_at`: when the question of
    the present state was sent. `ready_at`: from when on it may be carried out, `due_at`: by when it has to be.
    `seen_at`: up to when the clock has done what was to be done. `next_at`: when it must look again.
    `confirmed_by`, `seconded_by`, `ended_by`: addresses, or "clock". `why` is one sentence.
    """

    id: RunId
    ticket: TicketId
    workflow: str
    state: RunState
    definition: str
    asked_by: str
    organisation: str
    created_at: datetime
    seen_at: datetime
    objects: Objects = ()
    digest: str = ""
    asked_at: datetime | None = None
    ready_at: datetime | None = None
    due_at: datetime | None = None
    next_at: datetime | None = None
    confirmed_by: str = ""
    seconded_by: str = ""
    ended_by: str = ""
    why: str = ""
