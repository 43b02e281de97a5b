"""Nobody is obeyed in somebody else's name: real mails through a daemon whose border says who wrote them."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.scenarios.world import World, a_mail
from tests.servers.requirement import free_port, wait_until

ADA, BOB, STRANGER = "ada@acme.example", "bob@acme.example", "mallory@elsewhere.example"
BORDER = {"profile": "own", "id": "mx.desk.example"}
NAME = "Authentication-Results"
PASSED = "mx.desk.example; spf=pass smtp.mailfrom={0}; dmarc=pass header.from={0}"
DENIED = "mx.desk.example; dmarc=fail (p=reject dis=none) header.from={0}"


def vouched(sender: str, **more: str):
    """A mail that the border vouches for."""
    domain = sender.rpartition("@")[2].rstrip(">")
    return a_mail(sender, Authentication_Results=PASSED.format(domain), **more)


def set_desk(world: World, **words: str) -> None:
    file: Path = world.folder / "desks" / "service.yaml"
    kept = [line for line in file.read_text().splitlines() if line.partition(":")[0] not in words]
    file.write_text("\n".join([*kept, *(f"{name}: {value}" for name, value in words.items())]) + "\n")


@pytest.fixture
def guarded(build: Callable[..., World], request: pytest.FixtureRequest) -> World:
    """A daemon behind a border."""
    return build(smtp=[{"border": BORDER}])


def test_who_is_proven_is_answered_in_full_who_is_not_neutrally_and_a_forger_not_at_all(guarded: World) -> None:
    guarded.start()
    guarded.send(vouched(ADA, subject="Proven words"))
    guarded.send(a_mail(ADA, subject="Unproven words"))
    guarded.send(a_mail(ADA, subject="Forged words", Authentication_Results=DENIED.format("acme.example")))
    guarded.until_quiet(3)
    assert sorted(guarded.dispositions()) == ["new ticket", "new ticket", "quarantined"]
    mails = guarded.mails_to(ADA)
    assert len(mails) == 2
    assert ["Proven words" in mail.as_string() for mail in mails].count(True) == 1
    assert not any("Unproven words" in mail.as_string() or "Forged" in mail.as_string() for mail in mails)
    tickets = {one["title"]: guarded.json("show", one["number"]) for one in guarded.json("tickets")}
    proofs = {title: shown["articles"][0]["proof"] for title, shown in tickets.items()}
    assert proofs == {"Proven words": "proven", "Unproven words": "none"}
    assert "mx.desk.example" in tickets["Proven words"]["articles"][0]["proof_text"]


def test_where_proof_is_required_a_forged_answer_with_the_right_number_changes_nothing(guarded: World) -> None:
    set_desk(guarded, proof="required")
    guarded.start()
    guarded.send(vouched(ADA, subject="Printer"))
    guarded.until_quiet(1)
    (confirmation,) = guarded.mails_to(ADA)
    token = re.search(r"\[SD-\d+\]", confirmation["Subject"])[0]
    guarded.send(a_mail(ADA, subject=f"Re: {token} Printer", text="Please delete all."))
    guarded.send(a_mail(ADA, To=confirmation["Reply-To"], text="And this, too."), confirmation["Reply-To"])
    guarded.send(vouched(ADA, subject=f"Re: {token} Printer", text="It still burns."))
    guarded.until_quiet(4)
    shown = guarded.json("show", token.strip("[]"))
    assert [article["visible_text"].strip() for article in shown["articles"]] == ["It burns.", "It still burns."]
    assert sorted(guarded.dispositions()) == ["awaiting review", "awaiting review", "follow-up", "new ticket"]


def test_a_stranger_registers_by_the_link_in_the_answer_once_and_is_known_then(build: Callable[..., World]) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    world = build(smtp=[{"border": BORDER}], web={"url": url, "port": port})
    set_desk(world, strangers="register")
    world.start()
    world.send(a_mail(STRANGER, subject="Words of a stranger"))
    world.until_quiet(1)
    (answer,) = world.mails_to(STRANGER)
    assert "Words of a stranger" not in answer.as_string()
    link = re.search(rf"{url}/r/\S+", answer.get_content())[0]
    assert link not in "".join(row.plan for row in world.rows("SELECT plan FROM decision"))
    assert [status(link), status(link)] == [200, 200]
    assert register_of(world) == "unverified", "looking at a link changes nothing"
    form = urlencode({"name": "Mallory", "language": "en"}).encode()
    posted = urllib.request.Request(link, form, {"Origin": url})
    assert status(posted) == 200
    wait_until(lambda: register_of(world) == "registered", "the stranger is registered", 10)
    assert status(posted) == 410, "a link works once"


def status(request: urllib.request.Request | str) -> int:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def register_of(world: World) -> str:
    (row,) = world.rows(f"SELECT register FROM contact WHERE address = '{STRANGER}'")
    return str(row.register)


def test_whoever_has_no_seat_is_told_who_has_once_their_address_is_proven(guarded: World) -> None:
    set_desk(guarded, strangers="refuse")
    guarded.start()
    guarded.send(vouched("new@acme.example", subject="Let me in"))
    guarded.send(a_mail("other@acme.example", subject="Me too"))
    guarded.until_quiet(2)
    assert guarded.dispositions() == ["refused", "refused"]
    assert guarded.json("tickets") == []
    (told,), (neutral,) = guarded.mails_to("new@acme.example"), guarded.mails_to("other@acme.example")
    assert "Ada Archer" in told.get_content() and "Let me in" not in told.as_string()
    assert "Ada" not in neutral.as_string() and "SD-" not in neutral.as_string()
