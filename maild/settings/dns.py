"""The name servers that are asked for the keys of signatures."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from maild.settings.base import Section

PORT = 53


def server_address(text: str) -> tuple[str, int]:
    """Address and port of a name server. Raises ValueError, with a sentence, for what is none."""
    host, port = text, str(PORT)
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":") or str(PORT)
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        address = str(ip_address(host))
    except ValueError:
        raise ValueError(f"{text!r} is no address of a name server: write 192.0.2.53, or [2001:db8::1]:53") from None
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} has no port from 1 to 65535")
    return address, int(port)


def _checked(text: str) -> str:
    server_address(text)
    return text


class Dns(Section):
    """Who is asked for the public keys of signatures (DKIM)."""

    servers: tuple[Annotated[str, AfterValidator(_checked)], ...] = Field(
        default=(),
        description="Name servers, e.g. 192.0.2.53 or [2001:db8::1]:53; none takes those of this machine.",
    )
    timeout: float = Field(
        default=3,
        gt=0,
        le=10,
        description="Seconds one question may take, over all servers. Then the proof is pending.",
    )
