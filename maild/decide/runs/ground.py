"""What a request is judged by at one moment: its workflow, its desk, the people who have a say, the time. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from maild.decide.facts import Facts, KnownTicket, Worker
from maild.decide.told.notify import Occasion
from maild.decide.who.sight import TRUSTED, same_person
from maild.desks.policy import Desk
from maild.model import Contact, Register
from maild.model.workflows import Run
from maild.workflows.model import ASSIGNEE, Starter, Workflow


@dataclass(frozen=True, slots=True)
class Ground:
    """`people`: whoever asked, and the authorised contacts of the organisation, as the register knows them now;
    `carrier`: who carries it out, None where mail reaches nobody. `fields` are those of the ticket.
    `unreached`: addresses that our last mails about it did not reach."""

    run: Run
    workflow: Workflow
    desk: Desk
    people: tuple[Contact, ...]
    carrier: Worker | None
    now: datetime
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    unreached: tuple[str, ...] = ()

    @property
    def requester(self) -> Contact | None:
        return next((one for one in self.people if one.address == self.run.asked_by), None)

    @property
    def authorised(self) -> tuple[Contact, ...]:
        """Those who may instruct for the organisation, whoever asked among them."""
        return tuple(one for one in self.people if instructs(one, self.run.organisation))

    @property
    def others(self) -> tuple[Contact, ...]:
        """Those of them who are not the person who asked: nobody is their own second pair of eyes."""
        asker = self.requester
        return tuple(one for one in self.authorised if asker is None or not same_person(one, asker))

    @property
    def concerned(self) -> tuple[Contact, ...]:
        """All who are told, and may stop it."""
        asker = self.requester
        return (*((asker,) if asker and asker.register in TRUSTED else ()), *self.others)


def ground_of(known: KnownTicket, desk: Desk, now: datetime) -> Ground | None:
    """Of the request on a ticket; None where there is none."""
    found = known.run
    if found is None:
        return None
    workflow = workflow_of(found.run.definition)
    ticket = known.ticket
    people = (found.people, found.carrier)
    return Ground(found.run, workflow, desk, *people, now, ticket.title, ticket.fields, found.unreached)


def heard_ground(it: Occasion, known: KnownTicket) -> Ground | None:
    """The same when a mail comes: where nobody else carries it out, the desk's team does."""
    ground = ground_of(known, it.desk, it.case.now)
    if ground is None or ground.carrier:
        return ground
    return replace(ground, carrier=it.case.facts.worker(it.desk.team) if it.desk.team else None)


@lru_cache(maxsize=64)
def workflow_of(definition: str) -> Workflow:
    """The workflow as it was when the request began."""
    return Workflow.model_validate_json(definition)


def instructs(contact: Contact, organisation: str) -> bool:
    """Whether somebody may instruct for this organisation; whoever is authorised for a while may not (REQ-H10)."""
    is_theirs = contact.organisation == organisation != ""
    return is_theirs and contact.register is Register.AUTHORISED and contact.until is None


def is_entitled(contact: Contact | None, organisation: str, workflow: Workflow) -> bool:
    """Whether the register lets somebody ask for this, for this organisation. Whatever staff start, they answer for."""
    if contact is None or contact.register not in TRUSTED or not contact.organisation:
        return False
    if workflow.start is Starter.AUTHORISED:
        return instructs(contact, organisation)
    return contact.organisation == organisation


def carrier_among(facts: Facts, workflow: Workflow, desk: Desk, assignee: str) -> Worker | None:
    """Who carries out what a mail has just begun."""
    wanted = assignee if workflow.carried_out_by == ASSIGNEE else workflow.carried_out_by
    found = (facts.worker(name) for name in (wanted, desk.team) if name)
    return next((one for one in found if one), None)
