"""What was done, and what came of it: `Step`; and what the world remembers of all steps: `History`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.stateful.letters import Dns, Letter, mark, proof_of
from tests.stateful.snapshot import Sent, Snapshot

MAIL, STAFF, REGISTER, CLOCK, PROVING = "mail", "staff", "register", "clock", "proving"


@dataclass(frozen=True)
class Kept:
    """A letter that was received: its inbox entry, the proof that its facts give, and what became of it."""

    letter: Letter
    entry: int
    proof: str
    disposition: str
    ticket: int | None
    to_desk: str


@dataclass(frozen=True)
class Shape:
    """How maild answers its sender, without anything that names a ticket."""

    told: tuple[object, ...]


@dataclass(frozen=True)
class Step:
    """One thing that happened. `sent` are the mails of ours that it caused, `held` those that it did not send.

    `answered` is the letter that came in, `settled` are letters whose proof became known. `twin`: how the letter is
    answered, and how one that names nothing real would be.
    """

    what: str
    told: str
    at: datetime
    before: Snapshot
    after: Snapshot
    sent: tuple[Sent, ...] = ()
    held: tuple[Sent, ...] = ()
    answered: Kept | None = None
    settled: tuple[Kept, ...] = ()
    twin: tuple[Shape, Shape] | None = None
    dns: Dns = Dns.SILENT
    looked: tuple[str, int, tuple[str, ...] | None] | None = None

    @property
    def causes(self) -> tuple[Kept, ...]:
        """The letters that this step is about."""
        return (self.answered,) if self.answered else self.settled


@dataclass
class History:
    """All that was written so far: letters and staff's words by their marks, every automatic mail, pending proofs."""

    kept: list[Kept] = field(default_factory=list)
    marks: dict[str, Kept] = field(default_factory=dict)
    words: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    sent: dict[str, list[Sent]] = field(default_factory=dict)
    pending: dict[int, Kept] = field(default_factory=dict)
    proven: dict[tuple[str, int], bool] = field(default_factory=dict)

    def keep(self, one: Kept) -> None:
        """Remember a letter; a second copy of it adds no words."""
        self.kept.append(one)
        for word in one.letter.marks:
            self.marks.setdefault(word, one)
        if one.proof == "pending" and one.ticket:
            self.pending[one.entry] = one
        self.note_proof(one, one.proof)

    def note_proof(self, one: Kept, proof: str) -> None:
        if proof == "proven" and one.ticket and one.disposition != "duplicate":
            self.proven[one.letter.sender, one.ticket] = True

    def send(self, mails: tuple[Sent, ...]) -> None:
        for one in mails:
            if not one.by_person:
                self.sent.setdefault(one.recipient, []).append(one)

    def says(self, number: int, ticket: int, at: datetime) -> str:
        """A word of staff's own."""
        word = mark("w", number)
        self.words[word] = (ticket, at)
        return word


def resolved(one: Kept, dns: Dns, at: datetime, patience_ends: datetime) -> str:
    """What a pending proof has become, once it is its turn."""
    now = proof_of(one.letter.level, one.letter.sender, dns)
    if now == "pending" and at >= patience_ends:
        return proof_of(one.letter.level, one.letter.sender, Dns.DENIES)
    return now
