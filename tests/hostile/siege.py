"""A running daemon under hostile mail, with honest mail among it: `besiege(world, mails)`.

Senders behave like MTAs: one connection for many mails, by SMTP and LMTP in turn, and a mail that is answered 4xx
comes again. What the daemon promised is held against its database, with plain SQL and the bytes that were sent.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.scenarios.world import SUPPORT, World, a_mail
from tests.servers.requirement import wait_until

ONE_HONEST_IN = 40
CONNECTIONS = 4
PATIENCE = 30
MOST_TRIES = 100


@dataclass
class Siege:
    """What was sent, and what it was answered."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    honest: list[str] = field(default_factory=list)
    unanswered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, raw: bytes, code: int) -> None:
        with self.lock:
            if code == 250:
                self.accepted[hashlib.sha256(raw).hexdigest()] += 1
            elif code:
                self.refused[code] += 1
            else:
                self.unanswered += 1


def with_honest_mails(hostile: Iterable[bytes], siege: Siege) -> Iterator[bytes]:
    """One honest mail before each forty others; its Message-ID is noted."""
    for number, raw in enumerate(hostile):
        if number % ONE_HONEST_IN == 0:
            name = f"honest{number}@people.example"
            siege.honest.append(f"<{name}>")
            yield a_mail(name, f"Question {number}", "May I?\n", Message_ID=f"<{name}>").as_bytes()
        yield raw


def besiege(world: World, hostile: Iterable[bytes]) -> Siege:
    """Send it all; returns when everything has its answer."""
    siege = Siege()
    mails = with_honest_mails(hostile, siege)
    senders = [_Sender(world, number, mails, siege) for number in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return siege


class _Sender(threading.Thread):
    """One connection after the other, many mails over each."""

    def __init__(self, world: World, number: int, mails: Iterator[bytes], siege: Siege) -> None:
        super().__init__(daemon=True)
        self.world, self.number, self.mails, self.siege = world, number, mails, siege
        self.client: smtplib.SMTP | None = None

    def run(self) -> None:
        while (raw := self._next()) is not None:
            raw = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
            self.siege.note(raw, self._deliver(raw))
        if self.client:
            self.client.close()

    def _next(self) -> bytes | None:
        with self.siege.lock:
            return next(self.mails, None)

    def _deliver(self, raw: bytes) -> int:
        """The last answer; 0 for none."""
        code = 0
        for _ in range(MOST_TRIES):
            code = self._try(raw)
            if code == 250 or code >= 500:
                break
            time.sleep(0.05)  # as an MTA does: who is told 4xx does not try again at once
        return code

    def _try(self, raw: bytes) -> int:
        try:
            client = self.client = self.client or self._connect()
            client.mail("sender@people.example")
            client.rcpt(SUPPORT)
            return self._hand_over(client, raw)
        except smtplib.SMTPResponseException as told:
            code = told.smtp_code
        except (OSError, smtplib.SMTPException):
            code = 0
        if self.client:
            self.client.close()
        self.client = None
        return code

    @staticmethod
    def _hand_over(client: smtplib.SMTP, raw: bytes) -> int:
        """smtplib would stuff dots behind a bare LF, too, and the mail would not arrive as it was."""
        code, text = client.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, text)
        client.send(re.sub(rb"(\A|\r\n)\.", rb"\1..", raw) + b".\r\n")
        return client.getreply()[0]

    def _connect(self) -> smtplib.SMTP:
        if self.number % 2:
            client: smtplib.SMTP = smtplib.LMTP("127.0.0.1", self.world.lmtp_port, timeout=PATIENCE)
        else:
            client = smtplib.SMTP("127.0.0.1", self.world.smtp_port, timeout=PATIENCE)
        client.ehlo_or_helo_if_needed()
        return client


# ---- what became of it --------------------------------------------------------------------------------


def until_decided(world: World, siege: Siege, seconds: float) -> None:
    """Until as many entries have ended as were promised."""
    ended = "SELECT count(*) AS ended FROM inbox_entry WHERE disposition IS NOT NULL"
    many = siege.accepted.total()
    wait_until(lambda: world.rows(ended)[0].ended >= many, f"{many} mails decided; {world.log()[-2000:]}", seconds)


def faults(world: World, siege: Siege) -> list[str]:
    """Every promise that was not kept, in words."""
    return [*_lost(world, siege), *_undecided(world), *_honest(world, siege), *_daemon(world, siege)]


def _lost(world: World, siege: Siege) -> Iterator[str]:
    kept = Counter(
        row.sha256 for row in world.rows("SELECT r.sha256 FROM inbox_entry e JOIN raw_mail r ON r.id = e.raw_id")
    )
    if kept != siege.accepted:
        lost, strange = (siege.accepted - kept).total(), (kept - siege.accepted).total()
        yield f"{lost} mails answered 250 are not there, {strange} are there that nobody sent"
    if siege.unanswered:
        yield f"{siege.unanswered} mails never got an answer"


def _undecided(world: World) -> Iterator[str]:
    states = "SELECT state, count(*) AS many FROM inbox_entry WHERE state NOT IN ('done', 'quarantined') GROUP BY state"
    yield from (f"{row.many} entries are still {row.state}" for row in world.rows(states))
    bugs = "SELECT cause, detail, count(*) AS many FROM inbox_entry WHERE cause = 'bug' GROUP BY cause, detail"
    yield from (f"a bug: {row.detail}" for row in world.rows(bugs))
    nameless = "SELECT count(*) AS many FROM inbox_entry WHERE disposition IS NULL OR disposition = ''"
    yield from (f"{row.many} entries have no disposition" for row in world.rows(nameless) if row.many)


def _honest(world: World, siege: Siege) -> Iterator[str]:
    fates = {row.message_id: row for row in world.rows("SELECT message_id, disposition FROM inbox_entry")}
    for one in siege.honest:
        if one not in fates or fates[one].disposition != "new ticket":
            yield f"the honest {one} became {fates[one].disposition if one in fates else 'nothing'}"
    waited = delays(world)
    if len(waited) != len(siege.honest):
        yield f"{len(siege.honest)} honest mails, {len(waited)} decisions on them"
    if waited and waited[-1] > PATIENCE:
        yield f"an honest mail waited {waited[-1]:.0f} s"


def _daemon(world: World, siege: Siege) -> Iterator[str]:
    if world.daemon is None or world.daemon.poll() is not None:
        yield "the daemon ended"
    refused = {code: many for code, many in siege.refused.items() if code >= 500}
    if refused:
        yield f"mails were refused: {refused}"


def delays(world: World) -> list[float]:
    """Seconds from accepted to decided, of the honest mails."""
    rows = world.rows(
        "SELECT e.received_at AS came, d.at AS gone FROM inbox_entry e JOIN decision d ON d.entry_id = e.id "
        "WHERE e.message_id LIKE '<honest%'"
    )
    return sorted((row.gone - row.came) / 1e6 for row in rows)
