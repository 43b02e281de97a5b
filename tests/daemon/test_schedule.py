"""The clock goes on whatever a round does."""

from __future__ import annotations

import asyncio

from maild.daemon import schedule
from maild.daemon.rounds import in_thread


def test_a_round_that_fails_does_not_stop_the_clock_and_rounds_run_off_the_loop() -> None:
    rounds: list[str] = []
    enough = asyncio.Event()

    def fails() -> None:
        rounds.append("failed")
        raise OSError("the database is away")

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def works() -> None:
            rounds.append("worked")
            if rounds.count("worked") > 2 and rounds.count("failed") > 2:
                loop.call_soon_threadsafe(enough.set)

        ticks = (schedule.Tick("bad", 0.01, in_thread(fails)), schedule.Tick("good", 0.01, in_thread(works)))
        clock = schedule.start(ticks)
        async with asyncio.timeout(20):
            await enough.wait()
        clock.shutdown(wait=False)

    asyncio.run(main())
    assert rounds.count("failed") > 2
