"""What may whoever wrote this do? One table from (proof, register, the desk's policy) to rights (law 8, FAULT-D01).

In: what proves the sender (`Authenticity`), what the register says of the address, how much proof the desk asks for;
out: `Standing`. Pure. Laws: rows are asked from the least to the most, and the first that fits decides; a mail that no
row fits may do nothing. Less proof never gives more rights, and nothing that cannot be undone goes without full proof,
whatever a desk says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from maild.decide.case import Case
from maild.desks.policy import AsksForProof, Desk
from maild.model import Authenticity, Contact, Means, Proof, Reason, Register


class Right(Enum):
    """What a mail may bring about.

    OPEN: a ticket. FOLLOW_UP: an article on a ticket its writer takes part in. ASK: see what is theirs, by mail.
    NAME: propose contacts. INSTRUCT: for the organisation. VETO: stop what cannot be undone. CONFIRM: let it happen.
    """

    OPEN = auto()
    FOLLOW_UP = auto()
    ASK = auto()
    NAME = auto()
    INSTRUCT = auto()
    VETO = auto()
    CONFIRM = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    """How whoever wrote this mail stands: what they count as, what they may do, and why."""

    register: Register
    rights: frozenset[Right]
    reason: Reason
    proven: bool = False

    def may(self, right: Right) -> bool:
        return right in self.rights


@dataclass(frozen=True, slots=True)
class Row:
    """One row: for these proofs, registers and desks, these rights. `counts_as`: what an unproven sender counts as."""

    code: str
    proofs: frozenset[Proof]
    registers: frozenset[Register]
    asks: frozenset[AsksForProof]
    rights: frozenset[Right]
    counts_as: Register | None = None

    def fits(self, proof: Proof, register: Register, asks: AsksForProof) -> bool:
        return proof in self.proofs and register in self.registers and asks in self.asks


_ANY = frozenset(Register)
_UNKNOWN = frozenset({Register.UNKNOWN, Register.UNVERIFIED, Register.INACTIVE})
_KNOWN = frozenset({Register.REGISTERED, Register.AUTHORISED})
_UNPROVEN = frozenset({Proof.NONE, Proof.PENDING, Proof.WEAK})
_PROVEN = frozenset({Proof.PROVEN})
_STRICTLY = frozenset({AsksForProof.REQUIRED})
_LOOSELY = frozenset({AsksForProof.PREFERRED, AsksForProof.OFF})
_ALWAYS = frozenset(AsksForProof)
_NOTHING: frozenset[Right] = frozenset()
_OPEN = frozenset({Right.OPEN})
_WRITE = _OPEN | {Right.FOLLOW_UP}
_ASK = _WRITE | {Right.ASK}
_INSTRUCT = _ASK | {Right.NAME, Right.INSTRUCT, Right.VETO}

TABLE = (
    Row("failed", frozenset({Proof.FAILED}), _ANY, _ALWAYS, _NOTHING, Register.UNVERIFIED),
    Row("unproven", _UNPROVEN, _ANY, _STRICTLY, _OPEN, Register.UNVERIFIED),
    Row("stranger", _UNPROVEN, _UNKNOWN, _LOOSELY, _WRITE),
    Row("by-register", _UNPROVEN, _KNOWN, _LOOSELY, _WRITE),
    Row("proven-stranger", _PROVEN, _UNKNOWN, _ALWAYS, _WRITE),
    Row("proven-registered", _PROVEN, frozenset({Register.REGISTERED}), _ALWAYS, _ASK),
    Row("proven-authorised", _PROVEN, frozenset({Register.AUTHORISED}), _ALWAYS, _INSTRUCT),
)


def of(case: Case, desk: Desk) -> Standing:
    """How the sender of this message stands with this desk."""
    sender = case.message.sender
    contact = case.facts.contact(sender.address) if sender else None
    return standing(case.facts.authenticity, contact, desk.proof, case.now)


def standing(found: Authenticity, contact: Contact | None, asks: AsksForProof, now: datetime) -> Standing:
    """How the writer stands with a desk that `asks` for so much proof; `now` in UTC.

    Whom a form names is unverified, whatever the register says of that address: anybody can fill a form in.
    """
    named_only = found.means is Means.FORM
    register = contact.register if contact and not named_only else Register.UNKNOWN
    row = next((row for row in TABLE if row.fits(found.proof, register, asks)), None)
    if row is None:
        return Standing(Register.UNVERIFIED, _NOTHING, Reason("trust", "no-row", "no rule says what they may do"))
    rights = _for_a_while(row.rights, contact, now)
    rights |= {Right.CONFIRM} if found.strict and Right.INSTRUCT in rights else _NOTHING
    counts_as = _counts_as(row, register)
    return Standing(counts_as, rights, Reason("trust", row.code, found.text), found.proof is Proof.PROVEN)


def _for_a_while(rights: frozenset[Right], contact: Contact | None, now: datetime) -> frozenset[Right]:
    """Whoever was authorised for a while may name contacts until then, and instruct nothing (REQ-H10)."""
    if contact is None or contact.until is None:
        return rights
    beyond = {Right.INSTRUCT, Right.VETO} | ({Right.NAME} if now >= contact.until else _NOTHING)
    return rights - beyond


def _counts_as(row: Row, register: Register) -> Register:
    """An address nobody knows stays unknown; somebody who has left stays so, for staff to see (REQ-H9)."""
    if row.counts_as is None or register in _UNKNOWN:
        return register
    return row.counts_as
