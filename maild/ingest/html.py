"""HTML bodies become text that keeps their structure: paragraphs, lists, tables, links.

In: the HTML of a mail, as sent; out: text. The HTML itself is neither cleaned nor shown here.
Laws: text the sender hid from the reader's eyes is dropped (rules and agents see what the reader sees); input beyond
`LONGEST` is cut; nothing raises. `visible` leaves out what mail clients mark as quotation.
"""

from __future__ import annotations

import re

import turbohtml
from turbohtml import PlainText

LONGEST = 1024 * 1024
_LAYOUT = PlainText(links="inline", bullet="* ")
_HIDDEN = "[hidden],script,style,head,template,noscript,object,title"
_HIDING_STYLE = re.compile(
    r"(?:^|[;{\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|"
    r"(?:font-size|max-height|opacity)\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$))",
    re.IGNORECASE,
)
_QUOTED = ",".join(
    [
        'blockquote[type="cite" i]', 'blockquote[class*="quote" i]', ".gmail_quote", ".gmail_attr", ".moz-cite-prefix",
        "#divRplyFwdMsg", "#divRplyFwdMsg ~ *", "#appendonsend ~ *", "#OLK_SRC_BODY_SECTION", ".yahoo_quoted",
        ".protonmail_quote", ".tutanota_quote", ".zmail_extra",
    ]
)  # fmt: skip
_MARKS = ("blockquote", "_quote", "moz-cite", "divRplyFwdMsg", "appendonsend", "OLK_SRC", "zmail_extra")
_LINK = re.compile(r" \((?:mailto:|https?://)?([^\s()]{1,2000})\)")
_BLANK_LINES = re.compile(r"\n{3,}")


def to_text(html: str) -> str:
    """All of it that a reader would see."""
    return _text(html, _HIDDEN)


def visible(html: str) -> str:
    """The same without the quotations that the sender's mail client marked."""
    return _text(html, f"{_HIDDEN},{_QUOTED}")


def marks_quotation(html: str) -> bool:
    return any(mark in html for mark in _MARKS)


def _text(html: str, without: str) -> str:
    document = turbohtml.parse(html[:LONGEST])
    hidden = [element for element in document.select("[style]") if _HIDING_STYLE.search(str(element.attrs["style"]))]
    for element in (*document.select(without), *hidden):
        element.decompose()
    text = document.to_text(_LAYOUT)
    text = _LINK.sub(_shown_link, text) if " (" in text else text
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")


def _shown_link(link: re.Match[str]) -> str:
    """`a@b.de (mailto:a@b.de)` and `www.b.de (http://www.b.de/)` say the same thing twice."""
    shown = link.string[max(0, link.start() - 300) : link.start()].rstrip("/").rsplit(None, 1)
    return "" if shown and shown[-1].endswith(link[1].rstrip("/")) else link[0]
