"""Customers change who may write for them, by mail: asked, agreed to, approved, confirmed; and never by an impostor."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.scenarios.test_trust import ADA, BOB, BORDER, STRANGER, set_desk, status, vouched
from tests.scenarios.world import World, a_mail
from tests.servers.requirement import free_port, wait_until

EVA, GRACE = "eva@acme.example", ("--as", "grace")


@pytest.fixture
def guarded(build: Callable[..., World]) -> World:
    """A running daemon behind a border, with pages."""
    port = free_port()
    world = build(smtp=[{"border": BORDER}], web={"url": f"http://127.0.0.1:{port}", "port": port})
    world.start()
    return world


def proposals(world: World) -> list[dict[str, Any]]:
    return list(world.json("proposals", "--all"))


def contact(world: World, address: str) -> dict[str, Any]:
    return next((one for one in world.json("contacts") if one["address"] == address), {})


def answering(mail: Any, sender: str, text: str, make: Callable[..., Any] = vouched) -> Any:
    """A reply as mail programs write it, to the address that was asked for."""
    return make(
        sender, subject=f"Re: {mail['Subject']}", text=text, To=mail["Reply-To"], In_Reply_To=mail["Message-ID"]
    )


def test_a_new_contact_is_asked_for_approved_invited_and_says_yes(guarded: World) -> None:
    guarded.send(vouched(ADA, subject="New contact", text="Please add:\nEva East <eva@acme.example>"))
    guarded.until_quiet(1)
    (one,) = proposals(guarded)
    assert (one["kind"], one["state"], one["address"], one["name"]) == ("new-contact", "open", EVA, "Eva East")
    guarded.maild("approve", str(one["id"]), *GRACE)
    guarded.until_quiet(1)
    (invitation,) = guarded.mails_to(EVA)
    assert "Acme Clinic" in invitation.get_content() and contact(guarded, EVA)["register"] == "unverified"
    guarded.send(answering(invitation, EVA, "Ja, gerne!\n\nEva", a_mail), invitation["Reply-To"])
    guarded.until_quiet(2)
    assert contact(guarded, EVA) | {"register": "registered", "organisation": "acme", "name": "Eva East"} == contact(
        guarded, EVA
    )
    assert proposals(guarded)[0]["state"] == "done"
    assert any("Eva East" in mail.get_content() for mail in guarded.mails_to(ADA)), "whoever asked hears of it"
    assert any("approved by grace@desk.example" in line["why"] for line in guarded.json("audit", "--contact", EVA))


def test_an_instruction_of_a_member_waits_for_the_yes_of_an_authorised_contact_and_of_nobody_else(
    guarded: World,
) -> None:
    guarded.send(vouched(BOB, subject="de-12-srv-0042 neu starten", text="Bitte sofort."))
    guarded.until_quiet(1)
    (asked,) = guarded.mails_to(ADA)
    (told,) = guarded.mails_to(BOB)
    assert "Bitte sofort." in asked.get_content() and "weisungsberechtigt" in told.get_content()
    guarded.send(answering(asked, STRANGER, "yes"), asked["Reply-To"])
    guarded.send(answering(asked, ADA, "yes", a_mail), asked["Reply-To"])
    guarded.send(answering(told, BOB, "ja"), told["Reply-To"])
    guarded.send(answering(asked, ADA, "Let me think.\n\n> yes"), asked["Reply-To"])
    guarded.until_quiet(5)
    assert proposals(guarded)[0]["state"] == "held"
    guarded.send(answering(asked, ADA, "yes, please"), asked["Reply-To"])
    guarded.until_quiet(6)
    one = proposals(guarded)[0]
    assert (one["state"], one["decided_by"]) == ("done", ADA)
    assert any("bestätigt" in mail.get_content() for mail in guarded.mails_to(BOB))


def test_whoever_leaves_is_set_inactive_and_a_successor_is_asked_for_and_named(guarded: World) -> None:
    guarded.send(vouched(ADA, subject="Ada Archer is leaving", text="It is me: ada@acme.example\nBob stays."))
    guarded.until_quiet(1)
    (one,) = proposals(guarded)
    refused = guarded.exit_code("approve", str(one["id"]), *GRACE)
    guarded.maild("approve", str(one["id"]), "--address", ADA, *GRACE)
    assert refused != 0, "a mail that names nobody but its sender does not say who leaves"
    guarded.until_quiet(1)
    assert contact(guarded, ADA)["register"] == "inactive"
    states = {one["kind"]: one["state"] for one in proposals(guarded)}
    assert states == {"leaving": "done", "next-primary": "held"}
    guarded.send(vouched(ADA, subject="And another thing"))
    guarded.until_quiet(2)
    newest = guarded.json("tickets")[0]
    assert newest["unverified"] and "left" not in guarded.mails_to(ADA)[-1].get_content()


def test_no_seat_a_shared_address_and_another_customers_contact_are_declined_and_explained(guarded: World) -> None:
    guarded.maild("organisations", "set", "acme", "seats=2", *GRACE)
    names = "Eva East <eva@acme.example>\ninfo@acme.example\nDora <dora@beta.example>"
    guarded.send(vouched(ADA, subject="New contact", text=names))
    guarded.until_quiet(1)
    guarded.maild("approve", *(str(one["id"]) for one in proposals(guarded)), *GRACE)
    guarded.until_quiet(1)
    assert {one["state"] for one in proposals(guarded)} == {"declined"}
    told = "\n".join(mail.get_content() for mail in guarded.mails_to(ADA))
    assert "All seats" in told and "Bob Baker" in told and "one person alone" in told and "another organisation" in told
    assert guarded.mails_to(EVA) == [] and contact(guarded, EVA) == {}


def test_a_new_organisation_is_welcomed_and_whom_it_names_is_invited(guarded: World) -> None:
    guarded.maild("welcome", "acme", *GRACE)
    guarded.until_quiet(0)
    welcome = guarded.mails_to(ADA)[-1]
    assert "room for 5" in welcome.get_content()
    guarded.send(
        answering(welcome, ADA, "Eva East, eva@acme.example\nFred Fox, fred@acme.example"), welcome["Reply-To"]
    )
    guarded.until_quiet(1)
    waiting = [one for one in proposals(guarded) if one["state"] == "open"]
    assert [(one["address"], one["name"]) for one in waiting] == [(EVA, "Eva East"), ("fred@acme.example", "Fred Fox")]
    guarded.maild("approve", *(str(one["id"]) for one in waiting), *GRACE)
    guarded.until_quiet(1)
    (to_eva,), (to_fred,) = guarded.mails_to(EVA), guarded.mails_to("fred@acme.example")
    url = re.match(r"http://[^/]+", link := re.search(r"http://\S+/c/\S+", to_eva.get_content())[0])[0]
    yes = urllib.request.Request(link, urlencode({"name": "Eva E.", "language": "nl"}).encode(), {"Origin": url})
    assert [status(link), status(yes), status(yes)] == [200, 200, 410]
    wait_until(lambda: contact(guarded, EVA)["register"] == "registered", "Eva is a contact", 10)
    assert contact(guarded, EVA) | {"name": "Eva E.", "language": "nl"} == contact(guarded, EVA)
    assert contact(guarded, "fred@acme.example")["register"] == "unverified" and "/c/" in to_fred.get_content()


def test_strangers_in_copy_read_nothing_until_staff_let_them_in_and_then_what_comes(guarded: World) -> None:
    guarded.stop()
    set_desk(guarded, colleagues="everybody")
    guarded.start()
    guarded.send(vouched(ADA, subject="Printer", text="The secret is mockingbird.", Cc=f"{STRANGER}, {BOB}"))
    guarded.until_quiet(1)
    number = guarded.json("tickets")[0]["number"]
    guarded.maild("reply", number, "First answer.", *GRACE)
    guarded.until_quiet(1)
    assert guarded.mails_to(STRANGER) == [] and len(guarded.mails_to(BOB)) == 1
    guarded.maild("people", number, "--add", STRANGER, *GRACE)
    guarded.maild("reply", number, "Second answer.", *GRACE)
    guarded.until_quiet(1)
    (mail,) = guarded.mails_to(STRANGER)
    assert "Second answer." in mail.get_content() and "mockingbird" not in mail.as_string()
    guarded.send(vouched(STRANGER, subject=mail["Subject"], text="Here I am.", In_Reply_To=mail["Message-ID"]))
    guarded.until_quiet(2)
    assert guarded.dispositions()[-1] == "follow-up"
    parts = {one["contact"]["address"]: one["role"] for one in guarded.json("people", number)}
    assert parts == {ADA: "requester", BOB: "cc", STRANGER: "guest"}
    guarded.maild("people", number, "--remove", STRANGER, *GRACE)
    guarded.send(vouched(STRANGER, subject=mail["Subject"], text="And again.", In_Reply_To=mail["Message-ID"]))
    guarded.until_quiet(3)
    assert guarded.dispositions()[-1] == "awaiting review"


def test_whom_the_desk_leaves_out_of_copy_the_requester_is_told(guarded: World) -> None:
    guarded.send(vouched(ADA, subject="Printer", Cc=STRANGER))
    guarded.until_quiet(1)
    (confirmation,) = guarded.mails_to(ADA)
    assert STRANGER in confirmation.get_content() and guarded.mails_to(STRANGER) == []
    again = answering(confirmation, ADA, "More.")
    again["Cc"] = "carl@elsewhere.example"
    guarded.send(again, confirmation["Reply-To"])
    guarded.until_quiet(2)
    assert "carl@elsewhere.example" in guarded.mails_to(ADA)[-1].get_content()


def test_an_authorised_contact_speaks_on_a_colleagues_ticket_and_a_member_does_not(guarded: World) -> None:
    guarded.send(vouched(ADA, subject="Contract"))
    guarded.send(vouched(BOB, subject="Printer"))
    guarded.until_quiet(2)
    numbers = {one["title"]: one["number"] for one in guarded.json("tickets")}
    guarded.send(a_mail(ADA, subject=f"[{numbers['Printer']}] Printer", text="It is me, honestly."))
    guarded.send(vouched(BOB, subject=f"[{numbers['Contract']}] Contract", text="Let me see."))
    guarded.until_quiet(4)
    guarded.send(vouched(ADA, subject=f"[{numbers['Printer']}] Printer", text="I know how."))
    guarded.until_quiet(5)
    assert guarded.dispositions()[2:] == ["awaiting review", "awaiting review", "follow-up"]


def test_who_follows_the_organisation_hears_of_its_new_tickets(guarded: World) -> None:
    guarded.maild("contacts", "set", ADA, "follows=true", *GRACE)
    guarded.send(vouched(BOB, subject="Printer on fire"))
    guarded.until_quiet(1)
    (told,) = guarded.mails_to(ADA)
    assert "Printer on fire" in told["Subject"] and "Bob Baker" in told.get_content()
    assert re.search(r"\[SD-\d+\]", told["Subject"])


def test_staff_see_the_tickets_of_their_own_desks(build: Callable[..., World]) -> None:
    guarded = build(smtp=[{"border": BORDER}])
    other = (guarded.folder / "desks" / "service.yaml").read_text().replace("desk: service", "desk: other")
    other = other.replace("support@", "other@").replace("prefix: SD", "prefix: OT")
    (guarded.folder / "desks" / "other.yaml").write_text(other)
    guarded.start()
    guarded.send(vouched(ADA, subject="Printer"))
    guarded.until_quiet(1)
    number = guarded.json("tickets")[0]["number"]
    guarded.maild("staff", "set", "linus", "desks=other", *GRACE)
    assert guarded.json("tickets", "--as", "linus") == []
    assert guarded.exit_code("show", number, "--as", "linus") != 0
    assert guarded.exit_code("reply", number, "x", "--as", "linus") != 0
    assert guarded.exit_code("show", number, "--as", "grace") == 0
