"""The command line: `maild COMMAND …`. One small file per group of commands, imported when it is called.

app       the commands' table, global options, what becomes of errors
house     settings and database for a command
output    tables, JSON, times, and text from mails made safe for a terminal
Exit codes: 0 done, 1 finding, 64-78 as in sysexits(3); 75 means: the same may work later.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from maild.cli.app import run

    sys.exit(run(sys.argv[1:]))
