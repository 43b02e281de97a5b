"""Mailboxes through a running daemon: three nodes and one owner, quick by IDLE, read anew without a storm, Maildirs."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.test_several_nodes import share_secret
from tests.scenarios.world import SUPPORT, World, a_mail
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.requirement import wait_until

ADA = "ada@acme.example"
FREEZES = int(os.environ.get("MAILD_FROZEN", "2"))


@pytest.fixture
def account(dovecot: Dovecot, mailbox: str, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "password").write_text(PASSWORD)
    return {
        "name": "support",
        "host": "127.0.0.1",
        "port": dovecot.port,
        "tls": False,
        "user": mailbox,
        "password_file": str(tmp_path / "password"),
        "recipient": SUPPORT,
        "poll": 5,
    }


def looked(world: World) -> bool:
    return bool(world.rows("SELECT 1 FROM mailbox_state WHERE looked_at IS NOT NULL"))


def subjects(world: World) -> Counter[str]:
    return Counter(row.title for row in world.rows("SELECT title FROM ticket"))


@pytest.mark.dovecot
@pytest.mark.postgres
@pytest.mark.timeout(180)
def test_three_nodes_on_one_mailbox_take_every_mail_once_whoever_freezes(
    build: Callable[..., World], dovecot: Dovecot, mailbox: str, account: dict[str, Any], postgres_url: str
) -> None:
    """FAULT-A12: the owner is stopped (SIGSTOP) in the middle of its work, and goes on when another one owns it."""
    worlds = [build(f"node{number}", postgres_url, imap=[account], lease=2) for number in range(3)]
    for world in worlds:
        share_secret(worlds[0], world)
        world.start()
    wait_until(lambda: looked(worlds[0]), "one node has looked")
    sent = 0
    for _ in range(FREEZES):
        for _ in range(15):
            dovecot.append(mailbox, a_mail(subject=f"Mail {sent}").as_bytes())
            sent += 1
        owner = the_owner(worlds)
        os.killpg(owner.daemon.pid, signal.SIGSTOP)  # type: ignore[union-attr]
        try:
            wait_until(lambda before=owner: the_owner(worlds) is not before, "another node takes over", 40)
        finally:
            os.killpg(owner.daemon.pid, signal.SIGCONT)  # type: ignore[union-attr]
    worlds[0].until_quiet(sent, seconds=60)
    assert subjects(worlds[0]) == {f"Mail {number}": 1 for number in range(sent)}
    assert Counter(worlds[0].dispositions()) == {"new ticket": sent}


def the_owner(worlds: list[World]) -> World:
    def found() -> list[World]:
        owners = {row.owner for row in worlds[0].rows("SELECT owner FROM lease WHERE name = 'imap:support'")}
        ids = {(world.state / "node-id").read_text(): world for world in worlds}
        return [world for node, world in ids.items() if any(owner.endswith(node) for owner in owners)]

    wait_until(found, "somebody owns the mailbox")
    return found()[0]


@pytest.mark.dovecot
def test_a_mail_in_the_mailbox_is_confirmed_within_two_seconds(
    build: Callable[..., World], dovecot: Dovecot, mailbox: str, account: dict[str, Any]
) -> None:
    """IDLE: from APPEND to the confirmation in the relay."""
    world = build(imap=[account | {"poll": 60}])
    world.start()
    wait_until(lambda: looked(world), "the mailbox was looked into")
    taken: list[float] = []
    for number in range(7):
        before, began = len(world.sink.mails), time.monotonic()
        dovecot.append(mailbox, a_mail(f"p{number}@people.example", subject=f"Mail {number}").as_bytes())
        wait_until(lambda before=before: len(world.sink.mails) > before, f"it is confirmed; {world.log()[-2000:]}")
        taken.append(time.monotonic() - began)
    assert statistics.median(taken) <= 2, taken


@pytest.mark.dovecot
def test_a_mailbox_that_gets_another_uidvalidity_is_read_anew_and_nobody_hears_twice(
    build: Callable[..., World], dovecot: Dovecot, mailbox: str, account: dict[str, Any]
) -> None:
    """FAULT-A09. What came meanwhile becomes a ticket; its confirmation waits until a person releases it."""
    with dovecot.client(mailbox) as client:
        client.append("INBOX", a_mail(subject="Long before us").as_bytes(), (), datetime.now(UTC) - timedelta(days=1))
    world = build(imap=[account])
    world.start()
    wait_until(lambda: looked(world), "the mailbox was looked into")
    dovecot.append(mailbox, a_mail(subject="First").as_bytes())
    world.until_quiet(1)
    world.stop()
    number_anew(dovecot, mailbox)
    dovecot.append(mailbox, a_mail(subject="Second").as_bytes())
    world.start()
    world.until_quiet(2)
    assert subjects(world) == {"First": 1, "Second": 1}
    assert [len(world.mails_to(ADA)), len(world.json("outbox", "--state", "parked"))] == [1, 1]
    world.maild("outbox", "release", "--all")
    wait_until(lambda: len(world.mails_to(ADA)) == 2, "the second confirmation arrives")


def number_anew(dovecot: Dovecot, mailbox: str) -> None:
    """As after a server's index was lost: other UIDs, under another UIDVALIDITY."""
    with dovecot.client(mailbox, "INBOX") as client:
        before = client.folder_status("INBOX", "UIDVALIDITY")

    def is_new() -> bool:
        for pattern in ("dovecot-uid*", "dovecot.index*", "dovecot.list*"):
            for file in (dovecot.home / "mail" / mailbox).glob(pattern):
                file.unlink()
        with dovecot.client(mailbox, "INBOX") as client:
            return bool(client.folder_status("INBOX", "UIDVALIDITY") != before)

    wait_until(is_new, "the mailbox has another UIDVALIDITY")


@pytest.mark.dovecot
def test_what_is_kept_is_moved_to_a_folder_and_the_count_says_where_everything_is(
    build: Callable[..., World], dovecot: Dovecot, mailbox: str, account: dict[str, Any]
) -> None:
    with dovecot.client(mailbox) as client:
        client.create_folder("Done")
    world = build(imap=[account | {"after": "move", "move_to": "Done", "first_look": "import"}])
    dovecot.append(mailbox, a_mail(subject="Old").as_bytes())
    world.start()
    dovecot.append(mailbox, a_mail(subject="New").as_bytes())
    world.until_quiet(2)

    def moved() -> bool:
        with dovecot.client(mailbox, "INBOX") as inbox:
            left = inbox.search()
        with dovecot.client(mailbox, "Done") as done:
            return not left and len(done.search()) == 2

    wait_until(moved, f"both are in the folder; {world.log()[-2000:]}")
    assert subjects(world) == {"Old": 1, "New": 1}


def test_a_maildir_is_watched_and_its_mail_is_answered(build: Callable[..., World], tmp_path: Path) -> None:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    source = {"name": "spool", "path": str(tmp_path / "spool"), "recipient": SUPPORT, "poll": 0.1}
    world = build(maildirs=[source])
    world.start()
    (tmp_path / "spool" / "tmp" / "1.a").write_bytes(a_mail(subject="By file").as_bytes())
    shutil.move(tmp_path / "spool" / "tmp" / "1.a", tmp_path / "spool" / "new" / "1.a")
    world.until_quiet(1)
    assert subjects(world) == {"By file": 1}
    assert len(world.mails_to(ADA)) == 1
    assert [file.name for file in (tmp_path / "spool" / "cur").iterdir()] == ["1.a:2,"]
