"""An incoming mail's HTML, made fit to be shown. At rendering, never at intake: what arrived stays what it was.

In: any HTML; out: harmless HTML, or None: show the plain text instead.
Laws: a tiny list of tags, without style, svg, math, form; nothing is loaded from anywhere (images by `cid:` only,
FAULT-E09); two sanitisers of different make must agree: where the one's output is not a fixed point of the
other, a mutation is afoot and nobody sees it (FAULT-E08). The page that shows it adds CSP and a sandboxed frame.
"""

from __future__ import annotations

import bleach
import nh3
import turbohtml

LONGEST_INPUT = 1_000_000  # characters
LONGEST_CLEANED = 300_000
MOST_TAGS = 20_000  # the second sanitiser takes up to a second for so many
MOST_TAGS_BEFORE = 60_000  # the first parser takes up to a second and a half for a million letters of misnested ones
# The first sanitiser is quadratic in both: 110,000 attributes of one tag took it 5 s, a million "&" 13 s.
MOST_ATTRIBUTES = 200
MOST_ENTITIES = 25_000

# fmt: off
TAGS = frozenset((
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol", "p", "pre",
    "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
))
# fmt: on
ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
DROPPED_WITH_CONTENT = {"head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title"}
LINKS = ("https:", "http:", "mailto:")
SCHEMES = {"http", "https", "mailto", "cid"}
REL = "noopener noreferrer nofollow"


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Neither sanitiser tells schemes apart by tag, and one lets relative addresses pass."""
    if tag == "img" and name == "src":
        return value if value.startswith("cid:") else None
    if tag == "a" and name == "href":
        return value if value.lower().startswith(LINKS) else None
    return value


_NH3 = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=SCHEMES,
    link_rel=REL,
    clean_content_tags=DROPPED_WITH_CONTENT,
    strip_comments=True,
)


def safe_html(html: str) -> str | None:
    """Raises nothing, whatever the input; about a second of CPU for the worst that is known, 0.1 s for a usual mail."""
    flat = _flat(html)
    if flat is None:
        return None
    cleaned = _NH3.clean(flat)
    if len(cleaned) > LONGEST_CLEANED or cleaned.count("<") > MOST_TAGS:
        return None
    agreed = _NH3.clean(_bleach().clean(cleaned))
    return agreed if _NH3.clean(agreed) == agreed and _same_tree(agreed, cleaned) else None


def _flat(html: str) -> str | None:
    """The same with at most 512 levels, and nothing that either sanitiser is slow on; None for what has too much."""
    if len(html) > LONGEST_INPUT or html.count("<") > MOST_TAGS_BEFORE:
        return None
    document = turbohtml.parse(html.encode("utf-8", "replace").decode())
    if any(len(element.attrs) > MOST_ATTRIBUTES for element in document.select("*")):
        return None
    flat = document.serialize()
    return flat if flat.count("&") <= MOST_ENTITIES else None


def _bleach() -> bleach.Cleaner:
    """A new one for each use: its parser keeps state and is not safe to share between threads."""
    attributes = {tag: sorted(names) for tag, names in ATTRIBUTES.items()} | {"a": ["href", "rel"]}
    return bleach.Cleaner(tags=TAGS, attributes=attributes, protocols=SCHEMES, strip=True, strip_comments=True)


def _same_tree(one: str, other: str) -> bool:
    """Whether a third parser sees the same in both, however each writes its entities and quotes."""
    return turbohtml.parse(one).serialize() == turbohtml.parse(other).serialize()
