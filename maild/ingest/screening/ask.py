"""All scanners, one after the other: `Scanners(settings).screen(raw, envelope)` -> what each of them says.

Laws: every scanner that is configured gets a verdict, UNSCANNED with the reason where it gave none. One that did not
answer is not asked again for a while, so that one that hangs costs a batch of mails its timeout once, not twenty
times. Never raises. One for a process, for one thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from maild.config import read_secret_file
from maild.errors import ConfigError, TemporaryFailure
from maild.ingest.screening import clamd, rspamd
from maild.ingest.screening.headers import said_in_headers, shortened
from maild.ingest.screening.patience import NoAnswer, NoSense, Patience
from maild.model import Envelope, Finding, Verdict
from maild.settings import Screening

SHORTEST_REST, LONGEST_REST = 5.0, 60.0
"""Seconds for which a scanner that did not answer is left alone: twice as long each time it happens again."""


@dataclass(slots=True)
class _Rest:
    """A scanner that did not answer."""

    why: str
    until: float
    seconds: float


class Scanners:
    """Who is asked, and who has not answered lately. `tick` counts seconds."""

    def __init__(self, settings: Screening, tick: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._tick = tick
        self._resting: dict[str, _Rest] = {}

    def __bool__(self) -> bool:
        """Whether anybody is to be asked at all."""
        return bool(self.settings.headers or self.settings.rspamd or self.settings.clamd)

    def said_in_headers(self, raw: bytes) -> tuple[Verdict, ...]:
        """What the server in front says; asks nobody."""
        return said_in_headers(self.settings.headers, raw)

    def screen(self, raw: bytes, envelope: Envelope) -> tuple[Verdict, ...]:
        """What everybody says of one mail."""
        asked = (self._asked(name, ask) for name, ask in self._askers(raw, envelope))
        return (*self.said_in_headers(raw), *asked)

    def learn(self, raw: bytes, *, spam: bool) -> str:
        """Let rspamd learn from a person; "" if it did or is not asked to, else why it did not."""
        configured = self.settings.rspamd
        if configured is None or not configured.controller:
            return ""
        try:
            rspamd.learn(configured, self._password(), raw, spam, self._patience())
        except TemporaryFailure as error:
            return f"rspamd has not learned from it: {error}"
        return ""

    def absent(self) -> Iterator[str]:
        """Which scanners are not there, and why: asks each, for `maild check`."""
        for name, ping in self._pings():
            try:
                ping()
            except TemporaryFailure as error:
                yield f"{name} does not answer: {error}"

    def _pings(self) -> Iterator[tuple[str, Callable[[], None]]]:
        if found := self.settings.rspamd:
            yield rspamd.NAME, lambda: rspamd.ping(found.url, self._patience())
            if found.controller:
                yield "rspamd's controller", lambda: rspamd.ping(found.controller, self._patience())
        if there := self.settings.clamd:
            yield clamd.NAME, lambda: clamd.ping(there, self._patience())

    def _askers(self, raw: bytes, envelope: Envelope) -> Iterator[tuple[str, Callable[[], Verdict]]]:
        if found := self.settings.rspamd:
            yield (
                rspamd.NAME,
                lambda: rspamd.check(found, self._password(), raw, envelope, self._patience()),
            )
        if there := self.settings.clamd:
            yield clamd.NAME, lambda: clamd.scan(there, raw, self._patience())

    def _asked(self, name: str, ask: Callable[[], Verdict]) -> Verdict:
        resting = self._resting.get(name)
        if resting is not None and self._tick() < resting.until:
            return Verdict(name, Finding.UNSCANNED, resting.why)
        try:
            verdict = ask()
        except NoAnswer as error:
            self._let_rest(name, str(error))
            return Verdict(name, Finding.UNSCANNED, shortened(str(error)))
        except NoSense as error:
            verdict = Verdict(name, Finding.UNSCANNED, shortened(str(error)))
        self._resting.pop(name, None)
        return verdict

    def _let_rest(self, name: str, why: str) -> None:
        before = self._resting.get(name)
        seconds = min(before.seconds * 2, LONGEST_REST) if before else SHORTEST_REST
        self._resting[name] = _Rest(shortened(why), self._tick() + seconds, seconds)

    def _patience(self) -> Patience:
        return Patience(self.settings.timeout)

    def _password(self) -> str:
        """Read each time: it may be changed while the daemon runs."""
        configured = self.settings.rspamd
        try:
            return read_secret_file(configured.password_file) if configured else ""
        except ConfigError as error:
            raise NoSense(f"its password file: {error.problems[0].message}") from None
