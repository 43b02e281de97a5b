"""A real daemon as an MX behind a firewall: real clients over TLS, and those who would starve everybody else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from maild.ingest.smtp.passwords import hashed
from tests.scenarios.listeners_full import MEBIBYTE, a_daemon, drip, flood
from tests.scenarios.world import SUPPORT, World, a_mail
from tests.servers.certificates import make_certificate
from tests.servers.requirement import free_port, wait_until
from tests.servers.swaks import swaks

ADA = "ada@acme.example"
LOGIN = ("--auth-user", "ada", "--auth-password", "correct horse")
WAYS: list[tuple[str, tuple[str, ...], bool]] = [
    ("starttls", ("--tls", "--auth", "PLAIN", *LOGIN), True),
    ("starttls", ("--tls", "--auth", "LOGIN", *LOGIN), True),
    ("tls", ("--tls-on-connect", "--auth", "LOGIN", *LOGIN), True),
    ("starttls", (), False),
    ("starttls", ("--auth", "PLAIN", *LOGIN), False),
    ("tls", ("--tls-on-connect",), False),
    ("tls", ("--tls-on-connect", "--auth", "PLAIN", *LOGIN[:3], "wrong"), False),
]


class Mx:
    """A daemon with a listener of each kind; `ports` by kind."""

    def __init__(self, world: World, ports: dict[str, int]) -> None:
        self.world, self.ports = world, ports

    def taken(self, sender: str) -> list[str]:
        """Who logged in for the mails of this sender, in their order."""
        rows = self.world.rows("SELECT mail_from, login FROM inbox_entry ORDER BY id")
        return [row.login for row in rows if row.mail_from == sender]


@pytest.fixture(scope="module")
def mx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mx]:
    folder = tmp_path_factory.mktemp("mx")
    certificate, key = make_certificate(folder)
    users = folder / "users"
    users.write_text(f"ada:{hashed('correct horse')}\n")
    files = {"certificate": str(certificate), "key": str(key), "require_tls": True}
    kinds: dict[str, dict[str, Any]] = {
        "from afar": {"tls": "starttls"},
        "starttls": {"tls": "starttls", "users": str(users)},
        "tls": {"tls": "tls", "users": str(users)},
    }
    ports = {kind: free_port() for kind in kinds}
    listeners = [kinds[kind] | files | {"port": port} for kind, port in ports.items()]
    limits = {"connections": 60, "idle": 5, "slowest": 2000, "message_size": 4 * MEBIBYTE, "in_flight": 16 * MEBIBYTE}
    with a_daemon(*listeners, **limits) as world:
        yield Mx(world, ports)


@pytest.mark.parametrize(("kind", "options", "taken"), WAYS, ids=[f"{way[0]} {' '.join(way[1][:3])}" for way in WAYS])
def test_swaks_submits_mail_with_a_login_over_both_kinds_of_tls_and_otherwise_not(
    mx: Mx, kind: str, options: tuple[str, ...], taken: bool
) -> None:
    sender = f"{secrets.token_hex(4)}@acme.example"
    sent = swaks(mx.ports[kind], a_mail().as_bytes(), sender=sender, recipients=[SUPPORT], options=options)
    assert (sent.code == 0) is taken, sent.transcript
    assert mx.taken(sender) == ["ada"] * taken


@pytest.mark.postfix
def test_postfix_hands_mail_over_by_starttls(mx: Mx, postfix: Callable[..., Any]) -> None:
    mta = postfix(
        relay=("127.0.0.1", mx.ports["from afar"]), more="smtp_tls_security_level = encrypt\nsmtp_tls_loglevel = 1"
    )
    for number in range(3):
        raw = a_mail(subject=f"Mail {number}", text="." * 2000 + "\n.\n..\n").as_bytes()
        assert swaks(mta.port, raw, sender=ADA, recipients=[SUPPORT]).code == 0
    wait_until(lambda: len(mx.taken(ADA)) == 3 and not mta.queue(), "Postfix is done")
    assert "TLS connection established to 127.0.0.1" in mta.log()
    assert "status=bounced" not in mta.log()


def test_those_who_drip_do_not_keep_an_honest_sender_out(mx: Mx) -> None:
    """In full (25 MB at 200 kB/s, 200 who drip): `python -m tests.scenarios.listeners_full drip`."""
    figures = drip(mx.world, clients=60, size=2 * MEBIBYTE, rate=2 * MEBIBYTE, every=0.3)
    assert figures.kept and figures.waited < 5, figures


def test_mail_without_end_takes_little_memory(mx: Mx) -> None:
    """In full (50 connections of 200 MB): `python -m tests.scenarios.listeners_full flood`."""
    figures = flood(mx.world)
    assert figures.kept and figures.peak_mebibytes < 200, figures
