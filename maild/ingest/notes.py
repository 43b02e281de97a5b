"""What people at the desk are told about how a mail was read: one `Note` for each thing, in one plain sentence.

The sentences are written here and hold numbers only: no text of a mail gets into them. Codes are a closed list.
"""

from __future__ import annotations

from collections.abc import Iterable

from maild.model import Note

MOST = 20


def hidden_text(words: int) -> Note:
    what = "one word" if words == 1 else f"{words} words"
    return Note("hidden-text", f"{what} that the sender hid from the eye (styles of the HTML) left out of the text")


def smuggled_text() -> Note:
    return Note("hidden-text", "letters that no screen shows were left out of the text")


def texts_differ() -> Note:
    return Note(
        "text-html-differ", "the plain text and the HTML of this mail say different things; shown is the plain text"
    )


def text_cut(limit: int) -> Note:
    return Note("text-cut", f"a text of this mail is longer than {limit // 1024} KiB and was cut; the original is kept")


def header_cut(limit: int) -> Note:
    return Note("header-cut", f"a header field longer than {limit // 1024} KiB was cut; the original is kept")


def attachments_left_out(listed: int, all_of_them: int) -> Note:
    return Note(
        "attachments-left-out", f"only the first {listed} of {all_of_them} attachments are listed; the original is kept"
    )


def ambiguous_structure() -> Note:
    return Note(
        "ambiguous-structure",
        "this mail is built so that mail programs may show different things of it; look at the original in doubt",
    )


def tnef_unpacked(files: int) -> Note:
    what = "one file" if files == 1 else f"{files} files"
    return Note("tnef-unpacked", f"{what} taken out of Outlook's winmail.dat, which is kept as well")


def encrypted(how: str) -> Note:
    return Note("encrypted", f"this mail is encrypted ({how}): its text can be read with the recipient's key only")


def partly_encrypted(how: str) -> Note:
    return Note("encrypted", f"a part of this mail is encrypted ({how}): it can be read with the recipient's key only")


def signed(how: str) -> Note:
    return Note("signed", f"this mail carries a digital signature ({how}), which was not checked")


def calendar(what: str) -> Note:
    return Note("calendar", f"{what} is attached")


def each_once(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))[:MOST]
