"""A ticket that staff open for somebody who telephones or comes by (REQ-L1). Pure.

In: what they say (`Call`), who takes it down, and what is known; out: the plan that their mail would have become, by
the same rules and with the same confirmation, or ValueError with what is possible instead.
Laws: whoever takes it down vouches for a registered contact, as a login would, for nothing that cannot be undone; for
anybody else nobody does. What staff say of type and priority goes before what rules say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from maild.decide.case import Case
from maild.decide.facts import Facts, LookupKeys
from maild.decide.mail.opening import new_plan
from maild.decide.plan import AddArticle, Change, Plan
from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.decide.who.sight import TRUSTED
from maild.desks.policy import Desk
from maild.model import Address, Authenticity, Disposition, Envelope, Means, Message, Proof, Reason, Source
from maild.rules.model import Shaped


class By(StrEnum):
    """How somebody came to us."""

    PHONE = "phone"
    VISIT = "visit"


WORDS = {By.PHONE: "by telephone", By.VISIT: "in person"}


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody says to a member of staff. `kind` and `priority`: what staff say of it, "" and 0 for nothing.
    `unverified`: nobody vouches for them."""

    person: Address
    title: str
    text: str
    by: By = By.PHONE
    kind: str = ""
    priority: int = 0
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Who takes it down, and when (UTC)."""

    actor: Address
    policy: Policy
    tokens: Tokens
    now: datetime


def keys_for(call: Call, desk: Desk, policy: Policy, now: datetime) -> LookupKeys:
    """What has to be known; `now` (UTC) makes two calls about the same two tickets."""
    said = "\n".join((now.isoformat(), call.person.address, call.title, call.text))
    return LookupKeys(
        desk=desk.desk,
        content_key=hashlib.sha256(said.encode()).hexdigest(),
        lasting_key=False,
        addresses=(call.person.address,),
        message_ids=(),
        numbers=(),
        staff=policy.told_staff,
    )


def open_for(call: Call, desk: Desk, facts: Facts, taken: Taken) -> Plan:
    """`maild open`: the ticket of somebody who did not write. Raises ValueError."""
    _require_words(call)
    if taken.policy.desk_of(call.person.address):
        raise ValueError(f"{call.person.address} is an address of ours: say for whom the ticket is")
    contact = facts.contact(call.person.address)
    if not call.unverified and (contact is None or contact.register not in TRUSTED):
        raise ValueError(f"{call.person.address} is no registered contact: --unverified opens it all the same")
    who = replace(call.person, name=call.person.name or (contact.name if contact else ""))
    plan = new_plan(_case(replace(call, person=who), desk, facts, taken), desk, lambda shaped: _shaped(shaped, call))
    if plan.disposition is Disposition.IGNORED:
        raise ValueError(f"nothing is opened: {plan.reasons[0].text}")
    opened = Reason("staff", "staff", f"opened for {who.address}, {WORDS[call.by]}")
    return replace(
        plan,
        disposition=None,
        reasons=(opened, *(one for one in plan.reasons if one.step != "follow-up")),
        changes=tuple(map(_looked_at, plan.changes)),
        actor=taken.actor.address,
        policy=taken.policy.version,
    )


def _require_words(call: Call) -> None:
    if not call.title.strip():
        raise ValueError("a ticket needs a title: say in a few words what it is about")
    if not call.text.strip():
        raise ValueError("a ticket needs some text: what they say")


def _looked_at(change: Change) -> Change:
    """A person has it in hand already."""
    return replace(change, review=False) if isinstance(change, AddArticle) else change


def _shaped(shaped: Shaped, call: Call) -> Shaped:
    draft = shaped.ruled.draft
    wanted = replace(draft, type=call.kind or draft.type, priority=call.priority or draft.priority)
    return replace(shaped, ruled=replace(shaped.ruled, draft=wanted))


def _case(call: Call, desk: Desk, facts: Facts, taken: Taken) -> Case:
    keys = keys_for(call, desk, taken.policy, taken.now)
    contact = facts.contact(call.person.address)
    language = contact.language if contact else ""
    envelope = Envelope(Source.FILE, call.person.address, desk.addresses[0], taken.now)
    return Case(
        _message(call, keys.content_key, language, taken.now),
        envelope,
        keys,
        replace(facts, authenticity=_vouched(call, taken.actor)),
        taken.policy,
        taken.tokens,
        taken.now,
    )


def _vouched(call: Call, actor: Address) -> Authenticity:
    text = f"opened by {actor.name} for {call.person.address}, {WORDS[call.by]}"
    if call.unverified:
        return Authenticity(text=text)
    return Authenticity(Proof.PROVEN, Means.LOGIN, "by-staff", text)


def _message(call: Call, content_key: str, language: str, now: datetime) -> Message:
    """As if they had written it, without any mail to be answered."""
    return Message(
        message_id="",
        subject=call.title.strip(),
        sender=call.person,
        to=(),
        cc=(),
        reply_to=(),
        delivered_to=(),
        date=now,
        in_reply_to=(),
        references=(),
        text=call.text,
        visible_text=call.text,
        html="",
        attachments=(),
        automatic=None,
        bounce=None,
        suppress_reply="",
        loop_marks=(),
        hops=0,
        language=language,
        content_key=content_key,
        lasting_key=False,
    )
