"""Who of the staff is told of what happens to a desk's tickets, as its file says it (`tells`)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class StaffRole(StrEnum):
    """How somebody who works here has to do with a ticket.

    TEAM: the desk's. ASSIGNEE: who works on it; the desk's team where nobody does. ACCOUNT_MANAGER: that of the
    sender's organisation. FOLLOWERS: staff who take part in the ticket as followers.
    """

    TEAM = "team"
    ASSIGNEE = "assignee"
    ACCOUNT_MANAGER = "account-manager"
    FOLLOWERS = "followers"


Roles = tuple[StaffRole, ...]


class Tells(BaseModel):
    """For each thing that happens, the roles that are told of it; none at all for nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new_ticket: Roles = Field(
        default=(StaffRole.TEAM,),
        description="Who is told of a new ticket: team, assignee (the team where nobody is), account-manager.",
    )
    answer: Roles = Field(
        default=(StaffRole.ASSIGNEE,),
        description="Who is told when a customer writes on a ticket: team, assignee, account-manager, followers.",
    )
    assigned: Roles = Field(
        default=(StaffRole.ASSIGNEE,), description="Who is told when a ticket gets somebody who works on it."
    )

    @property
    def roles(self) -> frozenset[StaffRole]:
        """All that are told of anything."""
        return frozenset((*self.new_ticket, *self.answer, *self.assigned))
