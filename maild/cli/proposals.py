"""`maild proposals`, `approve`, `decline`, `propose`, `welcome`: what was asked for by mail, and staff's answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild.cli.envelope import address_given
from maild.cli.hand import As, NotPossible, Number, act, actor, carry_out, desks_seen, member_named, ticket_of
from maild.cli.help import examples, new_app
from maild.cli.house import a_look
from maild.cli.output import AsJson, Columns, Limit, listing, when
from maild.decide.plan import Plan
from maild.decide.who import approvals
from maild.decide.who.approvals import Approval
from maild.decide.who.welcome import welcome as welcomed
from maild.decide.work.staff import Hand
from maild.model import Address, Contact, Organisation, Proposal, ProposalKind
from maild.steps.house import House
from maild.steps.proposals import background
from maild.store import proposals as store
from maild.store import register
from maild.store.register import ImportRefused

app = new_app()
Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers from `maild proposals`.")]
About = Annotated[
    str | None, typer.Option("--address", metavar="ADDRESS", help="Whom it is about, where the mail did not say.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="What they are called.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason: kept, and told to whoever asked.")]
Of = Annotated[str, typer.Option("--organisation", metavar="KEY", help="Whose; else the requester's.")]
COLUMNS: Columns[Proposal] = {
    "id": lambda one: str(one.id),
    "ticket": lambda one: str(one.ticket),
    "what": lambda one: one.kind,
    "stands": lambda one: one.state,
    "organisation": lambda one: one.organisation,
    "about": lambda one: one.address,
    "name": lambda one: one.name,
    "asked by": lambda one: one.asked_by,
    "since": lambda one: when(one.created_at),
    "until": lambda one: when(one.due_at),
}


@app.command("proposals", epilog=examples("maild proposals", "maild proposals --all --json"))
def proposals(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="What was decided, too.")] = False,
    as_: As = None,
    limit: Limit = 1000,
    json: AsJson = False,
) -> None:
    """What was asked for by mail and waits: `open` for you, `held` for an authorised contact, `invited` for the person.

    Staff see those of their own desks.
    """
    with a_look(ctx) as tx:
        found = store.list_proposals(tx, desks_seen(tx, as_), all_of_them=all_, limit=limit)
    listing(found, COLUMNS, json)


@app.command(
    "approve",
    epilog=examples(
        "maild approve 7",
        "maild approve 7 8 9 --as grace",
        "maild approve 12 --address eva@acme.example",
        "maild approve 13 --why 'Ada Archer said yes on the telephone'",
    ),
)
def approve(
    ctx: typer.Context,
    ids: Ids,
    address: About = None,
    name: Name = "",
    why: Why = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Let it be so. Somebody new is asked first, by a mail of their own, and is a contact once they say yes.

    What cannot be (no seat is left, the address is shared or another organisation's) is declined, and whoever asked is
    told why.
    """
    about = address_given(address) if address else None
    if about and len(ids) > 1:
        raise NotPossible("--address says whom one proposal is about: approve the others by themselves")
    for number in ids:
        _decide(ctx, number, as_, json, why, Address(name, about or ""), approving=True)


@app.command("decline", epilog=examples("maild decline 7 --why 'She is a contact already.'"))
def decline(ctx: typer.Context, ids: Ids, why: Why = "", as_: As = None, json: AsJson = False) -> None:
    """Do not let it be. Whoever asked is told, with the reason that you give."""
    for number in ids:
        _decide(ctx, number, as_, json, why, Address("", ""), approving=False)


@app.command(
    "propose",
    epilog=examples(
        "maild propose 1042 new-contact eva@acme.example --name 'Eva East'",
        "maild propose 1042 leaving bob@acme.example",
    ),
)
def propose(
    ctx: typer.Context,
    number: Number,
    kind: Annotated[ProposalKind, typer.Argument(metavar="KIND", help="new-contact, new-authorised, leaving …")],
    address: Annotated[str, typer.Argument(metavar="[ADDRESS]", help="Whom it is about.")] = "",
    name: Name = "",
    organisation: Of = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Keep what a mail asks for and no rule saw, in the requester's name; then approve it."""
    person = Address(name, address_given(address) if address else "")
    act(ctx, number, as_, json, lambda _, __, hand: approvals.propose(hand, kind, person, organisation))


@app.command("welcome", epilog=examples("maild welcome acme", "maild welcome acme --desk service --as grace"))
def welcome(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Argument(metavar="KEY", help="The organisation.")],
    desk: Annotated[str | None, typer.Option(help="The desk that writes; else the first.")] = None,
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Introduce a desk to a new customer's primary contact, and ask who else shall write.

    Whom they name in their answer is proposed; `maild approve` invites each of them.
    """

    def want(tx: Connection, house: House) -> Plan:
        who = member_named(tx, as_)
        found = house.policy.desk_named(desk) if desk else house.policy.desks[0]
        if found is None or (who.desks and found.desk not in who.desks):
            raise NotPossible(f"there is no desk {desk}")
        return welcomed(found, *_main_contact(tx, organisation), actor(tx, as_), house.clock())

    carry_out(ctx, organisation, json, want)


def _main_contact(tx: Connection, key: str) -> tuple[Organisation, Contact]:
    found = register.find_organisation(tx, key)
    if found is None:
        raise NotPossible(f"there is no organisation {key}: `maild organisations` lists them")
    main = next((one for one in register.list_contacts(tx, key) if one.primary), None)
    if main is None:
        raise NotPossible(f"{key} has no primary contact to be welcomed: `maild contacts set ADDRESS primary=true`")
    return found, main


def _decide(
    ctx: typer.Context, number: int, name: str | None, json: bool, why: str, about: Address, *, approving: bool
) -> None:
    def want(tx: Connection, house: House, hand: Hand) -> Plan:
        one = _about(store.find_proposal(tx, number, lock=True), about)
        try:
            case = Approval(hand, one, background(tx, one), house.tokens, why)
        except ImportRefused as error:
            raise NotPossible(f"proposal {number} cannot be carried out: {error}") from None
        return approvals.approve(case) if approving else approvals.decline(case)

    act(ctx, ticket_of(ctx, number), name, json, want)


def _about(one: Proposal, person: Address) -> Proposal:
    return replace(one, address=person.address or one.address, name=person.name or one.name)
