"""Which rounds a node runs: with any role it is seen to be there, since restore and status go by that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from maild.daemon.rounds import Rounds
from maild.store import nodes, signatures
from maild.store.engine import Store
from maild.store.signatures import KEPT
from tests.builders import NOON
from tests.daemon.test_metrics import a_house
from tests.store.kit import a_received_mail, keep


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ({"workers", "outbox"}, ["beat"]),
        ({"imap", "clock"}, ["beat", "reminders", "ambiguous", "forget"]),
    ],
)
def test_a_node_beats_whatever_its_roles_and_keeps_the_clock_where_it_is_told_to(
    store: Store, roles: set[str], names: list[str], tmp_path: Path
) -> None:
    run = store.retrying(lambda tx: nodes.start(tx, "n", NOON - timedelta(seconds=25)))
    rounds = Rounds(lambda: a_house(store), run, tmp_path)
    assert [tick.name for tick in rounds.ticks(roles)] == names
    rounds.beat()
    with store.reading() as tx:
        assert [one.name for one in nodes.running(tx, NOON + timedelta(seconds=25))] == ["n"]


def test_the_clock_forgets_signatures_that_are_too_old_to_matter(store: Store, tmp_path: Path) -> None:
    (entry,) = keep(store, a_received_mail())
    ages = {"old": KEPT + timedelta(seconds=1), "new": KEPT - timedelta(days=1)}
    with store.transaction() as tx:
        for name, age in ages.items():
            signatures.keep(tx, [signatures.Seen(name, entry, "c1")], NOON - age)
    Rounds(lambda: a_house(store), nodes.RunId(1), tmp_path).forget()
    with store.reading() as tx:
        assert set(signatures.owners(tx, ages.keys())) == {"new"}
