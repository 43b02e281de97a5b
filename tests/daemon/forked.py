"""A process as the daemon's main one, for test_forking: it makes a fork server and one worker, and tells of both as
JSON. With `die` it is killed then."""

from __future__ import annotations

import decimal
import json
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection
from multiprocessing.forkserver import _forkserver
from pathlib import Path

from maild.daemon.forking import start_fork_server

HIGH = 200
"""A descriptor whose number nothing else takes."""


def look(line: Connection, descriptor: int) -> None:
    """In the worker: what is here?"""
    shared = hasattr(decimal, "was_here_before_the_fork")
    loaded = "maild.daemon.worker" in sys.modules
    line.send({"shared": shared, "loaded": loaded, "open": Path(f"/proc/self/fd/{descriptor}").exists()})


def main() -> None:
    decimal.was_here_before_the_fork = True  # type: ignore[attr-defined] - a mark that only a fork inherits
    secret = os.dup2(os.open("/dev/null", os.O_RDONLY), HIGH)
    start_fork_server()
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("forkserver").Process(target=look, args=(theirs, secret))
    worker.start()
    print(json.dumps(ours.recv() | {"server": _forkserver._forkserver_pid}), flush=True)
    worker.join()
    if "die" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
