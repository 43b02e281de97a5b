"""Before every page: who may ask at all. After it: the headers that keep a browser from harm.

ASGI in, ASGI out. Refused are foreign Host headers, POSTs that another site caused (Origin), and clients that ask too
much. What breaks inside is logged without its URL (the application has answered it by then).
Sighting: with `Referrer-Policy: no-referrer` browsers send `Origin: null` with our own forms too (Fetch 3.1), so it is
`same-origin`, which tells other sites just as little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maild.settings import Web
from maild.web.pacing import Pace, network_of

log = structlog.get_logger()

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
CHANGING = "POST"
Refuse = Callable[[Scope, int, Mapping[str, str]], Response]
"""A page that says no: for this request, with this status and these headers."""


class Guard:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, web: Web, refuse: Refuse, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._web = web
        self._refuse = refuse
        self._clock = clock
        self._looks = Pace(at_once=120, a_minute=120)
        self._changes = Pace(at_once=15, a_minute=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = _Sender(send)
        status, more = self._judge(scope)
        if status:
            await self._refuse(scope, status, more)(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - one broken page must not tell a log its URL, nor end the server
            log.error("page failed", error=type(error).__name__, method=scope["method"])

    def _judge(self, scope: Scope) -> tuple[int, Mapping[str, str]]:
        """0, or the status of a refusal and headers that go with it."""
        headers = Headers(scope=scope)
        if not is_ours(headers.getlist("host"), self._web.url):
            return 421, {"Connection": "close"}
        pace = self._changes if scope["method"] == CHANGING else self._looks
        wait = pace.wait(network_of((scope.get("client") or ("",))[0]), self._clock())
        if wait:
            return 429, {"Retry-After": str(wait)}
        if scope["method"] == CHANGING and not comes_from_us(headers, self._web.url):
            return 403, {}
        return 0, {}


class _Sender:
    """Sends what the page sends, with the headers that every answer has unless it set them itself."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def is_ours(hosts: list[str], url: str) -> bool:
    """Whether the one Host header names this site; RFC 9112 3.2 wants exactly one. The port may be a proxy's."""
    try:
        return len(hosts) == 1 and urlsplit(f"//{hosts[0]}").hostname == urlsplit(url).hostname
    except ValueError:
        return False


def comes_from_us(headers: Headers, url: str) -> bool:
    """Whether a form of ours was sent: browsers say where it stood. What says nothing is no browser of today."""
    origin = headers.get("origin")
    return origin == url if origin is not None else headers.get("sec-fetch-site", "same-origin") == "same-origin"
