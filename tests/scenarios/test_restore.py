"""The night the disk died: a backup of yesterday, a new machine, and nobody gets a mail a second time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until
from tests.soak.big import fill
from tests.store.backup_kit import a_store, bring_back, save

TICKETS, SECONDS = 500, 10.0


def test_after_a_restore_work_goes_on_and_nothing_goes_out_twice(build: Callable[..., World], tmp_path: Path) -> None:
    world = build()
    # Nobody sends yet: a confirmation waits to go out while the backup is made.
    world.start("--roles", "smtp,workers,clock")
    world.send(a_mail("bob@people.example", "before", Message_ID="<before@people.example>"))
    wait_until(lambda: len(world.dispositions()) == 1 and len(world.unsent()) == 1, "a confirmation waits")
    file = Path(world.maild("backup", "--to", str(tmp_path / "elsewhere")).partition(" (")[0])
    world.stop()
    # The confirmation goes out, more mail comes; then the disk dies.
    world.start()
    world.send(a_mail("eve@people.example", "after", Message_ID="<after@people.example>"))
    world.until_quiet(2)
    world.stop()
    shutil.rmtree(world.state)
    told = world.maild("restore", str(file))
    assert "parked now: 1" in told
    world.start()
    world.send(a_mail("grace@people.example", "new", Message_ID="<new@people.example>"))
    # An answer to a mail from before the restore still finds its ticket.
    (confirmation,) = world.mails_to("bob@people.example")
    answer = {"In_Reply_To": confirmation["Message-ID"], "subject": f"Re: {confirmation['Subject']}"}
    world.send(a_mail("bob@people.example", **answer))
    world.until_quiet(3)
    assert sorted(world.dispositions()) == ["follow-up", "new ticket", "new ticket"]
    assert [len(world.mails_to(f"{name}@people.example")) for name in ("bob", "eve", "grace")] == [1, 1, 1]
    assert [row.id for row in world.rows("SELECT id FROM ticket ORDER BY id")] == [1001, 3001], "1002 is Eve's for ever"
    (parked,) = world.json("outbox", "--state", "parked")
    assert parked["recipient"] == "bob@people.example" and parked["reasons"][0]["step"] == "restore"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_five_hundred_tickets_are_saved_and_back_within_seconds(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    """The drill in small; in full it is `python -m tests.soak.restore`."""
    urls = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
    url = str(request.getfixturevalue(urls[kind]))
    with a_store(url) as store:
        fill(store, TICKETS, 20_000)
        begun = time.monotonic()
        file, manifest = save(store, tmp_path / "backups")
    bring_back(file, url, tmp_path / "state", replace=True)
    assert time.monotonic() - begun < SECONDS and dict(manifest.about.counts)["ticket"] == TICKETS
