"""What became of a mail, or would: the same words and the same JSON for `explain`, `ingest`, `inbox` and `show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maild.cli.output import safe
from maild.decide.explain import describe, explain
from maild.decide.plan import Plan
from maild.errors import UnparsableMail
from maild.ingest.as_json import to_json
from maild.ingest.files import Found
from maild.ingest.parse import parse


def mail_object(found: Found) -> dict[str, Any]:
    """What `parse --json` says."""
    try:
        return to_json(found.name, parse(found.raw))
    except UnparsableMail as error:
        return {"file": found.name, "error": {"cause": error.cause, "detail": error.detail}}


def outcome_object(plan: Plan, number: str | None) -> dict[str, Any]:
    """What `explain --json` adds; `number` is the ticket's, as people write it."""
    return {
        "disposition": plan.disposition,
        "reasons": plan.reasons,
        "ticket": number,
        "duplicate_of": plan.duplicate_of,
        "changes": [describe(change) for change in plan.changes],
        "notifications": [
            {"to": one.recipient.address, "kind": one.kind, "language": one.language} for one in plan.notifications
        ],
        "not_sent": [{"to": one.recipient, "kind": one.kind, "reason": one.reason} for one in plan.suppressed],
        "policy": plan.policy,
    }


def in_words(plan: Plan, indent: str = "  ") -> Iterator[str]:
    """The plan in words; the columns stay, the words are made safe."""
    for line in explain(plan):
        word, _, sentence = line.partition(" ")
        spaces = " " * (1 + len(sentence) - len(sentence.lstrip()))
        yield f"{indent}{word}{spaces}{safe(sentence)}"
