"""The thread that watches a Maildir: it is seen to live, it ends in time, and nothing ends it before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from maild.daemon import maildirs
from maild.daemon.around import Surroundings
from maild.daemon.maildirs import MaildirWatcher
from maild.errors import SourceUnavailable, StoreUnavailable
from maild.settings import MaildirSource, Settings
from maild.store import inbox, leases
from maild.store.engine import Store
from maild.store.leases import Lease
from tests.daemon.test_metrics import a_house
from tests.servers.requirement import wait_until

Make = Callable[..., MaildirWatcher]


@pytest.fixture
def make(store: Store, tmp_path: Path) -> Iterator[Make]:
    """Watchers of an empty Maildir that this node owns; ended with the test."""
    for name in ("tmp", "new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    with store.transaction() as tx:
        leases.take(tx, "maildir:spool", "n", Lease("", 0))
    made: list[MaildirWatcher] = []

    def make(poll: float = 0.01) -> MaildirWatcher:
        source = MaildirSource(name="spool", path=tmp_path / "box", recipient="support@desk.example", poll=poll)
        made.append(MaildirWatcher(source, Surroundings(Settings(), a_house(store), "n", lambda: None)))
        return made[-1]

    yield make
    for watcher in made:
        watcher.close()


def test_what_comes_is_kept_and_moved(make: Make, store: Store, tmp_path: Path) -> None:
    make().start()
    (tmp_path / "box" / "new" / "1.a.host").write_bytes(b"Subject: x\r\n\r\n")
    wait_until(lambda: list((tmp_path / "box" / "cur").iterdir()), "it is moved")
    with store.reading() as tx:
        assert len(inbox.list_entries(tx)) == 1


def test_who_looks_seldom_is_seen_to_live_between_two_looks(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maildirs, "TURN", 0.01)
    watcher = make(poll=600)
    watcher.start()
    wait_until(lambda: watcher._state.looked_at, "it has looked")
    seen = watcher.moved_at
    wait_until(lambda: watcher.moved_at > seen, "a sign of life")
    seen = watcher.moved_at
    wait_until(lambda: watcher.moved_at > seen, "another one")


def test_who_does_not_take_the_state_does_not_end_the_watching(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Semaphore(0)

    def deaf(state: object) -> None:
        told.release()
        raise ValueError("a fault of ours")

    watcher = make()
    monkeypatch.setattr(watcher, "_tell", deaf)
    watcher.start()
    assert all(told.acquire(timeout=10) for _ in range(3))


def test_a_disk_that_hangs_does_not_keep_the_node_from_letting_go(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, go = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        hanging.set()
        go.wait(30)
        raise SourceUnavailable

    monkeypatch.setattr("maild.ingest.maildir.MaildirReader._files", hang)
    watcher = make()
    watcher.start()
    assert hanging.wait(10)
    begun = time.monotonic()
    watcher.close(0.05)
    assert time.monotonic() - begun < 5
    go.set()


def test_an_error_that_stays_is_logged_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = threading.Semaphore(0)

    def away(_: object) -> None:
        looks.release()
        raise StoreUnavailable("gone")

    monkeypatch.setattr("maild.ingest.maildir.MaildirReader._files", away)
    with capture_logs() as logged:
        make().start()
        assert all(looks.acquire(timeout=10) for _ in range(4))
    assert [one["event"] for one in logged] == ["maildir cannot be read"]


def test_who_is_to_end_keeps_no_further_portion(make: Make) -> None:
    watcher = make()
    watcher.close()
    with pytest.raises(SourceUnavailable, match="no longer watched"):
        watcher._keep([])
