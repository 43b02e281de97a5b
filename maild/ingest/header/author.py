"""Who wrote a mail for certain: exactly one From, with one mailbox, that two readers read alike. `author(headers)`.

In: the header of a mail. Out: the mailbox or None, and what is wrong with the From, by name.
Laws (reliability D02, D03): never Reply-To, never Sender, never the display name. Three independent readers (our
strict one, mail-parser, the standard library's policy parser) each name a mailbox or give up: two must name the same
one, and none another. Where our strict one has a problem, the value must hold one `@`: then no second mailbox can hide.
A From in the plain form of `addresses` needs no second reader: there is no other way to read it, and nearly all mail is
written so. A control character names nobody: some readers cut there.
"""

from __future__ import annotations

import re

from maild.ingest.header import second_reader
from maild.ingest.header.addresses import Reading, read_mailboxes
from maild.ingest.header.claimed import is_certain
from maild.ingest.header.headers import Headers
from maild.model import Address

LONGEST_DOUBTFUL = 2000
"""Characters of a From that is read twice. Both other readers have quadratic corners; honest ones are short."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Author = tuple[Address | None, tuple[str, ...]]


def author(headers: Headers) -> Author:
    """The one certain author, or None; and the problems of the From, none where all is well."""
    values = headers.all("from")
    if len(values) != 1:
        return None, ("missing" if not values else "more than one field",)
    reading = read_mailboxes(values[0])
    found, problems = _agreed(values[0], reading)
    if found and not is_certain(headers, found):
        return None, (*problems, "letters of an unknown charset")
    return found, problems


def _agreed(value: str, reading: Reading) -> Author:
    if reading.plain:
        return reading.mailboxes[0], ()
    problems = reading.problems
    if not problems and len(reading.mailboxes) != 1:
        return None, ("more than one mailbox" if reading.mailboxes else "no mailbox",)
    if "group" in problems or "@" not in value:  # a group names its members, and nobody as the author
        return None, problems
    doubt = _doubt(value, problems)
    if doubt:
        return None, (*problems, doubt)
    second = second_reader.mailboxes(value)
    named = [
        each for each in (_addresses(reading.mailboxes), _addresses(second), second_reader.standard(value)) if each
    ]
    if len(named) < 2 or len(set(named)) > 1 or len(named[0]) > 1:
        return None, (*problems, "no two readings agree")
    return (reading.mailboxes or second)[0], ((*problems, "second reading") if problems else ())


def _doubt(value: str, problems: tuple[str, ...]) -> str:
    """Why it is not worth reading again, or ""."""
    if _CONTROL.search(value):
        return "a control character"
    if len(value) > LONGEST_DOUBTFUL:
        return "too long to be read twice"
    return "not one @" if problems and value.count("@") != 1 else ""


def _addresses(mailboxes: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple(mailbox.address for mailbox in mailboxes)
