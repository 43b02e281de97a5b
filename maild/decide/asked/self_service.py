"""What a command by mail comes to: `answer(case, desk, who, found)`, a plan, or None. Pure.

None means that the mail takes its ordinary way, and a person reads it: it is no command (`commands`); its sender may
not ask (`trust`); it stands on a ticket of theirs, where "status" and "help" are questions to us, and a name may be
anybody's; it is "solved", an article of its ticket like any other (`self_solved`); or it is old mail that is read again
or imported, which changes nothing any more. So nobody is told that a command was refused, and nothing is lost.

Laws: an answer shows what its reader may see and nothing else; people say of themselves only what is theirs to say;
whoever leaves a ticket takes part in it, did not ask for it, and proved who they are as far as the desk wants it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from maild.decide.asked.command_words import Action
from maild.decide.asked.commands import Command, command_in
from maild.decide.asked.overview import overview, written
from maild.decide.asked.report_sheet import as_csv, as_page, days
from maild.decide.asked.reporting import Report
from maild.decide.case import Case
from maild.decide.mail.follow_up import Belongs, Claim
from maild.decide.people_changes import SetParticipant, SetPreference
from maild.decide.plan import Change, Plan
from maild.decide.told.notify import Occasion, language_for, neutral, silenced
from maild.decide.who.sight import parts_of, sees_all
from maild.decide.who.trust import Right, Standing
from maild.desks.policy import AsksForProof, Desk
from maild.model import (
    Answers,
    Contact,
    Disposition,
    Enclosure,
    Notification,
    NotificationKind,
    Participant,
    Proof,
    Reason,
    Role,
    Suppressed,
    TicketId,
)

ABOUT_A_TICKET = frozenset({Action.STATUS, Action.HELP, Action.NAME})
"""On a ticket these are questions about it, or answers to ours."""
ON, OFF = "on", "off"
CODE = 2
"""Letters of a language's code that is one for sure (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is done and told. `language` and `called` (the reader's name) are "" for what is usual."""

    kind: NotificationKind
    code: str
    text: str
    values: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    ticket: TicketId | None = None
    language: str = ""
    called: str = ""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, whose it is, and where they stand."""

    command: Command
    contact: Contact
    found: Belongs | Claim | None
    it: Occasion

    @property
    def desk(self) -> Desk:
        return self.it.desk

    def wishes(self, name: str, value: str) -> SetPreference:
        return SetPreference(self.contact.address, name, value)


def answer(case: Case, desk: Desk, who: Standing, found: Belongs | Claim | None) -> Plan | None:
    """What is done at once, if this mail asks for it and its sender may."""
    command, sender = command_in(case.message), case.message.sender
    if command is None or sender is None or case.envelope.answers is not Answers.SENT or case.keys.earlier:
        return None
    contact = case.facts.contact(sender.address)
    if contact is None:
        return None
    asked = Asked(command, contact, found, Occasion(case, desk, sender, who))
    served = _SERVES[command.action](asked) if _may(asked) else None
    return _plan(served, asked.it) if served else None


def _may(asked: Asked) -> bool:
    if asked.command.action is Action.SOLVED:
        return False
    if asked.command.action is Action.REMOVE:
        return _may_leave(asked.it)
    if asked.command.action is Action.REPORT:
        return asked.it.who.may(Right.INSTRUCT) and not isinstance(asked.found, Belongs)
    about_a_ticket = isinstance(asked.found, Belongs) and asked.command.action in ABOUT_A_TICKET
    return asked.it.who.may(Right.ASK) and not about_a_ticket


def _may_leave(it: Occasion) -> bool:
    """Guests too, who are not registered. While the DNS is silent it is an article like any other (`again`)."""
    pending = it.case.facts.authenticity.proof is Proof.PENDING
    return it.who.may(Right.FOLLOW_UP) and (it.who.proven or (it.desk.proof is AsksForProof.OFF and not pending))


# ---- what each of them does ------------------------------------------------------------------------


def _status(asked: Asked) -> Served:
    """Their open tickets (REQ-D5, A11)."""
    shown = overview(asked.it.case.facts.overview, asked.command.about, asked.contact, asked.desk)
    count = len(shown.entries)
    values = (("scope", shown.scope), ("count", str(count)), ("tickets", written(shown.entries)))
    text = f"it asks how things stand: open tickets shown ({shown.scope}): {count}"
    return Served(NotificationKind.OVERVIEW, Action.STATUS, text, values)


def _follow(asked: Asked) -> Served:
    """Hear of each new ticket of the organisation (REQ-A14), for whom all of them are to be seen."""
    if not sees_all(asked.contact, asked.desk):
        return _explained(asked, "it asks to follow an organisation all of whose tickets its sender does not see")
    return _preferred(asked, "it asks to follow their organisation", asked.wishes("follows", ON))


def _unfollow(asked: Asked) -> Served:
    """Whoever follows may stop, even if they see less than they did."""
    return _preferred(asked, "it asks to follow their organisation no more", asked.wishes("follows", OFF))


def _language(asked: Asked) -> Served | None:
    """Be written to in this language (REQ-D6). Three letters that the desk does not know may be any word."""
    language = asked.command.about
    if language in asked.desk.languages:
        text = f"it asks to be written to in the language {language}"
        return replace(_preferred(asked, text, asked.wishes("language", language)), language=language)
    unknown = f"it asks for the language {language}, which desk {asked.desk.desk} does not write"
    return None if len(language) > CODE else _explained(asked, unknown)


def _name(asked: Asked) -> Served:
    """Be called this (REQ-D6)."""
    name = asked.command.about
    return replace(_preferred(asked, f"it asks to be called {name}", asked.wishes("name", name)), called=name)


def _report(asked: Asked) -> Served | None:
    """The log of their organisation's requests (REQ-L4), for whom may instruct for it."""
    found = asked.it.case.facts.report
    if found is None or not asked.contact.organisation:
        return None
    first, last = days(found)
    count = str(len(found.requests))
    values = (("organisation", found.organisation), ("begins", first), ("ends", last), ("count", count))
    text = f"it asks for the log of requests from {first} to {last}: {count} in it"
    return Served(NotificationKind.REPORT, Action.REPORT, text, values, enclosures=_enclosed(asked, found))


def _enclosed(asked: Asked, found: Report) -> tuple[Enclosure, ...]:
    """The log as a table and as a page, in the language of the mail that brings it."""
    language, name = language_for(asked.it), "-".join(("report", *days(found)))
    return (
        Enclosure(f"{name}.csv", "text/csv", as_csv(found, language)),
        Enclosure(f"{name}.html", "text/html", as_page(found, language)),
    )


def _help(asked: Asked) -> Served:
    """Which words there are."""
    return _explained(asked, "it asks which words are understood")


def _remove(asked: Asked) -> Served | None:
    """No longer take part, under any address of theirs. A requester stays: without them the ticket is nobody's."""
    if not isinstance(asked.found, Belongs):
        return None
    ticket, parts = asked.found.known.ticket, parts_of(asked.contact, asked.found.known.participants)
    if not parts or any(part.role is Role.REQUESTER for part in parts):
        return None
    changes = tuple(_leaves(ticket.id, part) for part in parts if part.takes_part)
    text = f"{asked.contact.address} asks to take part in {ticket.number} no more"
    return replace(_preferred(asked, text, *changes), ticket=ticket.id)


_SERVES: Mapping[Action, Callable[[Asked], Served | None]] = MappingProxyType(
    {
        Action.STATUS: _status,
        Action.FOLLOW: _follow,
        Action.UNFOLLOW: _unfollow,
        Action.LANGUAGE: _language,
        Action.NAME: _name,
        Action.HELP: _help,
        Action.REPORT: _report,
        Action.REMOVE: _remove,
    }
)


def _explained(asked: Asked, text: str) -> Served:
    languages = ", ".join(asked.desk.languages)
    return Served(NotificationKind.HELP, Action.HELP, text, (("languages", languages),))


def _preferred(asked: Asked, text: str, *changes: Change) -> Served:
    action = asked.command.action
    return Served(NotificationKind.SETTING_CHANGED, action, text, (("what", action.value),), changes)


def _leaves(ticket: TicketId, part: Participant) -> SetParticipant:
    return SetParticipant(ticket, part.contact.address, part.role, part.since, has_left=True)


# ---- the plan --------------------------------------------------------------------------------------


def _plan(served: Served, it: Occasion) -> Plan:
    told = _told(served, it)
    silent = (told.reason,) if isinstance(told, Suppressed) else ()
    return Plan(
        Disposition.ANSWERED,
        (Reason("command", served.code, served.text), it.who.reason, *silent),
        served.changes,
        notifications=(told,) if isinstance(told, Notification) else (),
        suppressed=(told,) if isinstance(told, Suppressed) else (),
        ticket=served.ticket,
    )


def _told(served: Served, it: Occasion) -> Notification | Suppressed:
    """To whom it may be sent by name: everybody who is known, or has proved to be who they say."""
    event = f"command:{it.message.content_key[:16]}"
    if why := silenced(it):
        return Suppressed(served.kind, event, it.recipient.address, why)
    plain = replace(neutral(it, served.kind, event), values=served.values, enclosures=served.enclosures)
    plain = replace(plain, language=served.language or plain.language)
    if it.unverified and not it.who.proven:
        return plain
    message = it.message
    to = replace(it.recipient, name=served.called or it.recipient.name)
    return replace(plain, recipient=to, reply_to_id=message.message_id, references=message.references)
