"""Links that pages ask for: a mail with one to its contact's own address, through the same gate as all automatic mail.

In: the transaction of the page, the ticket, whom it is for, the URL; out: a mail in the outbox, or a reason why not.
"""

from __future__ import annotations

from sqlalchemy import Connection

from maild.decide.plan import Plan
from maild.decide.who.people import is_unverified
from maild.model import Address, Contact, Notification, NotificationKind, Reason, Ticket
from maild.steps.house import House
from maild.steps.writing import Settled, write


def send_look_link(tx: Connection, house: House, ticket: Ticket, contact: Contact, url: str) -> None:
    """A mail with this URL, which lets its reader look at the ticket once."""
    desk = house.policy.desk_named(ticket.desk)
    told = Notification(
        NotificationKind.LOOK_LINK,
        f"look-link:{int(house.clock().timestamp() * 1000)}",
        Address("", contact.address),
        contact.language or (desk.languages[0] if desk else ""),
        ticket=ticket.id,
        values=(("link", url),),
        unverified=is_unverified(contact.register),
        # It holds no word of anybody, and the page asks for three an hour at most.
        proven=True,
    )
    why = Reason("web", "look-link", "somebody asked on the web page for a link to their request")
    write(tx, house, "", [Settled(Plan(None, (why,), notifications=(told,), ticket=ticket.id, actor="web"))])
