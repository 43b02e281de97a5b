"""Sessions: a cookie that names a used link, signed. The link's row says how long it lasts (`store.invitations`).

In: a session's name; out: a cookie's value, and back. The signature keeps whoever reads the database from making one.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from maild.web.site import Site

LASTING = timedelta(hours=12)
_LONGEST = 200


def cookie_name(site: Site) -> str:
    """Browsers take a `__Host-` cookie only by TLS, for this host alone, and let no other host set it."""
    return "__Host-maild" if site.web.secure else "maild"


def sealed(name: str, key: bytes) -> str:
    """`<name>.<mac>`."""
    return f"{name}.{_mac(name, key)}"


def unsealed(value: str, key: bytes) -> str | None:
    """The name of the session, if we signed it."""
    name, _, mac = value.rpartition(".")
    fits = len(value) <= _LONGEST and value.isascii()
    return name if fits and hmac.compare_digest(mac, _mac(name, key)) else None


def session_of(request: Request, site: Site) -> str | None:
    """The session that the browser names."""
    return unsealed(request.cookies.get(cookie_name(site), ""), site.key)


def begin(response: Response, name: str, site: Site) -> None:
    """Let the browser remember the session for as long as it lasts."""
    _set(response, sealed(name, site.key), int(LASTING.total_seconds()), site)


def forget(response: Response, site: Site) -> None:
    """Let the browser forget it."""
    _set(response, "", 0, site)


def _set(response: Response, value: str, seconds: int, site: Site) -> None:
    secure = site.web.secure
    response.set_cookie(cookie_name(site), value, seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _mac(name: str, key: bytes) -> str:
    return hmac.new(key, name.encode(), "sha256").hexdigest()
