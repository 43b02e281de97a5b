"""The demo on the screen: lines as they happen, then tickets, mails, one full explanation, and the promises."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from rich.console import Console

from maild.cli.outcome import in_words
from maild.cli.output import Columns, listing, safe
from maild.cli.tickets import COLUMNS as TICKETS
from maild.cli.tickets import Line
from maild.demo.mails import DESK
from maild.demo.place import Place, a_place
from maild.demo.promises import PROMISES
from maild.demo.story import Decided, Seen, Story
from maild.notify.sink import Kept

MAILS: Columns[Kept] = {
    "to": lambda mail: ", ".join(mail.recipients),
    "subject": lambda mail: str(message_from_bytes(mail.raw, policy=default)["Subject"]),
    "size": lambda mail: f"{len(mail.raw)} bytes",
}


class Screen:
    """Where it is told."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._begun = time.monotonic()

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
        self.line(f"{time.monotonic() - self._begun:5.1f} s  {safe(one.step.told)}")
        self.line(f"         → {one.entry.disposition}{ticket}", "green")

    def all(self, seen: Seen) -> bool:
        """Everything that was seen; True if all promises are kept."""
        self.title("Tickets")
        listing([Line(view.ticket, view.promises) for view in seen.tickets], TICKETS, as_json=False)
        self.title("Mails that went out")
        listing(seen.mails, MAILS, as_json=False)
        self.title("Why did Bob's answer become what it became? (maild inbox show 3)")
        for text in in_words(seen.step("reply").plan):
            self.line(text)
        return self._promises(seen)

    def _promises(self, seen: Seen) -> bool:
        self.title("Promises")
        kept = [promise.kept(seen) for promise in PROMISES]
        for promise, good in zip(PROMISES, kept, strict=True):
            self.line(f"  {'✓' if good else '✗'} {promise.told}", "green" if good else "bold red")
        self.line(f"\n{sum(kept)} of {len(kept)} promises kept, {time.monotonic() - self._begun:.1f} s")
        return all(kept)

    def invite(self, place: Place) -> None:
        """How to send mails of one's own."""
        self.title("Now you. The daemon keeps running until Ctrl-C")
        mail = f"From: ada@acme.example\\nTo: {DESK}\\nSubject: Hello\\n\\nIs anybody there?"
        send = f"smtplib.SMTP('127.0.0.1', {place.port}).sendmail('ada@acme.example', '{DESK}', '{mail}')"
        for text in (
            f"swaks --server 127.0.0.1:{place.port} --from ada@acme.example --to {DESK} --header 'Subject: Hello'",
            f'python3 -c "import smtplib; {send}"',
            f"maild --settings {place.settings} ingest --wait mail.eml",
            f"maild --settings {place.settings} tickets",
            f"maild --settings {place.settings} show 1001",
            f"maild --settings {place.settings} reply --as grace 1001 'We are on it.'",
            f"tail -f {place.log}",
        ):
            self.line(f"  {text}")
        self.line()


async def perform(folder: Path, stay: bool) -> bool:
    """The whole demo in an empty folder; True if all promises are kept. With `stay` it runs until it is cancelled."""
    screen = Screen()
    screen.line(
        f"maild demo in {folder}: the shipped example configuration, a real daemon, a relay that keeps everything"
    )
    async with a_place(folder) as place:
        story = Story(place)
        try:
            decided = await screen.follow(story.play())
            kept = screen.all(await story.rest(decided))
            if stay:
                screen.invite(place)
                sys.stdout.flush()
                async for one in story.follow(len(decided)):
                    screen.outcome(one)
        finally:
            story.close()
    return kept
