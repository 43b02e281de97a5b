"""Somebody asks what an article answers (REQ-D4, scenario D2): real mails through a running daemon."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import Message

import pytest

from tests.scenarios.world import World, a_mail

ADA = "ada@acme.example"
ARTICLE = """# Behandler anlegen
link: https://help.desk.example/behandler
words: Arzt, Ärztin
language: de

Öffnen Sie Verwaltung, Personen und wählen Sie Hinzufügen.
"""


@pytest.fixture
def desk(build: Callable[..., World]) -> World:
    made = build()
    (made.folder / "articles" / "behandler.md").write_text(ARTICLE, encoding="utf-8")
    made.start()
    return made


def status(world: World, number: int) -> tuple[str, set[str]]:
    (row,) = world.rows(f"SELECT status, tags FROM ticket WHERE id = {number}")
    return row.status, set(json.loads(row.tags))


def reply(to: Message, text: str) -> Message:
    return a_mail(ADA, subject=f"Re: {to['Subject']}", text=text, In_Reply_To=to["Message-ID"])


def test_an_article_is_offered_and_the_word_alone_closes_the_ticket(desk: World) -> None:
    desk.send(a_mail(ADA, subject="Wie lege ich Behandler an?", text="Wir haben eine neue Kollegin."))
    desk.until_quiet(1)
    (confirmed,) = desk.mails_to(ADA)
    assert "Behandler anlegen: https://help.desk.example/behandler" in confirmed.get_body(("plain",)).get_content()
    assert status(desk, 1001) == ("new", {"articles-offered"})

    desk.send(reply(confirmed, "Es fehlt noch etwas.\n\n> gelöst\n"))
    desk.until_quiet(2)
    assert status(desk, 1001)[0] in ("new", "open") and len(desk.mails_to(ADA)) == 1, "a quoted word closes nothing"

    desk.send(reply(confirmed, "gelöst\n\nViele Grüße\nAda\n\n> Perhaps one of these helps\n"))
    desk.until_quiet(3)
    assert status(desk, 1001) == ("solved", {"articles-offered", "solved-by-article"})
    told = desk.mails_to(ADA)[-1]
    assert len(desk.mails_to(ADA)) == 2 and "SD-1001" in told["Subject"]
    history = [event["text"] for event in desk.json("show", "SD-1001")["events"]]
    assert any("says that it is solved" in text for text in history), history
    assert any("offers: Behandler anlegen" in text for text in history), history

    desk.send(reply(told, "Doch nicht, es geht wieder nicht."))
    desk.until_quiet(4)
    assert status(desk, 1001)[0] == "open"
