"""Logs on standard error: one line per event, key=value, JSON on request. No personal data at INFO (law 11).

Law: whatever a value holds, a line stays one line that no terminal obeys (FAULT-E14); so does what libraries log.
"""

from __future__ import annotations

import logging
import os
import sys

import structlog

from maild.cleaning import clean_header, clean_text

QUIET = ("mail.log", "apscheduler", "aiosmtplib", "imapclient")


def set_up_logs() -> None:
    """MAILD_LOG sets the level (info), MAILD_LOG_FORMAT=json the form."""
    level = getattr(logging, os.environ.get("MAILD_LOG", "info").upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _harmless,
            _renderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """What a library logs, in one line, with nothing a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return clean_header(super().format(record))


def _harmless(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A traceback keeps its lines: the renderers escape them."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = clean_text(value) if name == "exception" else clean_header(value)
    return event


def _renderer() -> structlog.typing.Processor:
    if os.environ.get("MAILD_LOG_FORMAT") == "json":
        return structlog.processors.JSONRenderer()
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
