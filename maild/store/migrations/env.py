"""Alembic's door into the package: `maild.store.migrate` hands over its connection, with a transaction begun.

All pending migrations run in that one transaction: alembic must neither commit nor begin anything of its own.
"""

from __future__ import annotations

from alembic import context

from maild.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
