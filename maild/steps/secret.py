"""The instance's one secret, from which all token keys are made: a file of 32 random bytes, mode 0600.

Nodes that share a database must share this file: a reply address made by one is read by another.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from maild.errors import ConfigError, Problem

NAME = "secret"
LENGTH = 32


def read_secret(state: Path) -> bytes:
    """The secret; made on first use. Raises ConfigError where the file is not what it should be."""
    path = state / NAME
    if not path.exists():
        _create(path)
    secret = path.read_bytes()
    if len(secret) < LENGTH:
        raise ConfigError(
            Problem(str(path), 0, 0, f"holds {len(secret)} bytes instead of {LENGTH}: restore it from a backup")
        )
    return secret


def fingerprint(secret: bytes) -> str:
    """What may be known of it: enough to see whether two nodes have the same one."""
    return hashlib.sha256(b"maild fingerprint " + secret).hexdigest()[:16]


def _create(path: Path) -> None:
    """Two processes may start at once: the first one's file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
