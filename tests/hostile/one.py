"""A process of its own for one hostile mail: `consumption(raw)` says what reading it costs in CPU and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MOST_CPU = 10
"""Seconds after which the process is ended: nobody needs to know how much too much it would have been."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Consumption:
    """Seconds of CPU; how many bytes the process grew beyond the mail itself; the cause if it was refused."""

    cpu: float
    growth: int
    cause: str


def consumption(raw: bytes) -> Consumption:
    """Raises CalledProcessError where the process dies of it."""
    command = [sys.executable, "-m", "tests.hostile.one"]
    told = subprocess.run(command, cwd=ROOT, input=raw, capture_output=True, check=True, timeout=100)
    return Consumption(**json.loads(told.stdout))


def main() -> None:
    from tests.hostile.feeding import outcome
    from tests.ingest.letters import HEAD

    outcome(HEAD + b"\r\nThe first mail loads what is loaded when needed.\r\n")
    raw = sys.stdin.buffer.read()
    used = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + MOST_CPU, used + MOST_CPU))
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    cause = outcome(raw)
    cpu = time.process_time() - start
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(json.dumps(asdict(Consumption(cpu, growth, cause))))


if __name__ == "__main__":
    main()
