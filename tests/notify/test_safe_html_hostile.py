"""Two thousand pieces of hostile HTML on their way to a reader's screen: what three other parsers find afterwards."""

from __future__ import annotations

from html import escape

import pytest
import turbohtml
from hostile_html import faults, hostile
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.notify.safe_html import LONGEST_CLEANED, LONGEST_INPUT, MOST_ENTITIES, safe_html
from tests.effort import effort

HOSTILE = dict(hostile())
# A frame, and which share of the inputs goes through it: parsing in tables is slow.
FRAMES = (("{}", 1), ("<p>before {} after</p>", 2), ("<table><tr><td><b>before <i>{}", 7))
SECONDS = 2.0


def test_there_is_something_to_find_in_nearly_all_of_it() -> None:
    """A test of the test: uncleaned, the parsers cry out."""
    quiet = [name for name, html in HOSTILE.items() if not faults(html.encode("utf-8", "replace").decode())]
    assert len(HOSTILE) > 2000
    assert len(quiet) < 10


@pytest.mark.parametrize(("frame", "every"), FRAMES)
def test_nothing_in_it_acts_or_loads_once_it_is_clean(frame: str, every: int) -> None:
    shown = {name: safe_html(frame.replace("{}", HOSTILE[name])) for name in list(HOSTILE)[::every]}
    found = {name: found for name, html in shown.items() if html is not None and (found := faults(html))}
    assert found == {}


def test_what_stands_beside_it_can_still_be_read() -> None:
    shown = [safe_html(f"<p>before {html} after</p>") for html in list(HOSTILE.values())[::3]]
    assert all("before" in html for html in shown if html is not None)
    assert sum(html is None for html in shown) < 0.03 * len(shown)


PIECES = st.sampled_from(
    ["<svg>", "<math>", "<style>", "<title>", "<table>", "<p>", "<form>", "<mtext>", "<mglyph>", "<td>", "<select>",
     "<option>", "<template>", "<noscript>", "<b>", "<textarea>", "<a href=https:x>", "<a href=javascript:x>",
     "<img src=cid:x>", "<img src=x onerror=x>", "<!--", "-->", "<![CDATA[", "]]>", "</svg>", "</math>", "</style>",
     "</title>", "</table>", "</p>", "</form>", "</select>", "</template>", "</noscript>", "</td>", "</a>", "&lt;",
     "&#60;", "&amp;", "&nbsp;", "<p title='</style>'>", "<pre>", "<br>", "<plaintext>", "<li>", "<h1>", "</h2>",
     "<desc>", "<foreignObject>", "<annotation-xml>"]
)  # fmt: skip
SOUP = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=20).map(
    lambda pieces: "".join(pieces).replace("\n", "")
)


@settings(deadline=None, max_examples=150)
@given(SOUP)
def test_what_was_cleaned_once_is_clean(soup: str) -> None:
    """But for white space at the beginning, which every HTML parser drops."""
    shown = safe_html(soup)
    if shown is not None:
        again = safe_html(shown)
        assert faults(shown) == []
        assert again is not None
        assert again.split() == shown.split()


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=60))
def test_text_without_a_tag_is_read_as_it_was_written(text: str) -> None:
    shown = safe_html(f"<p>{escape(text)}</p>")
    assert shown is not None
    assert [element.text for element in turbohtml.parse(shown).select("p")] == [text]


WHOLE = 1_000_000
BOMBS = {
    "nested": "<div>", "misnested": "<b><p>", "anchors": "<a><div>", "lists": "<ul><li>", "tables": "<table><b>",
    "rows": "<table><tr><td>", "text in tables": "<table>x", "quotations": "<blockquote>", "paragraphs": "<p>",
    "links": "<a href=https://x>", "pictures": "<img src=cid:x>", "small tags": "<p>x</p>",
    "options": "<select><option>",
    "svg": "<svg>", "math": "<math><mi>", "templates": "<template>", "frames": "<frameset>", "styles": "<style>",
    "comments": "<!--", "whole comments": "<!-- -->", "cdata": "<![CDATA[", "ampersands": "&", "entities": "&lt;",
    "numbers": "&#x26;", "brackets": "<", "closing": "</p>", "breaks": "</br>", "NUL": "\x00", "spaces": " ",
    "surrogates": "\ud800", "emoji": "\U0001f600", "nobr": "<nobr>", "buttons": "<button>", "forms": "<form>",
}  # fmt: skip
ODD_BOMBS = {
    "a tag of 50,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x",
    "a tag of 110,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(110_000)) + ">x",
    "one attribute 240,000 times": "<p " + "a=1 " * 240_000 + ">x",
    "many tags of many attributes": ("<p " + " ".join(f"a{n}=1" for n in range(190)) + ">") * 700,
    "an address of ampersands": "<a href='https://x?" + "&a=b" * 200_000 + "'>x</a>",
    "an open quotation": "<a title='" + "x" * 990_000,
    "a long address": "<a href='https://" + "x" * 990_000 + "'>x</a>",
    "nineteen thousand tags": "<b>" * 9_500 + "</b>" * 9_500,
    "nineteen thousand crossed tags": "<b><p>" * 9_500,
    "as many entities as are read": "&amp;" * MOST_ENTITIES,
    "too large": "x" * (LONGEST_INPUT + 1),
}
ALL_BOMBS = {name: unit * (WHOLE // len(unit)) for name, unit in BOMBS.items()} | ODD_BOMBS


@pytest.mark.parametrize("name", ALL_BOMBS)
def test_no_bomb_takes_more_than_two_seconds_of_the_processor(name: str) -> None:
    assert effort(lambda: safe_html(ALL_BOMBS[name]), SECONDS) <= SECONDS
    shown = safe_html(ALL_BOMBS[name])
    assert shown is None or len(shown) <= 2 * LONGEST_CLEANED
