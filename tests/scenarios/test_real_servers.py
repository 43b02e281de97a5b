"""Mail that comes through real Postfix and lies in real Dovecot, and answers that leave through a real relay."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maild.notify.sink import At, Sink
from tests.scenarios.world import BARE, SUPPORT, World, a_mail
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.requirement import need, wait_until
from tests.servers.swaks import swaks

ADA = "ada@acme.example"


@pytest.mark.postfix
def test_a_mail_through_postfix_and_lmtp_is_answered_through_a_relay(
    build: Callable[..., World], postfix: Callable[..., Any], relay: Sink
) -> None:
    """swaks → Postfix → LMTP → maild → Postfix as relay → the recipient's server."""
    world = build(lmtp=[{"host": "127.0.0.1", "port": 0, "border": BARE}])
    mta = postfix(lmtp=("127.0.0.1", world.lmtp_port), relay=("127.0.0.1", relay.port), domains="desk.example")
    world.relay_through(mta.port)
    world.start()
    sent = swaks(mta.port, a_mail(subject="Größe").as_bytes(), sender=ADA, recipients=[SUPPORT, SUPPORT])
    assert sent.code == 0, sent.transcript
    world.until_quiet(1)
    wait_until(lambda: world.mails_to(ADA), "the confirmation arrives")
    (answer,) = world.mails_to(ADA)
    assert "Größe" in answer["Subject"] and "[SD-1001]" in answer["Subject"]
    assert mta.queue() == ()


@pytest.mark.postfix
def test_while_maild_is_down_postfix_keeps_the_mail_and_delivers_it_later(
    build: Callable[..., World], postfix: Callable[..., Any], relay: Sink
) -> None:
    """FAULT-A25: nothing bounces because we are away."""
    world = build(lmtp=[{"host": "127.0.0.1", "port": 0, "border": BARE}])
    mta = postfix(lmtp=("127.0.0.1", world.lmtp_port), relay=("127.0.0.1", relay.port), domains="desk.example")
    assert swaks(mta.port, a_mail().as_bytes(), sender=ADA, recipients=[SUPPORT]).code == 0
    wait_until(lambda: len(mta.queue()) == 1, "Postfix queues it")
    world.start()
    world.until_quiet(1, seconds=30)
    assert world.dispositions() == ["new ticket"]
    wait_until(lambda: mta.queue() == (), f"Postfix is done with it: {mta.queue()} {mta.log()[-3000:]}")


@pytest.mark.dovecot
def test_mail_in_a_mailbox_becomes_tickets_and_the_mailbox_stays_as_it_is(
    build: Callable[..., World], dovecot: Dovecot, mailbox: str, tmp_path: Path
) -> None:
    """Dovecot → IMAP → maild → relay; read by UID cursor, resumed after a restart, no flag touched (FAULT-A11)."""
    (tmp_path / "password").write_text(PASSWORD)
    dovecot.append(mailbox, a_mail(subject="Old").as_bytes())
    account = {"name": "support", "host": "127.0.0.1", "port": dovecot.port, "tls": False, "user": mailbox}
    place = {"password_file": str(tmp_path / "password"), "recipient": SUPPORT, "first_look": "import"}
    world = build(imap=[account | place])
    world.start()
    world.until_quiet(1)
    dovecot.append(mailbox, a_mail(subject="New").as_bytes())
    world.until_quiet(2)
    world.stop()
    dovecot.append(mailbox, a_mail(subject="Meanwhile").as_bytes())
    world.start()
    world.until_quiet(3)
    assert world.dispositions() == ["new ticket"] * 3
    assert len(world.mails_to(ADA)) == 2, "what an import finds is not answered"
    with dovecot.client(mailbox, "INBOX") as client:
        flags = [mail[b"FLAGS"] for mail in client.fetch(client.search(), ["FLAGS"]).values()]
    assert len(flags) == 3 and {flag for mail in flags for flag in mail} <= {b"\\Recent"}


@pytest.mark.postfix
def test_a_pipe_from_an_mta_tells_it_whether_to_try_again(build: Callable[..., World]) -> None:
    need(shutil.which("swaks"), "swaks")
    world = build()
    raw = a_mail().as_bytes()
    assert world.exit_code("ingest", "--rcpt", SUPPORT, "-", stdin=raw) == 75
    world.start()
    assert world.exit_code("ingest", "--rcpt", SUPPORT, "-", stdin=raw) == 0
    assert world.exit_code("ingest", "--rcpt", "nobody@desk.example", "-", stdin=raw) in (65, 67)
    world.until_quiet(1)


@pytest.mark.postfix
def test_a_bounce_from_postfix_is_noted_on_its_ticket_and_holds_the_address_back(
    build: Callable[..., World], postfix: Callable[..., Any], relay: Sink
) -> None:
    """Our confirmation is refused by its recipient's server; Postfix reports that to the mail's own bounce address."""
    world = build(lmtp=[{"host": "127.0.0.1", "port": 0, "border": BARE}])
    mta = postfix(lmtp=("127.0.0.1", world.lmtp_port), relay=("127.0.0.1", relay.port), domains="desk.example")
    world.relay_through(mta.port)
    relay.on(At.RCPT, "550 5.1.1 no such user here")
    world.start()
    assert swaks(mta.port, a_mail().as_bytes(), sender=ADA, recipients=[SUPPORT]).code == 0
    wait_until(lambda: "bounce recorded" in world.dispositions(), "the report comes back", seconds=30)
    shown = world.json("show", "SD-1001")
    note = next(one for one in shown["articles"] if one["kind"] == "note")
    assert ADA in note["text"] and "no such user here" in note["text"]
    (breaker,) = world.json("outbox", "breakers")
    assert breaker["scope"] == f"bounced:{ADA}"
    assert swaks(mta.port, a_mail(subject="Another").as_bytes(), sender=ADA, recipients=[SUPPORT]).code == 0
    wait_until(lambda: world.json("outbox", "--suppressed"), "the next confirmation is held back")
    (silent,) = world.json("outbox", "--suppressed")
    assert silent["reasons"][0]["code"] == "breaker-bounced" and len(world.dispositions()) == 3
