"""A real daemon under siege: 2,000 broken mails and the worst bombs we know, and honest mail among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from tests.hostile.bombs import BOMBS
from tests.hostile.mutator import mail
from tests.hostile.siege import besiege, faults, until_decided
from tests.scenarios.world import World

MAILS = 2000
SEED = 20261122
HEAVY = "24 MiB of 8-bit lines"


def broken_mails_with_bombs() -> Iterator[bytes]:
    mails = (mail(SEED, number) for number in range(MAILS))
    for name in (HEAVY, "lines in 49 multiparts", HEAVY):
        yield from islice(mails, 300)
        yield BOMBS[name]()
    yield from mails


def test_a_daemon_under_siege_loses_nothing_and_serves_honest_people(build: Callable[..., World]) -> None:
    """Budgets are cut, so that the heaviest mails cost two workers their lives whatever the parser learns meanwhile."""
    world = build(lmtp=[{"port": 0}], limits={"cpu_in_company": 0.4, "cpu_alone": 0.6})
    world.start()
    siege = besiege(world, broken_mails_with_bombs())
    until_decided(world, siege, 50)
    assert faults(world, siege) == []
    assert len(siege.honest) == 51
    heavy = world.rows("SELECT attempts FROM inbox_entry WHERE size > 20000000")
    assert [row.attempts for row in heavy] == [2, 2], "the mail that is killed in company is tried once alone"
    assert world.log().count("worker died") >= 4
