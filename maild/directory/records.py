"""What may be written about people: `directory.yaml` and other sources in, `Directory` out.

Each field's description is its documentation: the generated reference and the error messages use it.
Addresses are in their normal form (`model.Address`), names and titles are one clean line, times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from maild.cleaning import clean_header
from maild.directory.shared import is_shared
from maild.ingest.header.addresses import normal_address
from maild.model import Duty, Register


def mail_address(text: str) -> str:
    """The normal form of an address; ValueError if it is none."""
    address = normal_address(text)
    if address is None:
        raise ValueError(f"`{text[:80]}` is no mail address: write it as name@example.org, without a display name")
    return address


def mail_domain(text: str) -> str:
    """The normal form of a mail domain; ValueError if it is none."""
    address = None if "@" in text else normal_address(f"x@{text}")
    if address is None:
        raise ValueError(f"`{text[:80]}` is no mail domain: write what stands behind the @ of an address")
    return address.removeprefix("x@")


def _of_one_person(address: str) -> str:
    if is_shared(address):
        raise ValueError(
            f"`{address}` is shared by several people: a contact is one person, so give an address of their own"
        )
    return address


def _from_file(state: Register) -> Register:
    if state in (Register.UNKNOWN, Register.UNVERIFIED):
        raise ValueError(f"`{state}` is for people who are not in this file: write registered, authorised or inactive")
    return state


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("the time needs a zone, as in 2026-12-01T09:00Z")
    return at.astimezone(UTC)


def _line(text: str) -> str:
    """One clean line without blanks around it, of whatever kind: tables would lose them."""
    return clean_header(text).strip()


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("string_too_short", "too short", {"min_length": 1})
    return text


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without repetitions, in their order."""
    return tuple(dict.fromkeys(words))


def _at_least_one(words: tuple[str, ...]) -> tuple[str, ...]:
    """As `min_length`, which would also count out those that are wrong."""
    if not words:
        raise PydanticCustomError("too_short", "too short", {"min_length": 1})
    return _once(words)


def _word(text: str) -> str:
    if clean_header(text) != text or len(text.split()) != 1:
        raise ValueError(f"`{clean_header(text)[:80]}` has blanks in it: write one word, such as a name or an address")
    return text


def _duties(duties: tuple[Duty, ...]) -> tuple[Duty, ...]:
    """Each once, in the order of the model."""
    return tuple(duty for duty in Duty if duty in duties)


MailAddress = Annotated[str, AfterValidator(mail_address)]
PersonAddress = Annotated[MailAddress, AfterValidator(_of_one_person)]
MailDomain = Annotated[str, AfterValidator(mail_domain)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
NAME = r"^[a-z][a-z0-9-]{0,39}$"
Named = Annotated[str, Field(pattern=NAME)]
Names = Annotated[tuple[Named, ...], AfterValidator(_once)]
System = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_word)]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonRecord(Record):
    """One person, under every address they write from."""

    name: Line = Field(default="", description="Name of the person.")
    addresses: Annotated[tuple[PersonAddress, ...], AfterValidator(_at_least_one)] = Field(
        description="Addresses they write from, the one that mail goes to first. Shared ones are refused."
    )
    state: Annotated[Register, AfterValidator(_from_file)] = Field(
        default=Register.REGISTERED,
        alias="register",
        description="registered, authorised (may instruct for the organisation) or inactive (may do nothing).",
    )
    language: str = Field(
        default="",
        pattern=r"^([a-z]{2,3})?$",
        description="Language of mails to them, like en; empty takes the desk's default.",
    )
    primary: bool = Field(
        default=False, description="Whether they are the first to be told; one person of each organisation at most."
    )
    follows: bool = Field(default=False, description="Whether they are told of each new ticket of their organisation.")
    duties: Annotated[tuple[Duty, ...], AfterValidator(_duties)] = Field(
        default=(), description="What they are there for: commercial, technical, monitoring."
    )
    until: Annotated[datetime, AfterValidator(_instant)] | None = Field(
        default=None,
        description="Authorised up to this time only, with its zone, and only to name new contacts.",
    )

    @property
    def register(self) -> Register:
        """What is written as `register`; a field of that name would hide one of the class's own methods."""
        return self.state


class OrganisationRecord(Record):
    """A customer."""

    key: str = Field(
        pattern=NAME,
        description="Short name, used in rules and on the command line: small letters, digits and hyphens. "
        "It never changes.",
    )
    name: Annotated[Line, AfterValidator(_not_empty)] = Field(description="Full name.")
    domains: Annotated[tuple[MailDomain, ...], AfterValidator(_once)] = Field(
        default=(), description="Mail domains that belong to it."
    )
    seats: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="How many of its persons may be registered or authorised; empty for any number.",
    )
    package: Line = Field(default="", description="What it has bought.")
    account_manager: str = Field(
        default="", pattern=r"^([a-z][a-z0-9-]{0,39})?$", description="Member of staff, or team, who looks after it."
    )
    systems: Annotated[tuple[System, ...], AfterValidator(_once)] = Field(
        default=(), description="What is theirs, without blanks: names of machines, addresses of platforms."
    )
    escalation: Names = Field(
        default=(), description="Members of staff, or teams, who are told when its tickets wait for too long."
    )
    contacts: tuple[PersonRecord, ...] = Field(default=(), description="Its people.")


class StaffRecord(Record):
    """A member of staff."""

    name: str = Field(pattern=NAME, description="Login name, short: small letters, digits and hyphens.")
    address: MailAddress = Field(description="Mail address.")
    title: Line = Field(default="", description="Name shown to customers.")
    desks: Names = Field(default=(), description="Desks whose tickets they see; without any, all.")
    teams: Names = Field(default=(), description="Teams they are in.")


class TeamRecord(Record):
    """Staff who are written to together."""

    name: str = Field(pattern=NAME, description="Short name: small letters, digits and hyphens. No member of staff's.")
    address: MailAddress = Field(description="Mail address of the team.")
    title: Line = Field(default="", description="Name shown to customers.")


class Directory(Record):
    """directory.yaml."""

    organisations: tuple[OrganisationRecord, ...] = Field(default=(), description="Customers.")
    staff: tuple[StaffRecord, ...] = Field(default=(), description="Members of staff.")
    teams: tuple[TeamRecord, ...] = Field(default=(), description="Teams of staff.")
