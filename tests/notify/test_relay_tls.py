"""Handing mail to a relay under TLS: only to the one whose certificate is trusted."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from notify_kit import waiting
from relay_kit import conversation, large, one_attempt, relay_to

from maild.model import DeliveryResult as R
from maild.notify.sink import At, Sink
from maild.notify.smtp import Relay


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody trusts, with its key, in one file."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl")
    made = tmp_path_factory.mktemp("tls") / "localhost.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(made), "-out", f"{made}.crt"]
    subprocess.run([openssl, *words], check=True, capture_output=True)
    with made.open("a") as file:
        file.write(Path(f"{made}.crt").read_text())
    return made


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_relay_is_spoken_to_under_a_certificate_that_is_trusted(tls: str, certificate: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))

    async def story(sink: Sink, relay: Relay) -> None:
        doubting = relay_to(sink, tls=tls)
        found = (await doubting.deliver([waiting(1)]))[0]
        assert found.result is R.DEFERRED and "certificate verify failed" in found.answer and sink.mails == []
        assert (await relay.deliver([large(), waiting(2)]))[1].result is R.SENT
        assert [len(one.raw) for one in sink.mails] == [len(large().mail.raw), len(waiting(2).mail.raw)]

    sink = Sink(tls=server, tls_at_once=tls == "tls")
    asyncio.run(conversation(story, sink, tls=tls, tls_context=trusting))


def test_a_relay_without_tls_gets_no_mail_when_tls_is_wanted() -> None:
    delivery, sink = one_attempt(At.NOOP, "250", tls="starttls")
    assert delivery.result is R.DEFERRED and "STARTTLS" in delivery.answer and sink.mails == []
