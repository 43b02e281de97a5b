"""What one desk's YAML file says, typed. In: `config/desks/*.yaml`; out: `Desk`, immutable.

Each field's description is its documentation: the generated reference and the error messages use it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from maild.desks.forms import MOST_FORMS, Form, mail_address, without_mistakes
from maild.desks.hours import ALWAYS, Hours
from maild.desks.information import NOTHING, Information
from maild.desks.kinds import Categories, Types
from maild.desks.life_cycle import USUAL, LifeCycle
from maild.desks.privacy import Privacy
from maild.desks.retention import SHORTEST_MONTH, Retention
from maild.desks.targets import Escalations, ServiceLevels, Stops
from maild.desks.telling import Tells


class Strangers(StrEnum):
    """What somebody who is not registered gets.

    ANSWER: a ticket, flagged unverified, and one neutral answer. SILENT: the ticket alone. FIRST_LINE: the ticket, and
    the request to ask the first line of their own organisation (REQ-M1). REGISTER: the ticket, and an answer with a
    link that proves the address and registers it (REQ-D2). REFUSE: no ticket; they are told to write through somebody
    who may, and who that is once their own address is proven (REQ-A2, A3).
    """

    ANSWER = "answer"
    SILENT = "silent"
    FIRST_LINE = "first-line"
    REGISTER = "register"
    REFUSE = "refuse"


class AsksForProof(StrEnum):
    """How much a desk asks for proof of the sender (design part 6).

    REQUIRED: who does not prove the address counts as unverified. PREFERRED: the register alone will do for ordinary
    work, and answers to unproven mail hold no word of it. OFF: it will do, for answers too. Whatever a desk asks for,
    instructions need proof, and mail that is certainly forged goes to quarantine.
    """

    REQUIRED = "required"
    PREFERRED = "preferred"
    OFF = "off"


class Sees(StrEnum):
    """Which tickets of their organisation a registered contact sees: their own (REQ-H7), or all (REQ-A3, D5)."""

    OWN = "own"
    ALL = "all"


class Colleagues(StrEnum):
    """Who of the people in To and Cc joins the ticket.

    EVERYBODY: strangers too, as unverified (they take part once a person lets them);
    ORGANISATION: only registered contacts of the requester's organisation; NOBODY: nobody.
    """

    EVERYBODY = "everybody"
    ORGANISATION = "organisation"
    NOBODY = "nobody"


def _own_address(text: str) -> str:
    """An address in its normal form. Behind a `+` stand the tokens of reply addresses, so it has none itself."""
    address = mail_address(text)
    if "+" in address:
        raise ValueError(f"`{text[:80]}` has a `+`: what follows it belongs to the tokens of reply addresses")
    return address


class Desk(BaseModel):
    """One support desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    desk: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="Short name, used in rules and on the command line: small letters, digits and hyphens.",
    )
    title: str = Field(
        pattern=r"^[^\x00-\x1f\x7f]{1,80}$",
        description="Name shown as the sender of the desk's mails, one line of at most 80 characters.",
    )
    addresses: tuple[Annotated[str, AfterValidator(_own_address)], ...] = Field(
        min_length=1, description="Addresses that belong to the desk; its mails come from the first."
    )
    prefix: str = Field(
        pattern=r"^[A-Z][A-Z0-9]{0,9}$", description="Capital letters before the ticket number: SD gives [SD-1042]."
    )
    languages: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")], ...] = Field(
        default=("de", "en"), min_length=1, description="Languages of its mails; the first is the default."
    )
    priority: int = Field(
        default=3, ge=1, le=4, description="Priority of a ticket when no rule says otherwise; 1 is the highest."
    )
    types: Types = Field(
        default=(),
        description="Types of its tickets, each with `type` and, where it has none, `priorities: false`. Where they "
        "are listed, rules and staff can use no other.",
    )
    categories: Categories = Field(
        default=(), description="Categories of its tickets; where they are listed, rules and staff can use no other."
    )
    proof: AsksForProof = Field(
        default=AsksForProof.PREFERRED,
        description="Whether senders must prove their address: required, preferred (answers to the unproven are "
        "neutral) or off.",
    )
    strangers: Strangers = Field(
        default=Strangers.ANSWER,
        description="What somebody who is not registered gets: answer, silent, first-line, register or refuse.",
    )
    members_see: Sees = Field(
        default=Sees.OWN, description="Tickets of their organisation that its registered contacts see: own or all."
    )
    link_days: int = Field(default=3, ge=1, le=30, description="Days for which a registration link may be used.")
    colleagues: Colleagues = Field(
        default=Colleagues.ORGANISATION, description="Who in To and Cc joins: everybody, organisation or nobody."
    )
    shares: bool = Field(
        default=False,
        description="Whether the registered people on a ticket get by mail what one of them, proven, writes on it.",
    )
    hours: Hours = Field(
        default=ALWAYS, description="When it is open: `zone`, `week` and holidays; without it, always."
    )
    service_levels: ServiceLevels = Field(
        default=(),
        description="What is promised, each with `response`, `solution` or both, and the tickets it is for; the first "
        "that fits counts, and nothing is promised where none does.",
    )
    escalation: Escalations = Field(
        default=(),
        description="Who is told, and who gets the ticket, when a share of a promised time is over, each with `at`; in "
        "the order of `at`.",
    )
    response_stops: Stops = Field(
        default=Stops.ANSWER,
        description="What keeps the promise of a response: answer (our first answer) or solution (a proposed one).",
    )
    life_cycle: LifeCycle = Field(
        default=USUAL,
        description="What becomes of its tickets as time passes: reopening, closing, what stops the clocks.",
    )
    team: str = Field(
        default="",
        max_length=80,
        description="The member of staff or the team whose desk it is, by the name in the directory: they get each new "
        "ticket by mail. Without it staff get no mail but what rules send.",
    )
    tells: Tells = Field(
        default=Tells(),
        description="Which staff are told, for `new_ticket`, `answer` and `assigned`: team, assignee, account-manager "
        "and followers.",
    )
    information: Information = Field(
        default=NOTHING,
        description="What it must know before it can begin: `fields`, each with the words to ask for it; `subject` and "
        "`modules`. One mail asks for all that is missing, and the ticket waits.",
    )
    privacy: Privacy | None = Field(
        default=None,
        description="What is done about personal data of others in people's mail: the ticket gets the tag "
        "`personal-data`, and the sender is told. Nothing is looked for without it.",
    )
    retention: Retention | None = Field(
        default=None, description="How long it keeps what was written on its tickets; for ever without it."
    )
    articles: bool = Field(
        default=True, description="Whether its confirmations offer help articles that fit, of those that are for it."
    )
    signature: str = Field(default="", max_length=1000, description="Lines below the desk's mails.")
    forms: tuple[Form, ...] = Field(
        default=(),
        max_length=MOST_FORMS,
        description="Web forms that write to the desk, each with `from` (the address in its From) and `requester`: "
        "`reply-to`, or `field: LABEL` for a line of its text. The requester it names counts as unproven.",
    )

    @field_validator("tells")
    @classmethod
    def _tells(cls, tells: Tells, info: ValidationInfo) -> Tells:
        if tells != Tells() and not info.data.get("team"):
            raise ValueError("nobody is told anything as long as the desk has no `team`: name one")
        return tells

    @field_validator("retention")
    @classmethod
    def _late_answers(cls, retention: Retention | None, info: ValidationInfo) -> Retention | None:
        """Nobody shall reopen a ticket whose words are not there."""
        archive = retention.archive if retention else None
        if archive is None:
            return retention
        days = info.data.get("life_cycle", USUAL).reopen_days
        if days is None:
            raise ValueError("a late answer would reopen what lies in the archive: set `reopen_days` in `life_cycle`")
        if days > archive.months * SHORTEST_MONTH:
            raise ValueError(
                f"answers reopen tickets for {days} days, but after {archive.months} months they lie in the archive: "
                "set fewer `reopen_days` in `life_cycle`, or more `months`"
            )
        return retention

    @field_validator("forms")
    @classmethod
    def _forms(cls, forms: tuple[Form, ...], info: ValidationInfo) -> tuple[Form, ...]:
        return without_mistakes(forms, info.data.get("addresses", ()))

    def kinds(self, name: str) -> tuple[str, ...]:
        """What a ticket's `type` or `category` may be; nothing where anything may be."""
        return tuple(one.type for one in self.types) if name == "type" else self.categories

    @property
    def without_priorities(self) -> frozenset[str]:
        """Types whose tickets have no priority."""
        return frozenset(one.type for one in self.types if not one.priorities)

    @property
    def address(self) -> str:
        """The address its mails come from."""
        return self.addresses[0]
