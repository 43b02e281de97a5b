"""The whole forgery matrix, and random mixes of several changes: `python -m tests.soak.forgery [--mixes N] [--seed S]`.

Prints figures. Ends with 1 if one mail came out above what it truly proves, or more than one in a hundred cells below.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.ingest.authenticity.forgery import cells, mixes
from tests.ingest.authenticity.matrix import tally

MIXES = 100_000
SHOWN = 20
GOAL = 0.99


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mixes", type=int, default=MIXES, help="how many random mixes")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what makes the mixes the same again")
    given = parser.parse_args()
    begun = time.monotonic()
    whole, mixed = tally(cells(), exactly=True), tally(mixes(given.mixes, given.seed), exactly=False)
    above = whole.above + mixed.above
    for line in (*above[:SHOWN], *whole.below[:SHOWN]):
        print(line, file=sys.stderr)
    figures = {
        "cells": whole.cells,
        "mixes": mixed.cells,
        "seed": given.seed,
        "above": len(above),
        "right": round(whole.right / whole.honest, 4),
        "levels": {name: whole.levels.get(name, 0) + mixed.levels.get(name, 0) for name in whole.levels | mixed.levels},
        "seconds": round(time.monotonic() - begun),
    }
    print(json.dumps(figures))
    return 0 if not above and whole.right >= GOAL * whole.honest else 1


if __name__ == "__main__":
    sys.exit(main())
