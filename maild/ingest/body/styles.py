"""What inline CSS does to the text below it: `seen(style)`, and the classes that a sheet hides: `hidden_by(css)`.

In: the value of a `style` attribute, or the text of a `<style>` element; out: marks, or selectors. No CSS engine: only
what senders use to hide text from the eye, and what makes it visible again. Linear; input beyond `LONGEST` is cut.
Sighting: MJML and others set `font-size:0` on every cell and a size again inside, so a size of nothing hides only
the text that stands directly under it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST = 2000
LONGEST_SHEET = 64 * 1024
MOST_SELECTORS = 50
FAR_AWAY = -400.0
"""Pixels to the left of or above the page."""
_NUMBER = re.compile(r"-?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})", re.ASCII)
_SELECTOR = re.compile(r"[a-z][a-z0-9]{0,19}(?:[.#][a-z_][\w-]{0,99})|[.#][a-z_][\w-]{0,99}", re.ASCII | re.IGNORECASE)
_RELATIVE = ("em", "%", "ex", "ch")
_SPACE = re.compile(r"\s+")
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255,255,255)"})
_NO_COLOUR = frozenset({"transparent", "#0000", "#00000000"})
_BACKGROUNDS = ("background", "background-color", "background-image")


# What a style says. GONE is for good; the others hold until an element below says otherwise.
# Plain numbers: this is asked of every element with a style, and an IntFlag takes ten times as long.
GONE = 1
OUTLOOK_GONE = 2
SIZE_NONE = 4
SIZE = 8
INVISIBLE = 16
VISIBLE = 32
UNCOLOURED = 64
WHITE = 128
COLOUR = 256
BACKGROUND = 512


@lru_cache(maxsize=4096)
def seen(style: str) -> int:
    said = _declarations(style[:LONGEST])
    if not said:
        return 0
    gone = any(hides(said) for hides in _GONE)
    outlook = OUTLOOK_GONE if said.get("mso-hide") == "all" else 0
    return (GONE if gone else 0) | outlook | _size(said) | _visibility(said) | _colour(said)


def _declarations(style: str) -> dict[str, str]:
    """Property and value, lower case; the last one counts."""
    said: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            said[name.strip()] = _SPACE.sub(" ", value.partition("!")[0]).strip()
    return said


def _number(value: str) -> float | None:
    found = _NUMBER.match(value)
    return float(found[0]) if found else None


def _undisplayed(said: dict[str, str]) -> bool:
    return said.get("display") == "none"


def _see_through(said: dict[str, str]) -> bool:
    return _number(said.get("opacity", "1")) == 0


def _without_room(said: dict[str, str]) -> bool:
    room = (said.get(side, "1") for side in ("height", "max-height", "width", "max-width"))
    return said.get("overflow", "") == "hidden" and any(_number(value) == 0 for value in room)


def _off_the_page(said: dict[str, str]) -> bool:
    sides = ["text-indent"]
    if said.get("position") in ("absolute", "fixed"):
        sides += ["left", "top", "right", "bottom", "margin-left", "margin-top"]
    return any((_number(said.get(side, "")) or 0) <= FAR_AWAY for side in sides)


def _clipped(said: dict[str, str]) -> bool:
    clip = said.get("clip", "").replace(" ", "")
    nothing = clip.startswith(("rect(0,0,0,0", "rect(0000", "rect(1px,1px,1px,1px", "rect(0px,0px,0px,0px"))
    return said.get("position") == "absolute" and nothing


_GONE = (_undisplayed, _see_through, _without_room, _off_the_page, _clipped)


def _size(said: dict[str, str]) -> int:
    value = said.get("font-size", "")
    if not value:
        return 0
    number = _number(value)
    if number is None:
        return SIZE
    if number == 0 or (number <= 1 and value.endswith(("px", "pt"))):
        return SIZE_NONE
    # A part of nothing is nothing.
    return 0 if value.endswith(_RELATIVE) and not value.endswith("rem") else SIZE


def _visibility(said: dict[str, str]) -> int:
    value = said.get("visibility", "")
    if value in ("hidden", "collapse"):
        return INVISIBLE
    return VISIBLE if value == "visible" else 0


def _colour(said: dict[str, str]) -> int:
    colour = said.get("color", "").replace(" ", "")
    behind = next((said[name].replace(" ", "") for name in _BACKGROUNDS if said.get(name)), "")
    background = BACKGROUND if behind else 0
    if not colour:
        return background
    if colour in _NO_COLOUR or colour == behind or (colour in _WHITE and behind in _WHITE):
        return background | UNCOLOURED
    return background | (WHITE if colour in _WHITE else COLOUR)


def is_white(colour: str) -> bool:
    """For the `color` of `<font>`."""
    return colour.strip().lower() in _WHITE | {"ffffff"}


def hidden_by(css: str) -> list[str]:
    """Plain selectors (`.a`, `#a`, `p.a`) whose text a sheet hides on every screen: rules in `@media` do not count."""
    css = css[:LONGEST_SHEET]
    if "none" not in css and "hidden" not in css and "opacity" not in css:
        return []
    found: list[str] = []
    for prelude, body in _rules(_without_comments(css)):
        marks = seen(body)
        if marks & (GONE | INVISIBLE):
            found += [name for name in map(str.strip, prelude.split(",")) if _SELECTOR.fullmatch(name)]
        if len(found) >= MOST_SELECTORS:
            break
    return found[:MOST_SELECTORS]


def _without_comments(css: str) -> str:
    first, *rest = css.replace("<!--", "").replace("-->", "").split("/*")
    return first + " ".join(piece.partition("*/")[2] for piece in rest)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the top level."""
    depth, start, prelude = 0, 0, ""
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            if depth == 0:
                prelude = css[start : brace.start()].strip()
                start = brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not prelude.startswith("@"):
                    yield prelude.rpartition(";")[2], css[start : brace.start()]
                start = brace.end()
