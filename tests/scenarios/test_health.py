"""What a running daemon says of itself: metrics, status, and the reply a sender gets while there is no room."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest

from maild.notify.sink import At
from tests.daemon.test_metrics import read
from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until


def metrics_of(world: World) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    file = world.folder / "maild.prom"
    return read(file.read_text()) if file.exists() else {}


def value(world: World, name: str, **labels: str) -> float | None:
    return metrics_of(world).get((name, frozenset(labels.items())))


def codes(world: World) -> list[str]:
    return [need["code"] for need in world.json("status")["needs"]]


def test_without_room_senders_are_told_before_they_send_and_a_person_is_called(build: Callable[..., World]) -> None:
    """FAULT-A13, with a limit that no disk of a test machine meets."""
    world = build(limits={"free_disk": 1 << 60})
    world.start()
    wait_until(lambda: "no mail is taken" in world.log(), "the first look at the disk", 20)
    with pytest.raises(smtplib.SMTPSenderRefused) as told:
        world.send(a_mail())
    assert (told.value.smtp_code, told.value.smtp_error) == (452, b"4.3.1 no room on disk, try again later")
    wait_until(lambda: "room" in codes(world), "status says so", 20)
    (need,) = [need for need in world.json("status")["needs"] if need["code"] == "room"]
    assert "limits.free_disk" in need["says"]


def test_a_relay_whose_password_ended_is_told_in_its_words_while_all_mail_waits_and_is_counted(
    build: Callable[..., World], tmp_path: Path
) -> None:
    """FAULT-I08: 535 for as long as it takes; no bounce, no attempt counted, and it heals by itself."""
    secret = tmp_path / "relay.txt"
    secret.write_text("hunter2\n")
    world = build(metrics="maild.prom")
    settings = json.loads(world.settings.read_text())
    settings["relay"] |= {"user": "maild", "password_file": str(secret)}
    world.settings.write_text(json.dumps(settings))
    world.sink.on(At.AUTH, "535 5.7.8 password expired")
    world.start()
    for number in range(3):
        world.send(a_mail(f"Ada <p{number}@people.example>", subject="a private subject"))
    wait_until(lambda: world.json("status")["health"]["troubles"], "the daemon says what is wrong", 30)
    (trouble,) = world.json("status")["health"]["troubles"]
    assert trouble["part"] == "relay" and "535 5.7.8 password expired" in trouble["words"]
    assert [row.attempts for row in world.rows("SELECT attempts FROM outbox_entry WHERE due_at IS NOT NULL")] == [0] * 3
    world.sink.behave()
    world.until_quiet(3, seconds=60)
    assert len(world.sink.mails) == 3
    wait_until(lambda: value(world, "maild_recent_dispositions", disposition="new ticket") == 3, "it is counted", 40)
    assert value(world, "maild_mails_accepted_total") == 3
    assert (value(world, "maild_stuck_parts"), value(world, "maild_takes_mail")) == (0, 1)
    wait_until(lambda: codes(world) == [] == world.json("status")["health"]["troubles"], "it is over", 30)
    told = (world.folder / "maild.prom").read_text() + world.log()
    assert not [word for word in ("people.example", "Ada", "private", "hunter2") if word in told]
