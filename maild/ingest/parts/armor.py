"""Text in PGP armor (RFC 9580 section 7) is read as written if signed, and noted if encrypted: `opened(text, notes)`.

Nothing is verified and nothing decrypted here. Laws: one pass, no regular expression; armor that does not end is left
as it stands; text before and behind it stays.
"""

from __future__ import annotations

from maild.ingest import notes
from maild.model import Note

_MARK = "-----BEGIN PGP "
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
MOST_BLOCKS = 20


def opened(text: str, told: list[Note]) -> str:
    if _MARK not in text:
        return text
    if _ENCRYPTED in text:
        told.append(notes.partly_encrypted("PGP") if text.split(_ENCRYPTED)[0].strip() else notes.encrypted("PGP"))
    if _SIGNED in text:
        told.append(notes.signed("PGP"))
    for _ in range(MOST_BLOCKS):
        shorter = _without_armor(text)
        if shorter == text:
            break
        text = shorter
    return text


def _without_armor(text: str) -> str:
    """The first signed block without its armor headers, its escaped dashes (RFC 9580 7.2) and its signature."""
    before, begun, rest = text.partition(_SIGNED)
    signed, has_signature, rest = rest.partition(_SIGNATURE)
    _, ended, after = rest.partition(_SIGNATURE_END)
    if not (begun and has_signature and ended):
        return text
    _, blank, content = signed.lstrip(" \t").partition("\n\n")
    content = content if blank else signed
    lines = [line.removeprefix("- ") for line in content.rstrip("\n").split("\n")]
    return before + "\n".join(lines) + after
