"""Links that pages ask for: a mail with one to its contact's own address, through the same gate as all automatic mail.

In: the transaction of the page, what the link shows, whom it is for, the URL; out: a mail in the outbox, or a reason
why not.
"""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide.plan import Plan
from maild.decide.who.people import is_unverified
from maild.desks.policy import Desk
from maild.model import Address, Contact, Notification, NotificationKind, Reason, Ticket
from maild.steps.house import House
from maild.steps.writing import Settled, write


def send_look_link(tx: Connection, house: House, ticket: Ticket, contact: Contact, url: str) -> None:
    """A mail with this URL, which lets its reader look at the ticket once."""
    _send(tx, house, house.policy.desk_named(ticket.desk), contact, url, ticket)


def send_list_link(tx: Connection, house: House, desk: Desk, contact: Contact, url: str) -> None:
    """A mail of this desk with this URL, which lets its reader look at all their requests."""
    _send(tx, house, desk, contact, url, None)


def _send(tx: Connection, house: House, desk: Desk | None, contact: Contact, url: str, ticket: Ticket | None) -> None:
    number = ticket.id if ticket else None
    told = Notification(
        NotificationKind.LOOK_LINK,
        f"look-link:{int(house.clock().timestamp() * 1000)}",
        Address("", contact.address),
        contact.language or (desk.languages[0] if desk else ""),
        ticket=number,
        values=(("link", url),),
        unverified=is_unverified(contact.register),
        # It holds no word of anybody, and the page asks for three an hour at most.
        proven=True,
        desk=desk.desk if desk else "",
    )
    why = Reason("web", "look-link", f"somebody asked on the web page for a link to their {_what(ticket)}")
    write(tx, house, "", [Settled(Plan(None, (why,), notifications=(told,), ticket=number, actor="web"))])


def _what(ticket: Ticket | None) -> str:
    return "request" if ticket else "requests"
