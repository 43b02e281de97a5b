"""Bounds that keep one mail, or one client, from hurting others."""

from __future__ import annotations

from pydantic import Field

from maild.settings.base import MEBIBYTE, Section


class Limits(Section):
    """Bounds that keep one mail from hurting others."""

    message_size: int = Field(
        default=25 * MEBIBYTE, ge=1024, description="Largest mail accepted, in bytes (SIZE, RFC 1870)."
    )
    in_flight: int = Field(
        default=64 * MEBIBYTE,
        ge=1024,
        description="Bytes of mail being received at one time; beyond it senders get 452.",
    )
    connections: int = Field(default=200, ge=1, description="Open SMTP and LMTP connections.")
    client_connections: int = Field(
        default=30,
        ge=1,
        description="Of them, from one address (an IPv6 /64 network counts as one; this machine's own programs and "
        "balancers, which bring other people's mail, are not bounded).",
    )
    client_mails: int = Field(
        default=300, ge=1, description="Mails that one address may bring in a minute, counted likewise; then 452."
    )
    slowest: int = Field(
        default=500, ge=0, description="Octets a second below which content counts as no progress (averaged over idle)."
    )
    free_disk: int = Field(
        default=200 * MEBIBYTE, ge=0, description="Bytes of free disk below which no mail is accepted (452)."
    )
    idle: float = Field(
        default=300,
        gt=0,
        description="Seconds without progress after which a connection is closed; a tenth of it while all are taken, "
        "and inside a mail while `in_flight` is.",
    )
    cpu_in_company: float = Field(default=2, gt=0, description="Seconds of CPU one mail may take beside others.")
    cpu_alone: float = Field(
        default=10, gt=0, description="Seconds of CPU it may take in its run alone, before quarantine."
    )
    worker_memory: int = Field(
        default=1024 * MEBIBYTE, ge=128 * MEBIBYTE, description="Address space of one worker process, in bytes."
    )
