"""Facts and plans as JSON, and back: each decision is stored with what it was made from (law 14).

Law: what is read back equals what was written, but for the whole text of articles, which is kept where it belongs, and
for characters that no database stores (law 11). Changes carry the name of their class: two of them may look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, NotRequired

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from maild.cleaning import clean_text
from maild.decide import people_changes as people
from maild.decide import plan as plans
from maild.decide import run_changes
from maild.decide.facts import Facts
from maild.decide.plan import Plan
from maild.errors import NotFound
from maild.model import Call, Disposition, EntryId, Notification, Reason, Suppressed, TicketId
from maild.rules.model import Ruled
from maild.store.schema import decision


class NamedChange(TypedDict, total=False):
    """A change under the name of its class; exactly one is there."""

    RecordContact: plans.RecordContact
    OpenTicket: plans.OpenTicket
    AddArticle: plans.AddArticle
    JoinTicket: plans.JoinTicket
    SetStatus: plans.SetStatus
    SetTicket: plans.SetTicket
    SetAsked: plans.SetAsked
    SetReminder: plans.SetReminder
    SetPromise: plans.SetPromise
    SetTimer: plans.SetTimer
    IndexMessageIds: plans.IndexMessageIds
    RecordBounce: plans.RecordBounce
    MoveBreaker: plans.MoveBreaker
    LinkTickets: plans.LinkTickets
    MergeTickets: plans.MergeTickets
    SetProof: plans.SetProof
    Invite: people.Invite
    SetParticipant: people.SetParticipant
    SetPreference: people.SetPreference
    Propose: people.Propose
    SetProposal: people.SetProposal
    EnterPerson: people.EnterPerson
    LetGo: people.LetGo
    StartRun: run_changes.StartRun
    SetRun: run_changes.SetRun


class StoredPlan(TypedDict):
    """A plan as it is stored. What is not required came later: older plans are without it."""

    disposition: Disposition | None
    reasons: tuple[Reason, ...]
    changes: tuple[NamedChange, ...]
    notifications: tuple[Notification, ...]
    suppressed: tuple[Suppressed, ...]
    ticket: TicketId | None
    duplicate_of: EntryId | None
    policy: str
    actor: str
    calls: NotRequired[tuple[Call, ...]]


_FACTS = TypeAdapter(Facts)
_RULED = TypeAdapter(Ruled)
_PLAN = TypeAdapter(StoredPlan)
_PLAN_FIELDS = tuple(field.name for field in fields(Plan))
NO_FACTS = "{}"
LINK = "link"


def dump_plan(plan: Plan) -> str:
    """The plan as JSON."""
    stored = {name: getattr(plan, name) for name in _PLAN_FIELDS}
    stored["notifications"] = tuple(map(_discreet, plan.notifications))
    stored["changes"] = tuple({type(change).__name__: _slim(change)} for change in plan.changes)
    return _dumped(_PLAN, stored)


def _discreet(told: Notification) -> Notification:
    """A link is worth something to whoever reads it: it stands in its mail, and nowhere else. So do enclosures, which
    follow from the facts."""
    kept = tuple((name, value) for name, value in told.values if name != LINK)
    return replace(told, values=kept, enclosures=()) if told.enclosures or kept != told.values else told


def _slim(change: plans.Change) -> plans.Change:
    """The whole text stands in the article and in the raw mail; once more here would be too much."""
    return replace(change, text="") if isinstance(change, plans.AddArticle) else change


def load_plan(text: str) -> Plan:
    """The plan that was stored."""
    stored: dict[str, Any] = dict(_PLAN.validate_json(text))
    changes = tuple(change for named in stored.pop("changes") for change in named.values())
    return Plan(**stored, changes=changes)


def dump_facts(facts: Facts | None) -> str:
    """The facts as JSON; "{}" for none."""
    return NO_FACTS if facts is None else _dumped(_FACTS, facts)


def load_facts_of(text: str) -> Facts:
    """The facts that were stored."""
    return _FACTS.validate_json(text)


def dump_ruled(ruled: Ruled | None) -> str:
    """What rules saw and made of it, as JSON; "" where they had no say. The mail's own words stand in its article."""
    if ruled is None:
        return ""
    slim = replace(ruled, view=replace(ruled.view, subject="", text="", full_text="", headers=()))
    return _dumped(_RULED, slim, exclude_defaults=True)


def load_ruled(text: str) -> Ruled | None:
    """What was stored; None where rules had no say."""
    return _RULED.validate_json(text) if text else None


def _dumped(adapter: TypeAdapter[Any], value: Any, *, exclude_defaults: bool = False) -> str:
    try:
        return adapter.dump_json(value, exclude_defaults=exclude_defaults).decode()
    except PydanticSerializationError:
        # A lone surrogate, from a mail that lies about its charset: rare, so only then is every text looked at.
        return adapter.dump_json(_without_surrogates(value), exclude_defaults=exclude_defaults).decode()


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if type(value) is not str else clean_text(value)
    if isinstance(value, tuple):
        return tuple(_without_surrogates(item) for item in value)
    if isinstance(value, dict):
        return {name: _without_surrogates(item) for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        named = [field.name for field in fields(value)]
        return replace(value, **{name: _without_surrogates(getattr(value, name)) for name in named})
    return value


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, when, and from what. `entry` is None for decisions of staff and clock."""

    entry: EntryId | None
    at: datetime
    policy: str
    facts: Facts
    plan: Plan


def decisions_of(tx: Connection, entry: EntryId) -> Sequence[Decision]:
    """All decisions on an inbox entry, the first one first; more than one after a replay. Raises NotFound."""
    rows = tx.execute(select(decision).where(decision.c.entry_id == entry).order_by(decision.c.id)).all()
    if not rows:
        raise NotFound(f"nothing was decided about inbox entry {entry}")
    return [Decision(entry, row.at, row.policy, load_facts_of(row.facts), load_plan(row.plan)) for row in rows]
