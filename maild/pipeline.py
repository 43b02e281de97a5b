"""What maild does, on one screen.

    source --receive--> inbox --process--> tickets + outbox --deliver--> relay (and webhooks, by `daemon.calls`)
                                    ^ tick (the clock)

Law 1: a mail is acknowledged at its source only after `receive` has returned.
Law 2: mail is read without a transaction; then one short transaction looks up the facts, decides and writes.
       Nothing is sent inside it.
Law 3: `watch` publishes which mail is being worked on, so that only that one is charged for a crash.
Each step says how much there was to do; 0 means: wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from maild.decide.plan import Plan
from maild.model import Delivery, InboxEntry, OutboxEntry, Page, ReceivedMail, Ticket
from maild.notify.backoff import next_due
from maild.steps import clock, once_more, proving, screening, settling
from maild.steps.house import House
from maild.steps.reading import read
from maild.steps.watch import Watch
from maild.steps.writing import Settled, write
from maild.store import inbox, ledger, outbox
from maild.store.engine import Store
from maild.store.ledger import FolderId

Fence = Callable[[Connection], None]
Send = Callable[[Sequence[OutboxEntry]], Sequence[Delivery]]


def receive(store: Store, mails: Sequence[ReceivedMail]) -> None:
    """Keep raw mail for good. One commit may serve many waiting senders."""
    store.retrying(lambda tx: inbox.add(tx, mails))


def receive_fenced(store: Store, mails: Sequence[ReceivedMail], fence: Fence) -> None:
    """The same for a source that one node reads: nothing is kept by a node that lost it."""

    def keep(tx: Connection) -> None:
        fence(tx)
        inbox.add(tx, mails)

    store.retrying(keep)


def receive_page(store: Store, of: FolderId, page: Page, fence: Fence, *, finishes: bool) -> None:
    """The same for a mailbox: mail and ledger in one commit, so that neither is ever ahead; by its owner only."""

    def keep(tx: Connection) -> None:
        fence(tx)
        ledger.keep(tx, of, page, finishes=finishes)

    store.retrying(keep)


def process(house: House, owner: str, watch: Watch) -> int:
    """Claim some mail, read it, let it be screened, see who wrote it, decide it, write what was decided."""
    entries = house.store.retrying(lambda tx: settling.claim(tx, house, owner))
    sifted = screening.sift(house, owner, tuple(read(house, entry, watch) for entry in entries))
    waiting = proving.proven(house, sifted)
    while waiting:
        waiting = settling.settle(house, owner, waiting, watch)
    return len(entries)


def prove_again(house: House) -> int:
    """Decide mail once more whose sender the DNS could not vouch for, and now can."""
    return once_more.prove(house)


def deliver(house: House, owner: str, send: Send) -> int:
    """Hand finished mail to the relay and record every attempt; what is being sent was marked so before."""
    entries = house.store.retrying(lambda tx: outbox.claim(tx, owner, house.clock(), house.lease, house.round))
    if entries:
        record(house, send(entries))
    return len(entries)


def record(house: House, deliveries: Sequence[Delivery]) -> None:
    """What attempts came to. Its own step, since an outage here must not lose what the relay has said."""
    house.store.retrying(lambda tx: outbox.record(tx, deliveries, house.clock(), next_due))


def tick(house: House) -> int:
    """Time is just another message: what is due becomes a plan and takes the same road."""
    return sum(house.store.retrying(partial(step, house=house)) for step in clock.STEPS)


def act(house: House, decide: Callable[[Connection], Plan]) -> Ticket | None:
    """What staff do, in one transaction: look, decide, write. Returns the ticket as it is afterwards."""
    return house.store.retrying(lambda tx: write(tx, house, "staff", [Settled(decide(tx))]).tickets[0])


def explain(house: House, entry: InboxEntry, *, scan: bool = False) -> Plan:
    """The dry run: what this mail would become now. Nothing is written, and no scanner asked, unless `scan`."""
    with house.store.reading() as tx:
        return settling.dry_run(tx, house, entry, scan=scan)
