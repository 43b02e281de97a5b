"""Who follows an organisation hears of each new ticket of it (REQ-A14). Pure.

Told are those who would see the ticket anyway. Its title is not passed on before its writer is proven.
"""

from __future__ import annotations

from collections.abc import Iterator

from maild.decide.told.notices import Told, notice
from maild.decide.told.notify import Occasion
from maild.decide.who.sight import same_person, sees_all
from maild.model import Contact, NotificationKind

EVENT = "followed"


def followers(it: Occasion) -> Iterator[Told]:
    """A notice to each, but for the requester; nobody is told in the name of somebody who counts as unverified, and
    nobody of what a machine wrote (law 9: two machines could tell each other for ever)."""
    asker = it.case.facts.contact(it.recipient.address)
    if asker is None or it.unverified or it.message.automatic:
        return
    about = "" if it.neutral else it.message.subject.strip()
    values = (("about", about), ("who", asker.name or asker.address))
    for one in it.case.facts.principals:
        if _hears(one, asker) and sees_all(one, it.desk):
            yield notice(NotificationKind.FOLLOWED, EVENT, one, it.desk, values=values, proven=it.who.proven)


def _hears(one: Contact, asker: Contact) -> bool:
    return one.follows and not same_person(one, asker)
