"""Text that the sender hid from the reader's eyes is taken out of an HTML document: `take_out_hidden(document)`.

In: a parsed document, which is changed; out: how many words went. Hidden is: not displayed, without size, invisible,
see-through, off the page, white on a page without background, of the class of a sheet that hides it, and `hidden`.
`aria-hidden` is no such thing: it is for screen readers, and the eye sees it. Text that only Outlook hides
(`mso-hide`) is hidden unless it holds a link: buttons are made so, and every other client shows them.
Law: linear in the size of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from turbohtml import Document, Element, Text

from maild.ingest.body import styles

MOST_WHITE = 50
NEVER_SHOWN = "script,style,head,template,noscript,object,title"
# (what hides, what below shows again)
_UNTIL_SAID_OTHERWISE = (
    (styles.SIZE_NONE, styles.SIZE_NONE | styles.SIZE),
    (styles.INVISIBLE, styles.INVISIBLE | styles.VISIBLE),
    (styles.UNCOLOURED, styles.UNCOLOURED | styles.COLOUR | styles.WHITE),
)
_COLOURS = _UNTIL_SAID_OTHERWISE[2][1]
_BEHIND = "[bgcolor],[background],[style*=background i]"

# No letters at all: zero width, joiners that join nothing, soft hyphens, and the tag letters that only machines read.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]|(?<![^\\s\\x00-\\x7f])[\u200c\u200d]+"
)
_INVISIBLE_BYTES = (
    b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x81\xa0", b"\xe2\x81\xa1", b"\xe2\x81\xa2",
    b"\xe2\x81\xa3", b"\xe2\x81\xa4", b"\xef\xbb\xbf", b"\xf3\xa0", b"\xc2\xad", b"\xcd\x8f", b"\xd8\x9c",
    b"\xe1\xa0\x8e",
)  # fmt: skip
_SMUGGLED = re.compile("[\U000e0020-\U000e007e]")


def without_invisible(text: str) -> str:
    """Letters of no width are no letters; joiners stay between the letters of scripts that need them."""
    return _INVISIBLE.sub("", text) if _may_hold_invisible(text) else text


def smuggles(text: str) -> bool:
    """Whole sentences can be written in tag letters that no screen shows."""
    return _may_hold_invisible(text) and len(_SMUGGLED.findall(text.replace("\U0001f3f4", ""))) > 20


def _may_hold_invisible(text: str) -> bool:
    """Cheaper than a search: Western text has none but soft hyphens, and in other text bytes are sought."""
    if text.isascii():
        return False
    try:
        return b"\xad" in text.encode("latin-1")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return any(mark in data for mark in _INVISIBLE_BYTES)


def take_out_hidden(document: Document) -> int:
    hidden = [*document.select("[hidden]"), *_of_hiding_classes(document)]
    take_out_unshown(document)
    styled = [(element, styles.seen(element.attr("style") or "")) for element in document.select("[style]")]
    styled = [(element, marks) for element, marks in styled if marks]
    hidden += [element for element, marks in styled if marks & styles.GONE]
    hidden += [each for each, marks in styled if marks & styles.OUTLOOK_GONE and not _has_link(each)]
    bare = [(hides, says, _tops(document, styled, hides)) for hides, says in _UNTIL_SAID_OTHERWISE]
    if not hidden and not any(tops for _, _, tops in bare):
        return 0
    before = _words(document)
    for element in hidden:
        element.decompose()
    for _, says, tops in bare:
        _empty(tops, says)
    return before - _words(document)


def take_out_unshown(document: Document) -> None:
    """What is no text for anybody."""
    for element in document.select(NEVER_SHOWN):
        element.decompose()


def _tops(document: Document, styled: list[tuple[Element, int]], hides: int) -> list[Element]:
    found = [element for element, marks in styled if marks & hides]
    return found + _white_on_white(document, styled) if hides is styles.UNCOLOURED else found


def _of_hiding_classes(document: Document) -> list[Element]:
    sheets = document.select("style")
    selectors = [name for sheet in sheets[:20] for name in styles.hidden_by(sheet.text)]
    if not selectors:
        return []
    found = document.select(",".join(selectors[: styles.MOST_SELECTORS]))
    return [each for each in found if "display" not in (each.attr("style") or "").lower()]


def _has_link(element: Element) -> bool:
    return element.tag == "a" or element.select_one("a") is not None


def _white_on_white(document: Document, styled: list[tuple[Element, int]]) -> list[Element]:
    """White letters where nothing around them has a background of its own."""
    white = [element for element, marks in styled if marks & styles.WHITE and not marks & styles.BACKGROUND]
    white += [each for each in document.select("font[color]") if styles.is_white(each.attr("color") or "")]
    if not white or len(white) > MOST_WHITE:
        return []
    return [element for element in white if element.closest(_BEHIND) is None]


def _empty(tops: list[Element], says: int) -> None:
    """Takes out the text that hangs under each of them, down to elements that speak for themselves."""
    speaks = _speaker(says)
    for text in [text for top in tops for text in _own_text(top, speaks)]:
        text.decompose()


def _speaker(says: int) -> Callable[[Element], bool]:
    def speaks(element: Element) -> bool:
        if says is _COLOURS and (element.tag == "a" or element.attr("color") is not None):
            return True
        return bool(styles.seen(element.attr("style") or "") & says)

    return speaks


def _own_text(top: Element, speaks: Callable[[Element], bool]) -> Iterator[Text]:
    open_elements = [top]
    while open_elements:
        for child in open_elements.pop().children:
            if isinstance(child, Text):
                yield child
            elif isinstance(child, Element) and not speaks(child):
                open_elements.append(child)


def _words(document: Document) -> int:
    return sum(1 for piece in document.strings for word in piece.split() if any(map(str.isalnum, word)))
