"""The whole road: mails in, tickets and follow-ups kept, confirmations handed to a relay. One run of one system.

Both get the same mails: first the new ones with the automatic ones, then the replies, which carry the system's own
ticket numbers. The clock runs from the first mail until everything is decided and every confirmation delivered;
starting up, and writing the replies in between, is not counted. Every run checks that nothing is missing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from bench import client
from bench.helpdesk import running_helpdesk
from bench.maild_node import MaildNode, running_maild
from bench.postgres import Postgres
from bench.processes import cpu_seconds
from bench.pss import Peak, watching
from bench.sink import Sink, running_sink
from bench.waiting import expect, wait_until
from bench.workload import Mail, Workload
from maild.model import Disposition


@dataclass
class Run:
    """What one run came to. `peak` is known for maild only."""

    messages: int
    seconds: float = 0.0
    cpu: float = 0.0
    peak: Peak = field(default_factory=Peak)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_each(self) -> float:
        """CPU milliseconds a message: the system's processes and the database server's."""
        return 1000 * self.cpu / self.messages

    @contextmanager
    def clock(self, *pids: int) -> Iterator[None]:
        """Counts the time, and the CPU of these processes with their families, of the block."""
        cpu, begin = cpu_seconds(pids), time.monotonic()
        yield
        self.seconds += time.monotonic() - begin
        self.cpu += cpu_seconds(pids) - cpu


Road = Callable[[Workload, Postgres | None], Run]


def helpdesk(workload: Workload, server: Postgres | None) -> Run:
    """django-helpdesk on SQLite, or on PostgreSQL where a server is given."""
    run = Run(workload.messages)
    with running_sink() as sink, _database(server) as database, running_helpdesk(sink.port, server, database) as peer:
        pids = (peer.pid, server.pid) if server else (peer.pid,)
        peer.put(workload.first)
        with run.clock(*pids):
            peer.run()
        peer.put(workload.replies(peer.tickets()))
        with run.clock(*pids):
            peer.run()
        opened = len(workload.first)
        expect("django-helpdesk's tickets", peer.counts(), {"tickets": opened, "follow_ups": workload.messages})
        check_confirmations(sink, workload)
    return run


def maild(workload: Workload, server: Postgres | None) -> Run:
    """maild on SQLite, or on PostgreSQL where a server is given; over SMTP, raw mail kept durably first."""
    run = Run(workload.messages)
    with (
        running_sink() as sink,
        _database(server) as database,
        running_maild(workload, sink.port, server.url(database) if server else "") as node,
        watching(node.pid) as run.peak,
    ):
        pids = (node.pid, server.pid) if server else (node.pid,)
        _send(run, node, workload.first, sink, len(workload.new), pids)
        _send(run, node, workload.replies(node.tickets()), sink, len(workload.new), pids)
        expect("maild's dispositions", node.dispositions(), wanted(workload))
        expect("maild's tickets", node.opened(), len(workload.new))
        check_confirmations(sink, workload)
    return run


def _send(
    run: Run, node: MaildNode, mails: tuple[Mail, ...], sink: Sink, confirmations: int, pids: tuple[int, ...]
) -> None:
    """Over SMTP, and wait until all is done."""
    content = [client.wire(mail) for mail in mails]
    with run.clock(*pids):
        client.send_all(node.port, content)
        wait_until(lambda: node.undecided() == 0, "maild has decided everything")
        wait_until(lambda: sink.count >= confirmations, f"maild has sent {confirmations} confirmations")


def wanted(workload: Workload) -> dict[str, int]:
    """What maild must make of the mails."""
    bounces = sum(mail.sender == "" for mail in workload.automatic)
    outcomes = {
        Disposition.NEW_TICKET: len(workload.new),
        Disposition.FOLLOW_UP: workload.messages - len(workload.first),
        Disposition.BOUNCE_RECORDED: bounces,
        Disposition.IGNORED: len(workload.automatic) - bounces,
    }
    return {outcome.value: count for outcome, count in outcomes.items() if count}


def check_confirmations(sink: Sink, workload: Workload) -> None:
    """Each new mail was answered once, and nothing else was."""
    answered = sink.answered()
    expect("mails sent", sum(answered.values()), len(workload.new))
    expect("mails answered once", answered, Counter(mail.message_id for mail in workload.new))


@contextmanager
def _database(server: Postgres | None) -> Iterator[str]:
    with server.database() if server else nullcontext("") as name:
        yield name
