"""The demo on the screen: lines as they happen, then tickets, mails, one full explanation, and the promises."""

from __future__ import annotations

import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from maild.cli.outcome import in_words
from maild.cli.output import Columns, listing
from maild.cli.tickets import COLUMNS as TICKETS
from maild.cli.tickets import Line
from maild.demo.place import a_place
from maild.demo.promises import PROMISES
from maild.demo.screen import Screen
from maild.demo.story import Seen, Story
from maild.notify.sink import Kept

MAILS: Columns[Kept] = {
    "to": lambda mail: ", ".join(mail.recipients),
    "subject": lambda mail: str(message_from_bytes(mail.raw, policy=default)["Subject"]),
    "size": lambda mail: f"{len(mail.raw)} bytes",
}


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
            kept = _all(screen, await story.rest(decided))
            if stay:
                await screen.stay(place, story, len(decided))
        finally:
            story.close()
    return kept


def _all(screen: Screen, seen: Seen) -> bool:
    """Everything that was seen; True if all promises are kept."""
    screen.title("Tickets")
    listing([Line(view.ticket, view.promises) for view in seen.tickets], TICKETS, as_json=False)
    screen.title("Mails that went out")
    listing(seen.mails, MAILS, as_json=False)
    screen.title("Why did Bob's answer become what it became? (maild inbox show 3)")
    for text in in_words(seen.step("reply").plan):
        screen.line(text)
    return _promises(screen, seen)


def _promises(screen: Screen, seen: Seen) -> bool:
    screen.title("Promises")
    kept = [promise.kept(seen) for promise in PROMISES]
    for promise, good in zip(PROMISES, kept, strict=True):
        screen.line(f"  {'✓' if good else '✗'} {promise.told}", "green" if good else "bold red")
    screen.line(f"\n{sum(kept)} of {len(kept)} promises kept, {time.monotonic() - screen.begun:.1f} s")
    return all(kept)
