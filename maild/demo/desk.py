"""`maild demo --desk NAME`: the story that an example desk's folder tells, played on the running desk, each thing that
must have come of it checked."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

from maild.config import load_settings
from maild.config.policy import desks_of
from maild.config.starter import starter_folder
from maild.demo.place import Place, a_place
from maild.demo.screen import Screen
from maild.demo.script import BORDER, Scene, Script, read_script, written
from maild.demo.story import Decided, Step, Story
from maild.notify.sink import Kept
from maild.store.tickets import TicketView

Checked = tuple[str, bool]
"""What must be so, and whether it is."""


async def perform_desk(folder: Path, desk: str, stay: bool) -> bool:
    """The whole story in an empty folder; True if everything came out as it says. Raises NotFound, ConfigError."""
    script, screen = read_script(starter_folder(desk)), Screen()
    screen.line(f"maild demo in {folder}: the example desk {desk}, a real daemon, a relay that keeps everything")
    screen.title(script.story)
    async with a_place(folder, desk, border={"profile": "own", "id": BORDER}) as place:
        story = Story(place, _steps(script, place))
        try:
            good = await _played(story, script, place, screen)
            if stay:
                await screen.stay(place, story, len(script.scenes))
        finally:
            story.close()
    return good


def _steps(script: Script, place: Place) -> tuple[Step, ...]:
    address = desks_of(load_settings(place.settings))[0].address
    return tuple(
        Step(str(number), one.says, partial(written, one, number, address))
        for number, one in enumerate(script.scenes, start=1)
    )


async def _played(story: Story, script: Script, place: Place, screen: Screen) -> bool:
    kept: list[bool] = []
    before = 0
    async for one in story.play():
        screen.outcome(one)
        await story.quiet()
        scene, mails = script.scenes[int(one.step.name) - 1], place.sink.mails[before:]
        before = len(place.sink.mails)
        for told, good in _checks(scene, one, story, mails):
            screen.check(told, good=good)
            kept.append(good)
    screen.line(f"\n{sum(kept)} of {len(kept)} things came out as the story says")
    return all(kept)


def _checks(scene: Scene, one: Decided, story: Story, mails: list[Kept]) -> Iterator[Checked]:
    if scene.ticket:
        view = story.ticket(one.entry.ticket) if one.entry.ticket else None
        for name, value in scene.ticket:
            yield f"its {name} is {value}", view is not None and _value(view, name) == value
    for address, words in scene.told:
        texts = [_text(mail) for mail in mails if address in mail.recipients]
        yield f"{address} reads: {words}", any(words in text for text in texts)
    for address in scene.silent:
        yield f"{address} gets nothing", not any(address in mail.recipients for mail in mails)


def _value(view: TicketView, name: str) -> str:
    fields = dict(view.ticket.fields)
    return fields[name] if name in fields else str(getattr(view.ticket, name, ""))


def _text(mail: Kept) -> str:
    """Subject and text on one line each, as words are looked for in them."""
    read = message_from_bytes(mail.raw, policy=default)
    body = read.get_body(("plain",))
    return " ".join(f"{read['Subject']} {body.get_content() if body else ''}".split())
