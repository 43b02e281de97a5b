"""Does a subject say that a machine wrote the mail? `by_subject(headers, sender, subject)`: the weak hints.

In: the subject, as people read it. Out: the kind and both witnesses, or None. Laws: no word is proof, as people use
all of them ("Automatic door is broken"): each needs a second witness, such as the mail it answers, the wish for no
automatic answer, or our own subject behind it. With a thin second witness the mail is called machine-made, never a
reply: it still opens a ticket. A reply by hand ("Re: Automatic reply: …") is a person's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from maild.ingest.header.headers import Headers
from maild.ingest.machine import words
from maild.model import Address, Automatic, AutomaticKind

LONGEST_SUBJECT = 300
_REPLY, _MADE = AutomaticKind.AUTO_REPLY, AutomaticKind.AUTO_GENERATED
_UNDECOMPOSED = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})


def folded(text: str) -> str:
    """Lower case without accents, as the words are written that it is compared with."""
    text = text[:LONGEST_SUBJECT].lower()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if letter < "\u0300" or letter > "\u036f"))


def _alternatives(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(folded(phrase)) for phrase in phrases)


_ENDS = r"(?= ?(?:$|[:：;,.!|()\[\]–—/\"'«»*-]|\d|(?:{})\b))"
_SINCE = (
    r"until|till?|through|from|bis|vom|von|ab|tot|van|vanaf|t/m|jusqu|du|de|hasta|desde|del|fino|dal|do|od|fra|fran"
)
_PREFIX = re.compile("(?:" + _alternatives(words.MADE_BY_CLIENTS) + ")" + _ENDS.format("from|to|re|for|von"))
_PHRASE = re.compile("(?:" + _alternatives(words.SAID_BY_PEOPLE_TOO) + ")" + _ENDS.format(_SINCE))

# What mail clients and their providers leave behind; programs that answer for people leave none of it.
_HANDS = frozenset({
    "user-agent", "x-mailer", "thread-index", "x-gm-message-state", "x-originating-ip", "x-provags-id",
    "x-ms-has-attach", "x-mimeole", "x-pm-message-id", "x-me-sender",
})  # fmt: skip


def wants_silence(headers: Headers) -> str:
    """The value of X-Auto-Response-Suppress ([MS-OXCMAIL] 2.2.3.2.14)."""
    value = headers.text("x-auto-response-suppress") if headers.all("x-auto-response-suppress") else ""
    return "" if value.lower() == "none" else value[:100]


@dataclass(frozen=True, slots=True)
class _Witness:
    """What else is known of a mail, asked only where a subject gives reason to."""

    headers: Headers

    @property
    def answers(self) -> bool:
        return bool(self.headers.first("in-reply-to") or self.headers.first("references"))

    @property
    def silence(self) -> bool:
        return bool(wants_silence(self.headers))

    @property
    def hand(self) -> bool:
        """A mail client left its trace."""
        return not _HANDS.isdisjoint(self.headers.names())

    @property
    def calendar(self) -> bool:
        return "calendarmessage" in self.headers.first("content-class").lower()


def by_subject(headers: Headers, sender: Address | None, subject: str) -> Automatic | None:
    whole = folded(subject)
    said, witness = _bare(whole), _Witness(headers)
    if _is_reply_by_hand(said):
        return None if witness.answers or witness.hand else _answers_nothing(said)
    return (
        _away(witness, said)
        or (_challenge(said) if witness.answers and not witness.hand else None)
        or (_receipt(witness, said) if witness.answers or witness.silence or witness.calendar else None)
        or (_watch(sender, whole) if sender and not (witness.answers or witness.hand) else None)
        or (_says_so(whole) if not (witness.answers or witness.hand) else None)
    )


def _bare(said: str) -> str:
    """Without the tags that gateways and lists put in front."""
    for _ in range(3):
        tag = words.TAG.match(said)
        if tag is None:
            break
        said = said[tag.end() :].lstrip()
    return said


def _is_reply_by_hand(said: str) -> bool:
    return bool(words.REPLY_PREFIX.match(said))


def _away(witness: _Witness, said: str) -> Automatic | None:
    prefix = _PREFIX.match(said)
    asked = witness.answers or witness.silence or "[" in said or said.startswith("auto:")
    if not (prefix or (asked and (_PHRASE.match(said) or words.IS_AWAY.match(said)))):
        return None
    if witness.answers:
        return Automatic(_REPLY, "Subject: out of office, as an answer")
    if witness.silence:
        return Automatic(_REPLY, "Subject: out of office, and X-Auto-Response-Suppress")
    rest = said[prefix.end() :].lstrip(" :：-") if prefix else ""
    if words.TICKET_NUMBER.search(said) or words.REPLY_PREFIX.match(rest):
        return Automatic(_REPLY, "Subject: out of office, and the subject that it answers")
    if said.startswith("auto:"):
        return Automatic(_REPLY, "Subject: out of office, behind AUTO:")
    if prefix and not witness.hand and not said.endswith("?"):
        return Automatic(_MADE, "Subject: an automatic reply, and no trace of a mail client")
    return None


def _answers_nothing(said: str) -> Automatic | None:
    """A person's reply names the mail it answers, or its client shows; simple vacation programs only write "Re:"."""
    for _ in range(4):
        prefix = words.REPLY_PREFIX.match(said)
        said = _bare(said[prefix.end() :] if prefix else said)
    if _PREFIX.match(said) and not said.endswith("?"):
        return Automatic(_MADE, "Subject: an automatic reply, that names no mail it answers")
    return None


def _challenge(said: str) -> Automatic | None:
    if words.CHALLENGE.match(said):
        return Automatic(_REPLY, "Subject: it asks the sender to confirm a mail, as an answer")
    return None


def _receipt(witness: _Witness, said: str) -> Automatic | None:
    """People use these words, too: only what the client's own fields confirm is taken for a reply."""
    if words.MEETING.match(said) and (witness.calendar or witness.silence):
        return Automatic(_REPLY, "Subject: an answer to an invitation, as Content-Class says")
    if words.RECEIPT.match(said) and witness.silence:
        return Automatic(_REPLY, "Subject: a read receipt, and X-Auto-Response-Suppress")
    if words.RECEIPT.match(said) and witness.answers and not witness.hand:
        return Automatic(_MADE, "Subject: a read receipt, as an answer")
    return None


def _says_so(whole: str) -> Automatic | None:
    """ "[AUTO GENERATED] …", from a program."""
    if words.GENERATED.match(whole):
        return Automatic(_MADE, "Subject: it calls itself generated, and no trace of a mail client")
    return None


def _watch(sender: Address, whole: str) -> Automatic | None:
    if not words.WATCHES.match(whole):
        return None
    itself = whole.startswith(f"cron <{sender.address.partition('@')[0]}@")  # cron writes as the user whose job it ran
    if itself or words.WATCHER_NAMES.search(sender.name[:100].lower()) or words.WATCHERS.match(sender.address):
        return Automatic(_MADE, "Subject: an alarm, and From: what watches machines")
    return None


def says_away(subject: str) -> bool:
    """Whether it is what an out-of-office reply is called; no witness is asked."""
    whole = folded(subject)
    said = _bare(whole)
    return not _is_reply_by_hand(said) and bool(_PREFIX.match(said) or _PHRASE.match(said))
