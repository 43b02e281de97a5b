"""What a desk's YAML file says of forms: web pages that write mails for people (`Desk.forms`).

In: the entries of `forms`; out: `Form`, immutable. A form writes from an address of its own; whom it names as the
requester is an unproven word, whatever proves the form itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from maild.ingest.header.addresses import normal_address

MOST_FORMS = 50


def mail_address(text: str) -> str:
    """An address in its normal form. Raises ValueError with what to do."""
    address = normal_address(text)
    if address is None:
        raise ValueError(f"`{text[:80]}` is no mail address: write it as name@example.org, without a display name")
    return address


class InField(BaseModel):
    """The requester's address stands in the mail's text, behind a label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(
        pattern=r"^[^\s:\x00-\x1f\x7f]([^:\x00-\x1f\x7f]{0,58}[^\s:\x00-\x1f\x7f])?$",
        description="Label of the line that holds the requester's address, as the form writes it, without the colon.",
    )


def _way(value: Any) -> str:
    return "header" if isinstance(value, str) else "text"


class Form(BaseModel):
    """One form, and where its mails name whoever filled it in."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    from_: Annotated[str, AfterValidator(mail_address)] = Field(
        alias="from", description="Address in the From of the form's mails, exactly."
    )
    requester: Annotated[
        Annotated[Literal["reply-to"], Tag("header")] | Annotated[InField, Tag("text")], Discriminator(_way)
    ] = Field(
        description="Who asks: `reply-to` (the one address in Reply-To), or `field: LABEL` (the address on the one "
        "line of the text that starts with this label)."
    )


def without_mistakes(forms: tuple[Form, ...], own: Collection[str]) -> tuple[Form, ...]:
    """The same forms; ValueError where an address is declared twice, or is one of the desk's `own`."""
    seen = set[str]()
    for form in forms:
        if form.from_ in own:
            raise ValueError(f"`{form.from_}` is the desk's own address: let the form write from another one")
        if form.from_ in seen:
            raise ValueError(f"the form `{form.from_}` stands here twice")
        seen.add(form.from_)
    return forms
