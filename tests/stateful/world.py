"""The world: a real house on a real database, whose clock and DNS the machine moves; and what was done in it.

Nothing of maild is replaced but the clock, the DNS and the relay. Each thing that happens is one `Step`; when it is
over, every invariant is asked (`World.over`).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from maild import pipeline
from maild.cli.hand import hand_of
from maild.decide.plan import Plan
from maild.decide.work.staff import Hand
from maild.ingest.authenticity.answers import Answer, Found, NoAnswer, Nothing
from maild.model import Delivery, DeliveryResult, EntryId, Envelope, InboxEntry, OutboxEntry, ReceivedMail, Source
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store import policies, portal, register
from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from tests.builders import NOON, TOKENS
from tests.stateful import cast, oracle
from tests.stateful.history import CLOCK, MAIL, PROVING, REGISTER, STAFF, History, Kept, Shape, Step, resolved
from tests.stateful.invariants import INVARIANTS, PATIENCE
from tests.stateful.letters import BORDER, KEY, Dns, Letter, proof_of
from tests.stateful.snapshot import Sent, Snapshot, look, outgoing, pending

ANSWERS: dict[Dns, Answer] = {
    Dns.SILENT: NoAnswer("silent"),
    Dns.SPEAKS: Found((KEY.record(),)),
    Dns.DENIES: Nothing(),
}
POLICY = cast.policy()
RENDERER = Renderer(POLICY.templates, TOKENS, "mx.desk.example", site="https://desk.example")


@cache
def place() -> Path:
    """A folder for databases, in memory where there is such a place: nothing here is about disks."""
    return Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


@cache
def template() -> bytes:
    """A database with everybody in it, to be copied."""
    with tempfile.TemporaryDirectory(dir=place()) as folder:
        file = Path(folder) / "maild.db"
        store = open_store(f"sqlite:///{file}")
        migrate(store)
        with store.transaction() as tx:
            policies.put(tx, POLICY, NOON)
            register.import_directory(tx, cast.directory(), NOON)
        store.close()
        return file.read_bytes()


class World:
    """One life of it. `counted` collects what happened, over all lives; `checks` how often each invariant was asked."""

    def __init__(self, counted: Counter[str], checks: Counter[str]) -> None:
        self.counted, self.checks = counted, checks
        self.now, self.dns = NOON, Dns.SILENT
        self.folder = Path(tempfile.mkdtemp(dir=place()))
        (self.folder / "maild.db").write_bytes(template())
        self.store: Store = open_store(f"sqlite:///{self.folder / 'maild.db'}")
        self.database = sqlite3.connect(self.folder / "maild.db")
        self.house = House(
            self.store,
            lambda: self.now,
            POLICY,
            TOKENS,
            RENDERER,
            budgets=cast.LIMITS,
            lookup=lambda _: ANSWERS[self.dns],
        )
        self.history, self.letters, self.mails = History(), list[Letter](), list[Sent]()
        self.last = 0
        self.relayed: dict[int, bytes] = {}
        self.state = self._look()

    def close(self) -> None:
        self.store.close()
        self.database.close()
        shutil.rmtree(self.folder)

    def _look(self) -> Snapshot:
        return look(self.database)

    # ---- mail ------------------------------------------------------------------------------------------

    def takes(self, letter: Letter, *, again: bool = False) -> None:
        """A letter comes in and is decided."""
        twin = None if again else self._twins(letter)
        self.letters.append(letter)
        self._receive(letter)
        kept = self._kept(letter)
        self.history.keep(kept)
        self.counted[f"mail: {kept.disposition}"] += 1
        self.counted[f"proof: {kept.proof}"] += 1
        self.over(MAIL, f"letter {letter.number} of {letter.sender}", answered=kept, twin=twin)

    def _receive(self, letter: Letter) -> None:
        mail = ReceivedMail(letter.raw(), Source.SMTP, letter.mail_from, (letter.to,), self.now, border=BORDER)
        pipeline.receive(self.store, [mail])
        pipeline.process(self.house, "n/1", NO_WATCH)

    def _kept(self, letter: Letter) -> Kept:
        newest = "SELECT id, disposition, ticket_id FROM inbox_entry ORDER BY id DESC LIMIT 1"
        entry, disposition, ticket = self.database.execute(newest).fetchone()
        assert disposition, f"{letter} was not decided"
        desk = letter.to.partition("@")[0].partition("+")[0]
        proof = proof_of(letter.level, letter.sender, self.dns)
        return Kept(letter, entry, proof, disposition, ticket, desk)

    # ---- does it show that a ticket exists? ----------------------------------------------------------------

    def _twins(self, letter: Letter) -> tuple[Shape, Shape] | None:
        """How a letter that names tickets of others is answered, and how one that names nothing there is."""
        proof = proof_of(letter.level, letter.sender, self.dns)
        named = [self.state.cases[one] for one in letter.names if one in self.state.cases]
        strange = [not oracle.may_write(self.state, letter, proof, one) for one in named]
        sees = [oracle.seen_since(self.state, letter.sender, one) is not None for one in named]
        if not named or not all(strange) or any(sees) or letter.automatic or self._is_invited(letter):
            return None
        self.counted["twins"] += 1
        return self._shape(letter), self._shape(unreal(letter))

    def _is_invited(self, letter: Letter) -> bool:
        return any(one.state == "invited" and one.address == letter.sender for one in self.state.wishes().values())

    def _shape(self, letter: Letter) -> Shape:
        envelope = Envelope(Source.SMTP, letter.mail_from, letter.to, self.now, border=BORDER)
        plan = pipeline.explain(self.house, InboxEntry(EntryId(0), envelope, letter.raw()))
        told = [
            (one.kind.value, one.language, one.unverified, one.proven, bool(one.reply_to_id), _plain(one.values))
            for one in plan.notifications
            if one.recipient.address == letter.sender
        ]
        silent = [(one.kind.value, one.reason.code) for one in plan.suppressed if one.recipient == letter.sender]
        return Shape((*told, *silent))

    # ---- staff, register, clock ----------------------------------------------------------------------------

    def acts(self, told: str, ticket: int, want: Callable[[Connection, Hand], Plan]) -> bool:
        """Grace does something to a ticket; False where it is not possible."""
        case = self.state.cases[ticket]
        try:
            pipeline.act(self.house, lambda tx: want(tx, hand_of(self.house, tx, case.number, "grace")))
        except (ValueError, register.ImportRefused):
            return False
        self.counted[f"staff: {told}"] += 1
        self.over(STAFF, f"staff: {told} on {case.number}")
        return True

    def opens(self, told: str, want: Callable[[Connection], Plan]) -> None:
        """Grace begins something."""
        pipeline.act(self.house, want)
        self.counted[f"staff: {told}"] += 1
        self.over(STAFF, f"staff: {told}")

    def registers(self, told: str, change: Callable[[Connection, register.By], object]) -> bool:
        """The register is changed by hand; False where it refuses."""
        try:
            self.store.retrying(lambda tx: change(tx, register.By(cast.GRACE, self.now, "because")))
        except (register.ImportRefused, LookupError, ValueError):
            return False
        self.counted[f"register: {told}"] += 1
        self.over(REGISTER, f"register: {told}")
        return True

    def waits(self, by: timedelta) -> None:
        """Time passes; what is due happens."""
        self.now += by
        if pipeline.tick(self.house):
            self.counted["clock: something was due"] += 1
        self.over(CLOCK, f"the clock at {self.now:%d %H:%M}")
        self.proves()

    def proves(self) -> None:
        """Those whose proof was pending are asked about again."""
        while pipeline.prove_again(self.house):
            pass
        still = pending(self.database)
        settled = tuple(one for entry, one in self.history.pending.items() if entry not in still)
        for one in settled:
            self.counted[f"settled: {resolved(one, self.dns, self.now, one.letter.at + PATIENCE)}"] += 1
        self.over(PROVING, "asking the DNS again", settled=settled)
        for one in settled:
            del self.history.pending[one.entry]
            self.history.note_proof(one, resolved(one, self.dns, self.now, one.letter.at + PATIENCE))

    def looks(self, address: str, ticket: int) -> None:
        """Somebody opens the page of a ticket."""
        with self.store.reading() as tx:
            shown = portal.show(tx, self.state.cases[ticket].number, address, POLICY.desk_named)
        texts = None if shown is None else tuple(f"{one.text}\n{one.more}" for one in shown.articles)
        self.counted["looked: nothing" if texts is None else "looked: something"] += 1
        self.over("look", f"{address} looks", looked=(address, ticket, texts))

    # ---- what came of it -------------------------------------------------------------------------------------

    def over(self, what: str, told: str, **more: object) -> None:
        """A step has ended: what it changed and sent is looked at, and every invariant asked."""
        before, self.state = self.state, self._look()
        new = outgoing(self.database, self.last)
        self.last = new[-1].id if new else self.last
        sent, held = (tuple(one for one in new if (one.state == "suppressed") is silent) for silent in (False, True))
        self._deliver(sent)
        self.history.send(sent)
        self.mails += sent
        step = Step(what, told, self.now, before, self.state, sent, held, dns=self.dns, **more)
        self._count(step)
        self._ask(step)

    def _ask(self, step: Step) -> None:
        for name, holds in INVARIANTS.items():
            for good, why in holds(self.history, step):
                self.checks[name] += 1
                assert good, f"{name}: {why}\n  by {step.told}: {[one.letter for one in step.causes]}"

    def _deliver(self, sent: Iterable[Sent]) -> None:
        while any(one.id not in self.relayed for one in sent) and pipeline.deliver(self.house, "n/1", self._carry):
            pass
        for one in sent:
            assert self.relayed.get(one.id) == one.raw, f"{one.kind} to {one.recipient} did not leave as it was written"

    def _carry(self, entries: Iterable[OutboxEntry]) -> list[Delivery]:
        entries = list(entries)
        self.relayed |= {one.id: one.mail.raw for one in entries}
        return [Delivery(one.id, self.now, DeliveryResult.SENT, "250 ok") for one in entries]

    def _count(self, step: Step) -> None:
        self.counted["steps"] += 1
        self.counted.update(f"sent: {one.kind}" for one in step.sent)
        self.counted["held"] += len(step.held)
        old = step.before.wishes()
        changed = [one for one in step.after.wishes().values() if one.id not in old or old[one.id].state != one.state]
        self.counted.update(f"wish: {one.kind} {one.state} by {step.what}" for one in changed)
        parts = {part for case in step.after.cases.values() for part in case.parts}
        parts -= {part for case in step.before.cases.values() for part in case.parts}
        self.counted["people: waits"] += sum(one.waits and not one.has_left for one in parts)
        self.counted["people: guest"] += sum(one.role == "guest" and not one.waits for one in parts)
        self.counted["people: out"] += sum(one.has_left for one in parts)


def unreal(letter: Letter) -> Letter:
    """The same letter, but for what it names: a number, an id and a reply address that nobody ever had."""
    local, _, domain = letter.to.partition("@")
    to = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}" if "+" in local else letter.to
    subject = letter.subject
    for one in letter.names:
        subject = subject.replace(f"-{one}]", f"-{one + 700_000}]")
    references = tuple(one.replace("<", "<x") for one in letter.references)
    return replace(letter, to=to, subject=subject, references=references)


def _plain(values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Values without the subject, which the sender wrote and maild does not change."""
    return tuple((name, value) for name, value in values if name != "subject")
