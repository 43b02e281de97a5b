"""What maild must reach, and what is wanted of it beyond that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure. `other` is whom maild is compared with, "" for a figure of its own."""

    key: str
    title: str
    other: str
    unit: str
    must: float
    wanted: float
    less_is_better: bool = False

    def reached(self, figure: float, mark: float) -> bool:
        return figure <= mark if self.less_is_better else figure >= mark

    def mark(self, value: float) -> str:
        """A mark as people write it: ≥ 5×, ≤ 250 MiB."""
        sign, unit = "≤" if self.less_is_better else "≥", "×" if self.other else f" {self.unit}"
        return f"{sign} {value:g}{unit}"


HELPDESK = "django-helpdesk"
ACCEPT_5K = Goal("accept-5k", "accept, 5 KB, 50 connections", "Postfix", "msg/s", 1.0, 1.5)
ACCEPT_50K = Goal("accept-50k", "accept, 50 KB, 10 connections", "Postfix", "msg/s", 0.5, 1.0)
ROAD_SQLITE = Goal("road-sqlite", "whole road, SQLite", HELPDESK, "msg/s", 5, 10)
ROAD_POSTGRES = Goal("road-postgresql", "whole road, PostgreSQL", HELPDESK, "msg/s", 3, 5)
CPU_SQLITE = Goal("cpu-sqlite", "CPU a mail, SQLite", HELPDESK, "ms", 1 / 4, 1 / 8, less_is_better=True)
CPU_POSTGRES = Goal("cpu-postgresql", "CPU a mail, PostgreSQL", HELPDESK, "ms", 1 / 4, 1 / 8, less_is_better=True)
INTO_INBOX = Goal("mailbox-inbox", "mailbox to inbox, workers held", "imapclient alone", "msg/s", 0.5, 0.7)
ROAD_IMAP = Goal("road-imap", "whole road over IMAP, SQLite", "maild over SMTP", "msg/s", 0.8, 1.0)
MEMORY_SQLITE = Goal("memory-sqlite", "memory, SQLite", "", "MiB", 250, 250, less_is_better=True)
MEMORY_POSTGRES = Goal("memory-postgresql", "memory, PostgreSQL", "", "MiB", 250, 250, less_is_better=True)
