"""The new part of a mail that came as HTML: `visible_html(html)`.

Mail clients mark in HTML what plain text must guess: the marks become marks of plain text ("> " and MARK), and the
rest is the work of `reply`. Laws: marks alone never cost a line of the author: what stands between two quoted parts
or below them stays; an indented paragraph of the author is no quotation; what is forwarded is left to `reply`;
bounded by MOST_ELEMENTS and by html.LONGEST, linear in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import turbohtml
from turbohtml import Document, Element, Text

from maild.ingest.body.html import LONGEST, to_text
from maild.ingest.reply.quotation import MARK, first_announcement
from maild.ingest.reply.signature import says_something
from maild.ingest.reply.visible import visible_lines

MOST_ELEMENTS = 5_000
MOST_HEADERS = 50
INDENT = 4

_QUOTE, _INDENTED, _END = "\ufdd1", "\ufdd2", "\ufdd3"
"""Where a quotation starts for sure, where perhaps, and where it ends: noncharacters, which no text has."""
_ANY_MARK = re.compile(f"[{_QUOTE}{_INDENTED}{_END}]")
_MARK = re.compile(f"[{_QUOTE}{_INDENTED}]")

# Each with the client it was seen in; ids get a prefix ("x_divRplyFwdMsg") when Outlook shows a mail within a mail.
_HEADERS = ",".join(
    [
        "#divRplyFwdMsg", "#appendonsend",  # Outlook on the web
        "hr#zwchr",  # Zimbra
        "hr#stopSpelling",  # Hotmail
        'div[style*="border-top:solid"]',  # Outlook, written by Word
        'div[style*="border-top: solid"]',
    ]
)  # fmt: skip
_ATTRIBUTIONS = ".gmail_attr,.moz-cite-prefix,#reply-intro,.moz-reply-header"
_QUOTES = ",".join(
    [
        'blockquote[type="cite" i]',  # Apple Mail, Thunderbird, Roundcube, Spark, Open-Xchange
        ".gmail_quote blockquote", "blockquote.protonmail_quote",
        "blockquote.tutanota_quote", "blockquote.front-blockquote",
        ".yahoo_quoted", "#OLK_SRC_BODY_SECTION", "#mail-editor-reference-message-container",
        ".ms-outlook-mobile-reference-message", ".zmail_extra", '[data-marker="__QUOTED_TEXT__"]',
        '[name="messageReplySection"]',  # Spark
    ]
)  # fmt: skip
_SIGNATURES = ",".join(
    [
        ".gmail_signature", ".gmail_signature_prefix", ".moz-signature", "#AppleMailSignature",
        "#ms-outlook-mobile-signature", "div#Signature", "#signature", ".protonmail_signature_block",
        ".tutanota_signature", ".io-ox-signature", '[name="messageSignatureSection"]', "#composer_signature",
        '[data-marker^="__SIG_"]', ".front-signature", ".yahoo-signature", "[data-smartmail=gmail_signature]",
    ]
)  # fmt: skip
_SIGNS = (
    "lockquote", "LOCKQUOTE", "_quote", "moz-", "RplyFwdMsg", "appendonsend", "OLK_SRC", "zmail_extra", "__QUOTED",
    "reference-message", "border-top:solid", "border-top: solid", "zwchr", "stopSpelling", "reply-intro", "__SIG_",
    "ignature", "messageReply",
)  # fmt: skip
_FIELDS_OF_A_HEADER = 3


def marks_quotation(html: str) -> bool:
    """Cheap: only such HTML is worth `visible_html`."""
    return any(sign in html for sign in _SIGNS)


def visible_html(html: str, forwarded: bool = False) -> str:
    """The new part of the text of `html`; "" where nothing but a quotation is left, and where nothing is marked."""
    document = turbohtml.parse(html[:LONGEST])
    if not _mark(document):
        return ""
    lines = _as_plain(to_text(document.html).split("\n"))
    shown = visible_lines(lines, forwarded, "\n".join(lines).lower())
    return shown.replace(MARK, "") if says_something(shown.split("\n")) else ""


def _mark(document: Document) -> bool:
    """Whether there was anything to mark."""
    signatures = document.select(_SIGNATURES)[:MOST_ELEMENTS]
    for element in signatures:
        element.decompose()
    attributions = [each for each in document.select(_ATTRIBUTIONS)[:MOST_ELEMENTS] if not _is_forward(each)]
    for element in attributions:
        _replace(element, MARK)
    headers = [element for element in document.select(_HEADERS)[:MOST_HEADERS] if _is_header(element)]
    for element in headers:
        _announce(element)
    quotes = document.select(_QUOTES)[:MOST_ELEMENTS]
    for element in quotes:
        _bracket(element, _QUOTE)
    indented = document.select("blockquote")[:MOST_ELEMENTS]
    for element in indented:
        _bracket(element, _INDENTED)
    return any((signatures, attributions, headers, quotes, indented))


def _is_forward(attribution: Element) -> bool:
    """Gmail dresses "---------- Forwarded message ---------" like an attribution."""
    return attribution.select_one(".gmail_sendername") is not None


def _replace(element: Element, mark: str) -> None:
    element.clear()
    element.append(Text(mark))


def _announce(element: Element) -> None:
    line = Element("div")
    line.append(Text(MARK))
    element.insert_before(line)


def _bracket(element: Element, mark: str) -> None:
    element.insert(0, Text(mark))
    element.append(Text(_END))


def _is_header(element: Element) -> bool:
    """Known by its id; Word writes borders for many things, but only above a header names of fields in bold."""
    if element.tag != "div" or element.attr("id"):
        return True
    names = [bold.text.strip("\xa0 \n") for bold in element.select("b,strong")[:_FIELDS_OF_A_HEADER]]
    return len(names) == _FIELDS_OF_A_HEADER and all(name.endswith((":", "：")) for name in names)


# ---- marks to lines --------------------------------------------------------------------------------


def _as_plain(lines: Sequence[str]) -> list[str]:
    """Lines with "> " before what is quoted, and MARK where a quotation starts."""
    done: list[str] = []
    # Of each element that is open here: is what stands in it quoted?
    open_now: list[bool] = []
    for line in lines:
        if _QUOTE in line or _INDENTED in line:
            _open(line, open_now, done)
        text = _bare(line, len(open_now))
        if text.strip() or not line.strip():
            is_quoted = open_now[-1:] == [True] and text.strip() not in {"", MARK}
            done.append(f"> {text}" if is_quoted else text)
        del open_now[max(0, len(open_now) - line.count(_END)) :]
    return done


def _open(line: str, open_now: list[bool], done: list[str]) -> None:
    for letter in _MARK.findall(line):
        quoted = open_now[-1:] == [True]
        starts = not quoted and (letter == _QUOTE or _announced(done))
        if starts:
            done.append(MARK)
        open_now.append(quoted or starts)


def _announced(done: Sequence[str]) -> bool:
    """The last written line announces a quotation, in words."""
    last = next((place for place in range(len(done) - 1, max(-1, len(done) - 5), -1) if done[place].strip()), None)
    if last is None:
        return False
    found = first_announcement([*done[max(0, last - 5) : last + 1], "", "> "])
    return found is not None and found.end >= min(last, 5) + 1


def _bare(line: str, depth: int) -> str:
    """Without the marks and the indentation of the layout."""
    if not depth:
        return line.replace(_END, "")
    indent = len(line) - len(line.lstrip(" "))
    return _ANY_MARK.sub("", line[min(INDENT * depth, indent) :])
