"""What one desk's YAML file says, typed. In: `config/desks/*.yaml`; out: `Desk`, immutable.

Each field's description is its documentation: the generated reference and the error messages use it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from maild.ingest.header.addresses import normal_address


class Strangers(StrEnum):
    """What somebody who is not registered gets. A ticket, flagged unverified, is opened either way."""

    ANSWER = "answer"
    SILENT = "silent"


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
    address = normal_address(text)
    if address is None:
        raise ValueError(f"`{text[:80]}` is no mail address: write it as name@example.org, without a display name")
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
    strangers: Strangers = Field(
        default=Strangers.ANSWER, description="What somebody who is not registered gets: answer or silent."
    )
    colleagues: Colleagues = Field(
        default=Colleagues.ORGANISATION, description="Who in To and Cc joins: everybody, organisation or nobody."
    )
    signature: str = Field(default="", max_length=1000, description="Lines below the desk's mails.")

    @property
    def address(self) -> str:
        """The address its mails come from."""
        return self.addresses[0]
