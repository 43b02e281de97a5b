"""The shipped desk of a social intranet, from its files alone: packages with seats, problems and service requests.

Real mails through a running daemon; what only happens after days stands in `test_intranet_in_time.py`.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest

from maild.settings.budgets import Budgets
from tests.scenarios.desks.kit import DeskWorld, a_running_desk, html_of
from tests.seen import Seen

MARA, BEN = "Mara Lind <mara@nordwerk.example>", "Ben Aydin <ben@nordwerk.example>"
IRIS, TOM = "Iris Kern <iris@nordwerk.example>", "Tom <tom@nordwerk.example>"
HOLLY, SVEN = "Holly Reed <holly@brightside.example>", "Sven Opitz <sven@talhof.example>"
STRANGER = "carl@elsewhere.example"
AGENTS, LEAD, TESSA = "agents@plaza.example", "lead@plaza.example", "tessa@plaza.example"
YARA = ("--as", "yara")
MANY = dict.fromkeys(Budgets.model_fields, 1_000_000)
"""All of a module's stories are one hour here; what the budgets do is tried in tests/storms."""
HAR = ("session.har", "application/json", b'{"log": {"secret": "cookie"}}')


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    with a_running_desk("intranet", tmp_path_factory.mktemp("intranet"), budgets=MANY) as world:
        yield world


def address(person: str) -> str:
    return person.partition("<")[2].rstrip(">")


def wanted(mail: Seen) -> list[str]:
    """The lines of the list in a mail, without why they are needed."""
    return [line.partition(" – ")[0] for line in mail.get_content().splitlines() if line.startswith("- ")]


def words_of(desk: DeskWorld, number: str) -> str:
    (found,) = desk.json("show", number)["promises"]
    return str(found["words"])


# ---- problems ----------------------------------------------------------------------------------------


def test_a_problem_is_asked_once_for_all_that_fits_it_and_everybody_concerned_knows(desk: DeskWorld) -> None:
    """REQ-A5, A6, A8, A14: priority as its writer names it, the module guessed, one mail for HAR and addresses."""
    text = "Guten Tag, auf der Startseite kommt bei einigen Nutzern eine rote Fehlermeldung.\nPriorität: High"
    step = desk.writes(BEN, "Rote Fehlermeldung bei einigen", text)
    ticket = desk.ticket(step.number)
    assert (ticket["type"], ticket["priority"], ticket["module"], ticket["status"]) == ("problem", 2, "news", "waiting")
    assert step.told == sorted([AGENTS, address(BEN), address(MARA)])
    question = step.only(address(BEN))
    assert wanted(question) == [
        "- eine HAR-Datei aus Ihrem Browser, während der Fehler auftritt",
        "- die E-Mail-Adressen der Personen, bei denen es auftritt",
    ]
    assert "schwärzen" not in question.get_content() and "<li>" in html_of(question)
    followed = step.only(address(MARA))
    assert "Rote Fehlermeldung" in followed["Subject"] and "Ben Aydin" in followed.get_content()

    answer = desk.answers(question, BEN, "Bei uma@nordwerk.example und udo@partner.example.", files=(HAR,))
    ticket = desk.ticket(step.number)
    assert ticket["fields"] == {"har": "session.har", "users": "uma@nordwerk.example, udo@partner.example"}
    assert (ticket["status"], ticket["tags"]) == ("open", ["har"]), "a HAR file holds secrets; addresses were asked for"
    assert address(BEN) not in answer.told, "nothing is asked for twice"
    assert not any("cookie" in mail.as_string() for _, mail in answer.mails), "and its bytes go nowhere"


def test_somebody_elses_address_is_flagged_where_nobody_asked_for_it(desk: DeskWorld) -> None:
    """REQ-A6: staff see it, and nobody is told off."""
    step = desk.writes(BEN, "Profilbild", "Wie ändert uma@freunde.example ihr Bild?")
    assert "personal-data" in desk.ticket(step.number)["tags"]
    assert step.told == sorted([AGENTS, address(BEN), address(MARA)])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The chat does not load, only in Firefox.", ["browser", "system", "extensions"]),
        ("The picture does not appear, only on one page.", ["page", "devices"]),
        ("The chat does not load, only in Firefox 128 on Windows 11, no extensions.", []),
        ("The search does not work.", []),
    ],
)
def test_what_is_asked_for_fits_the_situation(desk: DeskWorld, text: str, asked: list[str]) -> None:
    """REQ-A6: browsers, pages and devices; what stands in the mail is not asked for again."""
    number = desk.writes(IRIS, "Something is broken", text).number
    assert desk.ticket(number)["asked"] == asked


def test_a_problem_has_four_priorities_and_a_service_request_has_none(desk: DeskWorld) -> None:
    """REQ-A5: named by the customer, or as it sounds; staff may correct it, but not of what has none."""
    said = ["Priority: Low", "Priority: Medium", "Priority: High", "Priority: Blocker", "Nobody can log in."]
    numbers = [desk.writes(IRIS, f"Search is broken, case {place}", text).number for place, text in enumerate(said)]
    assert [desk.ticket(number)["priority"] for number in numbers] == [4, 3, 2, 1, 1]
    desk.does("set", numbers[0], "priority=3", "module=chat", *YARA)
    assert (desk.ticket(numbers[0])["priority"], desk.ticket(numbers[0])["module"]) == (3, "chat")
    request = desk.writes(IRIS, "How do I invite people?", "I do not find the page. Priority: Blocker").number
    assert desk.ticket(request)["type"] == "service request"
    assert desk.exit_code("set", request, "priority=1", *YARA) != 0


# ---- packages and seats ------------------------------------------------------------------------------


def test_each_package_has_its_own_times(desk: DeskWorld) -> None:
    """REQ-A2: the same question of three companies."""
    asked = [desk.writes(one, "Wie lege ich eine Gruppe an?", "Wo ist der Knopf?") for one in (IRIS, SVEN, HOLLY)]
    told = [words_of(desk, step.number) for step in asked]
    assert ["8 h" in told[0], "3 working days" in told[1], "5 working days" in told[2]] == [True] * 3, told


def test_who_holds_no_seat_opens_nothing_and_reads_who_does_if_they_prove_to_be_a_colleague(desk: DeskWorld) -> None:
    """REQ-A2, A3: no ticket; seats are named to a proven address of the company alone."""
    before = len(desk.json("tickets", "--limit", "1000"))
    proven = desk.writes(TOM, "Let me in", "I would like to ask something.")
    unproven = desk.writes("Tim <tim@nordwerk.example>", "Let me in", "Me too.", proven=False)
    elsewhere = desk.writes(STRANGER, "Let me in", "And me.")
    assert [one.disposition for one in (proven, unproven, elsewhere)] == ["refused"] * 3
    named = proven.only(address(TOM)).get_content()
    assert "Ben Aydin, Iris Kern, Mara Lind" in named
    for step in (unproven, elsewhere):
        (mail,) = (mail for _, mail in step.mails)
        assert not any(name in mail.as_string() for name in ("Ben", "Iris", "Mara", "PL-"))
    assert len(desk.json("tickets", "--limit", "1000")) == before


def test_a_shared_address_never_gets_a_seat(desk: DeskWorld) -> None:
    """REQ-A4: one person for each account; the customer reads why."""
    step = desk.writes(SVEN, "Neue Kollegin", "Bitte einrichten: info@talhof.example")
    (one,) = desk.proposals(step.number)
    declined = desk.does("approve", str(one["id"]), *YARA)
    assert desk.proposals(step.number)[0]["state"] == "declined"
    assert "nicht einem einzelnen Menschen" in " ".join(declined.only(address(SVEN)).get_content().split())
    assert desk.contact("info@talhof.example").get("register") != "registered"
    assert not declined.to("info@talhof.example")


def test_a_full_package_takes_nobody_and_says_who_holds_its_seats(desk: DeskWorld) -> None:
    """REQ-A2: basic has one seat, and it is Holly's."""
    step = desk.writes(HOLLY, "New seat", "Please set up: Sam Fox <sam@brightside.example>")
    (one,) = desk.proposals(step.number)
    declined = desk.does("approve", str(one["id"]), *YARA)
    assert desk.proposals(step.number)[0]["state"] == "declined"
    told = declined.only(address(HOLLY)).get_content()
    assert "All seats" in told and "Holly Reed" in told and not declined.to("sam@brightside.example")


def test_more_seats_and_faster_answers_are_the_account_managers(desk: DeskWorld) -> None:
    """REQ-A16."""
    step = desk.writes(HOLLY, "More seats", "We need two more seats, and faster responses.")
    assert desk.ticket(step.number)["category"] == "package"
    assert "two more seats" in step.only(TESSA).get_content()


def test_a_new_company_is_introduced_and_whom_it_names_is_invited_and_says_yes(desk: DeskWorld) -> None:
    """REQ-A15: its main contact is asked who else; each of them confirms."""
    welcome = desk.does("welcome", "talhof", *YARA).only(address(SVEN))
    assert "insgesamt 3" in welcome.get_content()
    step = desk.answers(welcome, SVEN, "Pia Wolf, pia@talhof.example")
    (one,) = (one for one in desk.proposals(step.number) if one["kind"] == "new-contact")
    invitation = desk.does("approve", str(one["id"]), *YARA).only("pia@talhof.example")
    assert desk.contact("pia@talhof.example")["register"] == "unverified"
    desk.answers(invitation, "Pia Wolf <pia@talhof.example>", "Ja, gerne")
    assert desk.contact("pia@talhof.example")["register"] == "registered"
    opened = desk.writes("Pia Wolf <pia@talhof.example>", "Erste Frage", "Wie lade ich Leute ein?")
    assert opened.disposition == "new ticket"


# ---- who takes part, and what they see ---------------------------------------------------------------


def test_in_copy_only_seat_holders_take_part_and_the_requester_is_told_who_does_not(desk: DeskWorld) -> None:
    """REQ-A7: a colleague without a seat and a stranger read nothing."""
    step = desk.writes(BEN, "Neues Design", "Wann kommt es?", Cc=f"{IRIS}, {TOM}, {STRANGER}")
    assert desk.people(step.number) == {address(BEN): "requester", address(IRIS): "cc"}
    told = " ".join(step.only(address(BEN)).get_content().split())
    assert address(TOM) in told and STRANGER in told and address(IRIS) not in told
    reply = desk.does("reply", step.number, "Im Januar.", *YARA)
    assert set(reply.told) == {address(BEN), address(IRIS)}


def test_all_seat_holders_see_and_work_on_every_ticket_of_their_company(desk: DeskWorld) -> None:
    """REQ-A3, A11: mine, those I read along with, and the company's; another company's never."""
    theirs = desk.writes(HOLLY, "Brightside only", "A word of ours.").number
    bens = desk.writes(BEN, "Von Ben allein", "Wie lade ich Leute ein?")
    mine, cc, all_of_us = (
        desk.writes(IRIS, f"status{scope}", "").only(address(IRIS)).get_content()
        for scope in (" mine", " cc", " organisation")
    )
    assert bens.number not in mine and bens.number not in cc and bens.number in all_of_us
    assert "Neues Design" in cc and theirs not in all_of_us and "Ben Aydin" in all_of_us
    assert "awaiting your reply" in all_of_us, "in the desk's own words (REQ-A12)"
    joined = desk.writes(IRIS, f"[{bens.number}] Von Ben allein", "Ich weiß es: oben rechts.")
    assert (joined.disposition, joined.number) == ("follow-up", bens.number)
    stranger = desk.writes(HOLLY, f"[{bens.number}] Von Ben allein", "Let me see.")
    assert stranger.number != bens.number and "Von Ben" not in "".join(
        mail.get_content() for mail in stranger.to(address(HOLLY))
    )


def test_who_follows_the_company_hears_of_new_tickets_until_they_say_otherwise(desk: DeskWorld) -> None:
    """REQ-A14: by one word, in one's own language."""
    desk.writes(IRIS, "follow", "")
    assert desk.writes(BEN, "Frage eins", "Wie geht das?").to(address(IRIS))
    desk.writes(IRIS, "unfollow", "")
    assert not desk.writes(BEN, "Frage zwei", "Und das?").to(address(IRIS))


def test_two_questions_become_two_tickets_each_confirmed(desk: DeskWorld) -> None:
    """REQ-A10."""
    first = desk.writes(BEN, "Zwei Fragen", "Wie lade ich Leute ein? Und wie ändere ich die Farben?")
    split = desk.does("split", first.number, "--title", "Farben ändern", "Und wie ändere ich die Farben?", *YARA)
    second = split.out.split()[0]
    told = split.only(address(BEN))
    assert second != first.number and second in told["Subject"] and first.number in told.get_content()
    desk.answers(told, BEN, "Blau, bitte.")
    assert [one["visible_text"].strip() for one in desk.json("show", second)["articles"]][-1] == "Blau, bitte."


def test_screenshots_are_taken_and_what_is_too_large_is_refused_with_the_limit(desk: DeskWorld) -> None:
    """REQ-A9: the sender's own server tells them."""
    picture = ("screen.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"0" * 2000)
    step = desk.writes(BEN, "Wo ist der Knopf?", "Siehe Bild.", files=(picture,))
    assert [one["attachment"]["filename"] for one in desk.json("show", step.number)["attachments"]] == ["screen.png"]
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=20) as client:
        client.ehlo()
        code, said = client.mail(address(BEN), ["SIZE=40000000"])
    assert code == 552 and b"31457280" in said


# ---- how tickets come to rest ------------------------------------------------------------------------


def test_the_states_are_open_awaiting_your_reply_and_solved(desk: DeskWorld) -> None:
    """REQ-A12: our answer waits for theirs, theirs opens it again, a solution ends it."""
    step = desk.writes(BEN, "Farben", "Wie ändere ich sie?")
    answer = desk.does("reply", step.number, "Welche meinen Sie?", *YARA).only(address(BEN))
    assert desk.ticket(step.number)["status"] == "waiting"
    desk.answers(answer, BEN, "Alle.")
    assert desk.ticket(step.number)["status"] == "open"
    solved = desk.does("reply", step.number, "--solves", "So geht es: …", *YARA).only(address(BEN))
    assert desk.ticket(step.number)["status"] == "solved" and "gelöst" in solved.get_content()
    desk.answers(solved, BEN, "Geht wieder nicht.")
    assert desk.ticket(step.number)["status"] == "open"
