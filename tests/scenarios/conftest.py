"""The world as fixtures: a running daemon on each database, and one that is not started yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maild.notify.sink import Sink
from tests.scenarios.world import World
from tests.servers.relay import a_relay


@pytest.fixture
def relay() -> Iterator[Sink]:
    with a_relay() as sink:
        yield sink


@pytest.fixture
def build(tmp_path: Path, relay: Sink) -> Iterator[Callable[..., World]]:
    """Makes worlds that are ended with the test; migrated, not started."""
    worlds: list[World] = []

    def make(name: str = "one", database: str = "sqlite:///maild.db", **more: Any) -> World:
        world = World(tmp_path / name, relay, database, more)
        worlds.append(world)
        world.maild("migrate")
        return world

    yield make
    for world in worlds:
        world.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, build: Callable[..., World]) -> World:
    """A running daemon; every story is told on both databases."""
    database = "sqlite:///maild.db"
    if request.param == "postgresql":
        database = request.getfixturevalue("empty_postgres_url")
    made = build(database=database)
    made.start()
    return made
