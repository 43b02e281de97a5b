"""The web pages: registration, and people's look at their own requests."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from maild.settings.base import Port, Section
from maild.settings.here import is_loopback

EXAMPLE = "write it as https://desk.example"


def _origin(text: str) -> str:
    """Scheme, host and port, in small letters. Raises ValueError."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"this is no URL ({error}): {EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise ValueError(f"`{text[:80]}` is no address of a site: {EXAMPLE}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"the pages need a host name of their own, without a path: {EXAMPLE}")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"http is possible for this machine only, not for {host}: links in mails need https")
    named = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{named}" + (f":{port}" if port not in (None, usual) else "")


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Raises ValueError for what is no network, and for one that is everybody."""
    for text in texts:
        try:
            wide = ip_network(text).prefixlen == 0
        except ValueError as error:
            raise ValueError(f"{error}: write a network such as 10.0.0.0/24, or an address") from None
        if wide:
            raise ValueError(f"`{text}` is everybody, and everybody could claim any address: name the proxies")
    return texts


class Web(Section):
    """Pages for customers. They are plain HTTP: put a web server with TLS in front, which sets X-Forwarded-For."""

    url: Annotated[str, AfterValidator(_origin)] = Field(
        description="Where people find the pages, as it stands in mails: https://desk.example. "
        "Requests for any other host are refused."
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: Port = Field(default=8080, description="TCP port; 0 takes a free one.")
    proxies: Annotated[tuple[str, ...], AfterValidator(_networks)] = Field(
        default=("127.0.0.1", "::1"),
        description="Networks of the web servers in front, whose X-Forwarded-For is believed (for limits per client).",
    )
    connections: int = Field(default=100, ge=1, description="Open connections; further ones are closed at once.")

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.url.startswith("https:")

    def link(self, page: str, name: str) -> str:
        """`https://desk.example/<page>/<name>`: r registers, c confirms a contact, l opens a ticket, all by a secret;
        `tickets` with a ticket's number is the link for notices, which gives no rights."""
        return f"{self.url}/{page}/{name}"
