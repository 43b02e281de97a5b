"""Where the demo is told: lines as they happen."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator

from rich.console import Console

from maild.cli.output import safe
from maild.demo.place import Place
from maild.demo.story import Decided, Story


class Screen:
    """Where it is told."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self.begun = time.monotonic()

    def title(self, text: str) -> None:
        self._console.print(f"\n{text}", style="bold", markup=False)

    def line(self, text: str = "", style: str = "") -> None:
        self._console.print(text, style=style, markup=False)

    async def follow(self, what: AsyncIterator[Decided]) -> tuple[Decided, ...]:
        """Say what becomes of each mail, as it happens."""
        decided = []
        with self._console.status("…"):
            async for one in what:
                decided.append(one)
                self.outcome(one)
        return tuple(decided)

    def outcome(self, one: Decided) -> None:
        ticket = f", ticket {one.entry.ticket}" if one.entry.ticket else ""
        self.line(f"{time.monotonic() - self.begun:5.1f} s  {safe(one.step.told)}")
        self.line(f"         → {one.entry.disposition}{ticket}", "green")

    def invite(self, place: Place) -> None:
        """How to send mails of one's own."""
        self.title("Now you. The daemon keeps running until Ctrl-C")
        to = place.desk
        mail = f"From: ada@acme.example\\nTo: {to}\\nSubject: Hello\\n\\nIs anybody there?"
        send = f"smtplib.SMTP('127.0.0.1', {place.port}).sendmail('ada@acme.example', '{to}', '{mail}')"
        for text in (
            f"swaks --server 127.0.0.1:{place.port} --from ada@acme.example --to {to} --header 'Subject: Hello'",
            f'python3 -c "import smtplib; {send}"',
            f"maild --settings {place.settings} ingest --wait mail.eml",
            f"maild --settings {place.settings} tickets",
            f"maild --settings {place.settings} show 1001",
            f"maild --settings {place.settings} reply --as grace 1001 'We are on it.'",
            f"tail -f {place.log}",
        ):
            self.line(f"  {text}")
        self.line()

    def check(self, told: str, *, good: bool) -> None:
        """Something that must be so."""
        self.line(f"         {'✓' if good else '✗'} {told}", "green" if good else "bold red")

    async def stay(self, place: Place, story: Story, seen: int) -> None:
        """Until it is cancelled: what becomes of mails that others send."""
        self.invite(place)
        sys.stdout.flush()
        async for one in story.follow(seen):
            self.outcome(one)
