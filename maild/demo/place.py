"""Where the demo happens: a folder with the example configuration, the real daemon on loopback, a relay that keeps all.

Law: whatever ends the demo also ends the daemon.
"""

from __future__ import annotations

import asyncio
import json
import smtplib
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from maild.cli.migrate import bring_up_to_date
from maild.config import load_settings
from maild.config.policy import desks_of
from maild.config.starter import SETTINGS, write_starter
from maild.demo.mails import Sent
from maild.errors import SourceUnavailable
from maild.notify.sink import Sink
from maild.yaml.file import read

START = 30.0
STOP = 10.0
LOOK = 0.02
NOTHING: Mapping[str, str] = {}
KEPT = frozenset({"templates", "webhooks", "screening"})
"""Of an example's own settings."""


class Place:
    """A running daemon. `settings` is its settings file, `port` its SMTP port."""

    def __init__(self, folder: Path, sink: Sink, example: str = "", border: Mapping[str, str] = NOTHING) -> None:
        self.folder = folder
        self.sink = sink
        self._example, self._border = example, dict(border)
        self.port = _free_port()
        self.settings = folder / "config" / "demo.yaml"
        self.log = folder / "maild.log"

    def furnish(self) -> None:
        """The shipped example, beside it settings with ports of our own, and an empty database."""
        write_starter(self.settings.parent, self._example)
        own = read(self.settings.parent / SETTINGS).value if self._example else {}
        web = {"web": {"url": f"http://127.0.0.1:{(port := _free_port())}", "port": port}} if "web" in own else {}
        settings = {
            **{name: value for name, value in own.items() if name in KEPT},
            "state": "../var",
            "hostname": "desk.example",
            "smtp": [{"port": self.port, **({"border": self._border} if self._border else {})}],
            "relay": {"host": self.sink.host, "port": self.sink.port, "tls": "none"},
            **web,
        }
        self.settings.write_text(json.dumps(settings, indent=2), encoding="utf-8")
        bring_up_to_date(load_settings(self.settings))

    @property
    def desk(self) -> str:
        """The address of the first desk."""
        return desks_of(load_settings(self.settings))[0].address

    async def send(self, mail: Sent) -> None:
        """Over SMTP, as somebody's mail server would."""
        await asyncio.to_thread(self._send, mail)

    def _send(self, mail: Sent) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
            client.sendmail(mail.mail_from, [mail.to], mail.raw)

    async def start(self) -> Process:
        """`maild serve`, until it listens. Raises SourceUnavailable with the end of its log."""
        command = ("-m", "maild.cli", "--settings", str(self.settings), "serve")
        with self.log.open("ab") as log:
            daemon = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=log, stderr=log)
        try:
            async with asyncio.timeout(START):
                while not self._listens():
                    if daemon.returncode is not None:
                        raise SourceUnavailable(f"the daemon ended at once:\n{self.tail()}")
                    await asyncio.sleep(LOOK)
        except BaseException:
            await end(daemon)
            raise
        return daemon

    def tail(self) -> str:
        """The last lines of the daemon's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


async def end(daemon: Process) -> None:
    """Stop it as systemd would; if it does not listen, harder."""
    if daemon.returncode is not None:
        return
    with suppress(ProcessLookupError):
        daemon.terminate()
    try:
        async with asyncio.timeout(STOP):
            await daemon.wait()
    except TimeoutError:
        daemon.kill()
        await daemon.wait()


@asynccontextmanager
async def a_place(folder: Path, example: str = "", border: Mapping[str, str] = NOTHING) -> AsyncIterator[Place]:
    """A daemon that runs while the context is open."""
    async with Sink() as sink:
        place = Place(folder, sink, example, border)
        place.furnish()
        daemon = await place.start()
        try:
            yield place
        finally:
            await end(daemon)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
