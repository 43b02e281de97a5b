"""Rules of an operator's own at work: a real daemon, real mails, a real receiver of webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.world import World, a_mail
from tests.servers.requirement import wait_until
from tests.servers.webhook import Receiver, a_receiver

RULES = r"""
- list: machines
  of: [restart, neustart, /\breboot\b/i]

- rule: which machine
  on: [new, follow-up]
  when:
    any:
      - subject: /\b(?P<vm>de-\d{2}-srv-\d{4})\b/i
      - text: /\b(?P<vm>de-\d{2}-srv-\d{4})\b/i
  then: { field: { vm: "{vm}" }, module: hosting }

- rule: a machine needs a name
  when: { subject: $machines, sender: [registered, authorised] }
  then: { type: change request, ask: { vm: "the name of the machine, like de-10-srv-0001" } }

- rule: a known outage
  when: { subject: known outage, attachment: { name: "*.log", size: "< 1 MB" } }
  then: { answer: known-outage, webhook: crm, notify: { staff: grace, template: staff-page } }

- rule: more seats go to the account manager
  when: { text: more seats, organisation: acme }
  then: { forward: account-manager, category: sales }

- rule: newsletters are none of our business
  when: { header: { x-campaign: "*" } }
  then: { ignore: a newsletter }

- rule: odd things are looked at first
  on: [new, follow-up]
  when: { full_text: strange offer }
  then: { review: it sounds odd }

- rule: the second mail of somebody in a hurry
  on: follow-up
  when: { text: [urgent, dringend], priority: "> 1" }
  then: { priority: 1, tag: hurry, webhook: crm }

- rule: an answer that promises something
  on: reply
  when: { text: tomorrow }
  then: { tag: promised, status: open, notify: grace }

- rule: nobody answers any more
  on: time
  when: { quiet: ">= 0.01 minutes", status: waiting, tag: promised-not }
  then: { status: closed }
"""
ANSWER = """Subject: We know of it: {{ title }}

Hello {{ name }}, {{ number }} is about an outage we know of.
{{ signature }}
"""
PAGE = """Subject: Page for {{ name }}: {{ title }}

{{ who }} of {{ organisation }}: {{ text }}
because of {{ because }}
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


@pytest.fixture
def world(build: Callable[..., World], receiver: Receiver, tmp_path: Path) -> World:
    (tmp_path / "secret").write_text("s3cret")
    webhook = {"name": "crm", "url": receiver.url, "secret_file": str(tmp_path / "secret")}
    made = build(webhooks=[webhook], templates="templates")
    (made.folder / "rules" / "50-own.yaml").write_text(RULES)
    for language in ("de", "en"):
        folder = made.folder / "templates" / language
        folder.mkdir(parents=True)
        (folder / "known-outage.txt").write_text(ANSWER)
        (folder / "staff-page.txt").write_text(PAGE)
    made.start()
    return made


def ticket(world: World, number: int = 1001) -> dict[str, object]:
    (row,) = world.rows(f"SELECT * FROM ticket WHERE id = {number}")
    return row._asdict() | {"fields": dict(json.loads(row.fields)), "tags": json.loads(row.tags)}


def told(world: World, address: str) -> list[str]:
    return [f"{mail['Subject']} | {mail.get_content()}" for mail in world.mails_to(address)]


def test_what_is_missing_is_asked_for_and_the_answer_fills_it_in(world: World) -> None:
    world.send(a_mail(subject="Please restart it"))
    world.until_quiet(1)
    one = ticket(world)
    assert (one["type"], one["status"], one["fields"]) == ("change request", "waiting", {})
    (asked,) = world.mails_to("ada@acme.example")
    assert "- the name of the machine, like de-10-srv-0001" in asked.get_content()
    world.send(a_mail(subject=f"Re: {asked['Subject']}", text="It is de-12-srv-0042", In_Reply_To=asked["Message-ID"]))
    world.until_quiet(2)
    assert (ticket(world)["status"], ticket(world)["fields"]) == ("open", {"vm": "de-12-srv-0042"})
    assert len(world.mails_to("ada@acme.example")) == 1, "nothing is asked twice"


def test_a_rule_answers_in_its_own_words_pages_somebody_and_tells_another_system(
    world: World, receiver: Receiver
) -> None:
    mail = a_mail(subject="Is it the known outage?", text="See the log.")
    mail.add_attachment(b"it fell over", "text", "plain", filename="system.log")
    world.send(mail)
    world.until_quiet(1)
    (answer,) = told(world, "ada@acme.example")
    assert "We know of it: Is it the known outage?" in answer and "SD-1001 is about an outage" in answer
    (page,) = told(world, "grace@desk.example")
    assert "Page for" in page and "ada@acme.example> of acme: See the log." in page and "a known outage" in page
    wait_until(lambda: bool(receiver.told), "the webhook is called", 20)
    body = json.loads(receiver.told[0].body)
    assert (body["type"], body["ticket"]["number"], body["rule"]) == ("ticket-opened", "SD-1001", "a known outage")
    assert world.exit_code("rules", "check") == 0


def test_a_stranger_gets_the_neutral_answer_whatever_rules_say(world: World) -> None:
    mail = a_mail("Mallory <m@elsewhere.example>", subject="known outage", text="Pills!")
    mail.add_attachment(b"x", "text", "plain", filename="x.log")
    world.send(mail)
    world.until_quiet(1)
    (answer,) = told(world, "m@elsewhere.example")
    assert "known outage" not in answer.lower() and "Pills" not in answer


def test_a_wish_for_more_goes_to_the_account_manager(world: World) -> None:
    world.send(a_mail(text="We would like more seats, please."))
    world.until_quiet(1)
    (forwarded,) = told(world, "grace@desk.example")
    assert "more seats, please" in forwarded and ticket(world)["category"] == "sales"


def test_what_rules_ignore_is_kept_and_what_is_odd_awaits_a_person(world: World) -> None:
    world.send(a_mail(subject="News of May", X_Campaign="may"))
    world.send(a_mail(subject="Hello", text="A strange offer for you"))
    world.until_quiet(2)
    assert sorted(world.dispositions()) == ["awaiting review", "ignored"]
    (ignored,) = (row for row in world.json("inbox", "list") if row["disposition"] == "ignored")
    assert "a newsletter" in world.maild("inbox", "show", str(ignored["id"]))
    assert len(world.rows("SELECT id FROM ticket")) == 1


def test_rules_on_follow_ups_and_replies_change_the_ticket(world: World, receiver: Receiver) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    (confirmed,) = world.mails_to("ada@acme.example")
    again = a_mail(subject=confirmed["Subject"], text="It is urgent!", In_Reply_To=confirmed["Message-ID"])
    world.send(again)
    world.until_quiet(2)
    assert (ticket(world)["priority"], ticket(world)["tags"]) == (1, ["hurry"])
    wait_until(lambda: bool(receiver.told), "the webhook is called", 20)
    assert json.loads(receiver.told[0].body)["type"] == "follow-up"
    world.maild("reply", "1001", "We come tomorrow.", "--as", "grace")
    world.until_quiet(2)
    assert (ticket(world)["status"], ticket(world)["tags"]) == ("open", ["hurry", "promised"])
    assert len(told(world, "grace@desk.example")) == 1
    assert "`an answer that promises something` matches" in world.maild("show", "1001", "--as", "grace")


def test_what_time_brings_is_done_once(world: World) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    world.maild("set", "1001", "tags=promised-not", "--as", "grace")
    world.maild("set", "1001", "status=waiting", "--as", "grace")
    wait_until(lambda: ticket(world)["status"] == "closed", f"time passes; {world.log()[-2000:]}", 40)
    assert len(world.rows("SELECT id FROM rule_hit WHERE rule = 'nobody answers any more'")) == 1
