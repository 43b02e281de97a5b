"""`make soak`: what takes too long for the suite, one after the other; the figures go to bench/results/soak-*.json.

imap       sessions cut at every 8th byte, hung, numbered anew; a real Dovecot cut 100 times
nodes      three daemons on one mailbox, the owner frozen for longer than its lease, again and again
drip       200 connections that drip, and one honest sender with 25 MB at 200 kB/s
flood      50 connections that send 200 MB each without a line end
restore    backups of a large database while it is written to, and restores, on both databases
forgery    the whole matrix of forged and honest mails, and 100,000 random mixes of it
people     random stories of mails, Cc, forwards and changes of the register, each step held against the invariants
hours      working time against a count of every minute, 2024 to 2036, and around every clock change of 50 years
life       random lives of tickets, with time, crashes and restarts, against a model
workflows  lives of a deletion with impostors, autoresponders, crashes and restores: 100,000 steps
desks      the stories of the five example desks, on PostgreSQL
year       20,000 tickets over a year, against a ledger that knows nothing of maild
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
NODES = "tests/scenarios/test_mailboxes.py::test_three_nodes_on_one_mailbox_take_every_mail_once_whoever_freezes"
RUNS: dict[str, tuple[str, ...]] = {
    "imap": ("-m", "tests.soak.imap"),
    "nodes": ("-m", "pytest", "-q", "--timeout=3600", NODES),
    "drip": ("-m", "tests.scenarios.listeners_full", "drip"),
    "flood": ("-m", "tests.scenarios.listeners_full", "flood"),
    "restore": ("-m", "tests.soak.restore"),
    "forgery": ("-m", "tests.soak.forgery"),
    "people": ("-m", "tests.stateful", "--minutes", "10"),
    "hours": ("-m", "tests.desks.oracle"),
    "life": ("-m", "tests.life", "500"),
    "workflows": ("-m", "tests.workflows", "8400"),
    "desks": ("-m", "pytest", "-q", "tests/scenarios/desks"),
    "year": ("-m", "tests.life.year", "20000"),
}
FROZEN = "12"
"""How often an owner is frozen; in the suite it is twice."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make soak", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("runs", nargs="*", choices=[[], *RUNS], help="which (default: all)")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="folder for the figures")
    given = parser.parse_args()
    done = {name: run(name) for name in given.runs or RUNS}
    write(done, given.results)
    return 0 if all(one["good"] for one in done.values()) else 1


def run(name: str) -> dict[str, Any]:
    """One of them, its progress shown; what it prints is its result."""
    print(f"{name} …", file=sys.stderr, flush=True)
    begun = time.monotonic()
    told = subprocess.run(
        [sys.executable, *RUNS[name]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"MAILD_FROZEN": FROZEN, "MAILD_DESKS_ON": "postgresql"},
    )
    print(told.stdout, flush=True)
    said = told.stdout.strip().splitlines()[-40:]
    return {"good": told.returncode == 0, "seconds": round(time.monotonic() - begun), "said": said}


def write(done: dict[str, Any], folder: Path) -> None:
    revision = _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "--", "maild") else "")
    file = folder / f"soak-{datetime.now(UTC):%Y-%m-%d}-{revision}.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(before | done, indent=1, ensure_ascii=False) + "\n")
    print(f"written: {file}")


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
