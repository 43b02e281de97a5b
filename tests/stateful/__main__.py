"""`python -m tests.stateful --minutes N`: lives by chance until the time is up; the figures as JSON on stdout.

Exit code 1 if an invariant does not hold: the shortest life that shows it is on stderr, its last line in `problem`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback

from tests.stateful.run import Figures, lives

AT_ONCE = 50


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stateful", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    ends = time.monotonic() + parser.parse_args().minutes * 60
    whole = Figures()
    while time.monotonic() < ends and not whole.problem:
        _more(whole)
    print(json.dumps(whole.as_data(), indent=1))
    return 1 if whole.problem else 0


def _more(whole: Figures) -> None:
    try:
        found = lives(AT_ONCE, derandomized=False)
    except AssertionError as error:
        traceback.print_exc(file=sys.stderr)
        whole.problem = str(error)
        return
    whole.seconds += found.seconds
    whole.happened += found.happened
    whole.checks += found.checks


if __name__ == "__main__":
    sys.exit(main())
