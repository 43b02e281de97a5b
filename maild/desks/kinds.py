"""Which types of tickets a desk has (REQ-A5, L12). In: what its file says; out: `TicketType`, immutable."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from maild.desks.written import check_once

MOST_KINDS = 50
Kind = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f,]{1,60}$")]


class TicketType(BaseModel):
    """A type of tickets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Kind = Field(description="Its name: problem.")
    priorities: bool = Field(default=True, description="Whether its tickets have priorities that staff may change.")


def _named_once(types: tuple[TicketType, ...]) -> tuple[TicketType, ...]:
    check_once((one.type for one in types), "type")
    return types


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    check_once(names)
    return names


Types = Annotated[tuple[TicketType, ...], Field(max_length=MOST_KINDS), AfterValidator(_named_once)]
Categories = Annotated[tuple[Kind, ...], Field(max_length=MOST_KINDS), AfterValidator(_once)]
