"""Further directories are asked when they are due, by the node that owns it, and one that fails changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maild.daemon.backups import Site
from maild.daemon.directories import AGAIN, DIRECTORIES, Directories
from maild.daemon.vitals import FOR_EVER, Pulse
from maild.errors import SourceUnavailable
from maild.model import Register
from maild.settings import FurtherDirectory, Settings
from maild.store import leases, register
from maild.store.engine import Store
from tests.builders import NOON
from tests.servers.requirement import wait_until

HOUR = timedelta(hours=1)


class World:
    """A node that owns the directories: a file, and a program that prints another one."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder, self.now = store, folder, NOON
        self.write("hr", "ada")
        self.write("ldap", "bob")
        printing = (sys.executable, "-c", f"print(open({str(folder / 'ldap.csv')!r}).read())")
        sources = (
            FurtherDirectory(name="hr", kind="file", file=folder / "hr.csv"),
            FurtherDirectory(name="ldap", kind="command", command=printing, every=120),
        )
        site = Site(folder / "maild.yaml", Settings(directories=sources), "n-1", self.clock, lambda: store)
        self.pulse = Pulse(DIRECTORIES, 60, lambda: 0.0)
        self.directories = Directories(site, self.pulse)
        self.is_owned_by("n-1")

    def clock(self) -> datetime:
        return self.now

    def write(self, name: str, *people: str) -> None:
        rows = "".join(f"{one}@acme.example,registered\n" for one in people)
        (self.folder / f"{name}.csv").write_text(f"addresses,register\n{rows}")

    def is_owned_by(self, node: str) -> None:
        with self.store.transaction() as tx:
            assert leases.take(tx, DIRECTORIES, node, leases.look(tx, DIRECTORIES))

    def works(self, later: timedelta = timedelta()) -> None:
        """Rounds until nothing is due any more."""
        self.now += later
        for _ in range(3):
            self.directories.round()
            wait_until(lambda: self.pulse.part.silence == FOR_EVER, "nobody is being asked", 30)
            self.directories.close()

    @property
    def known(self) -> list[str]:
        with self.store.reading() as tx:
            people = register.list_contacts(tx)
            return sorted(one.address.partition("@")[0] for one in people if one.register is Register.REGISTERED)

    @property
    def troubles(self) -> dict[str, str]:
        return {name: words for name, ask in self.directories.troubles.items() if (words := ask())}


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    return World(store, tmp_path)


def test_all_are_asked_at_once_and_then_as_often_as_each_says(world: World) -> None:
    world.directories.begin()
    world.works()
    assert world.known == ["ada", "bob"]
    world.write("hr", "ada", "carol")
    world.write("ldap", "bob", "dan")
    world.works(HOUR - timedelta(seconds=1))
    assert world.known == ["ada", "bob"]
    world.works(timedelta(seconds=1))
    assert world.known == ["ada", "bob", "carol"]
    world.works(HOUR)
    assert world.known == ["ada", "bob", "carol", "dan"]


def test_a_reload_asks_all_of_them_before_their_time(world: World) -> None:
    world.directories.begin()
    world.works()
    world.write("ldap", "bob", "dan")
    world.directories.ask_all()
    world.works()
    assert world.known == ["ada", "bob", "dan"]


def test_a_node_that_does_not_own_them_asks_nobody(world: World) -> None:
    world.works()
    assert world.known == []
    world.directories.begin()
    world.directories.end()
    world.works()
    assert world.known == []


def test_a_node_that_lost_them_while_it_asked_writes_nothing(world: World) -> None:
    world.directories.begin()
    world.is_owned_by("n-2")
    world.works()
    assert (world.known, world.troubles) == ([], {})


def broken(world: World) -> str:
    (world.folder / "hr.csv").write_text("addresses,register\ninfo@acme.example,registered\n")
    return "is shared by several people"


def gone(world: World) -> str:
    (world.folder / "hr.csv").unlink()
    return "No such file"


def empty(world: World) -> str:
    world.write("hr")
    return "persons would be let go"


@pytest.mark.parametrize("spoil", [broken, gone, empty])
def test_one_that_fails_changes_nothing_is_told_of_and_asked_again_soon(
    world: World, spoil: Callable[[World], str], capsys: pytest.CaptureFixture[str]
) -> None:
    everybody = [f"p{number}" for number in range(30)]
    world.write("hr", *everybody)
    world.directories.begin()
    world.works()
    why = spoil(world)
    world.write("ldap", "bob", "dan")
    world.works(2 * HOUR)
    assert world.known == sorted([*everybody, "bob", "dan"]), "the other one was asked all the same"
    assert list(world.troubles) == ["directory hr"] and why in world.troubles["directory hr"]
    told = capsys.readouterr().out
    assert "directory not taken" in told and "source=hr" in told and "info@acme.example" not in told
    world.write("hr", *everybody, "zoe")
    world.works(AGAIN)
    assert "zoe" in world.known and world.troubles == {}


def test_what_is_wrong_is_for_the_next_owner_to_tell(world: World) -> None:
    gone(world)
    world.directories.begin()
    world.works()
    assert world.troubles
    world.directories.end()
    assert world.troubles == {}


def test_a_source_that_is_being_asked_counts_as_stuck_only_after_its_own_time_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    silences: list[float] = []

    def asked(*_what: object) -> None:
        silences.append(world.pulse.part.silence)
        raise SourceUnavailable("nobody is there")

    monkeypatch.setattr("maild.daemon.directories.refresh", asked)
    world.directories.begin()
    world.works()
    assert silences == [120, 120] and world.pulse.part.silence == FOR_EVER
