"""`maild archive return`: a ticket comes back, at the price that its customer agreed to (REQ-L6)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maild.cli.access import noted
from maild.cli.archive_files import Identity, shelf_in
from maild.cli.hand import As, NotPossible, Number, name_of, seen_ticket
from maild.cli.help import examples
from maild.cli.house import opened
from maild.cli.output import AsJson, safe, say, to_json
from maild.decide.work.estimates import STANDS
from maild.model import ProposalState, Role, TicketId
from maild.steps import archiving
from maild.steps.archiving import Return
from maild.steps.house import House
from maild.store.archiving.taking import By
from maild.store.tickets import TicketView

APPROVED = STANDS[ProposalState.DONE]


def register(group: typer.Typer) -> None:
    """The command into `maild archive`."""
    more = ("maild archive return 1042", "maild archive return 1042 --agreed 2001 --file /mnt/tape/SD-1042.zip")
    group.command("return", epilog=examples(*more))(bring_back)


def bring_back(
    ctx: typer.Context,
    number: Number,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="The archive, where it was carried off.")
    ] = None,
    identity: Identity = None,
    agreed: Annotated[
        str, typer.Option("--agreed", metavar="M", help="The ticket whose estimate the customer agreed to.")
    ] = "",
    free: Annotated[str, typer.Option("--free", metavar="REASON", help="Why it costs nothing.")] = "",
    as_: As = None,
    json: AsJson = False,
) -> None:
    """Bring a ticket back: words, mails and files into the rows they were taken from, without what was erased since.

    Where the desk has a price for it, name the ticket on which the customer agreed (`maild estimate`), or say why it is
    free. It goes into the archive again after as many months as the first time.
    """
    with opened(ctx) as house:
        with house.store.reading() as tx:
            view, by = seen_ticket(tx, number, as_), By(house.clock(), name_of(tx, as_))
            paid = seen_ticket(tx, agreed, as_) if agreed else None
        why, on = _terms(_price(house, view), view, paid, free), TicketId(paid.ticket.id) if paid else None
        wanted = Return(TicketId(view.ticket.id), why, file, identity, on)
        noted(house.store, as_, wanted.number, "archive return")
        done = archiving.bring_back(house.store, shelf_in(house), wanted, by)
    if json:
        say(to_json({"number": view.ticket.number, "why": wanted.why, "archive": done}, indent=2))
        return
    say(f"{view.ticket.number} is back")
    if file is not None:
        say(f"{safe(str(file))} holds all of it still: put it away, or delete it")


def _price(house: House, view: TicketView) -> str:
    """What the desk wants for it, "" for nothing."""
    desk = house.policy.desk_named(view.ticket.desk)
    terms = desk.retention.archive if desk and desk.retention else None
    return terms.price if terms else ""


def _terms(price: str, view: TicketView, paid: TicketView | None, free: str) -> str:
    """Why it may come back, for the ticket's history. Raises NotPossible where nobody agreed to what it costs."""
    if paid is not None:
        _require_agreed(view, paid)
        return f"brought back as agreed on {paid.ticket.number}{f', for {price}' if price else ''}"
    if price and not free.strip():
        offer = f"offer it with `maild estimate` on a ticket of theirs ({price}), and name that with --agreed"
        raise NotPossible(f"nothing comes back for nothing here: {offer}, or say with --free why it costs nothing")
    return f"brought back, free: {free}" if free.strip() else "brought back"


def _require_agreed(view: TicketView, paid: TicketView) -> None:
    stands = dict(paid.ticket.fields).get("estimate", "none")
    if stands != APPROVED:
        raise NotPossible(f"the estimate on {paid.ticket.number} is not approved, it is: {stands}")
    if not (customers := _customers(view)) or not customers & _customers(paid):
        raise NotPossible(f"{paid.ticket.number} is of another customer than {view.ticket.number}")


def _customers(view: TicketView) -> set[str]:
    """The organisations of those who asked."""
    asked = (one.contact.organisation for one in view.participants if one.role is Role.REQUESTER)
    return set(filter(None, asked))
