"""What a desk must know before it can begin: a real daemon, real mails, one question and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.world import World, a_mail

INFORMATION = r"""
information:
  subject: { required: true }
  fields:
    - field: url
      find: '/https?:\/\/(?P<value>[\w.-]+)/i'
      words: { en: "the address (URL) of your platform", de: "die Adresse (URL) Ihrer Plattform" }
      why: { en: "each customer has its own", de: "jeder Kunde hat eine eigene" }
      known: systems
    - field: steps
      find: '/(?:Schritte|steps)\s*:\s*(?P<value>\S.{10,200})/i'
      words: { en: "what you did, step by step", de: "was Sie getan haben, Schritt für Schritt" }
    - field: browser
      find: '/\b(?:Firefox|Chrome|Edge|Safari)[ \/]\d+/i'
      words: { en: "browser and version", de: "Browser und Version" }
      required: false
    - field: har
      attachment: "*.har"
      words: { en: "a HAR export", de: "einen HAR-Export" }
      when: ["*rote Fehlermeldung*", red error]
  modules:
    - module: diary
      words: [Tagebuch, diary]
"""
RULES = """
- rule: a module does not load
  when: { subject: [lädt nicht, does not load] }
  then: { priority: 4, type: problem }
- rule: who knows the address
  on: follow-up
  when: { field: { url: "*" } }
  then: { tag: addressed }
"""


@pytest.fixture
def world(build: Callable[..., World]) -> World:
    made = build()
    with (made.folder / "desks" / "service.yaml").open("a", encoding="utf-8") as file:
        file.write(INFORMATION)
    (made.folder / "rules" / "60-own.yaml").write_text(RULES, encoding="utf-8")
    made.start()
    return made


def ticket(world: World, number: int = 1001) -> dict[str, Any]:
    (row,) = world.rows(f"SELECT * FROM ticket WHERE id = {number}")
    listed = {name: json.loads(getattr(row, name)) for name in ("tags", "asked", "fields")}
    return {**row._asdict(), **listed, "fields": dict(listed["fields"])}


def wanted(mail: Any) -> list[str]:
    """The lines of the list in a mail."""
    body = mail.get_body(("plain",))
    return [line for line in body.get_content().splitlines() if line.startswith("- ")]


def test_a_customer_is_asked_once_for_all_that_is_missing_and_the_answer_fills_it_in(world: World) -> None:
    world.send(a_mail(subject="Modul lädt nicht", text="Guten Tag, das Tagebuch ist seit heute leer. Danke und Gruß"))
    world.until_quiet(1)
    one = ticket(world)
    assert (one["priority"], one["type"], one["module"]) == (4, "problem", "diary")
    assert (one["status"], one["asked"], one["fields"]) == ("waiting", ["url", "steps"], {})
    (mail,) = world.mails_to("ada@acme.example")
    assert wanted(mail) == [
        "- die Adresse (URL) Ihrer Plattform – jeder Kunde hat eine eigene",
        "- was Sie getan haben, Schritt für Schritt",
    ]
    answer = (
        "Guten Tag, hier die Angaben.\nSchritte: anmelden und das Tagebuch öffnen\n"
        "https://acme.platform.example/login mit Firefox 128, bei uns allen.\n\n"
        "Am 20.11.2026 um 09:00 schrieb Support:\n> Beispiel: https://wrong.example\n"
    )
    world.send(a_mail(subject=f"AW: {mail['Subject']}", text=answer, In_Reply_To=mail["Message-ID"]))
    world.until_quiet(2)
    one = ticket(world)
    assert one["fields"] == {
        "url": "acme.platform.example", "steps": "anmelden und das Tagebuch öffnen", "browser": "Firefox 128",
    }  # fmt: skip
    assert (one["status"], one["asked"]) == ("open", ["url", "steps"])
    assert len(world.mails_to("ada@acme.example")) == 1, "nothing more is asked"
    shown = world.maild("show", "1001", "--as", "grace")
    assert "url, steps: the sender is asked" in shown and "url is acme.platform.example" in shown
    assert world.exit_code("rules", "check") == 0, "rules may ask for what the desk finds"
    raw = a_mail(subject="Diary does not load", text="See https://acme.platform.example").as_bytes()
    said = world.maild("explain", "-", stdin=raw)
    assert "information: url is acme.platform.example" in said
    assert "steps: not asked for, since its sender is not" in said, "a file proves nothing"


def test_who_writes_hilfe_is_asked_for_a_subject_too_and_what_becomes_needed_once(world: World) -> None:
    world.send(
        a_mail(subject="Hilfe", text="Hello, please see https://acme.platform.example, broken since noon today.")
    )
    world.until_quiet(1)
    (first,) = world.mails_to("ada@acme.example")
    assert wanted(first) == ["- a subject that says what it is about", "- what you did, step by step"]
    again = "Steps: log in and open the diary\nThere is a red error now."
    sent = {"subject": "The diary is empty", "text": again, "In_Reply_To": first["Message-ID"]}
    for _ in range(2):
        world.send(a_mail(**sent))
    world.until_quiet(3)
    one = ticket(world)
    assert (one["title"], one["asked"]) == ("The diary is empty", ["subject", "steps", "har"])
    _, second = world.mails_to("ada@acme.example")
    assert wanted(second) == ["- a HAR export"]
    recording = a_mail(subject=f"Re: {second['Subject']}", text="Here it is.", In_Reply_To=second["Message-ID"])
    recording.add_attachment(b"{}", "application", "json", filename="session.har")
    world.send(recording)
    world.until_quiet(4)
    one = ticket(world)
    assert (one["status"], one["fields"]["har"]) == ("open", "session.har") and "har" in one["tags"]
    assert len(world.mails_to("ada@acme.example")) == 2
