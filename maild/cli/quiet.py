"""`maild ingest --quiet-import`: old mail out of files -> the inbox, without a word to anybody.

Unlike other mail it goes straight into the database: it is an admin's doing, and the daemon need not run. Laws: nothing
is sent because of it; each mail has the time it arrived, as it says itself; the same bytes come in once, so that an
import that was broken off is simply run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maild import pipeline
from maild.cli.envelope import headers_of, recipient_of, sender_of
from maild.desks.policy import Desk
from maild.ingest.files import STDIN, Found
from maild.ingest.header.arrived import arrived
from maild.ingest.header.scan import noted
from maild.ingest.lmtp_client import with_crlf
from maild.model import Answers, ReceivedMail, Source
from maild.steps.house import House


@dataclass(frozen=True)
class Import:
    """How mails are taken in: to which desk ("" as their headers say), and whether as an archive."""

    house: House
    desks: Sequence[Desk]
    recipient: str
    mail_from: str | None
    closed: bool

    def keep(self, found: Iterable[Found]) -> None:
        """Keep some mails, with one commit. Raises TemporaryFailure, and has then kept none of them."""
        pipeline.receive(self.house.store, [self._mail(one) for one in found])

    def _mail(self, found: Found) -> ReceivedMail:
        raw, now = with_crlf(found.raw), self.house.clock()
        message_id, parent_id = noted(raw)
        return ReceivedMail(
            raw=raw,
            source=Source.FILE,
            mail_from=sender_of(raw) if self.mail_from is None else self.mail_from,
            recipients=(self.recipient or recipient_of(raw, self.desks),),
            received_at=arrived(headers_of(raw), now) or _changed(found.name, now),
            source_key=f"file:{hashlib.sha256(raw).hexdigest()}",
            message_id=message_id,
            parent_id=parent_id,
            kept_at=now,
            answers=Answers.FILED if self.closed else Answers.NONE,
        )


def _changed(name: str, now: datetime) -> datetime:
    """When the file was last written, for mail that does not say when it came."""
    if name == STDIN:
        return now
    try:
        return min(datetime.fromtimestamp(Path(name.rpartition("#")[0] or name).stat().st_mtime, UTC), now)
    except OSError:
        return now
