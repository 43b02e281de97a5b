"""When and where maild calls for a person."""

from __future__ import annotations

from pydantic import Field

from maild.settings.base import Section


class Alarms(Section):
    """From when on `maild status` (exit code 1) and the metrics call for a person."""

    mailbox_silent: float = Field(default=15, gt=0, description="Minutes without a successful look into a mailbox.")
    mailbox_growth: int = Field(
        default=500, ge=1, description="Mails on the server that are not in maild's ledger, or wait to be read."
    )
    inbox_waiting: float = Field(default=10, gt=0, description="Minutes that a mail has waited to be decided.")
    outbox_waiting: float = Field(default=60, gt=0, description="Minutes that a mail has waited to go out.")
    stuck: float = Field(
        default=60, gt=0, description="Seconds after which a part that does not move counts as stuck (watchdog)."
    )
    mail: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253})?$",
        description="Address that gets a mail when changed files are not taken, and when all is well again; without "
        "it, nobody.",
    )
