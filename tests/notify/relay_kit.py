"""A sink, a relay client on it, and a story between the two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from notify_kit import NOON, waiting

from maild.model import Delivery, OutboxEntry, OutboxId, OutgoingMail
from maild.notify.sink import At, Fault, Sink
from maild.notify.smtp import Relay
from maild.settings import Relay as RelaySettings


def relay_to(sink: Sink, password: str = "", **changes: Any) -> Relay:
    idle = changes.pop("idle", 30.0)
    context = changes.pop("tls_context", None)
    values = {"host": sink.host, "port": sink.port, "tls": "none", "connections": 1, "timeout": 10} | changes
    settings = RelaySettings(**values)
    return Relay(settings, password, lambda: NOON, hostname="desk.example", idle=idle, tls_context=context)


def conversation(
    story: Callable[[Sink, Relay], Awaitable[None]], sink: Sink | None = None, **settings: Any
) -> Coroutine[Any, Any, None]:
    """A story told with a sink and a relay client that are closed at its end."""

    async def told() -> None:
        async with sink or Sink() as server:
            relay = relay_to(server, **settings)
            try:
                await story(server, relay)
            finally:
                await relay.close()

    return told()


def one_attempt(at: At, what: str | Fault, entry: OutboxEntry | None = None, **changes: Any) -> tuple[Delivery, Sink]:
    offers = changes.pop("offers", Sink.offers)
    sink, found = Sink(offers=offers), list[Delivery]()
    sink.on(at, what)

    async def story(server: Sink, relay: Relay) -> None:
        found.extend(await relay.deliver([entry or waiting()]))

    asyncio.run(conversation(story, sink, **changes))
    return found[0], sink


def large() -> OutboxEntry:
    """More than the kernel takes from us at once, so that the dot has not left while nobody reads."""
    mail = OutgoingMail("<large@desk.example>", "", "ann@clinic.example", (b"x" * 998 + b"\r\n") * 20_000)
    return OutboxEntry(OutboxId(9), None, mail, 1, NOON)
