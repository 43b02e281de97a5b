"""What a mail says never ends a log line, starts another, or moves a terminal (FAULT-E14)."""

from __future__ import annotations

import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from maild.daemon.logs import OneLine, _harmless

EVIL = "a\x1b[2J\r\nlevel=error event=forged\x00\u2028b\x9bc"


@given(st.text())
def test_a_value_stays_on_its_line(text: str) -> None:
    event = _harmless(None, "info", {"because": text})
    line = structlog.processors.LogfmtRenderer()(None, "info", event)
    assert len(str(line).splitlines()) == 1 and "\x1b" not in str(line)


@pytest.mark.parametrize("word", ["\x1b", "\r", "\n", "\x00", "\u2028", "\x9b"])
def test_what_a_library_logs_is_one_harmless_line(word: str) -> None:
    record = logging.LogRecord("mail.log", logging.WARNING, "f", 1, "said %s", (EVIL,), None)
    assert word in EVIL and word not in OneLine().format(record)
