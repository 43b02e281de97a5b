"""What a desk does about personal data that nobody should have sent it, as its file says it (`privacy`; REQ-M3).

In: the mapping `privacy`; out: `Privacy`, immutable. How such data are found is the matter of `maild.privacy`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from maild.desks.written import one_or_many

TAG = "personal-data"
"""Of a ticket whose mails hold such data."""


class PersonalData(StrEnum):
    """A kind of personal data that can be seen in a text. CITIZEN_NUMBER: of a tax office or a register of people.
    INSURANCE_NUMBER: of a health or a pension insurance. ADDRESS: a mail address."""

    CITIZEN_NUMBER = "citizen-number"
    INSURANCE_NUMBER = "insurance-number"
    IBAN = "iban"
    BIRTH_DATE = "birth-date"
    PHONE = "phone"
    ADDRESS = "address"


class Privacy(BaseModel):
    """What is looked for in people's mail, and whether they are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    countries: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")], ...], BeforeValidator(one_or_many)
    ] = Field(
        min_length=1,
        max_length=50,
        description="Countries whose numbers, telephone numbers and words are looked for: de, nl. IBANs, mail "
        "addresses and English words are looked for in any case.",
    )
    kinds: Annotated[tuple[PersonalData, ...], BeforeValidator(one_or_many)] = Field(
        default=tuple(PersonalData),
        min_length=1,
        description="What is looked for: citizen-number, insurance-number, iban, birth-date, phone, address. Telephone "
        "numbers and mail addresses are those of others: what a sender writes below their own mail is theirs.",
    )
    unless_asked: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")], ...],
        BeforeValidator(one_or_many),
    ] = Field(
        default=(),
        max_length=50,
        description="Fields that people give mail addresses for: where one of them is asked for, or filled in, on the "
        "ticket, no mail address is looked for.",
    )
    tell: bool = Field(
        default=True,
        description="Whether a registered sender is told, once on a ticket, to black such data out.",
    )
