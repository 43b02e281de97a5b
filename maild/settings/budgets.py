"""How much automatic mail goes out."""

from __future__ import annotations

from pydantic import Field

from maild.settings.base import Section


class Budgets(Section):
    """How much automatic mail goes out, over sliding windows, whatever happens. Staff's own mails do not count."""

    unverified_a_day: int = Field(default=1, ge=0, description="Automatic mails to an unverified address in 24 hours.")
    proven_an_hour: int = Field(
        default=3, ge=0, description="Automatic mails to an unverified address that proved to be its own, in an hour."
    )
    proven_a_day: int = Field(default=10, ge=0, description="The same in 24 hours.")
    registered_an_hour: int = Field(default=20, ge=1, description="Automatic mails to a registered address in an hour.")
    registered_a_day: int = Field(default=60, ge=1, description="The same in 24 hours.")
    alike_an_hour: int = Field(
        default=3, ge=1, description="Of them, mails that are all but identical; the rest is summed up in one."
    )
    thread_an_hour: int = Field(
        default=10, ge=1, description="Automatic mails on one ticket to one address in an hour."
    )
    thread_a_day: int = Field(default=30, ge=1, description="The same in 24 hours.")
    domain_an_hour: int = Field(
        default=500, ge=1, description="Automatic mails to all addresses of a domain in an hour."
    )
    strangers_of_a_domain_an_hour: int = Field(default=30, ge=1, description="Of them, to its unverified addresses.")
    strangers_an_hour: int = Field(
        default=300, ge=1, description="Automatic mails to all unverified addresses together in an hour."
    )
    total_an_hour: int = Field(default=5000, ge=1, description="Automatic mails in an hour, all in all.")
