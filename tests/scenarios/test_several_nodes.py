"""Several daemons on one PostgreSQL share the work: no mail twice, none lost, also when one of them is killed."""

from __future__ import annotations

import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from tests.scenarios.ledger import message_id
from tests.scenarios.world import World, a_mail

NODES = 3
MAILS = 90


@pytest.mark.postgres
def test_three_nodes_share_the_work_and_one_may_be_killed(build: Callable[..., World], postgres_url: str) -> None:
    worlds = [build(f"node{number}", postgres_url) for number in range(NODES)]
    for world in worlds:
        share_secret(worlds[0], world)
        world.start()
    threads = [threading.Thread(target=deliver, args=(world, number)) for number, world in enumerate(worlds)]
    for thread in threads:
        thread.start()
    worlds[2].send(a_mail("late@people.example"))
    worlds[2].stop(signal.SIGKILL)
    for thread in threads:
        thread.join(60)
    worlds[2].start()
    accepted = sum(1 for _ in worlds[0].rows("SELECT id FROM inbox_entry"))
    worlds[0].until_quiet(accepted, seconds=60)
    assert Counter(worlds[0].dispositions()) == {"new ticket": accepted}
    assert accepted >= MAILS * (NODES - 1) // NODES
    copies = Counter(message_id(kept.raw) for kept in worlds[0].sink.mails)
    assert len(copies) == accepted
    lost_answers = len(worlds[0].rows("SELECT id FROM delivery WHERE result = 'ambiguous'"))
    assert sum(copies.values()) <= accepted + lost_answers
    workers = worlds[0].rows("SELECT DISTINCT name FROM node")
    assert len(workers) == NODES


def share_secret(first: World, other: World) -> None:
    """As the README says: nodes that share a database share this file."""
    first.maild("reload")
    other.state.mkdir(exist_ok=True)
    if other is not first:
        shutil.copy(first.state / "secret", other.state / "secret")


def deliver(world: World, number: int) -> None:
    for count in range(MAILS // NODES):
        try:
            world.send(a_mail(f"p{number}-{count}@people.example", subject=f"Mail {number} {count}"))
        except OSError:
            return  # this node was killed; its sender would come back


@pytest.mark.postgres
def test_a_node_with_another_secret_is_refused_with_what_to_do(build: Callable[..., World], postgres_url: str) -> None:
    build("first", postgres_url).maild("reload")
    second = build("second", postgres_url)
    assert second.exit_code("reload") == 78
