"""Hostile mail, broken neighbours, full disks: each has a defined outcome, and nothing accepted is ever lost."""

from __future__ import annotations

import os
import smtplib
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.scenarios.world import SUPPORT, World, a_mail
from tests.servers.requirement import wait_until

ADA = "ada@acme.example"
HEADERS = b"From: ada@acme.example\r\nTo: support@desk.example\r\nMessage-ID: <bad%d@mail.example>\r\n"
NASTY = {
    "empty": b"",
    "only a line break": b"\r\n",
    "no headers": b"\r\nI am only a body.\r\n",
    "no sender": b"To: support@desk.example\r\nSubject: who?\r\n\r\nx\r\n",
    "two senders": HEADERS + b"From: bob@acme.example\r\n\r\nx\r\n",
    "truncated in a part": HEADERS + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/pl",
    "truncated base64": HEADERS + b"Content-Transfer-Encoding: base64\r\n\r\nSGFsbG8gV2Vs\r\nd",
    "NUL everywhere": HEADERS + b"Subject: a\x00b\r\n\r\nx\x00y\r\n",
    "raw 8-bit": HEADERS + "Subject: Größe\r\n\r\nKäse\r\n".encode("latin-1"),
    "line separators": HEADERS + "Subject: a\u2028Bcc: evil@x.example\u2029\r\n\r\nx\r\n".encode(),
    "encoded line breaks": HEADERS + b"Subject: =?utf-8?q?a=0D=0ABcc:_evil=40x.example?=\r\n\r\nx\r\n",
    "lone surrogates": HEADERS + b"Subject: =?utf-8?q?=ED=A0=80x?=\r\n\r\n\xed\xa0\x80\r\n",
    "template in the subject": HEADERS + b"Subject: {{ 7 * 7 }} {% for x in y %}\r\n\r\n{{ config }}\r\n",
    "a thousand nested parts": HEADERS
    + b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(1000)),
    "endless parentheses": b"From: " + b"(" * 600 + b" ada@acme.example\r\n\r\nx\r\n",
    "a huge header": HEADERS + b"X-Long: " + b"a" * 400_000 + b"\r\n\r\nx\r\n",
}


def test_nasty_mail_is_all_accepted_ends_somewhere_and_holds_up_nobody(world: World) -> None:
    for number, raw in enumerate(NASTY.values()):
        world.send(raw.replace(b"%d", b"%d" % number), mail_from=ADA)
    world.send(a_mail(subject="An honest one"))
    world.until_quiet(len(NASTY) + 1, seconds=40)
    became = dict(zip([*NASTY, "honest"], world.dispositions(), strict=True))
    assert became["honest"] == "new ticket"
    assert {became[name] for name in ("empty", "no headers", "no sender", "two senders")} == {"quarantined"}
    assert set(became.values()) <= {"new ticket", "quarantined"}
    assert len(world.rows("SELECT id FROM raw_mail")) == len(NASTY) + 1
    assert all(entry["cause"] for entry in world.json("quarantine"))


def test_nothing_a_mail_says_becomes_a_header_or_a_template_of_ours(world: World) -> None:
    names = ["line separators", "encoded line breaks", "template in the subject", "NUL everywhere", "lone surrogates"]
    for number, name in enumerate(names):
        world.send(NASTY[name].replace(b"%d", b"%d" % number), mail_from=ADA)
    world.until_quiet(len(names))
    answers = world.mails_to(ADA)
    assert len(answers) == len(names)
    assert all(answer["Bcc"] is None for answer in answers)
    assert any("{{ 7 * 7 }}" in answer["Subject"] for answer in answers)


def test_a_mail_that_takes_too_long_is_tried_alone_then_quarantined_and_its_neighbours_go_on(
    build: Callable[..., World],
) -> None:
    """Law 3, with budgets so small that an honest 20 MB mail is over them."""
    world = build(limits={"cpu_in_company": 0.1, "cpu_alone": 0.15})
    world.start()
    heavy = a_mail(subject="heavy")
    heavy.add_attachment(os.urandom(14 << 20), maintype="application", subtype="octet-stream", filename="a.bin")
    world.send(heavy)
    for number in range(5):
        world.send(a_mail(f"p{number}@people.example", subject="light"))
    world.until_quiet(6, seconds=40)
    assert sorted(world.dispositions()) == ["new ticket"] * 5 + ["quarantined"]
    (entry,) = world.rows("SELECT cause, attempts, ticket_id FROM inbox_entry WHERE state = 'quarantined'")
    assert (entry.cause, entry.attempts) == ("cpu-budget", 2)
    shown = world.json("show", f"SD-{entry.ticket_id}")
    assert shown["ticket"]["title"] == "heavy" and "could not be read" in shown["articles"][0]["text"]


def test_a_mail_over_the_limit_is_refused_with_552_and_nothing_of_it_is_kept(build: Callable[..., World]) -> None:
    world = build(limits={"message_size": 1 << 20})
    world.start()
    with pytest.raises(smtplib.SMTPResponseException) as told:
        world.send(b"Subject: big\r\n\r\n" + b"x" * 76 + b"\r\n" * (1 << 20), mail_from=ADA)
    assert told.value.smtp_code == 552
    assert world.rows("SELECT id FROM raw_mail") == []


def test_while_the_relay_is_down_mail_waits_and_goes_out_when_it_is_back(build: Callable[..., World]) -> None:
    world = build()
    port = world.sink.port
    # Bound and not listening: nobody answers there, and nobody else's server can.
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        world.relay_through(nobody.getsockname()[1])
        world.start()
        world.send(a_mail())
        wait_until(lambda: len(world.dispositions()) == 1, "decided")
        assert len(world.unsent()) == 1
        world.stop()
    world.relay_through(port)
    world.start()
    world.until_quiet(1)
    assert len(world.mails_to(ADA)) == 1


def test_while_the_database_is_locked_senders_are_asked_to_come_back_and_lose_nothing(
    build: Callable[..., World],
) -> None:
    """FAULT-A16: somebody holds SQLite's write lock for longer than we wait."""
    world = build()
    world.start()
    with sqlite3.connect(world.state / "maild.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected)) as told:
            world.send(a_mail(Message_ID="<locked@mail.example>"))
        other.execute("ROLLBACK")
    assert getattr(told.value, "smtp_code", 451) == 451
    world.send(a_mail(Message_ID="<locked@mail.example>"))
    world.until_quiet(1)
    assert world.dispositions().count("new ticket") == 1


def test_a_taken_port_is_told_with_what_to_do_and_nothing_runs(build: Callable[..., World]) -> None:
    first = build("first")
    first.start()
    second = build("second", smtp=[{"port": first.smtp_port}])
    command = [sys.executable, "-m", "maild.daemon", "--settings", str(second.settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 75
    assert str(first.smtp_port) in done.stderr and "Traceback" not in done.stderr


def test_two_daemons_never_work_in_one_state_folder(build: Callable[..., World]) -> None:
    world = build()
    world.start()
    command = [sys.executable, "-m", "maild.daemon", "--settings", str(world.settings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 75
    assert "another daemon" in done.stderr


def test_when_the_disk_is_full_senders_are_told_to_come_back_and_it_recovers_by_itself(
    build: Callable[..., World], tmp_path
) -> None:
    """FAULT-A13: a small file system of its own, filled up and emptied again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs leave to mount a tmpfs")
    try:
        world = build(state=str(disk / "var"))
        world.start()
        accepted, refused = fill(world)
        assert accepted and refused and all(400 <= code < 500 for code in refused)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        world.send(a_mail("last@people.example"))
        world.until_quiet(accepted + 1, seconds=60)
        assert set(world.dispositions()) == {"new ticket"}
        world.stop()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def fill(world: World) -> tuple[int, list[int]]:
    """Send until the disk is full; how many were accepted, and what the others were told."""
    accepted, refused = 0, []
    for number in range(60):
        mail = a_mail(f"p{number}@people.example", text=("x" * 70 + "\n") * 3000)
        try:
            world.send(mail, SUPPORT)
            accepted += 1
        except smtplib.SMTPResponseException as told:
            refused.append(told.smtp_code)
        if len(refused) == 3:
            break
    return accepted, refused
