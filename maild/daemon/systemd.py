"""What systemd is told: sd_notify(3) in a few lines, nothing where NOTIFY_SOCKET is not set."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(*lines: str) -> bool:
    """Send state lines such as READY=1; False where nobody listens. Never raises: telling is not essential."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        # A busy service manager must not hold us up: its queue holds a dozen datagrams.
        sock.setblocking(False)
        sock.connect(address)
        sock.sendall("\n".join(lines).encode())
        return True
    return False
