"""A hundred ways to answer mail without reading it: clean, careless, wrong, and in other people's words.

Each persona is a function from a mail of ours to what is sent back. None of them ever tires; some change their address,
their subject or their threading each time; most say nowhere that a machine wrote it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.storms.town import Answer, Post, Sent, a_post

AWAY = (
    "Automatic reply: {}", "Automatische Antwort: {}", "Abwesenheitsnotiz", "Réponse automatique : {}",
    "Automatisch antwoord: {}", "Risposta automatica: {}", "Respuesta automática: {}", "Autosvar: {}",
    "Odpowiedź automatyczna: {}", "Out of Office Re: {}", "Urlaub bis 31.12.", "Ich bin nicht im Haus",
)  # fmt: skip
RECEIPTS = ("[#{n}] Re: {s}", "Ticket {n} created", "Re: {s} [Case {n}]", "Your request {n}: {s}", "RE: {s}")


@dataclass
class Persona:
    """Somebody at `address` who answers like `kind`."""

    address: str
    kind: str
    number: int
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def answers(self, sent: Sent) -> Iterable[Post]:
        return KINDS[self.kind](self, sent, next(self._count))


def _to(sent: Sent) -> str:
    return str(sent.mail["Reply-To"] or sent.mail["From"]).rpartition("<")[2].rstrip(">")


def _subject(sent: Sent) -> str:
    return str(sent.mail["Subject"])


def clean(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """RFC 3834 to the letter."""
    if sent.mail["Auto-Submitted"]:
        return ()
    parent = str(sent.mail["Message-ID"])
    return (a_post(who.address, _to(sent), f"Auto: {_subject(sent)}", mail_from="", Auto_Submitted="auto-replied",
                   In_Reply_To=parent, References=parent),)  # fmt: skip


def marked(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """Says that it is a machine, and answers machines all the same."""
    parent = str(sent.mail["Message-ID"])
    return (a_post(who.address, _to(sent), f"Re: {_subject(sent)}", Auto_Submitted="auto-replied", In_Reply_To=parent),)


def threaded(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """A reply as a person's program makes it."""
    parent = str(sent.mail["Message-ID"])
    return (a_post(who.address, _to(sent), f"Re: {_subject(sent)}", In_Reply_To=parent, References=parent),)


def away(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """Out of office in a language of its own, to the desk's plain address, without a header."""
    subject = AWAY[who.number % len(AWAY)].format(_subject(sent))
    return (a_post(who.address, sent.house, subject, "I am away."),)


def receipt(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """A ticket system that opens a ticket for everything, and strips what it does not know."""
    subject = RECEIPTS[who.number % len(RECEIPTS)].format(n=f"{who.number}{count:05}", s="your message")
    return (a_post(who.address, sent.house, subject, f"We have received message {count}."),)


def chatty(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """Other words each time."""
    words = " ".join(WORDS[(count * step + who.number) % len(WORDS)] for step in (1, 3, 7))
    return (a_post(who.address, sent.house, words, f"{words}!"),)


def doubler(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """Two answers to each mail, the second from an alias."""
    alias = f"alias-{who.address}"
    return (*receipt(who, sent, count), a_post(alias, sent.house, f"Copy {count}", f"copy {count}"))


def changeling(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """A new address for every answer, as case systems have."""
    local, _, domain = who.address.rpartition("@")
    return (a_post(f"{local}+case{count}@{domain}", sent.house, f"Case {count}", f"case {count}"),)


def bouncer(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """A bounce without any machine-readable part, and without the mail it is about."""
    text = f"Your message could not be delivered.\n{who.address}: user unknown ({count})"
    return (a_post(f"MAILER-DAEMON@mx{who.number}.example", sent.house, "Undelivered Mail", text, mail_from=""),)


def liar(who: Persona, sent: Sent, count: int) -> Iterable[Post]:
    """Claims to be a person."""
    return (a_post(who.address, sent.house, f"Hello again {count}", f"no {count}", Auto_Submitted="no",
                   X_Auto_Response_Suppress="None"),)  # fmt: skip


WORDS = (
    "printer", "fire", "invoice", "router", "password", "server", "network", "monday", "coffee", "licence", "door",
    "window", "screen", "cable", "keyboard", "backup", "folder", "meeting", "report", "train", "garden", "lamp",
)  # fmt: skip
KINDS = {
    one.__name__: one for one in (clean, marked, threaded, away, receipt, chatty, doubler, changeling, bouncer, liar)
}


def hundred() -> list[Persona]:
    """Ten of each kind; every second one is a registered contact."""
    kinds = itertools.cycle(KINDS)
    return [
        Persona(f"p{number}@{'known' if is_known(number) else 'other'}{number % 7}.example", kind, number)
        for number, kind in zip(range(100), kinds, strict=False)
    ]


def is_known(number: int) -> bool:
    return number // 10 % 2 == 0


def everybody(personas: Iterable[Persona]) -> dict[str, Answer]:
    """Where each of them reads mail, aliases included."""
    people: dict[str, Answer] = {}
    for one in personas:
        people[one.address] = people[f"alias-{one.address}"] = one.answers
    return people
