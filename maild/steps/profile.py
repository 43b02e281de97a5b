"""What somebody changes about themselves on a page: their own name and language.

In: the transaction of the page, who it is, what they want; out: their contacts changed and audited (`preferences`),
and a mail to them that says so, in case it was somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from maild.decide.people_changes import SetPreference
from maild.decide.plan import Plan
from maild.decide.told.notices import notice, notifications, suppressions
from maild.desks.policy import Desk
from maild.model import Contact, NotificationKind, Reason
from maild.steps.house import House
from maild.steps.writing import Settled, write

BOTH = "profile"
"""What was changed, in the words of the mail, where it is more than one thing."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is somebody's own to say, clean."""

    name: str
    language: str


def change_profile(tx: Connection, house: House, desk: Desk, contact: Contact, wanted: Profile) -> bool:
    """Let it be so; False, and no mail, where it is so already. The desk writes the mail."""
    wishes = _wishes(contact, wanted)
    if not wishes:
        return False
    event = f"profile:{int(house.clock().timestamp() * 1000)}"
    what = wishes[0].name if len(wishes) == 1 else BOTH
    as_wanted = replace(contact, name=wanted.name, language=wanted.language)
    told = (notice(NotificationKind.SETTING_CHANGED, event, as_wanted, desk, values=(("what", what),)),)
    why = Reason("web", "profile", f"{contact.address} changed it on the web page: {what}")
    plan = Plan(None, (why,), wishes, notifications=notifications(told), suppressed=suppressions(told), actor="web")
    write(tx, house, "", [Settled(plan)])
    return True


def _wishes(contact: Contact, wanted: Profile) -> tuple[SetPreference, ...]:
    """What is different."""
    own = (("name", contact.name, wanted.name), ("language", contact.language, wanted.language))
    return tuple(SetPreference(contact.address, name, new) for name, old, new in own if new != old)
