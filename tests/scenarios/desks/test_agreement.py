"""The shipped desk of a service agreement, from its files alone: severities, a technician on call, costs that wait for
a yes, and letters with a legal clock.

Real mails through a running daemon; what only happens after hours or days stands in `test_agreement_in_time.py`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.cli.site import maild
from tests.scenarios.desks.in_time import Clocked
from tests.scenarios.desks.kit import DeskWorld, Step, a_running_desk, html_of

CLARA, EMIL = "Clara Vogt <clara@sonnenhof.example>", "Emil Brandt <emil@sonnenhof.example>"
NORA = "Nora Lang <nora@sonnenhof.example>"
OWEN, GRACE = "Owen Price <owen@tideway.example>", "Grace Hill <grace@tideway.example>"
MALLORY = "Mallory <mallory@elsewhere.example>"
FIRST_LINE, SECOND_LINE, THIRD_LINE, ON_CALL, PAULA, CONTRACTS = (
    f"{name}@carespace.example"
    for name in ("first-line", "second-line", "third-line", "on-call", "paula", "contract-team")
)
LENA, PAULAS = ("--as", "lena"), ("--as", "paula")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    with a_running_desk("agreement", tmp_path_factory.mktemp("agreement")) as world:
        yield world


def address(person: str) -> str:
    return person.partition("<")[2].rstrip(">")


def promise(desk: DeskWorld, number: str, aim: str = "response") -> dict[str, Any]:
    (found,) = (one for one in desk.json("show", number)["promises"] if one["aim"] == aim)
    return dict(found)


def lasts(one: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(one["due_at"]) - datetime.fromisoformat(one["started_at"])


# ---- severities, and who is called -------------------------------------------------------------------


def test_a_blocker_calls_the_technician_at_any_hour_and_its_due_time_is_told(desk: DeskWorld) -> None:
    """REQ-L3, REQ-L11: more than half cannot work; four hours, around the clock, told to the customer."""
    step = desk.writes(EMIL, "Niemand kommt hinein", "Guten Tag, seit heute früh kommt bei uns niemand mehr hinein.")
    ticket = desk.ticket(step.number)
    assert (ticket["type"], ticket["category"], ticket["priority"]) == ("incident", "fault", 1)
    assert lasts(promise(desk, step.number)) == timedelta(hours=4)
    assert step.told == sorted([address(EMIL), ON_CALL, FIRST_LINE])
    told, page = step.only(address(EMIL)), step.only(ON_CALL)
    assert "Lösung vor, und zwar bis spätestens" in told.get_content() and "(Europe/Berlin)" in told.get_content()
    assert "JETZT" in page["Subject"] and step.number in page["Subject"] and "niemand mehr hinein" in page.get_content()
    assert "Emil Brandt" in html_of(told) and "<script" not in html_of(told)


@pytest.mark.parametrize(
    ("sender", "subject", "text", "priority", "hours"),
    [
        (GRACE, "Everything is slow", "About 60 percent of us wait for minutes on each page.", 2, 8),
        (EMIL, "Tagebuch speichert nicht", "Bei einer Kollegin speichert das Tagebuch nicht.", 3, 16),
    ],
    ids=["Critical", "Major"],
)
def test_severity_follows_from_how_many_are_hindered(
    desk: DeskWorld, sender: str, subject: str, text: str, priority: int, hours: int
) -> None:
    """REQ-L3: in the desk's hours, and nobody is called out of bed for it."""
    step = desk.writes(sender, subject, text)
    assert desk.ticket(step.number)["priority"] == priority
    assert f"{hours} h working time" in promise(desk, step.number)["words"]
    assert ON_CALL not in step.told


def test_all_else_is_minor_and_a_question(desk: DeskWorld) -> None:
    """REQ-L3, REQ-L12: five working days."""
    step = desk.writes(GRACE, "Where do I find the monthly figures?", "I looked in the menu.")
    ticket = desk.ticket(step.number)
    assert (ticket["type"], ticket["priority"]) == ("question", 4)
    assert "5 working days" in promise(desk, step.number)["words"]


def test_what_is_said_later_makes_a_fault_more_severe_and_never_less(desk: DeskWorld) -> None:
    """REQ-L3: asked how many are affected, the customer says 80 per cent; then somebody is called."""
    first = desk.writes(EMIL, "Der Kalender lädt nicht", "Seit heute lädt der Kalender nicht.")
    assert desk.ticket(first.number)["priority"] == 3 and ON_CALL not in first.told
    question = first.only(address(EMIL))
    assert "wie viele Ihrer Nutzer betroffen sind" in question.get_content()
    answer = desk.answers(question, EMIL, "80 Prozent können sich nicht mehr anmelden.")
    ticket = desk.ticket(first.number)
    assert (answer.number, ticket["priority"], ticket["fields"]["affected"]) == (first.number, 1, "80 Prozent")
    assert answer.to(ON_CALL)
    desk.answers(question, EMIL, "Bei allen ist es jetzt nur noch langsam.")
    assert desk.ticket(first.number)["priority"] == 1, "less severe is for staff to say"


def test_unauthorised_use_is_urgent(desk: DeskWorld) -> None:
    """REQ-L15: as a Blocker, with the technician."""
    step = desk.writes(NORA, "Unbefugter Zugriff", "Wir haben einen fremden Zugriff auf ein Konto bemerkt.")
    ticket = desk.ticket(step.number)
    assert (ticket["category"], ticket["priority"], ticket["tags"]) == ("security", 1, ["unauthorised-use"])
    assert step.to(ON_CALL)


# ---- who may report ----------------------------------------------------------------------------------


def test_whom_the_customer_has_not_named_reports_nothing(desk: DeskWorld) -> None:
    """REQ-L2: sent to their own first line; flagged for staff, nobody called, nothing promised or revealed."""
    step = desk.writes(MALLORY, "Niemand kommt hinein", "Alle Nutzer sind ausgesperrt.")
    ticket = desk.ticket(step.number)
    assert ticket["unverified"] and ticket["priority"] == 4 and desk.json("show", step.number)["promises"] == []
    assert step.told == sorted([FIRST_LINE, address(MALLORY)])
    told = step.only(address(MALLORY))
    assert "Support-Team" in told["Subject"]
    assert not any(word in told.as_string() for word in (step.number, "ausgesperrt", "Sonnenhof"))


def test_a_colleague_is_added_only_by_the_customer_and_by_their_own_yes(desk: DeskWorld) -> None:
    """REQ-L2: named by an authorised contact, approved here, invited, and only then somebody who may report."""
    asked = desk.writes(CLARA, "Neuer Ansprechpartner", "Bitte tragen Sie ein: Jan Roth <jan@sonnenhof.example>")
    (one,) = desk.proposals(asked.number)
    assert (one["kind"], one["state"], one["address"]) == ("new-contact", "open", "jan@sonnenhof.example")
    invited = desk.does("approve", str(one["id"]), *LENA)
    desk.answers(invited.only("jan@sonnenhof.example"), "Jan Roth <jan@sonnenhof.example>", "Ja")
    assert desk.contact("jan@sonnenhof.example")["register"] == "registered"


def test_a_call_is_taken_down_by_the_same_rules_and_with_the_same_confirmation(desk: DeskWorld) -> None:
    """REQ-L1: by telephone; the technician is called as if it had been a mail."""
    words = ("open", "--desk", "agreement", "--for", address(EMIL), "--title", "Niemand kommt hinein", "Seit eben.")
    step = desk.does(*words, *LENA)
    number = step.out.split()[0]
    assert desk.ticket(number)["priority"] == 1 and step.to(ON_CALL)
    assert number in step.only(address(EMIL))["Subject"]


def test_the_form_on_the_website_writes_for_somebody_and_proves_nobody(desk: DeskWorld) -> None:
    """REQ-L1: whom it names is unverified, and is answered as such."""
    text = f"Name: Emil Brandt\nE-Mail: {address(EMIL)}\nNachricht: Niemand kommt hinein"
    step = desk.writes("Webformular <form@www.carespace.example>", "Formular", text)
    assert desk.json("people", step.number)[0]["contact"]["address"] == address(EMIL)
    assert desk.ticket(step.number)["unverified"] and ON_CALL not in step.told


# ---- the log of requests -----------------------------------------------------------------------------


def test_the_log_goes_to_an_authorised_contact_with_calls_and_without_other_customers(desk: DeskWorld) -> None:
    """REQ-L4: CSV and a page to print; of the own organisation alone, what came by telephone included."""
    desk.writes(GRACE, "Ours alone", "A word of Tideway's.")
    call = ("open", "--desk", "agreement", "--for", address(NORA), "--title", "Telefonisch gefragt", "Wo ist das?")
    desk.does(*call, *LENA)
    step = desk.writes(CLARA, "Protokoll", "")
    assert (step.disposition, step.number) == ("answered", "")
    files = {part.get_filename(""): part for part in step.only(address(CLARA)).iter_attachments()}
    assert sorted(name.rpartition(".")[2] for name in files) == ["csv", "html"]
    for part in files.values():
        shown = str(part.get_content())
        assert "Telefonisch gefragt" in shown and "Ours alone" not in shown and "Tideway" not in shown


def test_nobody_else_gets_the_log(desk: DeskWorld) -> None:
    """REQ-L4: neither a registered contact, nor a stranger, nor somebody who does not prove to be Clara."""
    steps = [
        desk.writes(EMIL, "Protokoll", ""),
        desk.writes(MALLORY, "Protokoll", ""),
        desk.writes(CLARA, "Protokoll", "", proven=False),
    ]
    assert not any(list(mail.iter_attachments()) for step in steps for _, mail in step.mails)
    assert [step.disposition for step in steps] == ["new ticket"] * 3
    assert "nur an Personen" in steps[0].only(address(EMIL)).get_content(), "a colleague reads who may have it"


def test_who_asks_for_the_log_in_a_sentence_is_told_how_to_have_it(desk: DeskWorld) -> None:
    """REQ-L4: 'Protokoll bitte' is no command; the answer says what is one."""
    step = desk.writes(CLARA, "Protokoll bitte", "Können Sie uns das Protokoll schicken?")
    assert "Protokoll 2026-01 .. 2026-03" in step.only(address(CLARA)).get_content()


def test_staff_write_the_same_log_and_that_is_recorded(desk: DeskWorld) -> None:
    """REQ-L4, REQ-L10: an export of a customer's requests stands in the audit trail, with who did it."""
    folder = desk.folder / "log.csv"
    desk.does("report", "--organisation", "sonnenhof", "--csv", str(folder), "--desk", "agreement", *LENA)
    assert "Sonnenhof" in folder.read_text(encoding="utf-8") or "CS-" in folder.read_text(encoding="utf-8")
    lines = desk.json("audit", "--organisation", "sonnenhof")
    assert any("lena" in line["actor"] and "report" in line["what"] for line in lines), lines


# ---- costs -------------------------------------------------------------------------------------------


def test_a_change_waits_for_the_yes_of_an_authorised_contact(desk: DeskWorld) -> None:
    """REQ-L12: confirmation, then an estimate; a colleague's 'einverstanden' is held, the authorised one's counts."""
    wish = desk.writes(NORA, "Änderungswunsch: Exportknopf", "Wir hätten gern einen Knopf für den Export.")
    ticket = desk.ticket(wish.number)
    assert (ticket["type"], ticket["category"]) == ("change request", "change")
    assert wish.number in wish.only(address(NORA)).get_content()
    offered = desk.does("estimate", wish.number, "Zwei Tage, 1600 EUR netto.", *LENA)
    assert offered.told == [address(CLARA)], "only who may agree is asked"
    assert "1600 EUR" in offered.only(address(CLARA)).get_content()

    desk.answers(wish.only(address(NORA)), NORA, "Einverstanden")
    assert desk.ticket(wish.number)["fields"]["estimate"] == "waiting"
    desk.answers(offered.only(address(CLARA)), CLARA, "Einverstanden", proven=False)
    assert desk.ticket(wish.number)["fields"]["estimate"] == "waiting", "nobody agrees in Clara's name"
    desk.answers(offered.only(address(CLARA)), CLARA, "Einverstanden\n\nClara Vogt")
    ticket = desk.ticket(wish.number)
    assert (ticket["fields"]["estimate"], ticket["status"]) == ("approved", "open")


def test_what_lies_in_the_archive_comes_back_at_a_price_that_is_told_first(desk: DeskWorld) -> None:
    """REQ-L6: a request like any that costs something."""
    step = desk.writes(EMIL, "Aus dem Archiv zurückholen", "Bitte holen Sie zwei archivierte Konten wieder online.")
    ticket = desk.ticket(step.number)
    assert (ticket["type"], ticket["category"]) == ("change request", "records")
    offer = desk.does("estimate", step.number, "2 Konten zu je 14 EUR: 28 EUR.", *LENA).only(address(CLARA))
    assert "28 EUR" in offer.get_content()


# ---- letters with a legal clock ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "category", "days"),
    [("Reklamation der Lieferung", "complaint", 7), ("Abmahnung", "warning", 60), ("Inverzugsetzung", "default", 28)],
)
def test_a_letter_with_a_legal_clock_has_its_day_and_is_not_accepted(
    desk: DeskWorld, subject: str, category: str, days: int
) -> None:
    """REQ-L13: the exact time of receipt, the day reckoned from it, the account manager told, nothing agreed to."""
    step = desk.writes(CLARA, subject, "Näheres steht in diesem Schreiben.")
    shown, ticket = desk.json("show", step.number), desk.ticket(step.number)
    assert (ticket["category"], ticket["tags"], ticket["status"]) == (category, ["legal"], "new")
    due = promise(desk, step.number, "solution")
    assert 0 <= (timedelta(days=days + 1) - lasts(due)).total_seconds() <= 86_460 + 3600, "to the end of that day"
    arrived = desk.rows(f"SELECT received_at FROM inbox_entry WHERE ticket_id = {step.number.partition('-')[2]}")
    assert len(arrived) == 1 and arrived[0].received_at is not None and shown["articles"][0]["at"] == due["started_at"]
    receipt = step.only(address(CLARA)).get_content()
    assert "nur den Eingang" in receipt and "spätestens" not in receipt
    assert [step.to(one)[0]["Subject"] != "" for one in (PAULA, CONTRACTS)] == [True, True]
    assert step.told == sorted([address(CLARA), PAULA, CONTRACTS, FIRST_LINE]), "forwards go to named people only"


def test_a_termination_goes_to_the_account_manager_and_says_to_which_day(desk: DeskWorld) -> None:
    """REQ-L13: also where nothing proves who wrote it; the receipt says that nothing is accepted."""
    step = desk.writes(OWEN, "Contract", "We hereby terminate the contract to 2027-01-31.", proven=False)
    ticket = desk.ticket(step.number)
    assert (ticket["category"], ticket["fields"], ticket["status"]) == (
        "termination", {"wanted-day": "2027-01-31"}, "new",
    )  # fmt: skip
    assert step.to(PAULA) and step.to(CONTRACTS)
    assert "terminate" not in step.only(address(OWEN)).as_string(), "an unproven mail is not quoted"


def test_staff_say_when_a_contract_ends_and_the_day_is_shown_and_told(desk: DeskWorld) -> None:
    """REQ-L13: begun by somebody of contracts alone; the customer reads the day, and what to do before it."""
    number = desk.writes(CLARA, "Kündigung", "Hiermit kündigen wir den Vertrag.").number
    assert desk.json("workflow", "list", *PAULAS) == [], "no mail ends a contract by itself"
    day = (datetime.now(UTC) + timedelta(days=90)).date()
    desk.does("set", number, f"ends={day.isoformat()}", *PAULAS)
    begun = desk.does("workflow", "start", number, "termination", *PAULAS)
    (run,) = desk.json("workflow", "list", *PAULAS)
    assert run["state"] == "cooling" and run["due_at"][:10] >= day.isoformat(), "not before that day"
    told = begun.only(address(CLARA)).get_content()
    assert "Ende Ihres Vertrags" in told and "Datenausgabe" in told


# ---- need to know, announcements ---------------------------------------------------------------------


def test_who_works_at_one_desk_sees_nothing_of_the_other(desk: DeskWorld) -> None:
    """REQ-L14: contract matters have a desk of their own, and only its people read them."""
    mail: EmailMessage = desk.mail(CLARA, "Preise ab 2027", "Vertraulich.", To="contracts@carespace.example")
    step: Step = desk.sends(mail, "contracts@carespace.example")
    number = step.number.replace("CS", "CC")
    assert step.told == sorted([address(CLARA), CONTRACTS])
    assert desk.exit_code("show", number, *LENA) != 0 and desk.exit_code("show", number, *PAULAS) == 0
    assert number not in desk.maild("tickets", *LENA) and number in desk.maild("tickets", *PAULAS)


def test_maintenance_is_announced_a_working_day_ahead_to_primary_contacts_or_with_a_recorded_reason(
    desk: DeskWorld,
) -> None:
    """REQ-L8: each in their language, once; too late without a reason is refused, and the reason is kept."""
    day = (datetime.now(UTC) + timedelta(days=14)).date().isoformat()
    words = ("announce", "maintenance", "--desk", "agreement", "--subject", "New disks")
    told = desk.does(*words, "--from", f"{day}T20:00", "--to", f"{day}T23:00", *LENA)
    assert told.told == sorted([address(CLARA), address(OWEN)])
    assert "Wartung" in told.only(address(CLARA))["Subject"] and "Maintenance" in told.only(address(OWEN))["Subject"]
    assert desk.does(*words, "--from", f"{day}T20:00", "--to", f"{day}T23:00", *LENA).told == []

    soon, later = ((datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="minutes") for hours in (3, 6))
    urgent = ("announce", "maintenance", "--desk", "agreement", "--subject", "Urgent", "--from", soon, "--to", later)
    assert desk.exit_code(*urgent, *LENA) != 0
    desk.does(*urgent, "--override", "a hole that is being used", *LENA)
    assert "a hole that is being used" in desk.maild("announce", "list")


# ---- keeping it --------------------------------------------------------------------------------------


def test_a_clients_data_are_flagged_told_once_and_quoted_nowhere(desk: DeskWorld) -> None:
    """REQ-L10: purpose-bound; the mail says what was seen, never the data."""
    text = "Frau Inge Muster, geb. 12.03.1961, sieht ihr Tagebuch nicht. Wo finde ich das?"
    step = desk.writes(NORA, "Tagebuch einer Klientin", text)
    assert "personal-data" in desk.ticket(step.number)["tags"]
    assert not any("1961" in mail.as_string() for mail in step.to(address(NORA)))
    assert any("schwärzen" in mail.get_content() for mail in step.to(address(NORA)))


def test_everything_that_was_changed_is_listed_by_person(desk: DeskWorld) -> None:
    """REQ-L10: who changed what in the register, and why."""
    desk.does("contacts", "set", address(NORA), "language=en", "--why", "she asked by telephone", *LENA)
    lines = desk.json("audit", "--contact", address(NORA))
    assert any("lena" in line["actor"] and "language" in line["what"] for line in lines), lines


def test_every_reading_and_erasure_is_listed_and_what_is_erased_is_gone(desk: DeskWorld) -> None:
    """REQ-L10: erasure on request, with a certificate; who read and who erased stays known, by ticket and by person."""
    number = desk.writes(NORA, "Nur eine Frage", "Das Wort ist Holunderstrauch.").number
    assert "Holunderstrauch" in desk.maild("show", number, *LENA)
    assert "lena" in {one["actor"] for one in desk.json("access", "list", "--person", address(NORA))}
    desk.does("erase", "--ticket", number, "--why", "asked for by letter", "--quick", *LENA)
    assert "Holunderstrauch" not in desk.maild("show", number, *LENA) and desk.ticket(number)["number"] == number
    done = {(one["actor"], one["what"]) for one in desk.json("access", "list", "--ticket", number)}
    assert {("lena", "read"), ("lena", "erase")} <= done
    assert desk.exit_code("erase", "verify") == 0


def test_a_backup_of_the_running_desk_comes_back_whole(desk: DeskWorld, tmp_path: Path) -> None:
    """REQ-L7: into the folder that the hourly series names; restored elsewhere, every ticket is in it."""
    kept = desk.writes(OWEN, "Before the fire", "Is this kept?").number
    before = [one["number"] for one in desk.json("tickets", "--limit", "1000")]
    desk.does("backup", "--series", "hour")
    *_, file = sorted((desk.folder / "backups" / "hourly").glob("*.db.gz"))
    other = Clocked(tmp_path / "other", "agreement")
    other.close()
    (other.folder / "var" / "maild.db").unlink()
    done = maild("--settings", other.folder / "maild.yaml", "restore", file)
    assert done.code == 0, done.err
    back = maild("--settings", other.folder / "maild.yaml", "tickets", "--limit", "1000", "--json").json
    assert [one["number"] for one in back] == before and kept in before


def test_a_daemon_that_is_killed_loses_nothing(desk: DeskWorld) -> None:
    """REQ-L9: what was answered with 250 becomes a ticket when it is back; systemd starts it again by itself."""
    before = len(desk.dispositions())
    desk.send(desk.mail(EMIL, "Kurz vor dem Ende", "Kommt das an?"), desk.support)
    desk.stop(signal.SIGKILL)
    desk.start()
    desk.until_quiet(before + 1)
    assert any(one["title"] == "Kurz vor dem Ende" for one in desk.json("tickets"))
