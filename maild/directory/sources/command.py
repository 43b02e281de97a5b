"""A program as a source: it prints CSV. No shell, a time limit, bounded output, and a bare environment."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import IO

from maild.directory.csv import LARGEST, read_csv
from maild.directory.entries import Wanted
from maild.directory.tables import wanted_of
from maild.errors import SourceUnavailable

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
PORTION = 1 << 16


@dataclass(frozen=True, slots=True)
class CommandSource:
    """A program with its arguments. `timeout` is in seconds; afterwards it is killed, with all it has started."""

    name: str
    command: tuple[str, ...]
    timeout: float = 60
    largest: int = LARGEST

    def fetch(self) -> Wanted:
        return wanted_of(read_csv(self._output(), f"directory {self.name}"))

    def _output(self) -> bytes:
        try:
            # The admin names the program in maild.yaml; no word of it comes from outside.
            process = subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed(f"{self.command[0]} cannot be started: {error.strerror}") from None
        try:
            return self._finished(process)
        finally:
            _end(process)

    def _finished(self, process: subprocess.Popen[bytes]) -> bytes:
        if process.stdout is None:
            raise self._failed("its output cannot be read")
        ends = time.monotonic() + self.timeout
        raw = self._read(process.stdout, ends)
        try:
            code = process.wait(max(0.0, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise self._too_slow() from None
        if code:
            raise self._failed(f"{self.command[0]} ended with code {code}: run it by hand to see why")
        return raw

    def _read(self, pipe: IO[bytes], ends: float) -> bytes:
        raw = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while selector.select(max(0.0, ends - time.monotonic())):
                portion = os.read(pipe.fileno(), PORTION)
                if not portion:
                    return bytes(raw)
                raw += portion
                if len(raw) > self.largest:
                    raise self._failed(f"{self.command[0]} prints more than {self.largest} bytes")
        raise self._too_slow()

    def _too_slow(self) -> SourceUnavailable:
        return self._failed(f"{self.command[0]} took longer than {self.timeout:g} seconds")

    def _failed(self, what: str) -> SourceUnavailable:
        return SourceUnavailable(f"directory {self.name}: {what}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of it; its group is its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
