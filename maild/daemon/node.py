"""This node among others: its folder, its lock, its name, and what it left behind when it was last killed.

Laws: one daemon per state folder (a lock the kernel lets go of when we die); the node's id is made once and
stays, so that a restarted node takes its own claims back at once instead of waiting for their lease to end.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from pathlib import Path
from typing import TextIO

from maild.errors import ConfigError, ExitCode, MaildError, Problem
from maild.settings import Settings


class AlreadyRunning(MaildError):
    """Another daemon works in this state folder."""

    exit_code = ExitCode.TEMPORARY


def prepare_state(state: Path) -> None:
    """The folder for database, sockets and keys: ours alone."""
    os.umask(0o077)
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            Problem(str(state), 0, 0, f"cannot be made ({error.strerror}): choose another `state`")
        ) from None


def lock(state: Path) -> TextIO:
    """Hold the folder's lock for as long as the file returned stays open. Raises AlreadyRunning."""
    file = (state / "daemon.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        with file:
            other = file.read().strip()
        raise AlreadyRunning(f"another daemon (process {other}) works in {state}: stop it first") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def running(state: Path) -> int | None:
    """The process id of the daemon that works in this folder, or None."""
    path = state / "daemon.lock"
    if not path.exists():
        return None
    with path.open("r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read().strip() or 0) or None
    return None


def name_of(settings: Settings) -> str:
    """The node's name and lasting id, as it stands in claims: `host-1f3a9c`."""
    return f"{settings.node or socket.gethostname()}-{_lasting_id(settings.state / 'node-id')}"


def _lasting_id(path: Path) -> str:
    # A power cut right after it was made may leave an empty file.
    made = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if not made:
        made = secrets.token_hex(3)
        path.write_text(made, encoding="ascii")
    return made
