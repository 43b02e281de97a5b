"""django-helpdesk, the fastest of the peers that were measured: its `get_email` over a folder of mails.

Its environment lies in bench/.venv-peers, made on first use from bench/requirements.txt.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bench.postgres import Postgres
from bench.processes import home, last_words, running
from bench.waiting import Incomplete, wait_until
from bench.workload import Mail

BENCH = Path(__file__).parent
ENVIRONMENT = BENCH / ".venv-peers"
LOCK = BENCH / "requirements.txt"
PATIENCE = 300.0


def python() -> Path:
    """The peers' interpreter; its environment is made if it is missing or not of this lock file."""
    made_from = ENVIRONMENT / "made-from.txt"
    if not made_from.exists() or made_from.read_bytes() != LOCK.read_bytes():
        print("making the peers' environment, once …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = (ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
        subprocess.run([*pip, "--require-hashes", "-r", LOCK], check=True)
        made_from.write_bytes(LOCK.read_bytes())
    return ENVIRONMENT / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """A running django-helpdesk."""

    pid: int
    mails: Path
    _orders: BinaryIO
    _answers: BinaryIO
    _log: Path

    def put(self, mails: Sequence[Mail]) -> None:
        """Lay mails into the queue's folder."""
        for number, mail in enumerate(mails):
            (self.mails / f"{number:06d}.eml").write_bytes(mail.raw)

    def run(self) -> None:
        """get_email. Raises Incomplete where mails are left over."""
        self._ask("run")
        if left := len(list(self.mails.iterdir())):
            raise Incomplete(f"django-helpdesk left {left} mails: {last_words(self._log)}")

    def tickets(self) -> dict[str, str]:
        """The ticket number for each Message-ID, as subjects carry it."""
        found: dict[str, str] = self._ask("tickets")
        return found

    def counts(self) -> dict[str, int]:
        """How many tickets and follow-ups there are."""
        found: dict[str, int] = self._ask("counts")
        return found

    def _ask(self, order: str) -> Any:
        self._orders.write(order.encode() + b"\n")
        self._orders.flush()
        return hear(self._answers, self._log)


def hear(answers: BinaryIO, log: Path) -> Any:
    """The next answer."""
    line = answers.readline()
    if not line:
        raise Incomplete(f"django-helpdesk ended: {last_words(log)}")
    return json.loads(line)


@contextmanager
def running_helpdesk(sink: int, server: Postgres | None = None, database: str = "") -> Iterator[Helpdesk]:
    """Start one on SQLite, or on a database of `server`; its confirmations go to the port `sink`."""
    with home("helpdesk") as folder, socket.socket(socket.AF_UNIX) as listener:
        (folder / "mails").mkdir()
        log = folder / "log"
        listener.bind(str(folder / "line"))
        listener.listen()
        listener.settimeout(1)
        env = environment(folder, sink, server, database)
        command = (python(), "-m", "bench.helpdesk_site.serve")
        with running(command, log, env, cwd=BENCH.parent) as process:
            wait_until(lambda: process.poll() is not None or _called(listener), "django-helpdesk starts", PATIENCE)
            if process.poll() is not None:
                raise Incomplete(f"django-helpdesk ended: {last_words(log)}")
            line, _ = listener.accept()
            line.settimeout(PATIENCE)
            answers, orders = line.makefile("rb"), process.stdin
            assert orders is not None
            hear(answers, log)
            yield Helpdesk(process.pid, folder / "mails", orders, answers, log)  # type: ignore[arg-type]


def _called(listener: socket.socket) -> bool:
    """Whether somebody is at the door."""
    return bool(select.select([listener], [], [], 0)[0])


def environment(folder: Path, sink: int, server: Postgres | None, database: str) -> Mapping[str, str]:
    """What the site's settings read."""
    place = {"BENCH_POSTGRES_PORT": str(server.port), "BENCH_DATABASE": database} if server else {}
    return {
        "BENCH_HOME": str(folder),
        "BENCH_SINK": str(sink),
        "BENCH_LINE": str(folder / "line"),
        "DJANGO_SETTINGS_MODULE": "bench.helpdesk_site.settings",
        "PYTHONUTF8": "1",
        **place,
    }
