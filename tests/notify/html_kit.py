"""A second opinion on the HTML of our mails, by two parsers that did not write it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from bleach._vendor import html5lib

from maild.notify.html import STYLES

_XHTML = "{http://www.w3.org/1999/xhtml}"
_TAGS = {"html", "head", "meta", "body", "div", "p", "a", "ul", "li", "blockquote", "br", "hr", "span"}
_META = ({"charset": "utf-8"}, {"name": "viewport", "content": "width=device-width"})
_META += ({"name": "color-scheme", "content": "light dark"},)
_STYLES = {*STYLES.values(), "margin:0;padding:8px", "margin:0", f"{STYLES['paragraph']};{STYLES['small']}"}
_BLOCKS = {"p", "li", "div", "blockquote", "ul", "br", "hr"}


def strange_tags(html: str) -> list[str]:
    """Tags and attributes that this house does not use, as a browser finds them; comments and the like too."""
    tree: Any = html5lib.HTMLParser(namespaceHTMLElements=True).parse(html)
    found = []
    for node in tree.iter():
        tag = node.tag.removeprefix(_XHTML) if isinstance(node.tag, str) else "comment"
        found += _strange(tag, dict(node.attrib)) if tag not in ("DOCUMENT_ROOT", "<!DOCTYPE>") else []
    return found


def _strange(tag: str, attributes: dict[str, str]) -> list[str]:
    if tag not in _TAGS:
        return [f"<{tag}>"]
    if tag == "meta":
        return [] if attributes in _META else [f"meta {attributes}"]
    allowed = {"html": {"lang"}, "a": {"href", "style"}}.get(tag, {"style"})
    found = [f"{tag} {name}" for name in attributes if name not in allowed]
    if attributes.get("style", "margin:0") not in _STYLES:
        found.append(f"{tag} style {attributes['style']}")
    if not attributes.get("href", "https://").startswith(("http://", "https://", "mailto:")):
        found.append(f"href {attributes['href']}")
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.said += ["\n"] if tag in _BLOCKS else []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def words(html: str) -> list[str]:
    """What a reader sees, word by word."""
    return "".join(_read(html).said).split()


def links(html: str) -> list[str]:
    return _read(html).links


def words_of_text(text: str) -> list[str]:
    """The same of a text: marks of lists and of quotations, and rules, are drawn in HTML."""
    lines = (re.sub(r"^(- |> ?)", "", line) for line in text.split("\n"))
    return [word for line in lines if not re.fullmatch("-{20,}", line) for word in line.split()]
