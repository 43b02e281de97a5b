"""Logs on standard error: one line per event, key=value, JSON on request. No personal data at INFO (law 11)."""

from __future__ import annotations

import logging
import os
import sys

import structlog

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
            _renderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer() -> structlog.typing.Processor:
    if os.environ.get("MAILD_LOG_FORMAT") == "json":
        return structlog.processors.JSONRenderer()
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
