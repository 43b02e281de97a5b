"""A mail in short, as an admin writes it in a rule's example, and as the rules then see it.

In: `ExampleMail`, the desks and the directory; out: the `RuleView` with the draft it starts from, or what is wrong with
the example. Pure: an example arrives at one fixed moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from maild.desks.lengths import DAY, SECONDS
from maild.desks.policy import Desk
from maild.directory import Directory
from maild.directory.records import PersonRecord
from maild.ingest.header.addresses import normal_address
from maild.model import Proof, Register, Status
from maild.rules.kinds import HeaderName, Lasting, Line, Listed, Name, Pairs, People, WordsModel
from maild.rules.measures import compare
from maild.rules.model import Draft
from maild.rules.view import Attached, RuleView, Standing, Trigger
from maild.yaml.suggest import did_you_mean

ARRIVED = datetime(2000, 1, 3, 12, tzinfo=UTC)
LONGEST_AGO = 1000 * 365 * DAY
"""No ticket is older; the calendar would end."""
Machine = Literal["", "auto-reply", "auto-generated", "list", "bulk", "bounce"]


class ExampleFile(WordsModel):
    """A file that hangs on the mail."""

    name: str = Field(default="", max_length=200, description="Its name.")
    type: str = Field(default="application/octet-stream", max_length=100, description="Its type.")
    size: int = Field(default=1, ge=0, description="Its size in bytes.")


def _file(value: Any) -> Any:
    """`report.pdf` is short for `{ name: report.pdf }`."""
    return {"name": value} if isinstance(value, str) else value


class ExampleTicket(WordsModel):
    """The ticket that is there already."""

    status: Status = Field(default=Status.OPEN, description="Its status.")
    priority: int = Field(default=3, ge=1, le=4, description="Its priority.")
    type: str = Field(default="", max_length=200, description="Its type.")
    category: str = Field(default="", max_length=200, description="Its category.")
    module: str = Field(default="", max_length=200, description="Its module.")
    tag: Annotated[tuple[Line, ...], *Listed] = Field(default=(), description="Its tags.")
    field: Annotated[tuple[tuple[Name, Line], ...], *Pairs] = Field(default=(), description="Its fields.")
    age: Lasting = Field(default="", description="How long ago it was opened, as in `31 days`.")
    quiet: Lasting = Field(default="", description="How long ago somebody last wrote, as in `6 days`.")


class ExampleMail(WordsModel):
    """A mail in short."""

    from_: str = Field(
        default="somebody@elsewhere.example",
        alias="from",
        description="Its sender; what the directory says of the address counts as proven.",
    )
    to: str = Field(default="", description="The desk's address; without it, that of the first desk.")
    cc: People = Field(default=(), description="Who else it is for.")
    subject: str = Field(default="", max_length=500, description="Its subject.")
    text: str = Field(default="", max_length=10_000, description="Its text, without what it quotes.")
    full_text: str = Field(default="", max_length=20_000, description="All of its text, where it quotes something.")
    header: Annotated[tuple[tuple[HeaderName, str], ...], *Pairs] = Field(default=(), description="Header fields.")
    attachment: Annotated[tuple[Annotated[ExampleFile, BeforeValidator(_file)], ...], *Listed] = Field(
        default=(), description="Attachments: names, or name, type and size of each."
    )
    language: str = Field(default="", max_length=10, description="The language it is in.")
    automatic: Machine = Field(default="", description="The kind of machine that wrote it, if one did.")
    proof: Proof | None = Field(default=None, description="How well its sender is proven; without it: proven.")
    hours: Literal["inside", "outside"] | None = Field(default=None, description="When it came; without it: inside.")
    on: Trigger | None = Field(default=None, description="What happened; without it, what the rule asks for first.")
    ticket: ExampleTicket | None = Field(default=None, description="The ticket that is there already, if one is.")


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as rules see it, and the ticket as it stands before them."""

    view: RuleView
    draft: Draft


def shown(mail: ExampleMail, trigger: Trigger, desks: Sequence[Desk], directory: Directory) -> Shown | str:
    """The example, or what is wrong with it."""
    sender, recipient = normal_address(mail.from_), normal_address(mail.to or desks[0].address)
    desk = next((desk for desk in desks if recipient in desk.addresses), None)
    if sender is None:
        return f"`{mail.from_}` is no mail address"
    if recipient is None or desk is None:
        known = [address for desk in desks for address in desk.addresses]
        return f"no desk has the address `{mail.to}`{did_you_mean(mail.to, known)}"
    return Shown(_view(mail, trigger, desk, sender, recipient, directory), _draft(mail.ticket, desk))


def _view(
    mail: ExampleMail, trigger: Trigger, desk: Desk, sender: str, recipient: str, directory: Directory
) -> RuleView:
    organisation, person = _who(sender, directory)
    return RuleView(
        trigger=mail.on or trigger,
        at=ARRIVED,
        desk=desk.desk,
        subject=mail.subject,
        text=mail.text,
        full_text=mail.full_text or mail.text,
        sender=sender,
        recipients=(recipient, *mail.cc),
        proof=mail.proof or Proof.PROVEN,
        register=person.register if person else Register.UNKNOWN,
        organisation=organisation,
        roles=_roles(person),
        language=mail.language,
        automatic=mail.automatic,
        desk_open=mail.hours != "outside",
        attachments=tuple(Attached(one.name, one.type, one.size) for one in mail.attachment),
        headers=mail.header,
        ticket=_standing(mail.ticket),
    )


def _who(address: str, directory: Directory) -> tuple[str, PersonRecord | None]:
    for organisation in directory.organisations:
        for person in organisation.contacts:
            if address in person.addresses:
                return organisation.key, person
    return "", None


def _roles(person: PersonRecord | None) -> tuple[str, ...]:
    if person is None:
        return ()
    return (*(("primary",) if person.primary else ()), *(duty.value for duty in person.duties))


def _standing(ticket: ExampleTicket | None) -> Standing | None:
    if ticket is None:
        return None
    return Standing(ticket.status, ARRIVED - _long(ticket.age or ticket.quiet), ARRIVED - _long(ticket.quiet))


def _long(written: str) -> timedelta:
    """`31 days` as a time; of a comparison the smaller end."""
    seconds = compare(written, SECONDS).low if written else 0
    return timedelta(seconds=min(max(seconds, 0), LONGEST_AGO))


def _draft(ticket: ExampleTicket | None, desk: Desk) -> Draft:
    if ticket is None:
        return Draft(priority=desk.priority)
    named = {name: getattr(ticket, name) for name in ("priority", "type", "category", "module")}
    return Draft(**named, tags=ticket.tag, fields=ticket.field)
