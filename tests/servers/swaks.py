"""swaks, the SMTP test client of admins: sends one mail to a server and says what the server answered."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.requirement import need


def on_the_wire(raw: bytes) -> bytes:
    """The content as DATA carries it: lines end in CRLF, leading dots doubled, ended by a lone dot."""
    lines = raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines) + b"."


@dataclass(frozen=True, slots=True)
class Sent:
    """How a delivery went: exit code 0 if the server took the mail, and the whole dialogue."""

    code: int
    transcript: str


def swaks(
    server: int | Path,
    raw: bytes | None = None,
    *,
    sender: str = "customer@clinic.example",
    recipients: Sequence[str] = ("support@tickets.example",),
    options: Sequence[str] = (),
    seconds: float = 30,
) -> Sent:
    """Send `raw` (or swaks' own test mail) to a port of the loopback, or to a unix socket.

    `sender` "" is the null sender. `options` are passed on, such as ("--protocol", "LMTP").
    """
    need(shutil.which("swaks"), "swaks (apt install swaks)")
    place = ["--socket", str(server)] if isinstance(server, Path) else ["--server", "127.0.0.1", "--port", str(server)]
    envelope = ["--from", sender or "<>", "--to", ",".join(recipients), "--helo", "client.example"]
    # Without the fix-up swaks would replace what looks like its tokens; then dots are ours to double (RFC 5321 4.5.2).
    content = [] if raw is None else ["--no-data-fixup", "--data", "-"]
    command = ["swaks", *place, *envelope, *content, *options]
    done = subprocess.run(command, input=raw and on_the_wire(raw), capture_output=True, timeout=seconds)
    return Sent(done.returncode, (done.stdout + done.stderr).decode(errors="replace"))
