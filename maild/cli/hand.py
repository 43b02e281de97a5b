"""A member of staff at work, from the command line: who they are, which tickets are theirs to see, what they do.

Laws: staff see the tickets of their own desks only (REQ-L14); one of another desk is answered like one that is not
there. Whoever is not on the staff and runs the command, an operator, may look at all of them, and change none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import Annotated

import typer
from sqlalchemy import Connection

from maild import pipeline
from maild.cli.house import a_look, opened
from maild.cli.outcome import in_words, outcome_object
from maild.cli.output import say, to_json
from maild.decide.facts import Conversation, KnownTicket
from maild.decide.plan import Plan
from maild.decide.work.staff import Hand
from maild.desks.policy import Desk
from maild.errors import ExitCode, MaildError, NotFound
from maild.model import Address, StaffMember
from maild.steps.house import House
from maild.steps.timed import facts_about
from maild.store import register, tickets
from maild.store.conversations import conversations
from maild.store.merged import home_of
from maild.store.proposals import find_proposal, open_proposals
from maild.store.runs import with_runs
from maild.store.tickets import TicketView
from maild.yaml.suggest import did_you_mean

Number = Annotated[str, typer.Argument(metavar="N", help="Ticket number: SD-1042, sd-1042 or 1042.")]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Staff member who acts; else the one called as $USER.")
]


class NotPossible(MaildError):
    """What was asked for is not possible."""

    exit_code = ExitCode.USAGE


class WhoAreYou(MaildError):
    """Nobody on the staff has that name."""

    exit_code = ExitCode.NO_USER


def act(
    ctx: typer.Context, number: str, name: str | None, json: bool, want: Callable[[Connection, House, Hand], Plan]
) -> None:
    """Look at one ticket, decide and write in one transaction; then say what was done, in the words of `explain`."""
    carry_out(ctx, number, json, lambda tx, house: want(tx, house, hand_of(house, tx, number, name)))


def carry_out(ctx: typer.Context, about: str, json: bool, want: Callable[[Connection, House], Plan]) -> None:
    """The same for any plan; `about` is what it was asked for."""
    done: list[Plan] = []
    with opened(ctx) as house:

        def decide(tx: Connection) -> Plan:
            done[:] = [want(tx, house)]
            return done[0]

        try:
            ticket = pipeline.act(house, decide)
        except ValueError as error:
            raise NotPossible(str(error)) from None
    if ticket is None:
        raise NotFound(f"there is no ticket {about}")
    if json:
        say(to_json(outcome_object(done[0], ticket.number) | {"status": ticket.status}, indent=2))
        return
    say(f"{ticket.number} is {ticket.status}")
    for line in in_words(done[0]):
        say(line)


def ticket_of(ctx: typer.Context, proposal: int) -> str:
    """The number of the ticket that a proposal is on. Raises NotFound."""
    with a_look(ctx) as tx:
        return str(find_proposal(tx, proposal).ticket)


def hand_of(house: House, tx: Connection, number: str, name: str | None) -> Hand:
    """The hand of a member of staff on one ticket, which is held. Raises NotFound, NotPossible, WhoAreYou."""
    member = member_named(tx, name)
    found = home_of(tx, tickets.find_number(tx, number), lock=True)
    view = tickets.show_ticket(tx, found.id, lock=True)
    require_sight(member.desks, view.ticket.desk, number)
    desk = house.policy.desk_named(view.ticket.desk)
    if desk is None:
        raise NotPossible(f"{view.ticket.number} is of desk {view.ticket.desk}, which the policy no longer has")
    waiting = open_proposals(tx, [view.ticket.id]).get(view.ticket.id, ())
    known = with_runs(tx, {view.ticket.id: KnownTicket(view.ticket, view.participants, waiting)})[view.ticket.id]
    facts = facts_about(tx, house, (known,))[0]
    rules, now = house.policy.rule_set, house.clock()
    written = conversations(tx, [view.ticket.id]).get(view.ticket.id, Conversation())
    return Hand(_address(member), known, desk, written.thread, now, written.proven, rules, facts, written.latest)


def actor(tx: Connection, name: str | None) -> Address:
    """Who acts. Raises WhoAreYou."""
    return _address(member_named(tx, name))


def member_named(tx: Connection, name: str | None) -> StaffMember:
    """The member of staff by this name, or by $USER. Raises WhoAreYou."""
    wanted = name or os.environ.get("USER", "")
    people = {member.name: member for member in register.list_staff(tx)}
    member = people.get(wanted)
    if member is None:
        who = f"`{wanted}` is not on the staff{did_you_mean(wanted, people)}"
        raise WhoAreYou(who if name else f"{who}: say who you are with --as NAME")
    return member


def name_of(tx: Connection, name: str | None) -> str:
    """Who acts, also an operator, by the name of their account. Raises WhoAreYou for a name nobody has."""
    return member_named(tx, name).name if name else os.environ.get("USER", "")


def desks_seen(tx: Connection, name: str | None) -> frozenset[str] | None:
    """The desks whose tickets whoever looks may see; None for all. Raises WhoAreYou for a name nobody has."""
    if name is None and os.environ.get("USER", "") not in {one.name for one in register.list_staff(tx)}:
        return None
    return frozenset(member_named(tx, name).desks) or None


def desks_among(desks: Sequence[Desk], seen: Collection[str] | None) -> tuple[Desk, ...]:
    """Those that whoever sees these may see; none at all means every desk."""
    return tuple(one for one in desks if not seen or one.desk in seen)


def seen_ticket(tx: Connection, number: str, name: str | None) -> TicketView:
    """A ticket as whoever looks may see it. Raises NotFound, WhoAreYou."""
    view = tickets.show_ticket(tx, home_of(tx, tickets.find_number(tx, number)).id)
    require_sight(desks_seen(tx, name), view.ticket.desk, number)
    return view


def require_sight(desks: Collection[str] | None, desk: str, number: str) -> None:
    """Raises NotFound for a ticket of a desk that is not among theirs; none at all means every desk."""
    if desks and desk not in desks:
        raise NotFound(f"there is no ticket {number!r}")


def _address(member: StaffMember) -> Address:
    return Address(member.title or member.name, member.address)
