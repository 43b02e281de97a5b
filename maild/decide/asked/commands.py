"""Is this mail a command, one that is answered at once? A message in, a command out, or None. Pure.

Laws: it is one only if it says nothing else: the word alone in the subject, or alone on the first line of what is new
in the text, and around it no more than a greeting, a closing and the sender's name. In doubt a person reads it: "Hilfe"
in a subject with a problem in the text is a problem (REQ-H1). Mail of machines, mail with files and mail that could not
be read commands nothing. Linear, and bounded: of a longer text than LONGEST_TEXT only the beginning is looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from maild.decide.asked.command_words import (
    ADDRESSED,
    CLOSINGS,
    FIRST,
    GREETINGS,
    LANGUAGE,
    LANGUAGES,
    NAME,
    PARTICLES,
    PHRASES,
    POLITE,
    REPORT,
    Action,
    unframed,
    words_of,
)
from maild.decide.asked.periods import written
from maild.ingest.reply.signature import without_signature
from maild.model import Address, Attachment, Message

LONGEST_TEXT = 600
"""Characters. What is longer says more than a command."""
MOST_CLOSING = 4
LEAST_NAME, MOST_NAME = 2, 5
"""Words of what somebody wants to be called; and at most, of a line that may be a name."""
LARGEST_LOGO = 20 << 10
"""Bytes. A larger picture within the text may be a screenshot."""
_NUMBER = re.compile(r"\[\s?[A-Za-z][A-Za-z0-9]{0,9}-\d{1,12}\s?\]")
_CODE = re.compile(r"[a-z]{2,3}")
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]*(?:[.'’-][^\W\d_]*)*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SEALS = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})


@dataclass(frozen=True, slots=True)
class Command:
    """What the mail asks for. `about`: of a status its scope (mine, cc, organisation; "" for mine and cc), of a
    language its code, of a name the name, of a report its period ("" for none)."""

    action: Action
    about: str = ""


def command_in(message: Message) -> Command | None:
    """The command that this mail is."""
    in_subject, first = _in_subject(message.subject), _in_line(_first_line(message.visible_text))
    if (in_subject or first) is None or message.sender is None or not _may_command(message):
        return None
    lines = [line.strip() for line in message.visible_text.split("\n")]
    if in_subject and _says_nothing_else(in_subject, lines, _called(in_subject, message.sender)):
        return in_subject
    return first if first and _stands_alone(first, lines, message) else None


def _may_command(message: Message) -> bool:
    if message.automatic or message.bounce or message.unreadable or len(message.visible_text) > LONGEST_TEXT:
        return False
    return all(map(is_ornament, message.attachments))


def is_ornament(part: Attachment) -> bool:
    """A seal on the mail, or a logo in its signature."""
    is_picture = part.inline and part.content_type.startswith("image/")
    return part.content_type in _SEALS or (is_picture and part.size <= LARGEST_LOGO)


def _first_line(text: str) -> str:
    return text[:LONGEST_TEXT].lstrip().partition("\n")[0]


# ---- one line --------------------------------------------------------------------------------------


def _in_line(line: str) -> Command | None:
    """The command that this line is. "Help, please" asks a person."""
    words = words_of(line)
    if not words or words[0] not in FIRST:
        return None
    if words[0] in NAME:
        return _name(line)
    if command := _said(words):
        return command
    while words and words[0] in POLITE:
        words = words[1:]
    while words and words[-1] in POLITE:
        words = words[:-1]
    command = _said(words)
    return None if command is None or command.action is Action.HELP else command


def _said(words: list[str]) -> Command | None:
    if found := PHRASES.get(" ".join(words)):
        return Command(*found)
    if words and words[0] in REPORT:
        return _report(words[1:])
    if len(words) != 2 or words[0] not in LANGUAGE:
        return None
    code = LANGUAGES.get(words[1], words[1])
    return Command(Action.LANGUAGE, code) if _CODE.fullmatch(code) else None


def _name(line: str) -> Command | None:
    """What somebody wants to be called, behind a colon. A single word may be anything."""
    words = unframed(line).partition(":")[2].split()
    is_name = LEAST_NAME <= len(words) <= MOST_NAME and all(map(_may_be_of_a_name, words))
    return Command(Action.NAME, " ".join(words)) if is_name else None


def _report(words: list[str]) -> Command | None:
    """The log of requests, of a period where one is named. What else stands there a person reads."""
    period = written(" ".join(words)) if words else ""
    return None if period is None else Command(Action.REPORT, period)


def _in_subject(subject: str) -> Command | None:
    """With a ticket's number beside it a word is about that ticket: only who wants to leave it commands anything."""
    if command := _in_line(subject):
        return command
    named = _in_line(_NUMBER.sub(" ", subject)) if "[" in subject else None
    return named if named and named.action is Action.REMOVE else None


# ---- and nothing else ------------------------------------------------------------------------------


def _says_nothing_else(command: Command, lines: list[str], sender: Address) -> bool:
    """Below the subject: a greeting, the same word again, a closing, each of them or none."""
    rest = [line for line in _unsigned(command, lines, sender) if line]
    if rest and _is_greeting(rest[0]):
        rest = rest[1:]
    if rest and _in_line(rest[0]) == command:
        rest = rest[1:]
    return _is_closing(rest, sender)


def _unsigned(command: Command, lines: list[str], sender: Address) -> list[str]:
    """Without a signature below nothing, which the reader of texts leaves in place. One that does not name the sender
    stays: it may be the text of somebody who draws lines."""
    lead = [command.action.value, ""]
    kept = without_signature([*lead, *lines])[len(lead) :]
    cut = " ".join(lines[len(kept) :])
    is_device = not any(line.startswith(("-", "_", "—", "–")) for line in lines)
    return kept if is_device or _names(sender).intersection(_words(cut)) else lines


def _stands_alone(command: Command, lines: list[str], message: Message) -> bool:
    """On the first line, and below it nothing but a closing. Who asks for help with a subject of their own has said
    what with, and whoever names somebody below one may mean somebody else; "report" is too common a word."""
    asks_more = command.action in (Action.HELP, Action.NAME) and message.subject.strip()
    if message.sender is None or asks_more or command.action is Action.REPORT:
        return False
    return _is_closing([line for line in lines if line][1:], _called(command, message.sender))


def _is_greeting(line: str) -> bool:
    words = words_of(line)
    found = next((end for end in (2, 1) if " ".join(words[:end]) in GREETINGS), 0)
    return found > 0 and ADDRESSED.issuperset(words[found:])


def _is_closing(lines: list[str], sender: Address) -> bool:
    """Nothing; or at most four lines: thanks or regards, then lines that name the sender or where they work."""
    if not lines:
        return True
    if len(lines) > MOST_CLOSING or not _is_formula(lines[0], sender):
        return False
    return all(_is_formula(line, sender) or _is_name(line, sender) for line in lines[1:])


def _is_formula(line: str, sender: Address) -> bool:
    """ "Kind regards", "Danke, Ann", or the sender's name alone."""
    words = words_of(line)
    if not words:
        return False
    ends = [end for end in range(min(MOST_NAME, len(words)), 0, -1) if " ".join(words[:end]).rstrip("!") in CLOSINGS]
    rest = words[ends[0] :] if ends else words
    return _names(sender).issuperset(word.strip(".!-") for word in rest)


def _is_name(line: str, sender: Address) -> bool:
    """Few words, each with a capital, of which one is the sender's: "Dr. Ann Bauer", "Acme Clinic"."""
    words = line.rstrip(",").split()
    if len(words) > MOST_NAME or _names(sender).isdisjoint(_words(line)):
        return False
    return all(map(_may_be_of_a_name, words))


def _may_be_of_a_name(word: str) -> bool:
    return word.lower() in PARTICLES or (_NAME.fullmatch(word) is not None and word[0].isupper())


def _called(command: Command, sender: Address) -> Address:
    """The sender, who may sign with the new name already."""
    return replace(sender, name=f"{sender.name} {command.about}") if command.action is Action.NAME else sender


def _names(sender: Address) -> frozenset[str]:
    """The words by which a line names the sender: of the display name and the address, without its top-level domain."""
    return frozenset(_words(f"{sender.name} {sender.address.rpartition('.')[0]}"))


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:LONGEST_TEXT].casefold())
