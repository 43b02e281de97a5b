"""Mail out of a mailbox: a real Dovecot, the mails put into its inbox with one COPY, and the clock from there.

Two comparisons. Into the inbox: maild with its workers held, beside imapclient alone, which fetches the same mails in
batches and throws them away. The whole road: over IMAP beside over SMTP, the same mails, all decided and answered.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice

from imapclient import IMAPClient

from bench.maild_node import MaildNode, running_maild
from bench.road import Run, check_confirmations
from bench.sink import Sink, running_sink
from bench.waiting import Incomplete, expect, wait_until
from bench.workload import DESK, Mail, Workload
from tests.servers.dovecot import PASSWORD, Dovecot, running_dovecot

BATCH = 50
WAITING = "Waiting"
_users = (f"bench-{number}" for number in count())


@dataclass(frozen=True)
class Mailbox:
    """One user's mailbox on a running Dovecot."""

    server: Dovecot
    user: str

    @contextmanager
    def client(self, folder: str = "") -> Iterator[IMAPClient]:
        with self.server.client(self.user, folder) as client:
            yield client

    def stage(self, mails: Sequence[Mail]) -> None:
        """Put mails where nobody reads them yet."""
        with self.client() as client:
            if client.folder_exists(WAITING):
                client.delete_folder(WAITING)
            client.create_folder(WAITING)
            for mail in mails:
                client.append(WAITING, mail.raw)

    def release(self) -> None:
        """All of them into the inbox, at one time."""
        with self.client(WAITING) as client:
            client.copy(client.search(), "INBOX")


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    """An empty mailbox. Raises Incomplete where there is no Dovecot."""
    if not shutil.which("dovecot"):
        raise Incomplete("Dovecot is missing: apt install dovecot-imapd")
    with running_dovecot() as server:
        yield Mailbox(server, next(_users))


def account(box: Mailbox, password_file: str) -> dict[str, object]:
    """The account as maild.yaml has it."""
    server = {"host": "127.0.0.1", "port": box.server.port, "tls": False, "user": box.user}
    return {"name": "bench", "password_file": password_file, "recipient": DESK, "poll": 300, **server}


def fetched_alone(mails: Sequence[Mail]) -> float:
    """imapclient and nothing else: mails a second."""
    with a_mailbox() as box:
        box.stage(mails)
        box.release()
        with box.client() as client:
            client.select_folder("INBOX", readonly=True)
            begin = time.monotonic()
            uids = iter(client.search())
            seen = 0
            while batch := list(islice(uids, BATCH)):
                seen += len(client.fetch(batch, ["BODY.PEEK[]"]))
            seconds = time.monotonic() - begin
        expect("mails fetched", seen, len(mails))
    return len(mails) / seconds


def into_the_inbox(mails: Sequence[Mail]) -> float:
    """maild with its workers held: mails a second, from the first durable batch to the last.

    How soon it hears of the first is another question (IDLE), which the whole road answers.
    """
    with a_mailbox() as box, _reading(box, Workload(4), roles="smtp,imap") as node:
        box.stage(mails)
        box.release()
        wait_until(lambda: node.taken() > 0, "maild has taken the first")
        begin, first = time.monotonic(), node.taken()
        wait_until(lambda: node.taken() == len(mails), "maild has taken everything")
        return (len(mails) - first) / (time.monotonic() - begin)


def road(workload: Workload) -> Run:
    """The whole road over IMAP, on SQLite; what `road.maild` does over SMTP."""
    run = Run(workload.messages)
    with running_sink() as sink, a_mailbox() as box, _reading(box, workload, relay=sink.port) as node:
        _send(run, node, box, workload.first, sink, len(workload.new))
        _send(run, node, box, workload.replies(node.tickets()), sink, len(workload.new))
        expect("maild's tickets", node.opened(), len(workload.new))
        check_confirmations(sink, workload)
    return run


def _send(run: Run, node: MaildNode, box: Mailbox, mails: Sequence[Mail], sink: Sink, confirmations: int) -> None:
    """Into the mailbox, and wait until all is done."""
    box.stage(mails)
    taken = node.taken() + len(mails)
    with run.clock(node.pid):
        box.release()
        wait_until(lambda: node.taken() >= taken, "maild has taken everything")
        wait_until(lambda: node.undecided() == 0, "maild has decided everything")
        wait_until(lambda: sink.count >= confirmations, "maild has confirmed everything")


@contextmanager
def _reading(
    box: Mailbox, workload: Workload, relay: int | None = None, roles: str = "smtp,imap,workers,outbox,clock"
) -> Iterator[MaildNode]:
    """A maild that has looked into the empty mailbox and waits for mail."""
    password = box.server.home / "password"
    password.write_text(PASSWORD)
    with running_maild(workload, relay, roles=roles, imap=(account(box, str(password)),)) as node:
        wait_until(node.looks, "maild has looked into the mailbox")
        yield node
