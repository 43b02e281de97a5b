"""The daemon as a lean process of its own: `python -m maild.daemon --settings FILE [--roles …]`.

`maild serve` becomes this process by exec, so that neither it nor its workers carry the command line's libraries.
Workers are forked from a server that begins before anything is loaded that only this process needs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from maild.daemon import ROLES
from maild.daemon.forking import start_fork_server
from maild.daemon.logs import set_up_logs
from maild.errors import MaildError


def main() -> int:
    """Exit codes as in sysexits(3); 75 means: the same may work later."""
    parser = argparse.ArgumentParser(prog="maild serve")
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--roles", default=",".join(ROLES))
    given = parser.parse_args()
    if "workers" in given.roles.split(","):
        start_fork_server()
    from maild.daemon.serve import Choice, serve

    set_up_logs()
    try:
        asyncio.run(serve(Choice(given.settings, frozenset(given.roles.split(",")))))
    except MaildError as error:
        sys.stderr.write(f"maild: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
