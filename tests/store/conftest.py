"""A busy desk's database (`erasing_kit`), made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.conftest import BOTH
from tests.servers import postgres
from tests.store.backup_kit import a_store
from tests.store.erasing_kit import Desk, a_busy_desk, the_desk


@pytest.fixture(scope="session")
def busy_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy desk's database, to be copied."""
    file = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("busy") / "maild.db"))
    with a_store(f"sqlite:///{file}") as store:
        a_busy_desk(store)
    return file


@pytest.fixture(scope="session")
def busy_postgres(postgres_server: str) -> Iterator[str]:
    """The same; nobody is connected to it."""
    with postgres.fresh_database(postgres_server, postgres.template(postgres_server)) as url:
        with a_store(url) as store:
            a_busy_desk(store)
        yield str(make_url(url).database)


@pytest.fixture
def busy_url(busy_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(busy_sqlite, tmp_path / 'maild.db')}"


@pytest.fixture
def busy_postgres_url(postgres_server: str, busy_postgres: str) -> Iterator[str]:
    with postgres.fresh_database(postgres_server, busy_postgres) as url:
        yield url


@pytest.fixture(params=BOTH)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A busy desk on a fresh database of each kind."""
    url = request.getfixturevalue({"sqlite": "busy_url", "postgresql": "busy_postgres_url"}[request.param])
    with a_store(url) as store:
        yield the_desk(store)


@pytest.fixture
def lite(busy_url: str) -> Iterator[Desk]:
    """A busy desk on SQLite, where the database makes no difference."""
    with a_store(busy_url) as store:
        yield the_desk(store)
