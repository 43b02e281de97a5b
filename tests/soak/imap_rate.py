"""How fast a mailbox becomes an inbox, beside imapclient alone: `python -m tests.soak.imap_rate [MAILS] [BYTES]`.

Both read the same mails of one Dovecot in one run, in turns: imapclient with SEARCH and FETCH BODY.PEEK[] of 50 UIDs,
maild with all it does about a mail but the database (a ledger in memory). For a bench: `compare(...)`.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass

from imapclient import IMAPClient

from maild.clock import system_clock
from maild.ingest.imap import password_login
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from tests.ingest.imap_ledger import Ledger, account, mail
from tests.servers.dovecot import Dovecot, running_dovecot


@dataclass(frozen=True, slots=True)
class Rates:
    """Mails a second, medians of the turns, and maild's share of what the library alone does."""

    mails: int
    size: int
    library: float
    maild: float

    @property
    def share(self) -> float:
        return round(self.maild / self.library, 2)


def library_rate(port: int, user: str, password: str, mails: int, batch: int = 50) -> float:
    """Mails a second by imapclient alone."""
    begun = time.perf_counter()
    client = IMAPClient("127.0.0.1", port, ssl=False, timeout=30)
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search(["UID", "1:*"])
    got = sum(len(client.fetch(uids[at : at + batch], ["BODY.PEEK[]"])) for at in range(0, len(uids), batch))
    client.shutdown()
    assert got == mails
    return mails / (time.perf_counter() - begun)


def reader_rate(port: int, user: str, password: str, mails: int) -> float:
    """Mails a second by maild's reader."""
    begun = time.perf_counter()
    box, ledger = account(port, user), Ledger()
    reader = FolderReader(box, "INBOX", ledger, system_clock, 25 << 20)
    session = ImapSession(box, "INBOX")
    password_login(user, password)(session)
    while reader.look(session):
        pass
    session.close()
    assert len(ledger.mails) == mails
    return mails / (time.perf_counter() - begun)


def compare(server: Dovecot, mails: int = 2000, size: int = 4000, turns: int = 5) -> Rates:
    """Fill a mailbox, then measure both in turns."""
    user = f"rate-{time.monotonic_ns()}"
    server.append(user, *(mail(f"m{number}", size) for number in range(mails)))
    library_rate(server.port, user, server.password, mails)
    pairs = [
        (
            library_rate(server.port, user, server.password, mails),
            reader_rate(server.port, user, server.password, mails),
        )
        for _ in range(turns)
    ]
    medians = [round(statistics.median(column)) for column in zip(*pairs, strict=True)]
    return Rates(mails, len(mail("m0", size)), medians[0], medians[1])


def main() -> int:
    mails, size = [*map(int, sys.argv[1:]), 2000, 4000][:2] if len(sys.argv) != 2 else (int(sys.argv[1]), 4000)
    with running_dovecot() as server:
        rates = compare(server, mails, size)
    print(json.dumps(asdict(rates) | {"share": rates.share}))
    return 0 if rates.share >= 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())
