"""The fork server of the workers: forked from this process while it is young, instead of started as a new one.

Whatever workers need is loaded once, before the fork, and the memory is shared; what only the main process needs comes
after it. Sighting: a server that starts by itself loads a thousand modules once more; a node with two workers took 259
MiB with it, and takes 162 MiB so, and two of five seconds of CPU less to start.
Laws: to be called before there is a thread, a loop or a connection. Should the server die, multiprocessing starts
another one in its own way, which loads `preload` anew.
"""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import forkserver, resource_tracker, util
from typing import Any

Spawn = Callable[[bytes, Sequence[Any], Sequence[int]], int]


def start_fork_server() -> None:
    """Load what workers need, then fork the server that workers are forked from."""
    from maild.daemon import preload

    gc.collect()
    gc.freeze()
    forkserver.set_forkserver_preload([preload.__name__])
    resource_tracker.ensure_running()
    with _spawning_by(_forked):
        forkserver.ensure_running()


@contextmanager
def _spawning_by(spawn: Spawn) -> Iterator[None]:
    usual = util.spawnv_passfds
    util.spawnv_passfds = spawn  # type: ignore[assignment] # it is called with these three alone
    try:
        yield
    finally:
        util.spawnv_passfds = usual


def _forked(_path: bytes, _arguments: Sequence[Any], passed: Sequence[int]) -> int:
    """The server in a child that has loaded everything. Only what is passed and 0 to 2 stay open there: it must see
    when this process has gone. Python 3.14 passes a third descriptor, by which the server learns a key."""
    if child := os.fork():
        return child
    try:
        _close_all_but({0, 1, 2, *passed})
        listener, alive, *key = passed
        more: dict[str, Any] = {"authkey_r": key[0]} if key else {}
        forkserver.main(listener, alive, [], **more)
    except Exception:  # noqa: BLE001 - the end of a process: what ended it is told, as Python does
        traceback.print_exc()
    finally:
        os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    """An empty range is left out: sighting: Python 3.11 closes everything for `closerange(0, 0)`."""
    for one, other in pairwise((*sorted(kept), os.sysconf("SC_OPEN_MAX"))):
        if one + 1 < other:
            os.closerange(one + 1, other)
