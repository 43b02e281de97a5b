"""Parts that are more than text or a file: encryption, signatures, invitations. `special(root)` says what a mail has.

Nothing is decrypted, verified or acted on (reliability E15): the parts stay attachments, a note says in words what
they are. In: the tree; out: notes. Sighting: `application/octet-stream; name=smime.p7m` is how old Outlooks say
S/MIME; an smime-type is often missing, and then the name or the content (RFC 8551 3.2) tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from maild.ingest import notes
from maild.ingest.parts import opaque
from maild.ingest.parts.structure import Part
from maild.model import Note

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SMIME_NAMES = (".p7m", ".p7z")
_INVITATIONS = {
    "request": "a calendar invitation",
    "reply": "an answer to a calendar invitation",
    "counter": "a proposal for another time",
    "cancel": "the cancellation of an appointment",
    "publish": "a calendar entry",
}
_PGP_PROTOCOLS = ("application/pgp-encrypted", "application/pgp-signature")


def special(root: Part) -> tuple[Note, ...]:
    return tuple(note for part in _all_parts(root) for note in _of(part, part is root))


def _all_parts(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _all_parts(child)


def _of(part: Part, is_whole: bool) -> Iterator[Note]:
    kind = part.content_type
    if kind == "multipart/encrypted":
        yield _encrypted(_system(part), is_whole)
    elif kind == "multipart/signed":
        yield notes.signed(_system(part))
    elif _is_smime(part):
        yield from _smime(part, is_whole)
    elif kind == "text/calendar":
        method = part.type_parameters.get("method", "").strip().lower()
        yield notes.calendar(_INVITATIONS.get(method, "a calendar entry"))


def _system(part: Part) -> str:
    """PGP/MIME and S/MIME name themselves in `protocol` (RFC 1847), or by the parts they have."""
    protocol = part.type_parameters.get("protocol", "").strip().lower()
    kinds = (protocol, *(child.content_type for child in part.children))
    return "PGP" if any(kind in _PGP_PROTOCOLS for kind in kinds) else "S/MIME"


def _is_smime(part: Part) -> bool:
    return part.content_type in _SMIME or (
        part.content_type == "application/octet-stream" and part.filename.lower().endswith(_SMIME_NAMES)
    )


def _smime(part: Part, is_whole: bool) -> Iterator[Note]:
    told = part.type_parameters.get("smime-type", "").strip().lower()
    if told == "signed-data" or part.children or opaque.is_signed(part.data):
        yield notes.signed("S/MIME")
    elif told not in ("certs-only", "compressed-data"):
        yield _encrypted("S/MIME", is_whole)


def _encrypted(how: str, is_whole: bool) -> Note:
    return notes.encrypted(how) if is_whole else notes.partly_encrypted(how)
