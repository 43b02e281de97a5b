"""A mail that was handed to the daemon, and its answer."""

from __future__ import annotations

from typing import NamedTuple

from maild.ingest.files import Found
from maild.ingest.lmtp_client import Answer


class Handed(NamedTuple):
    """`answer.recipient` is the desk it was for."""

    found: Found
    answer: Answer
