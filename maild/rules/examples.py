"""Do a rule's own examples come out as they say?

In: a rule, one of its examples, the desks and the directory; out: each `Difference` between what the example
promises and what the rule gives, by itself and as if it were no shadow. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.ingest.header.addresses import normal_address
from maild.model import Address, Envelope, Message, Register, Source
from maild.rules.actions import fill
from maild.rules.conditions import matter_of
from maild.rules.language import Actions, Example, Rule
from maild.rules.model import Draft, RuleView
from maild.rules.regex import NOTHING_CAUGHT
from maild.rules.run import act, holds, missed
from maild.yaml.suggest import did_you_mean

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not come out, and the part of the example that says otherwise."""

    message: str
    path: tuple[str, ...]


def differences(rule: Rule, example: Example, desks: Sequence[Desk], directory: Directory) -> Iterator[Difference]:
    """Nothing where all is as promised."""
    view = _view(example, desks, directory)
    if isinstance(view, str):
        yield Difference(view, ("mail",))
        return
    matter = matter_of(view)
    hit = holds(rule.when, matter)
    if hit is None and example.gives != "nothing":
        yield Difference(f"the rule does not match this mail: `{missed(rule.when, matter)}` does not hold", ("mail",))
    elif hit is not None and example.gives == "nothing":
        because = " and ".join(hit.because) or "it is for every mail"
        yield Difference(f"the rule should give nothing, but it matches: {because}", ("gives",))
    elif hit is not None and isinstance(example.gives, Actions):
        yield from _unlike(example.gives, act(rule.then, Draft(priority=0), hit.captures))


def _unlike(gives: Actions, got: Draft) -> Iterator[Difference]:
    """Each promised word on its own; what the rule gives beyond that is no matter."""
    plain = (("priority", got.priority), ("category", got.category), ("assign", got.assignee))
    for name, value in plain:
        if getattr(gives, name) and getattr(gives, name) != value:
            yield Difference(f"it gives {_shown(value)} instead", ("gives", name))
    fields = dict(got.fields)
    for key, template in gives.field:
        if fields.get(key) != fill(template, NOTHING_CAUGHT):
            yield Difference(f"it gives {_shown(fields.get(key))} instead", ("gives", "field", key))
    if missing := sorted(set(gives.tag) - set(got.tags)):
        yield Difference(f"it does not give the tag {_shown(missing[0])}", ("gives", "tag"))


def _shown(value: object) -> str:
    return f"`{value}`" if value else "nothing"


def _view(example: Example, desks: Sequence[Desk], directory: Directory) -> RuleView | str:
    """The example as rules see a mail, or what is wrong with it."""
    sender, recipient = normal_address(example.mail.from_), normal_address(example.mail.to or desks[0].address)
    desk = next((desk for desk in desks if recipient in desk.addresses), None)
    if sender is None:
        return f"`{example.mail.from_}` is no mail address"
    if recipient is None or desk is None:
        known = [address for desk in desks for address in desk.addresses]
        return f"no desk has the address `{example.mail.to}`{did_you_mean(example.mail.to, known)}"
    register, organisation = _who(sender, directory)
    envelope = Envelope(Source.FILE, sender, recipient, LONG_AGO)
    return RuleView(_message(example, sender, recipient), envelope, desk.desk, register, organisation)


def _who(address: str, directory: Directory) -> tuple[Register, str]:
    for organisation in directory.organisations:
        for person in organisation.contacts:
            if address in person.addresses:
                return person.register, organisation.key
    return Register.UNKNOWN, ""


def _message(example: Example, sender: str, recipient: str) -> Message:
    return Message(
        message_id="",
        subject=example.mail.subject,
        sender=Address("", sender),
        to=(Address("", recipient),),
        cc=(),
        reply_to=(),
        delivered_to=(),
        date=None,
        in_reply_to=(),
        references=(),
        text=example.mail.text,
        visible_text=example.mail.text,
        html="",
        attachments=(),
        automatic=None,
        bounce=None,
        suppress_reply="",
        loop_marks=(),
        hops=0,
        language="",
        content_key="",
        lasting_key=False,
    )
