"""Who writes when, and what was seen: the mails go in one after another, each is waited for until it is decided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from maild.config import database_url, load_settings
from maild.decide.plan import Plan
from maild.demo import mails
from maild.demo.mails import Heard, Sent
from maild.demo.place import Place
from maild.errors import TemporaryFailure
from maild.ingest.body.attachments import payload
from maild.model import TicketId
from maild.notify.sink import Kept
from maild.store import inbox, outbox, tickets
from maild.store.decisions import decisions_of
from maild.store.engine import Store, open_store
from maild.store.inbox_views import EntryView
from maild.store.tickets import TicketView

PATIENCE = 20.0
LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Step:
    """One mail of the story. `awaits`: who must have got a mail before it can be written."""

    name: str
    told: str
    write: Callable[[Heard], Sent]
    awaits: str = ""


STEPS = (
    Step("request", "Ada, authorised contact of Acme, reports an outage, with Bob in CC", mails.request),
    Step("copy", "a second copy of Ada's mail arrives by another route", mails.copy),
    Step("reply", "Bob answers, with nothing but the number in his subject", mails.reply, "ada@acme.example"),
    Step("question", "Eve, a stranger, asks something", mails.question),
    Step("absence", "Ada's program answers our confirmation: out of office", mails.out_of_office, "ada@acme.example"),
    Step("bounce", "Eve's server reports that our confirmation did not arrive", mails.bounce, mails.STRANGER),
    Step("screenshot", "Dora of Beta Practice sends a screenshot about an invoice", mails.screenshot),
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A step with what became of its mail, and the plan with every reason."""

    step: Step
    entry: EntryView
    plan: Plan


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that can be looked at when all has come to rest. `files`: attachments, downloaded again."""

    decided: tuple[Decided, ...]
    tickets: tuple[TicketView, ...]
    mails: tuple[Kept, ...]
    files: tuple[bytes, ...]

    def step(self, name: str) -> Decided:
        return next(one for one in self.decided if one.step.name == name)

    def ticket_of(self, name: str) -> TicketView:
        wanted = self.step(name).entry.ticket
        return next(view for view in self.tickets if view.ticket.id == wanted)

    def mails_to(self, address: str) -> list[Kept]:
        return [mail for mail in self.mails if address in mail.recipients]


class Story:
    """The steps at a place, and a look at its database."""

    def __init__(self, place: Place, steps: Sequence[Step] = STEPS) -> None:
        self._place, self._steps = place, steps
        self._store: Store = open_store(database_url(load_settings(place.settings)))

    def close(self) -> None:
        self._store.close()

    async def play(self) -> AsyncIterator[Decided]:
        """Send each mail; yield what became of it."""
        for number, step in enumerate(self._steps):
            if step.awaits:
                await self._until(partial(self._got, step.awaits), f"a mail to {step.awaits}")
            await self._place.send(step.write(Heard(self._place.sink.mails)))
            await self._until(partial(self._has_ended, number), f"the outcome of: {step.told}")
            yield self._decided(step, self._ended()[-1])

    async def rest(self, decided: tuple[Decided, ...]) -> Seen:
        """Wait until nothing is left to send, then look at everything."""
        await self.quiet()
        with self._store.reading() as tx:
            views = tuple(
                tickets.show_ticket(tx, number) for number in sorted(one.id for one in tickets.list_tickets(tx))
            )
            sources = [tickets.attachment_source(tx, one.id) for view in views for one in view.attachments]
        files = tuple(payload(raw, part) for raw, part in sources)
        return Seen(decided, views, tuple(self._place.sink.mails), files)

    async def quiet(self) -> None:
        """Wait until nothing is left to send."""
        await self._until(self._all_sent, "the last mail to go out")

    def ticket(self, number: TicketId) -> TicketView:
        with self._store.reading() as tx:
            return tickets.show_ticket(tx, number)

    async def follow(self, after: int) -> AsyncIterator[Decided]:
        """For ever: what becomes of mails that others send."""
        while True:
            await asyncio.sleep(0.2)
            for entry in self._ended()[after:]:
                after += 1
                yield self._decided(Step("yours", f"a mail from {entry.mail_from or '<>'}", mails.request), entry)

    def _ended(self) -> list[EntryView]:
        with self._store.reading() as tx:
            return [one for one in reversed(inbox.list_entries(tx, None, 1000)) if one.disposition is not None]

    def _has_ended(self, number: int) -> bool:
        return len(self._ended()) > number

    def _decided(self, step: Step, entry: EntryView) -> Decided:
        with self._store.reading() as tx:
            return Decided(step, entry, decisions_of(tx, entry.id)[-1].plan)

    def _got(self, address: str) -> bool:
        return any(address in mail.recipients for mail in self._place.sink.mails)

    def _all_sent(self) -> bool:
        with self._store.reading() as tx:
            counts = outbox.counts(tx)
        return not (counts.queued or counts.sending or counts.deferred)

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            told = f"waited in vain for {what}; the daemon's log ends:\n{self._place.tail()}"
            raise TemporaryFailure(told) from None
