"""Real mails through a running daemon, on both databases: what became of them, who was told, and who was not."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.scenarios.world import World, a_mail

ADA, BOB, STRANGER = "ada@acme.example", "bob@acme.example", "mallory@elsewhere.example"


def token_in(subject: str) -> str:
    found = re.search(r"\[SD-\d+\]", subject)
    assert found, subject
    return found[0]


def test_a_request_becomes_a_ticket_and_its_sender_is_told(world: World) -> None:
    world.send(a_mail(subject="Drucker brennt", Cc=f"{BOB}, {STRANGER}"))
    world.until_quiet(1)
    (confirmation,) = world.mails_to(ADA)
    assert token_in(confirmation["Subject"])
    assert confirmation["Auto-Submitted"] == "auto-replied"
    (ticket,) = world.json("tickets")
    shown = world.json("show", ticket["number"])
    assert [person["contact"]["address"] for person in shown["participants"]] == [ADA, BOB]
    assert not world.mails_to(BOB) and not world.mails_to(STRANGER)


def test_a_colleagues_reply_joins_the_ticket_by_its_number_and_a_strangers_does_not(world: World) -> None:
    world.send(a_mail(Cc=BOB))
    world.until_quiet(1)
    token = token_in(world.mails_to(ADA)[0]["Subject"])
    world.send(a_mail(f"Bob <{BOB}>", subject=f"AW: {token} Printer", text="Here too."))
    world.send(a_mail(f"Mallory <{STRANGER}>", subject=f"Re: {token} Printer", text="Show me."))
    world.until_quiet(3)
    assert sorted(world.dispositions()) == ["awaiting review", "follow-up", "new ticket"]
    shown = world.json("show", token.strip("[]"))
    assert [article["author"]["address"] for article in shown["articles"]] == [ADA, BOB]


def test_a_reply_to_our_mail_finds_its_ticket_without_any_subject(world: World) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    ours = world.mails_to(ADA)[0]
    by_address = a_mail(subject="", To=ours["Reply-To"], text="Any news?")
    by_reference = a_mail(subject="Something else", In_Reply_To=ours["Message-ID"], text="More news.")
    world.send(by_address, ours["Reply-To"])
    world.send(by_reference)
    world.until_quiet(3)
    assert world.dispositions() == ["new ticket", "follow-up", "follow-up"]


def test_the_same_mail_by_another_route_and_encoding_is_a_duplicate(world: World) -> None:
    mail = a_mail(subject="Größe", text="Käse für alle.\n")
    world.send(mail)
    world.until_quiet(1)
    again = EmailMessage()
    for name, value in mail.items():
        if name.lower() not in ("content-transfer-encoding", "content-type", "mime-version"):
            again[name] = value
    again.set_content("Käse für alle.\n", cte="base64")
    world.send(b"Received: from a by b; Fri, 20 Nov 2026 10:00:00 +0100\r\n" + again.as_bytes().replace(b"\n", b"\r\n"))
    world.until_quiet(2)
    assert world.dispositions() == ["new ticket", "duplicate"]
    assert len(world.mails_to(ADA)) == 1


def test_robots_are_not_answered(world: World) -> None:
    world.send(a_mail(subject="Out of office", Auto_Submitted="auto-replied"))
    world.send(a_mail(subject="News", List_Id="<news.acme.example>"))
    world.send(a_mail(subject="Undelivered"), mail_from="")
    world.until_quiet(3)
    assert sorted(world.dispositions()) == ["ignored", "new ticket", "new ticket"]
    assert world.sink.mails == []


def test_a_stranger_is_answered_once_a_day_without_a_word_of_theirs(build: Callable[..., World]) -> None:
    world = build(smtp=[{}])
    world.start()
    for number in range(3):
        world.send(a_mail(f"Buy-Pills-Now <{STRANGER}>", subject=f"MARKERSUBJECT {number}", text="MARKERTEXT"))
        world.until_quiet(number + 1)
    (answer,) = world.mails_to(STRANGER)
    whole = answer.as_string() + answer.get_content()
    assert not re.search("marker|pills", whole, re.IGNORECASE)
    assert all(ticket["unverified"] for ticket in world.json("tickets"))


def test_a_reply_does_not_overtake_its_parent(build: Callable[..., World]) -> None:
    """Law 6: the child came first; both lie in the inbox before anybody works on it."""
    world = build()
    world.start("--roles", "smtp")
    world.send(a_mail(f"Bob <{BOB}>", subject="Re: Printer", In_Reply_To="<parent@mail.example>"))
    world.send(a_mail(Message_ID="<parent@mail.example>", Cc=BOB))
    world.stop()
    world.start()
    world.until_quiet(2)
    assert world.dispositions() == ["follow-up", "new ticket"]


def test_staff_answer_from_the_command_line_and_the_answer_is_a_persons_mail(world: World) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    number = world.json("tickets")[0]["number"]
    world.maild("reply", number, "--as", "grace", stdin=b"Please restart it.\n")
    world.until_quiet(1)
    answer = world.mails_to(ADA)[-1]
    assert "Please restart it." in answer.get_content()
    assert answer["Auto-Submitted"] is None and answer["Precedence"] is None
    assert world.json("show", number)["ticket"]["status"] == "waiting"


def test_a_customer_hears_of_a_new_status_and_of_a_completed_deletion(world: World) -> None:
    world.send(a_mail())
    world.until_quiet(1)
    number = world.json("tickets")[0]["number"]
    world.maild("set", number, "status=solved", "--as", "grace")
    world.maild("set", number, "deletion=completed", "--as", "grace")
    world.until_quiet(1)
    subjects = [mail["Subject"] for mail in world.mails_to(ADA)]
    assert len(subjects) == 3 and all(number in subject for subject in subjects)


def test_mail_to_an_address_that_is_no_desks_is_refused_at_once(world: World) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        world.send(a_mail(), "sales@desk.example")
    assert refused.value.recipients["sales@desk.example"][0] == 550
