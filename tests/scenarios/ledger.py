"""An independent checker: reads the database file with sqlite3 and what the relay got, and none of maild's code.

It knows what the senders were answered with 250, and says every way in which that promise was not kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

EFFECTIVE = ("new ticket", "follow-up", "awaiting review")


@dataclass(frozen=True)
class Ledger:
    """One database, as it was left."""

    database: Path

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def faults(self, accepted: Iterable[str], relayed: Iterable[bytes]) -> list[str]:
        """Every broken promise, in words; `accepted` are the Message-IDs answered with 250."""
        wanted = set(accepted)
        return [*self._integrity(), *self._once(wanted), *self._confirmed(wanted, Counter(map(message_id, relayed)))]

    def summary(self) -> str:
        """What the kills did, in numbers."""
        became = dict(self.rows("SELECT disposition, count(*) FROM inbox_entry GROUP BY disposition"))
        attempts = dict(self.rows("SELECT result, count(*) FROM delivery GROUP BY result"))
        return f"mails: {became}; deliveries: {attempts}"

    def quarantined(self) -> set[str]:
        return {row[0] for row in self.rows("SELECT message_id FROM inbox_entry WHERE state = 'quarantined'")}

    def _integrity(self) -> Iterator[str]:
        (answer,) = self.rows("PRAGMA integrity_check")[0]
        if answer != "ok":
            yield f"the database is damaged: {answer}"
        for number, state in self.rows("SELECT id, state FROM inbox_entry WHERE state NOT IN ('done', 'quarantined')"):
            yield f"inbox entry {number} was never finished: {state}"

    def _once(self, wanted: set[str]) -> Iterator[str]:
        effects = Counter(
            row[0]
            for row in self.rows(
                f"SELECT message_id FROM inbox_entry WHERE disposition IN {EFFECTIVE} "
                "OR (disposition = 'quarantined' AND ticket_id IS NOT NULL)"
            )
        )
        articles = Counter(row[0] for row in self.rows("SELECT message_id FROM article WHERE kind = 'incoming'"))
        if effects != articles:
            yield f"dispositions and articles disagree: {(effects - articles) or (articles - effects)}"
        for one in wanted - self.quarantined():
            if effects[one] != 1:
                yield f"{one} was answered 250 and has {effects[one]} effects"

    def _confirmed(self, wanted: set[str], relayed: Counter[str]) -> Iterator[str]:
        """One confirmation for each, under one Message-ID; a second copy only after an answer was lost."""
        query = """SELECT i.message_id, o.message_id, o.state, o.recipient,
                          (SELECT count(*) FROM delivery d WHERE d.outbox_id = o.id AND d.result = 'ambiguous')
                   FROM inbox_entry i JOIN outbox_entry o ON o.ticket_id = i.ticket_id
                   WHERE i.disposition = 'new ticket'"""
        confirmed = {row[0]: row[1:] for row in self.rows(query)}
        for one in wanted - self.quarantined():
            if one not in confirmed:
                yield f"{one} was never confirmed"
                continue
            ours, state, _, ambiguous = confirmed[one]
            # Law 10: a lost answer is worth one more copy, a second one none; the mail is then listed as unknown.
            ended = state == "sent" or (state == "unknown" and ambiguous == 2)
            if not ended or not 1 <= relayed[ours] <= min(2, 1 + ambiguous):
                yield f"the confirmation {ours} is {state}: {relayed[ours]} copies, {ambiguous} lost answers"
        for stray in set(relayed) - {row[0] for row in confirmed.values()}:
            yield f"the relay got {stray}, which no outbox entry knows"


def message_id(raw: bytes) -> str:
    found = re.search(rb"(?im)^message-id:\s*(\S+)", raw)
    return found[1].decode() if found else "no Message-ID"
