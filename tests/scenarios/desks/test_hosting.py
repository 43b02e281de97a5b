"""The managed-hosting desk (REQ-H1 to H11), run from config/desks/hosting alone: real mails through a real daemon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.desks.kit import LEFT_OVER, DeskWorld, Step, a_running_desk, everything_sent, html_of
from tests.seen import Seen

KARIN, EMIL, JANA = (f"{name}@nordwerk.example" for name in ("karin.voss", "emil.brandt", "jana.reuter"))
OLIVIA, BEN = "olivia.shaw@quayside.example", "ben.carter@quayside.example"
NELE, JAN, MARA = (f"{name}@lichtblick.example" for name in ("nele.ohm", "jan.petersen", "mara.lind"))
TEAM, ROSA, STRANGER = "operations@hosting.example", ("--as", "rosa"), "mallory@elsewhere.example"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    with a_running_desk("hosting", tmp_path_factory.mktemp("desk")) as world:
        yield world


def states(desk: DeskWorld, number: str) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["address"]) for one in desk.proposals(number)]


def approved(desk: DeskWorld, number: str, *words: str) -> Step:
    """Staff say yes to whatever is open on a ticket, with one command."""
    ids = [str(one["id"]) for one in desk.proposals(number) if one["state"] in ("open", "held")]
    return desk.does("approve", *ids, *words, *ROSA)


def listed(desk: DeskWorld, sender: str, words: str = "status") -> list[str]:
    """The titles that a mail with these words is answered with."""
    text = desk.writes(sender, words, "").only(sender).get_content()
    return re.findall(r"^HD-\d+, [^:]+: (.*?)\s*$", text, re.MULTILINE)


def wanted(mail: Seen) -> list[str]:
    return [line for line in mail.get_content().splitlines() if line.startswith("- ")]


# ---- instructions -----------------------------------------------------------------------------------


def test_an_instruction_waits_for_an_authorised_contact_and_for_nobody_else(desk: DeskWorld) -> None:
    """REQ-H6, REQ-H7, scenario H1: no yes of a stranger, of the asker, without proof, or in a quotation releases it."""
    came = desk.writes(f"Jana Reuter <{JANA}>", "de-12-srv-0042 neu starten", "Bitte heute noch.")
    assert came.told == sorted([JANA, KARIN, EMIL, TEAM])
    confirmed, asked = came.only(JANA), came.only(EMIL)
    assert "weisungsberechtigt" in confirmed.get_content() and came.number in confirmed["Subject"]
    for said in (asked.get_content(), html_of(asked)):
        assert "Jana Reuter" in said and "de-12-srv-0042 neu starten" in said and "Bitte heute noch." in said
    assert desk.ticket(came.number)["fields"]["vm"] == "de-12-srv-0042"

    held = [("instruction", "held", "")]
    for sender, text, proven in (
        (STRANGER, "ja", True),
        (KARIN, "ja", False),
        (JANA, "ja", True),
        (KARIN, "Darüber muss ich nachdenken.", True),
    ):
        desk.answers(asked, sender, text, proven=proven)
        assert states(desk, came.number) == held, (sender, text)
    released = desk.answers(asked, f"Emil Brandt <{EMIL}>", "Ja, bitte\n\nViele Grüße\nEmil")
    assert states(desk, came.number) == [("instruction", "done", "")]
    assert desk.proposals(came.number)[0]["decided_by"] == EMIL
    told = released.only(JANA)
    assert "bestätigt" in told.get_content() and "Erledigt" not in told["Subject"], "nothing has been done yet"


def test_an_authorised_contact_instructs_and_may_say_no_to_others(desk: DeskWorld) -> None:
    """REQ-H6."""
    own = desk.writes(f"Emil Brandt <{EMIL}>", "de-12-srv-0043 herunterfahren")
    assert states(desk, own.number) == [] and own.told == sorted([EMIL, TEAM])
    assert "weisungsberechtigt" not in own.only(EMIL).get_content()
    wish = desk.writes(f"Jana Reuter <{JANA}>", "de-12-srv-0043 löschen")
    refused = desk.answers(wish.only(KARIN), f"Karin Voss <{KARIN}>", "Nein.")
    assert states(desk, wish.number) == [("instruction", "declined", "")]
    assert "nicht ausführen" in refused.only(JANA).get_content()


def test_an_instruction_in_an_authorised_contacts_name_without_proof_is_held(desk: DeskWorld) -> None:
    """REQ-H6: its words are passed on to nobody; the others who may decide learn that there is one."""
    came = desk.writes(f"Karin Voss <{KARIN}>", "de-12-srv-0042 löschen", "Unwiderruflich, bitte.", proven=False)
    assert states(desk, came.number) == [("instruction", "held", "")]
    asked = came.only(EMIL)
    assert "nicht feststeht" in asked.get_content() and came.number in asked.get_content()
    for mail in (asked, came.only(KARIN)):
        assert not re.search("löschen|Unwiderruflich", mail["Subject"] + mail.get_content() + html_of(mail))


# ---- subject, machine, strangers ----------------------------------------------------------------------


def test_hilfe_is_a_ticket_and_one_mail_asks_for_subject_and_machine(desk: DeskWorld) -> None:
    """REQ-H1, REQ-H2, REQ-H5, scenario H2: the stranger in CC is taken in as unverified, and reads nothing."""
    zoe = "zoe@elsewhere.example"
    came = desk.writes(f"Ben Carter <{BEN}>", "Help", "It has been down since noon.", Cc=f"Zoe <{zoe}>")
    assert (came.disposition, came.told) == ("new ticket", sorted([BEN, TEAM]))
    asked = came.only(BEN)
    assert [line.partition(" – ")[0] for line in wanted(asked)] == [
        "- a subject that says in a few words what it is about",
        "- the name of the VM it is about, like de-12-srv-0001",
    ]
    assert "black out" not in asked.get_content()
    assert desk.contact(zoe)["register"] == "unverified" and "unverified, waits for you" in shown(desk, came.number)

    answer = "Subject: The shop does not answer\nIt is DE-31-SRV-0007."
    filled = desk.answers(asked, f"Ben Carter <{BEN}>", answer)
    ticket = desk.ticket(came.number)
    assert (ticket["title"], ticket["status"]) == ("The shop does not answer", "open")
    assert ticket["fields"]["vm"].lower() == "de-31-srv-0007" and "unknown-system" not in ticket["tags"]
    assert filled.to(BEN) == [], "nothing more is asked"
    answered = desk.does("reply", came.number, "The disk was full.", *ROSA)
    assert answered.told == [BEN], "whoever nobody knows reads nothing"


def shown(desk: DeskWorld, number: str) -> str:
    return desk.maild("show", number)


def test_staff_read_in_their_mail_that_somebody_in_copy_is_unverified(desk: DeskWorld) -> None:
    """REQ-H5."""
    mail = desk.writes(BEN, "de-31-srv-0007 is slow", Cc="yan@elsewhere.example").only(TEAM)
    line = next(line for line in mail.get_content().splitlines() if "yan@elsewhere.example" in line)
    assert "unverified" in line or "ungeprüft" in line


def test_somebody_elses_machine_is_marked_for_staff_alone(desk: DeskWorld) -> None:
    """REQ-H2."""
    came = desk.writes(f"Jana Reuter <{JANA}>", "de-31-srv-0007 antwortet langsam", "Seit heute früh.")
    assert "unknown-system" in desk.ticket(came.number)["tags"] and "none of the systems of" in desk.history(
        came.number
    )
    plain = desk.writes(f"Jana Reuter <{JANA}>", "de-12-srv-0042 antwortet langsam", "Seit heute früh.")
    assert "unknown-system" not in desk.ticket(plain.number)["tags"]
    foreign, own = (one.only(JANA).get_content().replace(one.number, "N") for one in (came, plain))
    assert foreign == own, "the sender learns nothing"


def test_one_subject_for_each_ticket_staff_split_a_mail(desk: DeskWorld) -> None:
    """REQ-H2: each part is confirmed to the customer."""
    both = "de-12-srv-0042 ist langsam. Außerdem ist auf de-12-srv-0043 die Platte voll."
    came = desk.writes(f"Jana Reuter <{JANA}>", "Zwei Dinge", both)
    split = desk.does("split", came.number, "--title", "Platte voll", "Auf de-12-srv-0043 ist die Platte voll.", *ROSA)
    number = split.out.split()[0]
    assert number != came.number and number in split.only(JANA)["Subject"]
    assert came.number in split.only(JANA).get_content()


def test_a_stranger_is_taken_in_as_unverified_and_flagged_to_staff(desk: DeskWorld) -> None:
    """REQ-H3, REQ-H5: no account for them, no link to one, no word of theirs in the answer."""
    came = desk.writes(f"Zed <{STRANGER}>", "Mein Server brennt", "de-12-srv-0042 bitte neu starten!", Cc=KARIN)
    assert came.told == sorted([STRANGER, TEAM]), "nobody of the customer is asked in a stranger's words"
    assert desk.ticket(came.number)["unverified"] and "unverified" in desk.ticket(came.number)["tags"]
    assert "unverified sender" in came.only(TEAM).get_content()
    assert states(desk, came.number) == [("instruction", "held", "")]
    answer = came.only(STRANGER)
    assert not re.search("Zed|brennt|0042|/r/|/c/", answer["Subject"] + answer.get_content() + html_of(answer))
    assert desk.contact(STRANGER)["register"] == "unverified"


# ---- who sees what, and who is told first -------------------------------------------------------------


def test_authorised_contacts_see_all_tickets_and_others_their_own(desk: DeskWorld) -> None:
    """REQ-H7."""
    theirs = desk.writes(f"Mara Lind <{MARA}>", "de-20-srv-0100 Zertifikat läuft ab")
    chiefs = desk.writes(f"Nele Ohm <{NELE}>", "Neuer Vertrag gewünscht")
    assert "tom@hosting.example" in chiefs.told and desk.ticket(chiefs.number)["category"] == "contract"
    assert any("Mara Lind" in one for one in listed(desk, NELE, "status organisation"))
    assert listed(desk, MARA, "status organisation") == ["de-20-srv-0100 Zertifikat läuft ab"]
    assert listed(desk, JANA, "status organisation").count("de-20-srv-0100 Zertifikat läuft ab") == 0
    joined = desk.writes(f"Nele Ohm <{NELE}>", f"Re: [{theirs.number}] Zertifikat", "Bitte rasch.")
    peeking = desk.writes(f"Mara Lind <{MARA}>", f"Re: [{chiefs.number}] Vertrag", "Was steht darin?")
    assert (joined.disposition, peeking.disposition) == ("follow-up", "awaiting review")


def test_the_primary_contact_is_told_first_and_set_by_an_authorised_contact(desk: DeskWorld) -> None:
    """REQ-H8: at first the technical contact."""
    assert announced(desk, "New disks").told == [EMIL]
    asked = desk.writes(f"Jana Reuter <{JANA}>", "Neuer Hauptkontakt", f"Ich mache das jetzt: Jana <{JANA}>")
    assert desk.contact(EMIL)["primary"] and desk.proposals(asked.number)[0]["state"] == "held"
    assert "Ich mache das jetzt" in asked.only(KARIN).get_content()
    came = desk.writes(f"Karin Voss <{KARIN}>", "Neuer Hauptkontakt", f"Bitte ab jetzt:\nJana Reuter <{JANA}>")
    done = approved(desk, came.number)
    assert "Jana Reuter ist jetzt der Hauptkontakt" in done.only(KARIN).get_content()
    assert (desk.contact(EMIL)["primary"], desk.contact(JANA)["primary"]) == (False, True)
    assert announced(desk, "New switches").told == [JANA]
    desk.maild("contacts", "set", EMIL, "primary=yes", *ROSA)


def announced(desk: DeskWorld, subject: str) -> Step:
    begins = datetime.now(UTC) + timedelta(days=10)
    times = ("--from", f"{begins:%Y-%m-%d}T20:00", "--to", f"{begins:%Y-%m-%d}T23:00")
    only = ("--organisation", "nordwerk", "--subject", subject)
    return desk.does("announce", "maintenance", "--desk", "hosting", *times, *only, *ROSA)


# ---- accounts -----------------------------------------------------------------------------------------


def test_an_account_is_made_by_staff_and_confirmed_by_its_owner(desk: DeskWorld) -> None:
    """REQ-H3, REQ-H6: asked for by an authorised contact; so is somebody else who may instruct."""
    ida, sven = "ida.fuchs@nordwerk.example", "sven.holm@nordwerk.example"
    came = desk.writes(f"Karin Voss <{KARIN}>", "Neuer Kontakt", f"Bitte anlegen:\nIda Fuchs <{ida}>")
    assert states(desk, came.number) == [("new-contact", "open", ida)] and desk.contact(ida) == {}
    assert wanted(came.only(KARIN)) == [], "nobody needs a machine's name for that"
    invitation = approved(desk, came.number).only(ida)
    assert "Nordwerk GmbH" in invitation.get_content() and desk.contact(ida)["register"] == "unverified"
    done = desk.answers(invitation, f"Ida Fuchs <{ida}>", "Ja, gerne.")
    known = desk.contact(ida)
    assert (known["register"], known["organisation"], known["name"]) == ("registered", "nordwerk", "Ida Fuchs")
    assert "Ida Fuchs" in done.only(KARIN).get_content()

    more = desk.writes(f"Karin Voss <{KARIN}>", "Weisungsberechtigt", f"Ab jetzt auch:\nSven Holm, {sven}")
    assert states(desk, more.number) == [("new-authorised", "open", sven)]
    desk.answers(approved(desk, more.number).only(sven), f"Sven Holm <{sven}>", "Ja")
    assert desk.contact(sven)["register"] == "authorised"
    own = desk.writes(f"Ida Fuchs <{ida}>", "Weisungsberechtigt", f"Ich möchte auch Weisungen geben: Ida <{ida}>")
    assert desk.contact(ida)["register"] == "registered" and desk.proposals(own.number)[0]["state"] == "held"
    assert KARIN in own.told and sven in own.told


def test_a_contact_belongs_to_one_organisation_and_whoever_asks_is_told_so(desk: DeskWorld) -> None:
    """REQ-H4."""
    came = desk.writes(f"Karin Voss <{KARIN}>", "Neuer Kontakt", f"Ben Carter <{BEN}> arbeitet auch für uns.")
    declined = approved(desk, came.number)
    assert "weitere Adresse" in declined.only(KARIN).get_content() and declined.to(BEN) == []
    assert desk.contact(BEN)["organisation"] == "quayside"
    assert "quayside" not in declined.only(KARIN).get_content().lower(), "nor whose contact they are"


def test_whoever_leaves_is_inactive_a_successor_is_asked_for_and_nobody_outside_learns_it(desk: DeskWorld) -> None:
    """REQ-H9, REQ-H11, scenario H3: staff say yes with one command; tickets stay; a later mail counts as unverified."""
    before = desk.writes(f"Jan Petersen <{JAN}>", "de-20-srv-0100 Sicherung prüfen")
    came = desk.writes(f"Nele Ohm <{NELE}>", "Herr Petersen geht", f"Zum Monatsende; {JAN}. Herzliche Grüße, Nele")
    assert states(desk, came.number) == [("leaving", "open", JAN)] and desk.contact(JAN)["register"] == "authorised"
    asked = approved(desk, came.number)
    assert asked.told == [NELE] and desk.contact(JAN)["register"] == "inactive"
    said = asked.only(NELE).get_content()
    assert "Hauptkontakt" in said and "Telefonnummer" in said and "Handels" not in said
    assert desk.people(before.number) == {JAN: "requester"}
    assert any("Sicherung" in one for one in listed(desk, NELE, "status organisation"))

    later = desk.writes(f"Jan Petersen <{JAN}>", "Noch eine Frage zu de-20-srv-0100")
    assert desk.ticket(later.number)["unverified"] and "has left" in later.only(TEAM).get_content()
    stranger = desk.writes("stranger@lichtblick.example", "Noch eine Frage zu de-20-srv-0100")
    answers = [
        one.only(address).get_content().replace(one.number, "N")
        for one, address in ((later, JAN), (stranger, "stranger@lichtblick.example"))
    ]
    assert answers[0] == answers[1], "the answer of a stranger, word for word"
    old = desk.answers(before.only(JAN), f"Jan Petersen <{JAN}>", "Und die Sicherung?")
    assert old.disposition == "awaiting review" and before.number not in old.only(JAN).get_content()

    desk.answers(asked.only(NELE), f"Nele Ohm <{NELE}>", f"Mara Lind <{MARA}>, Telefon 040 555 0100")
    approved(desk, came.number)
    mara = desk.contact(MARA)
    assert (mara["primary"], mara["duties"]) == (True, ["monitoring"])
    assert "040 555 0100" in shown(desk, came.number), "contact data for monitoring stands on the ticket"


def test_an_organisation_without_anybody_authorised_is_flagged_and_asked_for_a_register_extract(
    desk: DeskWorld,
) -> None:
    """REQ-H10: its director may for a time name new contacts, and do nothing else."""
    dana = "dana.price@quayside.example"
    came = desk.writes(f"Ben Carter <{BEN}>", "Olivia Shaw is leaving", f"Her address was {OLIVIA}.")
    assert states(desk, came.number) == [("leaving", "held", OLIVIA)]
    asked = approved(desk, came.number, "--why", "her phone is off; the register says that she resigned")
    assert "extract of the commercial or association register" in asked.only(BEN).get_content()
    assert "no authorised contact" in desk.maild("organisations", fine=False)

    until = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%dT%H:%MZ")
    desk.maild("contacts", "add", dana, "--organisation", "quayside", "--name", "Dana Price", *ROSA)
    desk.maild("contacts", "set", dana, "register=authorised", f"until={until}", "language=en", *ROSA)
    named = desk.writes(f"Dana Price <{dana}>", "New contact", "Please add\nAmy Adams <amy@quayside.example>")
    assert states(desk, named.number) == [("new-contact", "open", "amy@quayside.example")]
    instructs = desk.writes(f"Dana Price <{dana}>", "Please restart de-31-srv-0007")
    assert states(desk, instructs.number) == [("instruction", "held", "")]


# ---- everything that went out -------------------------------------------------------------------------


def test_every_mail_of_the_stories_is_whole(desk: DeskWorld) -> None:
    """Text and HTML each, from the desk, with its signature; nothing of a template is left."""
    desk.writes(f"Ben Carter <{BEN}>", "How do I restart de-31-srv-0007?")
    for mail in everything_sent(desk):
        text = mail.get_content()
        assert mail["From"] == f"Hosting Help Desk <{desk.support}>"
        assert not LEFT_OVER.search(text), text
        assert "Hosting Help Desk" in html_of(mail)
