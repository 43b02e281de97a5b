"""Who is known: organisations with their contacts, and staff. `config/directory.yaml` in, `Directory` out.

Each field's description is its documentation: the generated reference and the error messages use it.
Addresses are in their normal form (`model.Address`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from maild.ingest.header.addresses import normal_address
from maild.model import Register


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


def _from_file(state: Register) -> Register:
    if state in (Register.UNKNOWN, Register.UNVERIFIED):
        raise ValueError(f"`{state}` is for people who are not in this file: write registered, authorised or inactive")
    return state


MailAddress = Annotated[str, AfterValidator(mail_address)]
MailDomain = Annotated[str, AfterValidator(mail_domain)]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonRecord(Record):
    """One person, under every address they write from."""

    name: str = Field(default="", description="Name of the person.")
    addresses: tuple[MailAddress, ...] = Field(min_length=1, description="Addresses they write from.")
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

    @property
    def register(self) -> Register:
        """What is written as `register`; a field of that name would hide one of the class's own methods."""
        return self.state


class OrganisationRecord(Record):
    """A customer."""

    key: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="Short name, used in rules and on the command line: small letters, digits and hyphens. "
        "It never changes.",
    )
    name: str = Field(min_length=1, max_length=200, description="Full name.")
    domains: tuple[MailDomain, ...] = Field(default=(), description="Mail domains that belong to it.")
    contacts: tuple[PersonRecord, ...] = Field(default=(), description="Its people.")


class StaffRecord(Record):
    """A member of staff."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="Login name, short: small letters, digits and hyphens.",
    )
    address: MailAddress = Field(description="Mail address.")
    title: str = Field(default="", description="Name shown to customers.")


class Directory(Record):
    """directory.yaml."""

    organisations: tuple[OrganisationRecord, ...] = Field(default=(), description="Customers.")
    staff: tuple[StaffRecord, ...] = Field(default=(), description="Members of staff.")
