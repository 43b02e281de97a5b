"""The picture: everything that health is judged by, read in one short transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from maild.health import certificates, mailboxes
from maild.health.certificates import CertificateState
from maild.model import Breaker, MailboxState
from maild.settings import Settings
from maild.store import health_views, inbox_views, nodes, outbox_views, policies, spending, troubles
from maild.store.backup import runs
from maild.store.backup.runs import SeriesState
from maild.store.health_views import Aside
from maild.store.inbox_views import InboxCounts
from maild.store.nodes import Run
from maild.store.outbox_views import OutboxCounts
from maild.store.spam import Held, held
from maild.store.troubles import Trouble

RESTORED = "restored_"
Counted = Callable[[Connection], InboxCounts]


@dataclass(frozen=True, slots=True)
class Health:
    """All that is looked at. `daemon` is the process on this machine; times are UTC; availability is 0 to 1.

    `held`: mail that waits for a scanner. `restored`: which backup this database was restored from, and `restored_at`
    when; "" and None for never.
    """

    daemon: int | None
    nodes: tuple[Run, ...]
    availability: float
    inbox: InboxCounts
    quarantine: tuple[Aside, ...]
    held: Held | None
    outbox: OutboxCounts
    breakers: tuple[Breaker, ...]
    mailboxes: tuple[MailboxState, ...]
    backups: tuple[SeriesState, ...]
    restored: str
    restored_at: datetime | None
    certificates: tuple[CertificateState, ...]
    troubles: tuple[Trouble, ...]
    policy: str
    policy_problem: str
    mail_goes: str

    @property
    def up_since(self) -> datetime | None:
        """Since when at least one of the nodes runs that run now."""
        return min((run.started_at for run in self.nodes), default=None)


def look(
    tx: Connection, settings: Settings, now: datetime, daemon: int | None = None, counted: Counted = inbox_views.counts
) -> Health:
    """The state of things at `now`. `counted`: how the inbox is counted. Raises StoreUnavailable."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    up, restored = nodes.running(tx, now), health_views.told(tx, RESTORED)
    names = {run.name for run in up}
    return Health(
        daemon=daemon,
        nodes=up,
        availability=nodes.availability(tx, month, now),
        inbox=counted(tx),
        quarantine=health_views.quarantined(tx),
        held=held(tx),
        outbox=outbox_views.counts(tx),
        breakers=spending.list_breakers(tx, now),
        mailboxes=mailboxes.configured(tx, settings),
        backups=tuple(runs.state_of(tx, series, now) for series in settings.backup),
        restored=restored.get("from", ""),
        restored_at=datetime.fromisoformat(restored["at"]) if restored.get("at") else None,
        certificates=certificates.listed(settings),
        troubles=tuple(one for one in troubles.list_troubles(tx) if one.node in names),
        policy=policies.current_version(tx) or "",
        policy_problem=policies.complaint(tx),
        mail_goes=_destination(settings),
    )


def _destination(settings: Settings) -> str:
    if settings.relay is None:
        return f"nowhere: without a relay it is kept in {settings.state / 'outgoing'}"
    return f"to the relay {settings.relay.host}:{settings.relay.port}"
