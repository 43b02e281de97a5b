"""Workflows as tests need them, and a desk's hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from maild.desks.hours import Hours
from maild.model import TicketId
from maild.model.workflows import Run, RunId, RunState
from maild.workflows.model import Workflow

BERLIN = Hours.model_validate(
    {"zone": "Europe/Berlin", "week": {"mon-fri": ["09:00-17:00"]}, "region": "DE-NW"}, strict=False
)
MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
URL = {"field": "platform-url", "words": "the address", "find": [r"/https:\/\/\S+/"]}
ACCOUNT = {"field": "account-id", "words": "the account", "find": [r"/id (?P<value>\d+)/i"]}
AWARE = {"field": "aware", "words": "that they know", "find": ["/irreversible/i"]}
DELETION: dict[str, Any] = {
    "workflow": "account-deletion",
    "title": {"en": "Deletion of a client account", "de": "Löschung eines Klientenkontos"},
    "irreversible": True,
    "facts": [URL, ACCOUNT, AWARE],
    "objects": ["platform-url", "account-id"],
    "safeguards": {"confirm_days": 2, "second": "staff", "second_days": 1, "inform": True, "cooling_days": 1},
    "due": {"days": 5, "remind_staff": [2, 1]},
}


def a_workflow(**changes: Any) -> Workflow:
    return Workflow.model_validate(DELETION | changes)


def a_run(state: RunState = RunState.COLLECTING, workflow: Workflow | None = None, **changes: Any) -> Run:
    made = workflow or a_workflow()
    given: dict[str, Any] = {
        "id": RunId(1),
        "ticket": TicketId(1001),
        "workflow": made.workflow,
        "state": state,
        "definition": made.model_dump_json(),
        "asked_by": "ada@acme.example",
        "organisation": "acme",
        "created_at": MONDAY,
        "seen_at": MONDAY,
    }
    return Run(**(given | changes))
