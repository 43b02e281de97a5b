"""The two figures of the privacy guard: of true cases, how many are found; of normal mails, how many are flagged.

The normal mails are real ones of other projects (`../shared/corpora`), where they are at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from maild.config.countries import shipped_countries
from maild.desks.privacy import PersonalData
from maild.directory.free_mail import is_free_mail
from maild.ingest.parse import parse
from maild.model import Message
from maild.privacy.finds import Find, Sought, finds
from tests.privacy.true_cases import TRUE_CASES

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
YEAR = 2026


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `others` are those that came out wrong."""

    count: int
    of: int
    others: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.count / self.of


def sought(addresses: Iterable[str] = (), domains: Iterable[str] = (), year: int = YEAR) -> Sought:
    """Everything that is known."""
    return Sought(shipped_countries(), frozenset(PersonalData), year, frozenset(addresses), frozenset(domains))


def found() -> Share:
    """True cases of which the right kind is found, whatever else is."""
    wrong = [text for kind, text in TRUE_CASES if kind not in {one.kind for one in finds(text, sought())}]
    return Share(len(TRUE_CASES) - len(wrong), len(TRUE_CASES), tuple(wrong))


def false_alarms() -> Share:
    """Normal mails of people in which something is found."""
    mails = tuple(_normal())
    flagged = tuple(f"{name}: {', '.join(said)}" for name, message in mails if (said := _told(message)))
    return Share(len(flagged), len(mails), flagged)


def _normal() -> Iterator[tuple[str, Message]]:
    """Those that were labelled so, and those of the ticket systems and parsers that a person wrote."""
    labels = {file: row["label"] for file, row in json.loads((CORPORA / "decisions.json").read_text()).items()}
    for path in sorted((CORPORA / "mails").rglob("*")):
        name = str(path.relative_to(CORPORA / "mails"))
        if path.is_file() and labels.get(name, "normal") == "normal":
            message = parse(path.read_bytes())
            if name in labels or (message.sender and not message.automatic and not message.bounce):
                yield name, message


def _told(message: Message) -> list[str]:
    """What is found in a mail, as its desk would look for it."""
    here = [one for one in (message.sender, *message.to, *message.cc, *message.reply_to) if one]
    domain = message.sender.address.rpartition("@")[2] if message.sender else ""
    own = () if is_free_mail(domain) else (domain,)
    year = message.date.year if message.date else YEAR
    looks = sought(addresses=(one.address for one in here), domains=own, year=year)
    texts = ((message.visible_text, True), (message.subject, False))
    return [_shown(text, one) for text, signed in texts for one in finds(text, looks, signed=signed)]


def _shown(text: str, one: Find) -> str:
    return f"{one.kind} `{text[max(0, one.start - 30) : one.end + 10]}`"
