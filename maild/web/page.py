"""Rendering: a page's name and values in, a response out. Every value is escaped; templates are ours alone (law 11)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from maild.desks.policy import Desk
from maild.web.words import Told, Words, day, moment, size, words_for

_BY_STATUS: Mapping[int, str] = {
    400: "not_understood",
    403: "foreign",
    404: "missing",
    405: "missing",
    408: "busy",
    413: "not_understood",
    415: "not_understood",
    421: "missing",
    429: "too_much",
    503: "busy",
}


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("maild.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"moment": moment, "day": day, "size": size}
    return made


def words_of(asked: HTTPConnection, desk: Desk | None = None) -> Words:
    """In the reader's language, else the desk's first."""
    return words_for(asked.headers.get("accept-language", ""), desk.languages[0] if desk else "en")


def page(
    template: str, words: Words, desk: Desk | None, title: str, values: Mapping[str, object], status: int = 200
) -> HTMLResponse:
    """The page `pages/<template>.html`."""
    shown = {"w": words, "desk": desk.title if desk else words.service, "title": title, **values}
    return HTMLResponse(_templates().get_template(f"{template}.html").render(shown), status)


def told(said: Told, words: Words, desk: Desk | None = None, status: int = 200, again: str = "") -> HTMLResponse:
    """A page that says one thing; with `again`, a page of ours, it leads to a fresh link."""
    return page("told", words, desk, said.title, {"text": said.text, "again": again}, status)


def refused(asked: HTTPConnection, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """The page for a status that says no."""
    words = words_of(asked)
    said: Told = getattr(words, _BY_STATUS.get(status, "broken"))
    response = told(said, words, status=status)
    response.headers.update(headers or {})
    return response
