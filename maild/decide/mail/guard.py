"""Does a person's mail hold personal data that nobody should have sent? Who learns of it, and what? (REQ-M3.) Pure.

In: the plan as it is otherwise; out: the same, with the tag `personal-data`, a reason, and one mail to the sender.
Laws: only new text, the subject and names of files are looked through; what was found stands in no mail to anybody and
in no title, where a mask stands for it; whoever would be asked nothing (a stranger, an unproven sender, a machine) is
told nothing; a ticket that has the tag is told of once. What a request with legal weight is done to is shown to those
who must confirm it, whatever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from maild.decide.facts import KnownTicket
from maild.decide.plan import Change, OpenTicket, Plan, SetTicket
from maild.decide.told.notices import Told, notice, notifications, suppressions
from maild.decide.told.notify import Occasion, language_for, silenced
from maild.desks.policy import Desk
from maild.desks.privacy import TAG, PersonalData, Privacy
from maild.directory.free_mail import is_free_mail
from maild.model import Notification, NotificationKind, Reason, Suppressed
from maild.patterns.words import sayable
from maild.privacy.finds import LONGEST, Find, Sought, finds
from maild.privacy.model import ANYWHERE
from maild.privacy.words import in_words
from maild.rules.model import Draft

STEP = "privacy"
MOST_MASKS = 200
SHOWN = frozenset({"objects"})
"""Values of mails that are not masked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a mail holds: kinds, in the order of their list, and a mask for each value."""

    kinds: tuple[PersonalData, ...]
    masks: Mapping[str, str]

    def masked(self, text: str) -> str:
        """The text without a value that was found; nothing of it where there are too many to be masked one by one."""
        if len(self.masks) > MOST_MASKS and any(value in text for value in self.masks):
            return "…"
        for value, mask in self.masks.items():
            text = text.replace(value, mask) if value in text else text
        return text


def guarded(plan: Plan, it: Occasion, draft: Draft, known: KnownTicket | None = None) -> Plan:
    """The plan of a mail that opens a ticket, or joins `known`; `draft` is what rules made of it."""
    privacy = it.desk.privacy
    seen = _seen(it, privacy, draft, known) if privacy and not it.message.automatic else None
    if privacy is None or seen is None or not seen.kinds:
        return plan
    told = _told(it, draft, known, seen.kinds) if privacy.tell else ()
    masked = replace(plan, notifications=tuple(_quiet(one, seen) for one in plan.notifications))
    return replace(
        masked,
        reasons=(*plan.reasons, _reason(seen.kinds, known, told)),
        changes=_tagged(tuple(_titled(one, seen) for one in plan.changes), known),
        notifications=(*masked.notifications, *notifications(told)),
        suppressed=(*plan.suppressed, *suppressions(told)),
    )


# ---- what is there --------------------------------------------------------------------------------


def _seen(it: Occasion, privacy: Privacy, draft: Draft, known: KnownTicket | None) -> Seen:
    sought, message = _sought(it, privacy, draft, known), it.message
    # File names have underscores for blanks; a mask for the name as it is written must still fit.
    names = "\n".join(one.filename for one in message.attachments)
    spoken = names.replace("_", " ")
    texts = ((message.subject, message.subject, False), (message.visible_text, message.visible_text, True))
    read = [(raw, finds(text, sought, signed=signed)) for raw, text, signed in (*texts, (names, spoken, False))]
    kinds = {one.kind for _, found in read for one in found}
    masks = {value: one.masked for raw, found in read for value, one in _values(raw, found)}
    longest_first = dict(sorted(masks.items(), key=lambda pair: -len(pair[0])))
    return Seen(tuple(kind for kind in PersonalData if kind in kinds), longest_first)


def _values(raw: str, found: tuple[Find, ...]) -> list[tuple[str, Find]]:
    text = sayable(raw[:LONGEST])
    return [(text[one.start : one.end], one) for one in found]


def _sought(it: Occasion, privacy: Privacy, draft: Draft, known: KnownTicket | None) -> Sought:
    wanted = {ANYWHERE, *privacy.countries}
    kinds = frozenset(privacy.kinds)
    return Sought(
        countries=tuple(one for one in it.case.policy.countries if one.country in wanted),
        kinds=kinds - {PersonalData.ADDRESS} if _asks_for_addresses(privacy, draft, known) else kinds,
        year=it.case.now.year,
        addresses=_present(it, known),
        domains=_domains(it, it.desk),
    )


def _asks_for_addresses(privacy: Privacy, draft: Draft, known: KnownTicket | None) -> bool:
    """Whether people are named because they were asked for, or because they shall get a seat."""
    asked = {name for name, _ in (*draft.asks, *draft.fields)} | set(known.ticket.asked if known else ())
    names_people = bool(draft.proposes) or bool(known and known.proposals)
    return names_people or not asked.isdisjoint(privacy.unless_asked)


def _present(it: Occasion, known: KnownTicket | None) -> frozenset[str]:
    """Addresses of those who write, read along, or take part already."""
    message, taking_part = it.message, known.participants if known else ()
    here = {one.address for one in (it.recipient, *message.to, *message.cc, *message.reply_to)}
    return frozenset(here | {part.contact.address for part in taking_part})


def _domains(it: Occasion, desk: Desk) -> frozenset[str]:
    """The desk's own, and the sender's: a colleague is no client."""
    theirs = it.recipient.address.rpartition("@")[2]
    own = {address.rpartition("@")[2] for address in desk.addresses}
    return frozenset(own if is_free_mail(theirs) else own | {theirs})


# ---- what follows ---------------------------------------------------------------------------------


def _told(it: Occasion, draft: Draft, known: KnownTicket | None, kinds: tuple[PersonalData, ...]) -> tuple[Told, ...]:
    contact = it.case.facts.contact(it.recipient.address)
    if contact is None or it.neutral or draft.review or _is_tagged(known) or silenced(it):
        return ()
    language, ticket = language_for(it), known.ticket.id if known else None
    values = (("kinds", in_words(kinds, language)),)
    told = notice(NotificationKind.PRIVACY, STEP, contact, it.desk, ticket, values, proven=it.who.proven)
    if isinstance(told, Suppressed):
        return (told,)
    message = it.message
    return (replace(told, language=language, reply_to_id=message.message_id, references=message.references),)


def _reason(kinds: tuple[PersonalData, ...], known: KnownTicket | None, told: tuple[Told, ...]) -> Reason:
    if notifications(told):
        outcome = "the sender is told"
    else:
        outcome = "the ticket has the tag already" if _is_tagged(known) else "the sender is not told"
    return Reason(STEP, TAG, f"it seems to hold personal data ({', '.join(kinds)}): {outcome}")


def _is_tagged(known: KnownTicket | None) -> bool:
    return known is not None and TAG in known.ticket.tags


def _quiet(told: Notification, seen: Seen) -> Notification:
    values = tuple((name, value if name in SHOWN else seen.masked(value)) for name, value in told.values)
    return told if values == told.values else replace(told, values=values)


def _titled(change: Change, seen: Seen) -> Change:
    """Titles stand in the subject of every mail about the ticket."""
    if isinstance(change, OpenTicket):
        return replace(change, title=seen.masked(change.title))
    if isinstance(change, SetTicket) and change.name == "title":
        return replace(change, value=seen.masked(change.value))
    return change


def _tagged(changes: tuple[Change, ...], known: KnownTicket | None) -> tuple[Change, ...]:
    """With the tag, beside those that the mail sets anyway."""
    if known is None:
        return tuple(replace(one, tags=_with(one.tags)) if isinstance(one, OpenTicket) else one for one in changes)
    others = tuple(one for one in changes if not (isinstance(one, SetTicket) and one.name == "tags"))
    set_anyway = [one.value for one in changes if isinstance(one, SetTicket) and one.name == "tags"]
    before = tuple(filter(None, set_anyway[-1].split(", "))) if set_anyway else known.ticket.tags
    if before == known.ticket.tags and TAG in before:
        return others
    return (*others, SetTicket(known.ticket.id, "tags", ", ".join(_with(before))))


def _with(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*tags, TAG)))
