"""What PostgreSQL needs: an engine, and the proof that its commits are durable."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from maild.errors import StoreUnavailable

READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
HAS_VERSION = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'alembic_version'"
LINE = {
    "connect_timeout": 10,
    # Seconds, and milliseconds: a server that vanished without a word is noticed within half a minute.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
FROZEN_SECONDS = 15
"""A node that freezes in the middle of a transaction (a paused machine) loses its locks after this: others go on."""


def engine(url: URL, pool_size: int) -> Engine:
    """An engine over psycopg 3; a connection that died in the pool is noticed before it is used."""
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": "maild", **LINE},
    )
    event.listen(made, "connect", _limit_idling)
    return made


def _limit_idling(connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {FROZEN_SECONDS * 1000}")
    connection.commit()


def check_durable(tx: Connection) -> None:
    """Law 1: an acknowledged commit survives a power cut. Raises StoreUnavailable if it would not."""
    for name in ("synchronous_commit", "fsync"):
        if tx.execute(text(f"SHOW {name}")).scalar_one() == "off":
            raise StoreUnavailable(f"PostgreSQL would forget after a power cut: switch {name} on for this database")
