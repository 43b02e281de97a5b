"""`python -m tests.workflows 4000`: so many lives of a deletion, with impostors, crashes and restores."""

from __future__ import annotations

import logging
import sys
import time

import structlog

from tests.workflows.test_machine import STEPS, deletions

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
began = time.monotonic()
deletions(count)
print(f"{count} lives of up to {STEPS} steps in {time.monotonic() - began:.0f} s: nothing armed that was not agreed to")
