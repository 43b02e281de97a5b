"""The pages of the site as one ASGI application: `new_app(site)`. Start reading here."""

from __future__ import annotations

from importlib.resources import files

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from maild.errors import TemporaryFailure
from maild.web import entering, executing, joining, listing, looking, profile
from maild.web.guard import Guard
from maild.web.page import refused
from maild.web.site import Site

STYLE_KEEPS = 3600
"""Seconds for which browsers keep the stylesheet: it holds nothing of anybody's."""


class _Secret(Convertor[str]):
    """What may be a link's secret; anything else is no page of ours."""

    regex = "[A-Za-z0-9_-]{16,64}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Number(_Secret):
    """A ticket's number, as people write it."""

    regex = "[A-Za-z][A-Za-z0-9]{0,9}-[0-9]{1,15}"


register_url_convertor("secret", _Secret())
register_url_convertor("number", _Number())


def new_app(site: Site) -> ASGIApp:
    """All pages, guarded."""
    rooms = (joining, entering, listing, looking, profile, executing)
    pages = [route for room in rooms for route in room.routes(site)]
    app = Starlette(
        routes=[*pages, Route("/style.css", _style())],
        exception_handlers={HTTPException: _say_no, Exception: _say_sorry},
    )
    app.router.redirect_slashes = False
    return Guard(app, site.web, lambda scope, status, headers: refused(HTTPConnection(scope), status, headers))


async def _say_no(request: Request, error: Exception) -> Response:
    """What a page refuses by itself, and what is no page."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    return refused(request, status, headers)


async def _say_sorry(request: Request, error: Exception) -> Response:
    """Nothing was changed: what failed was undone. The guard logs it."""
    return refused(request, 503 if isinstance(error, TemporaryFailure) else 500)


def _style() -> Response:
    text = files("maild.web").joinpath("pages", "style.css").read_text("utf-8")
    return PlainTextResponse(text, media_type="text/css", headers={"Cache-Control": f"public, max-age={STYLE_KEEPS}"})
