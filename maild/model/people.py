"""People: whom the register knows, whom they belong to, and who answers them.

The register is told by directory files, imports and staff; what it says of an address is one of the two axes of trust
(law 8). The other, what proves that a mail is really theirs, is `authenticity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maild.model.ids import ContactId


class Register(StrEnum):
    """What the directory says of an address (law 8). UNKNOWN: it has never been seen."""

    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    REGISTERED = "registered"
    AUTHORISED = "authorised"
    INACTIVE = "inactive"


class Duty(StrEnum):
    """What a contact is there for in their organisation (REQ-H6, H9)."""

    COMMERCIAL = "commercial"
    TECHNICAL = "technical"
    MONITORING = "monitoring"


@dataclass(frozen=True, slots=True)
class Contact:
    """An address we know, and whose it is. `organisation` is its key in the directory, "" for none.

    One person may have several addresses, each a contact; the directory names them with one `person`, "" for none.
    `primary`: the first to be told whenever the desk informs the customer (REQ-H8). `follows`: told of each new ticket
    of their organisation (REQ-A14). `until` (UTC): authorised up to then only, and only to name new contacts (REQ-H10).
    """

    id: ContactId
    address: str
    name: str
    register: Register
    organisation: str = ""
    language: str = ""
    person: str = ""
    primary: bool = False
    follows: bool = False
    duties: tuple[Duty, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer. `seats`: how many persons may be registered, None for any number (REQ-A2). `package` names what they
    bought. `account_manager` and `escalation` are names of staff or teams. `systems` are what is theirs: names of
    machines, addresses of platforms (REQ-H2, M10).
    """

    key: str
    name: str
    domains: tuple[str, ...] = ()
    seats: int | None = None
    package: str = ""
    account_manager: str = ""
    systems: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here. `name` is the login name; `title` is shown to customers. `desks` are those whose tickets
    they see (REQ-L14), none for all."""

    name: str
    address: str
    title: str
    desks: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """Staff who are written to together, at the team's own `address`."""

    name: str
    address: str
    title: str
