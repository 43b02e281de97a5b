"""Processes of a run: started in folders of their own, counted (CPU) with all their children, ended by their ids.

The kernel ends them too if this process is killed (setpriv --pdeathsig, prctl(2)).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.waiting import Incomplete, answers, wait_until

TICKS = os.sysconf("SC_CLK_TCK")
GOODBYE = 30.0
SERVANT = "nobody"


@dataclass(frozen=True, slots=True)
class Stat:
    """The part of /proc/PID/stat that is used here: `cpu` are seconds, of reaped children too."""

    pid: int
    parent: int
    cpu: float


def stats() -> Iterator[Stat]:
    """All processes of the machine (proc(5))."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text(errors="replace").rsplit(")", 1)[1].split()
            yield Stat(int(entry.parent.name), int(fields[1]), sum(map(int, fields[11:15])) / TICKS)


def family(pid: int) -> tuple[Stat, ...]:
    """A process with its children, their children and so on."""
    everybody = tuple(stats())
    found = [stat for stat in everybody if stat.pid == pid]
    for elder in found:
        found += [stat for stat in everybody if stat.parent == elder.pid]
    return tuple(found)


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU seconds used so far by these processes with their families."""
    return sum(stat.cpu for pid in pids for stat in family(pid))


def as_servant() -> tuple[str, ...]:
    """Put before a command that refuses to run as root."""
    return ("setpriv", f"--reuid={SERVANT}", "--regid=nogroup", "--clear-groups", "--") if os.geteuid() == 0 else ()


@contextmanager
def home(name: str) -> Iterator[Path]:
    """A folder below /tmp that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix=f"maild-bench-{name}-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None, *, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, its words in `log`; ended, with its family, on the way out."""
    dies_with_us = ("setpriv", "--pdeathsig", "TERM", "--")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*dies_with_us, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; then end what is left of its family."""
    members = [stat.pid for stat in family(process.pid)]
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GOODBYE)
    alive = {stat.pid: stat.parent for stat in stats()}
    for pid in members:
        if pid in alive and (pid == process.pid or alive[pid] in (1, *members)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers. Raises Incomplete with its last words if it ends instead."""
    wait_until(lambda: process.poll() is not None or answers(port), f"port {port} answers")
    if process.poll() is not None:
        raise Incomplete(f"did not start: {last_words(log)}")


def last_words(log: Path) -> str:
    """The end of a log."""
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
