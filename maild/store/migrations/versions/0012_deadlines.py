"""Promises that stand still for nothing: deadlines of laws and contracts.

Expands only: version 0011 keeps such a promise as one that runs around the clock, and lets it stand still.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("promise", sa.Column("fixed", sa.Boolean(), nullable=False, server_default=sa.text("false")))
