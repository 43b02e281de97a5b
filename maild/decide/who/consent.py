"""Is this a yes or a no? The first line of what somebody wrote in, an answer out, or None for anything else. Pure.

Only new text counts, never what a mail quotes; only a line that says nothing else, since "yes, but" is none.
"""

from __future__ import annotations

from enum import StrEnum

MOST_LINE = 60
_POLITE = frozenset(
    {"bitte", "danke", "vielen", "dank", "please", "thanks", "thank", "you", "graag", "bedankt", "u", "wel"}
)
_YES = frozenset(
    {
        *("yes", "yes i do", "i agree", "agreed", "confirmed", "i confirm", "approved", "ok", "okay"),
        *("ja", "ja gerne", "jawohl", "einverstanden", "ich bin einverstanden", "bestätigt", "ich bestätige"),
        *("ich stimme zu", "genehmigt", "freigegeben", "ja ich stimme zu", "ja einverstanden"),
        *("akkoord", "ik ga akkoord", "bevestigd", "ik bevestig", "goedgekeurd"),
    }
)
_NO = frozenset(
    {
        *("no", "i do not agree", "declined", "rejected", "denied"),
        *("nein", "nicht einverstanden", "abgelehnt", "ich lehne ab", "auf keinen fall"),
        *("nee", "niet akkoord", "afgewezen", "geweigerd"),
    }
)


class Consent(StrEnum):
    """What somebody answered."""

    YES = "yes"
    NO = "no"


def consent_in(text: str) -> Consent | None:
    """The answer on the first line that is not empty."""
    line = next((line for line in map(str.strip, text.splitlines()) if line), "")
    if len(line) > MOST_LINE or line.startswith(">"):
        return None
    words = "".join(char if char.isalnum() else " " for char in line.casefold()).split()
    while words and words[-1] in _POLITE:
        words.pop()
    said = " ".join(words)
    return Consent.YES if said in _YES else Consent.NO if said in _NO else None
