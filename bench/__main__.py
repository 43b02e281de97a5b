"""`python -m bench`: measure, show, write down. Exit code 1 if something that must be reached was not."""

from __future__ import annotations

import argparse
import signal
import sys

from bench.measures import DEFAULT, MEASURES, Plan
from bench.report import report, show, write

FEWEST_ROUNDS = 3
"""A median of fewer is none; such a run, and one of a single measure, is shown but not written down."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="maild beside Postfix and django-helpdesk")
    parser.add_argument("--only", choices=MEASURES, help="one measure (default: all; memory is measured on the road)")
    parser.add_argument("--messages", type=int, default=500, help="mails on the whole road (default 500)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, at least 3 for a verdict (default 3)")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = Plan(given.messages, given.rounds)
    measured = report(plan, [result for name in _chosen(given.only) for result in MEASURES[name](plan)])
    show(measured)
    if given.only is None and given.rounds >= FEWEST_ROUNDS:
        write(measured)
    return 0 if measured.met else 1


def _chosen(only: str | None) -> tuple[str, ...]:
    return (only,) if only else DEFAULT


if __name__ == "__main__":
    sys.exit(main())
