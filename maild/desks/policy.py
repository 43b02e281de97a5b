"""What one desk's YAML file says, typed. In: `config/desks/*.yaml`; out: `Desk`, immutable.

Each field's description is its documentation: the generated reference and the error messages use it.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


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


class Desk(BaseModel):
    """One support desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    desk: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Short name, used in rules and on the command line."
    )
    title: str = Field(min_length=1, max_length=80, description="Name shown as the sender of the desk's mails.")
    addresses: tuple[str, ...] = Field(
        min_length=1, description="Addresses that belong to the desk; its mails come from the first."
    )
    prefix: str = Field(
        pattern=r"^[A-Z][A-Z0-9]{0,9}$", description="Letters before the ticket number: SD gives [SD-1042]."
    )
    languages: tuple[str, ...] = Field(
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
