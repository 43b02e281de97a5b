"""Which rounds a node runs: with any role it is seen to be there, since restore and status go by that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.daemon.rounds import Rounds
from maild.store import nodes
from maild.store.engine import Store
from tests.builders import NOON
from tests.daemon.test_metrics import a_house


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ({"workers", "outbox"}, ["beat"]),
        ({"imap", "clock"}, ["beat", "reminders", "ambiguous"]),
    ],
)
def test_a_node_beats_whatever_its_roles_and_keeps_the_clock_where_it_is_told_to(
    store: Store, roles: set[str], names: list[str]
) -> None:
    run = store.retrying(lambda tx: nodes.start(tx, "n", NOON - timedelta(seconds=25)))
    rounds = Rounds(lambda: a_house(store), run)
    assert [tick.name for tick in rounds.ticks(roles)] == names
    rounds.beat()
    with store.reading() as tx:
        assert [one.name for one in nodes.running(tx, NOON + timedelta(seconds=25))] == ["n"]
