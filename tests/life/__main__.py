"""`python -m tests.life 2000`: so many lives of a desk, with the clock, crashes and restarts."""

from __future__ import annotations

import logging
import sys
import time

import structlog

from tests.life.test_machine import STEPS, lives

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
began = time.monotonic()
lives(count)
print(f"{count} lives of up to {STEPS} steps in {time.monotonic() - began:.0f} s: each ended as the model says")
