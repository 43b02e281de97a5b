"""Tests that need a program of the machine: without it they are skipped, or fail where skipping is not allowed."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

import pytest

# Put before a server's command: the kernel ends the server even if the test process is killed (prctl(2), PDEATHSIG).
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")


def need(condition: object, what: str) -> None:
    """Go on only if `condition` holds. Otherwise skip, or fail if MAILD_TEST_REQUIRE=1 (as .ci/run sets it)."""
    if condition:
        return
    if os.environ.get("MAILD_TEST_REQUIRE") == "1":
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on, below the range the kernel gives to clients.

    Drawn at random, so that test workers that start servers at one moment do not meet.
    """
    for _ in range(200):
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait until `condition()` is true; after `seconds` the test fails, saying `what` did not happen."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds:g} s: {what}")
        time.sleep(0.01)


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
