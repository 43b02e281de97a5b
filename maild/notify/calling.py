"""Finished calls are made: one POST each, side by side.

In: `CallEntry`; out: a `Delivery` for each, always: what a network or a receiver does is a result, no exception.
Laws: certificates are verified; no redirect is followed, no proxy of the environment used; at most LONGEST_BODY bytes
of an answer are read, within the webhook's timeout, however slowly they drip. A webhook that does not answer, or asks
for patience, rests: its other calls are not claimed meanwhile, which costs them no attempt and others no time.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

import structlog

from maild.cleaning import clean_header
from maild.clock import Clock
from maild.ingest.screening.patience import Line, Patience, connected
from maild.model import CallEntry, Delivery, DeliveryResult, OutgoingCall
from maild.notify.webhook import GONE, asked_to_wait, headers, meaning
from maild.settings import Webhook

SIDE_BY_SIDE = 8
"""Calls at a time, and so in one round."""
LONGEST_BODY = 1024
LONGEST_ANSWER = 300
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
Opened = Callable[[socket.socket], None]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook and the key that its calls are signed with."""

    webhook: Webhook
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt came to. `heard`: the receiver has answered, whatever it was."""

    result: DeliveryResult
    text: str
    heard: bool = True
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Rest:
    """A webhook is left alone in [since, until); the next rest after it is longer than `length`."""

    since: datetime
    until: datetime
    length: timedelta


class Caller:
    """All webhooks of the settings, by name. `call` blocks; the other methods are for any thread."""

    def __init__(self, targets: Mapping[str, Target], clock: Clock, tls: ssl.SSLContext | None = None) -> None:
        """`tls` replaces the system's trust."""
        self._targets = dict(targets)
        self._clock = clock
        self._tls = tls
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="webhook")
        self._rests: dict[str, _Rest] = {}
        self._open: set[socket.socket | None] = set()
        self._closed = False

    def resting(self) -> frozenset[str]:
        """Webhooks that are to be left alone for now."""
        now = self._clock()
        return frozenset(name for name, rest in tuple(self._rests.items()) if rest.since <= now < rest.until)

    def call(self, entries: Sequence[CallEntry]) -> tuple[Delivery, ...]:
        """Make each call once. In the order of the entries."""
        answers = tuple(map(self._answer, entries) if self._closed else self._pool.map(self._answer, entries))
        for name in {entry.call.webhook for entry in entries}:
            self._mind(name, [one for one, entry in zip(answers, entries, strict=True) if entry.call.webhook == name])
        return tuple(
            Delivery(entry.id, self._clock(), answer.result, answer.text, answer.not_before)
            for entry, answer in zip(entries, answers, strict=True)
        )

    def close(self) -> None:
        """Calls that are being made end at once, undecided; no other begins."""
        self._closed = True
        for sock in filter(None, tuple(self._open)):
            _hang_up(sock)
        self._pool.shutdown(wait=False)

    def _answer(self, entry: CallEntry) -> Answer:
        name = entry.call.webhook
        if self._closed:
            return Answer(DeliveryResult.DEFERRED, "not called: maild stops")
        if name not in self._targets:
            told = f"there is no webhook {name} in maild.yaml: put it back, then `maild outbox retry {entry.id}`"
            return Answer(DeliveryResult.REFUSED, told)
        return self._asked(self._targets[name], entry.call)

    def _asked(self, target: Target, call: OutgoingCall) -> Answer:
        line = _Line(target.webhook, self._tls or _usual_trust(), self._opened)
        try:
            parts = urlsplit(target.webhook.url)
            where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("POST", where, call.body, headers(call, target.key, self._clock()))
            return self._understood(target.webhook.name, line.getresponse())
        except (OSError, HTTPException, ValueError) as error:
            return Answer(DeliveryResult.DEFERRED, _cut(f"no answer: {type(error).__name__}: {error}"), heard=False)
        finally:
            self._open.discard(line.plain)
            line.close()

    def _understood(self, name: str, response: HTTPResponse) -> Answer:
        said = _body(response)
        if response.status == GONE:
            log.error("webhook is gone", webhook=name, advice="take it out of the rules, or mend its url")
        result, later = meaning(response.status), None
        if result is DeliveryResult.DEFERRED:
            later = asked_to_wait(response.headers.get("Retry-After") or "", self._clock())
        return Answer(result, _cut(f"{response.status} {response.reason} {said}"), not_before=later)

    def _opened(self, sock: socket.socket) -> None:
        self._open.add(sock)
        if self._closed:
            _hang_up(sock)

    def _mind(self, name: str, answers: Sequence[Answer]) -> None:
        """One good word ends a rest; silence from all of them begins a longer one."""
        now, before = self._clock(), self._rests.pop(name, None)
        if not any(one.heard for one in answers):
            length = min(before.length * 2, LONGEST_REST) if before else FIRST_REST
            self._rests[name] = _Rest(now, now + length, length)
            log.warning("webhook does not answer", webhook=name, rests=length.total_seconds(), because=answers[0].text)
        elif asked := [one.not_before for one in answers if one.not_before]:
            self._rests[name] = _Rest(now, min(max(asked), now + LONGEST_REST), FIRST_REST)


class _Line(HTTPConnection):
    """A connection whose every step ends within the webhook's timeout."""

    def __init__(self, webhook: Webhook, tls: ssl.SSLContext, opened: Opened) -> None:
        parts = urlsplit(webhook.url)
        self._tls = tls if parts.scheme == "https" else None
        self._patience = Patience(webhook.timeout)
        self._opened = opened
        self.plain: socket.socket | None = None
        self.default_port = 443 if self._tls else 80
        super().__init__(parts.hostname or "", parts.port or self.default_port)

    def connect(self) -> None:
        self.plain = plain = connected((self.host, self.port), self._patience)
        plain.settimeout(self._patience.left())
        if self._tls:
            self.plain = secure = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self._opened(secure)
            secure.do_handshake()
        else:
            self._opened(plain)
        self.sock = Line(self.plain, self._patience)

    def close(self) -> None:
        super().close()
        if self.plain:
            self.plain.close()


@lru_cache(maxsize=1)
def _usual_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _body(response: HTTPResponse) -> str:
    """What the receiver says beside its status, as far as it comes: the status alone decides."""
    try:
        with response:
            return response.read(LONGEST_BODY).decode("utf-8", "replace")
    except (OSError, HTTPException, ValueError):
        return ""


def _hang_up(sock: socket.socket) -> None:
    """From another thread than the one that waits: the socket's own, below any TLS."""
    with suppress(OSError):  # it may have ended by itself
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _cut(text: str) -> str:
    return clean_header(text)[:LONGEST_ANSWER]
