"""The HTML of a mail is its text in other clothes: `dressed(body, dress) -> html`. Pure.

In: a finished body in which values stand between marks (`environment.THEIRS`, `OURS`); out: a document with the same
words. No template has HTML, so the two parts of a mail cannot say different things.

| what the text has                              | what becomes of it                                     |
|------------------------------------------------|--------------------------------------------------------|
| an empty line                                  | a new paragraph                                        |
| a line of the template of JOINED letters       | runs on into the next one: mail clients break it anew  |
| any other line, and every line of a value      | stays a line                                           |
| `- ` before lines                              | a list                                                 |
| `> ` before lines                              | a quotation                                            |
| `Name:  value`, or two names in two columns    | a line with a name                                     |
| a line of dashes of the template               | a rule; what comes below it is set apart               |
| `http(s)://…`, `mailto:…` of ours              | a link; a button where it is a paragraph by itself     |

Laws: all text is escaped before any tag is written, and styles are constants of this file, so no value makes a tag or
an attribute (FAULT-E07); what somebody else wrote is no link, rule or name of ours; nothing is loaded from anywhere;
linear in the length of the text. Colours are few and fair on dark and light ground, since readers choose their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import chain, groupby

from maild.notify.environment import END, OURS, THEIRS

JOINED = 56
"""A line of the template of so many letters was broken for its length alone."""
A_VALUE = 30
"""Letters that somebody else's words count for, whatever they are: all mails of a template are alike."""
LONGEST_KEPT = 4000
"""Letters of a text that is worth keeping: templates say the same in every mail."""

MUTED = "color:#767676"
STYLES = {
    "body": "margin:0;padding:16px;font:16px/1.5 'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    "sheet": "max-width:640px;margin:0 auto",
    "paragraph": "margin:0 0 16px;overflow-wrap:anywhere",
    "list": "margin:0 0 16px;padding:0 0 0 24px",
    "top": f"margin:0 0 24px;font-size:13px;{MUTED}",
    "quote": f"margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #b0b0b0;overflow-wrap:anywhere;{MUTED}",
    "apart": "margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #3577c0",
    "rule": "margin:0 0 16px;border:0;border-top:1px solid #b0b0b0",
    "name": f"display:inline-block;min-width:120px;padding-right:8px;{MUTED}",
    "signature": f"margin:0 0 16px;overflow-wrap:anywhere;{MUTED}",
    "link": "color:#3577c0",
    "button": "display:inline-block;padding:10px 20px;border-radius:6px;background:#3577c0;color:#ffffff;"
    "text-decoration:none;font-weight:600",
    "small": f"font-size:13px;{MUTED}",
}
_PLAIN = {"body": "margin:0;padding:8px", "sheet": "margin:0"}
"""What a person's own mail has instead: it looks like anybody's."""

_APART = re.compile(r"\n{2,}")
_SEVERAL_LINES = re.compile(f"([{THEIRS}{OURS}])([^{END}\n]*\n[^{END}]*){END}")
_HARD = "\x04"  # a line break of a value
_PLACE = "\x05"  # where words of somebody else come in
_WORDS = re.compile(f"{THEIRS}(?![->] )([^{END}\n]+){END}")
_ADDRESS = "https://\x06"  # where the link of this one mail comes in
_OUR_ADDRESS = re.compile(rf"(?<={OURS})https?://[!#-;=?-~]+(?={END})")
_MARK = re.compile(f"[{THEIRS}{OURS}{END}]")
_RULE = re.compile(r"^-{20,}$", re.MULTILINE)
_ITEM = re.compile(f"([{THEIRS}{OURS}]?)- ")
_QUOTED = re.compile(f"([{THEIRS}{OURS}]?)>(?: |(?={END}|$))")
_MARK_ALONE = r"\1"
_BREAK = re.compile(f"([\n{_HARD}])")
_OF_OURS = re.compile(f"{OURS}([^{END}]*){END}")
_FOREIGN = f"{THEIRS}{_PLACE}"
_NAMED = re.compile(
    rf"(?:([^\s:{OURS}{_FOREIGN}][^:{OURS}{_FOREIGN}]{{0,24}}:)"
    rf"| {{2}}([^\s{OURS}{_FOREIGN}][^{OURS}{_FOREIGN}]{{0,39}}?)) {{2,}}+(?=\S)"
)
# Of what is escaped already. Either somebody else's words, which are skipped, or a link of ours.
_LINK = re.compile(
    rf"{THEIRS}[^{END}]*{END}"
    rf"|\b((?:https?://|mailto:)(?:(?!&(?:quot|lt|gt);)[^\s{END}{_FOREIGN}])++)(?![{_FOREIGN}])"
)
_AFTER_LINK = ".,:!?)"
_SIGNATURE = "-- "
_BUTTON = (
    f'<p style="{STYLES["paragraph"]}"><a href="{{link}}" style="{STYLES["button"]}">{{word}}</a></p>\n'
    f'<p style="{STYLES["paragraph"]};{STYLES["small"]}"><a href="{{link}}" style="{STYLES["small"]}">{{link}}</a></p>'
)


@dataclass(frozen=True, slots=True)
class Dress:
    """What a document is in beside its body: its language, the line at its top ("" for none), the word on a button,
    and whether it is a person's own mail, which looks plain."""

    language: str
    top: str = ""
    button: str = ""
    plain: bool = False


def dressed(marked: str, dress: Dress) -> str:
    """The document. Whatever the text, it holds no tag and no attribute but those of this file.

    What is the same in all mails of a template is dressed once: the link of this mail, and the words of others, a line
    each, are put in last.
    """
    marked = marked.replace(_PLACE, "").replace(_ADDRESS, "")
    link = found[0] if (found := _OUR_ADDRESS.search(marked)) else _ADDRESS
    pieces = _WORDS.split(marked.replace(f"{OURS}{link}{END}", f"{OURS}{_ADDRESS}{END}"))
    shape = _PLACE.join(pieces[::2])
    document = _document(shape, dress) if len(shape) < LONGEST_KEPT else _dressed(shape, dress)
    around = document.replace(_ADDRESS, escaped(link)).split(_PLACE)
    words = [*map(escaped, pieces[1::2]), ""]
    return "".join(chain.from_iterable(zip(around, words, strict=True)))


def _dressed(shape: str, dress: Dress) -> str:
    head, foot = _frame(dress)
    whole = _SEVERAL_LINES.sub(_lines_of_a_value, shape)
    inner = "\n".join(_paragraphs(_APART.split(whole.strip("\n")), dress.button))
    return f"{head}{inner}\n{foot}"


_document = lru_cache(maxsize=256)(_dressed)


def _frame(dress: Dress) -> tuple[str, str]:
    style = STYLES | (_PLAIN if dress.plain else {})
    top = f'<p style="{style["top"]}">{escaped(dress.top)}</p>\n' if dress.top else ""
    head = (
        f'<!DOCTYPE html>\n<html lang="{escaped(dress.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
        f'</head>\n<body style="{style["body"]}">\n<div style="{style["sheet"]}">\n{top}'
    )
    return head, "</div>\n</body>\n</html>\n"


def escaped(text: str) -> str:
    """Fit for an element and for an attribute between double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _lines_of_a_value(found: re.Match[str]) -> str:
    """Each line of a value stands between marks of its own, and stays a line."""
    mark, text = found.groups()
    paragraphs = (part.replace("\n", f"{END}{_HARD}{mark}") for part in _APART.split(text))
    return "\n\n".join(f"{mark}{part}{END}" for part in paragraphs)


# ---- paragraphs ------------------------------------------------------------------------------------


def _paragraphs(texts: list[str], button: str) -> Iterator[str]:
    """What comes below a rule is set apart: there the mail that is told of begins."""
    ruled = False
    for text in texts:
        if not _MARK.sub("", text).strip(f"\n{_HARD} "):
            continue
        above, rule, below = (text, "", "") if ruled else _at_rule(text)
        if above:
            yield _paragraph(above, button)
        if rule:
            ruled = True
            yield f'<hr style="{STYLES["rule"]}">\n<div style="{STYLES["apart"]}">'
        if below:
            yield _paragraph(below, button)
    if ruled:
        yield "</div>"


def _at_rule(text: str) -> tuple[str, str, str]:
    """The lines above a rule of the template, the rule, and the lines below it; all of it above where there is none."""
    found = _RULE.search(text)
    if found is None:
        return text, "", ""
    return text[: found.start()].removesuffix("\n"), found[0], text[found.end() :].removeprefix("\n")


def _paragraph(text: str, button: str) -> str:
    """One paragraph, of whatever forms its lines are."""
    lines = tuple(_lines(text))
    if button and len(lines) == 1 and (link := _LINK.fullmatch(_told(lines[0].text))) and link[1]:
        return _BUTTON.format(link=link[1], word=escaped(button))
    if lines and lines[0].text == _SIGNATURE:
        return _in("p", "signature", _flowing(lines))
    return "\n".join(_FORMS[form](tuple(group)) for form, group in groupby(lines, key=_form))


class Form(Enum):
    """What a line is part of."""

    PROSE = auto()
    ITEM = auto()
    QUOTED = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paragraph; `ends`: the next one does not run on from it."""

    text: str
    ends: bool


def _lines(text: str) -> Iterator[Line]:
    """A line of a value always ends; one of the template does unless it was broken for its length alone."""
    pieces = _BREAK.split(text)
    for at in range(0, len(pieces), 2):
        line, after = pieces[at], pieces[at + 1 : at + 3]
        runs_on = after and after[0] == "\n" and _length(line) >= JOINED
        yield Line(line, not runs_on or any(map(_NAMED.match, (line, after[1]))))


def _length(line: str) -> int:
    return len(_MARK.sub("", line)) + line.count(_PLACE) * A_VALUE


def _form(line: Line) -> Form:
    if _ITEM.match(line.text):
        return Form.ITEM
    return Form.QUOTED if _QUOTED.match(line.text) else Form.PROSE


def _prose(lines: tuple[Line, ...]) -> str:
    return _in("p", "paragraph", _flowing(lines))


def _list(lines: tuple[Line, ...]) -> str:
    items = "\n".join(f"<li>{_line(_ITEM.sub(_MARK_ALONE, line.text, count=1))}</li>" for line in lines)
    return _in("ul", "list", f"\n{items}\n")


def _quotation(lines: tuple[Line, ...]) -> str:
    return _in(
        "blockquote", "quote", "<br>\n".join(_line(_QUOTED.sub(_MARK_ALONE, one.text, count=1)) for one in lines)
    )


_FORMS = {Form.PROSE: _prose, Form.ITEM: _list, Form.QUOTED: _quotation}


def _flowing(lines: tuple[Line, ...]) -> str:
    last = len(lines) - 1
    ends = ("" if at == last else "<br>\n" if line.ends else "\n" for at, line in enumerate(lines))
    return "".join(f"{_line(line.text)}{end}" for line, end in zip(lines, ends, strict=True))


def _in(tag: str, style: str, inner: str) -> str:
    return f'<{tag} style="{STYLES[style]}">{inner}</{tag}>'


# ---- a line ----------------------------------------------------------------------------------------


def _line(text: str) -> str:
    """Escaped, with its name and its links. Nothing but this function and `_frame` writes what a text says."""
    name, rest = "", text
    if found := _NAMED.match(text):
        name, rest = _in("span", "name", escaped(found[1] or found[2])) + " ", text[found.end() :]
    return name + _MARK.sub("", _LINK.sub(_linked, _told(rest)))


def _told(text: str) -> str:
    """Escaped; what is ours, without its marks."""
    return _OF_OURS.sub(r"\1", escaped(text))


def _linked(found: re.Match[str]) -> str:
    """A link of ours; punctuation behind it is none of it."""
    if not found[1]:
        return found[0]
    address = found[1].rstrip(_AFTER_LINK)
    return f'<a href="{address}" style="{STYLES["link"]}">{address}</a>{found[1][len(address) :]}'
