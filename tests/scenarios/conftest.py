"""The world as fixtures: a running daemon on each database, and one that is not started yet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from maild.notify.sink import Sink
from tests.scenarios.world import World
from tests.servers.relay import a_relay

SQLITE = "sqlite:///maild.db"


@pytest.fixture
def relay() -> Iterator[Sink]:
    with a_relay() as sink:
        yield sink


@pytest.fixture
def build(tmp_path: Path, relay: Sink, sqlite_template: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds that are ended with the test; migrated, not started."""
    worlds: list[World] = []

    def make(name: str = "one", database: str = SQLITE, **more: Any) -> World:
        world = World(tmp_path / name, relay, database, more)
        worlds.append(world)
        if database == SQLITE:
            world.state.mkdir(0o700, parents=True, exist_ok=True)
            shutil.copy(sqlite_template, world.state / "maild.db")
        elif not is_migrated(world):
            world.maild("migrate")
        return world

    yield make
    for world in worlds:
        world.stop()


def is_migrated(world: World) -> bool:
    return inspect(world.engine).has_table("alembic_version")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, build: Callable[..., World]) -> World:
    """A running daemon; every story is told on both databases."""
    database = SQLITE if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = build(database=database)
    made.start()
    return made
