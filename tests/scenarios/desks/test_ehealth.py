"""The second line of an e-health platform (REQ-M1 to M10), run from config/desks/ehealth alone: real, signed mails
through a real daemon that asks a name server for their keys. What takes days is in `test_ehealth_in_time.py`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.policy import default
from email.utils import formatdate, parseaddr

import pytest

from tests.ingest.authenticity.signing import USUAL, How, ed25519, signed
from tests.scenarios.desks.kit import LEFT_OVER, DeskWorld, Step, a_running_desk, everything_sent, html_of
from tests.seen import Seen
from tests.servers.dns_stub import Says, a_dns_stub

KEY = ed25519()
ANNA, JONAS, TIM = (f"{name}@lindenhof.example" for name in ("anna", "jonas", "tim"))
SANNE, CLIENT, MALLORY = "sanne@dunes.example", "client@home.example", "mallory@elsewhere.example"
TEAM, MARIT, INES = "second-line@ehealth.example", "marit@ehealth.example", ("--as", "ines")
DOMAINS = ("lindenhof.example", "dunes.example", "home.example", "elsewhere.example")
THREADS = ("in-reply-to", "references", "content-transfer-encoding")
URL = "https://lindenhof.platform.example"
AWARE = "Der Klient weiß, dass die Löschung unwiderruflich ist."
COMPLETE = f"Bitte löschen Sie auf {URL} das Konto 48151. {AWARE}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    keys = {f"s1._domainkey.{domain}": Says((KEY.record(),)) for domain in DOMAINS}
    with (
        a_dns_stub(keys) as names,
        a_running_desk("ehealth", tmp_path_factory.mktemp("desk"), dns={"servers": [names.server]}) as world,
    ):
        yield world


def as_signed(desk: DeskWorld, sender: str, subject: str, text: str, **more: str) -> bytes:
    """As the mail server of the sender's own domain signs it, now."""
    mail = desk.mail(sender, subject, text, proven=False, Date=formatdate(localtime=True), **more)
    raw = mail.as_bytes(policy=default.clone(linesep="\r\n"))
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return signed(raw, How(key=KEY, domain=domain, headers=(*USUAL, *THREADS), signed_at=int(time.time())))


def writes(desk: DeskWorld, sender: str, subject: str, text: str, **more: str) -> Step:
    return desk.sends(as_signed(desk, sender, subject, text, **more))


def answers(desk: DeskWorld, mail: Seen, sender: str, text: str) -> Step:
    """As somebody's program answers a mail of ours, signed."""
    quoted = "\n".join(f"> {line}" for line in mail.get_content().splitlines())
    threaded = {"To": mail["Reply-To"], "In_Reply_To": mail["Message-ID"], "References": mail["Message-ID"]}
    whole = f"{text}\n\nAm 28.11.2026 um 10:00 schrieb {mail['From']}:\n{quoted}\n"
    raw = as_signed(desk, sender, f"Re: {mail['Subject']}", whole, **threaded)
    return desk.sends(raw, parseaddr(mail["Reply-To"])[1])


def wanted(mail: Seen) -> list[str]:
    return [line for line in mail.get_content().splitlines() if line.startswith("- ")]


def digits(mail: Seen) -> str:
    (found,) = re.findall(r"^\d{4} (\d{4})\s*$", mail.get_content(), re.MULTILINE)
    return str(found)


def state(desk: DeskWorld, number: str) -> str:
    runs = desk.json("workflow", "show", number)
    return str(runs[-1]["run"]["state"]) if runs else ""


# ---- who writes, and what every report must say -----------------------------------------------------


def test_a_client_and_a_stranger_are_sent_to_their_own_first_line_and_learn_nothing(desk: DeskWorld) -> None:
    """REQ-M1."""
    came = writes(desk, CLIENT, "Ich komme nicht in mein Tagebuch", "Bitte helfen Sie mir.")
    assert desk.ticket(came.number)["unverified"] and came.told == sorted([CLIENT, TEAM])
    answer = came.only(CLIENT)
    assert came.number not in answer.as_string() and "Tagebuch" not in answer.as_string()


def test_what_a_fault_lacks_is_asked_for_in_one_mail_and_the_answer_fills_it_in(desk: DeskWorld) -> None:
    """REQ-M2, REQ-M8, REQ-M9."""
    came = writes(desk, f"Tim Krause <{TIM}>", "Modul lädt nicht", "Das Tagebuch auf der Seite lädt nicht.")
    asked = came.only(TIM)
    assert [line[:12] for line in wanted(asked)] == ["- die Adress", "- die Situat", "- Browser un"]
    assert "ohne Daten von Klienten" in asked.get_content() and "Klienten" in html_of(asked)
    ticket = desk.ticket(came.number)
    assert (ticket["priority"], ticket["status"], ticket["category"], ticket["module"]) == (
        4, "waiting", "fault", "diary",
    )  # fmt: skip
    told = answers(desk, asked, TIM, f"{URL}\nWenn ich auf Speichern klicke, dreht sich alles. Firefox 131.0")
    filled = desk.ticket(came.number)
    assert filled["status"] == "open" and told.to(TIM) == []
    assert filled["fields"]["platform-url"] == "lindenhof.platform.example"
    assert filled["fields"]["browser"] == "Firefox 131.0" and filled["fields"]["steps"].startswith("Wenn ich")
    solved = desk.does("reply", came.number, "Mit Version 4.2 ist das behoben.", "--solves", *INES)
    assert "behoben" in solved.only(TIM).get_content() and desk.ticket(came.number)["status"] == "solved"


def test_priorities_follow_the_impact_and_say_by_when_an_answer_comes(desk: DeskWorld) -> None:
    """REQ-M8."""
    for subject, text, priority in (
        ("Plattform nicht erreichbar", URL, 1),
        ("Video", f"Alle Klienten sehen auf {URL} im Video nur Schwarz.", 2),
        ("Langsam", f"Viele Nutzer warten auf {URL} lange.", 3),
        ("Frage zum Tagebuch", f"Wie geht das auf {URL}?", 4),
    ):
        came = writes(desk, TIM, subject, text)
        shown = desk.json("show", came.number)
        assert shown["ticket"]["priority"] == priority, subject
        assert [one["aim"] for one in shown["promises"]] == ["response"]


def test_somebody_elses_platform_is_marked_for_staff_and_nothing_is_said_about_it(desk: DeskWorld) -> None:
    """REQ-M10."""
    came = writes(
        desk, TIM, "Fehler auf der Seite", "https://dunes.platform.example lädt nicht. Wenn ich klicke, nichts."
    )
    assert "unknown-system" in desk.ticket(came.number)["tags"]
    assert "dunes" not in came.only(TIM).as_string().replace("https://dunes.platform.example", "")


def test_extras_go_to_the_account_manager_of_the_organisation(desk: DeskWorld) -> None:
    """REQ-M5."""
    came = writes(desk, ANNA, "Zwei-Faktor für alle", f"Bitte für {URL} freischalten.")
    assert MARIT in came.told and "Zwei-Faktor" in came.only(MARIT).as_string()
    assert came.to(ANNA), "its requester is told"


def test_a_clients_data_are_flagged_never_repeated_and_their_writer_is_asked_to_black_them_out(desk: DeskWorld) -> None:
    """REQ-M3: a name with a birth date; the fault is worked on all the same."""
    words = f"Auf {URL}: Wenn Herr Jürgen Sommer, geb. 04.05.1971, sich anmeldet, lädt nichts. Firefox 131.0"
    came = writes(desk, TIM, "Anmeldung lädt nicht", words)
    assert "personal-data" in desk.ticket(came.number)["tags"]
    assert any("schwärzen" in mail.get_content() for mail in came.to(TIM))
    for _, mail in came.mails:
        assert "04.05.1971" not in mail.as_string() and "04.05.1971" not in html_of(mail)
    again = writes(desk, TIM, f"Re: [{came.number}] Anmeldung lädt nicht", "Er ist am 04.05.1971 geboren.")
    assert not any("schwärzen" in mail.get_content() for mail in again.to(TIM)), "once for a ticket"


# ---- activation -------------------------------------------------------------------------------------


def test_an_activation_takes_its_facts_and_nothing_else(desk: DeskWorld) -> None:
    """REQ-M4."""
    came = writes(desk, TIM, "Bitte Tool aktivieren", f"Auf {URL}, bitte.")
    assert state(desk, came.number) == "collecting"
    assert wanted(came.only(TIM)) == ["- die Kennung des Tools"]
    ready = answers(desk, came.only(TIM), TIM, "Tool 4711")
    assert state(desk, came.number) == "ready" and TEAM in ready.told
    digest = desk.json("workflow", "show", came.number)[0]["run"]["digest"]
    desk.does("workflow", "begin", came.number, "--hash", digest, *INES)
    done = desk.does("workflow", "done", came.number, "--hash", digest, *INES)
    assert "4711" in done.only(TIM).get_content() and desk.ticket(came.number)["status"] == "solved"


# ---- deletion of an account -------------------------------------------------------------------------


def test_a_deletion_without_the_clients_knowledge_is_asked_for_just_that(desk: DeskWorld) -> None:
    """REQ-M6."""
    came = writes(desk, TIM, "Löschung eines Klientenkontos", f"Bitte auf {URL} das Konto 48151 löschen.")
    (missing,) = wanted(came.only(TIM))
    assert "unwiderruflich" in missing and state(desk, came.number) == "collecting"
    asked = answers(desk, came.only(TIM), TIM, AWARE).only(TIM)
    assert state(desk, came.number) == "confirming" and "48151" in asked.get_content()
    assert "LÖSCHEN" in asked.get_content() and f"LÖSCHEN {digits(asked)}" not in asked.get_content()


def test_an_account_is_deleted_only_after_all_have_agreed_and_nobody_has_stopped_it(desk: DeskWorld) -> None:
    """REQ-M6: five working days, told to all authorised contacts, stopped by one word of any of them."""
    came = writes(desk, TIM, "Löschung eines Klientenkontos", COMPLETE)
    (asked,) = (mail for mail in came.to(TIM) if "LÖSCHEN" in mail.get_content())
    due = desk.json("workflow", "show", came.number)[0]["run"]["due_at"]
    assert due, "by when is kept"
    assert answers(desk, asked, TIM, "ja, bitte").mails == () or state(desk, came.number) == "confirming"
    answers(desk, asked, JONAS, f"LÖSCHEN {digits(asked)}")
    assert state(desk, came.number) == "confirming", "nobody confirms for somebody else"
    answers(desk, asked, TIM, f"LÖSCHEN {digits(asked)}")
    assert state(desk, came.number) == "seconding"
    told = desk.does("workflow", "agree", came.number, *INES)
    assert state(desk, came.number) == "cooling" and told.told == sorted([TIM, ANNA, JONAS])
    stopped = answers(desk, told.only(JONAS), JONAS, "Stopp! Das Konto wird noch gebraucht.")
    assert state(desk, came.number) == "stopped" and TIM in stopped.told and TEAM in stopped.told
    assert desk.exit_code("workflow", "begin", came.number, "--hash", "0" * 12, *INES) != 0


def test_a_professionals_account_is_refused_with_the_explanation(desk: DeskWorld) -> None:
    """REQ-M6."""
    came = writes(desk, TIM, "Konto löschen", f"{COMPLETE} Es ist das Konto eines Therapeuten.")
    assert state(desk, came.number) == "refused"
    assert any("deaktivieren" in mail.get_content() for mail in came.to(TIM))


def test_whoever_is_not_proven_begins_no_deletion(desk: DeskWorld) -> None:
    """REQ-M6, M7."""
    for sender, subject in ((TIM, "Löschung eines Klientenkontos"), (ANNA, "Plattform abschalten")):
        came = desk.writes(sender, subject, COMPLETE, proven=False)
        customers = [mail for who in (ANNA, JONAS, TIM) for mail in came.to(who)]
        assert state(desk, came.number) == "" and not any("48151" in mail.as_string() for mail in customers)
        assert JONAS in came.told, "those who could have asked are told that somebody did"


# ---- deletion of a platform -------------------------------------------------------------------------


def test_a_platform_is_deleted_on_a_first_working_day_after_a_second_authorised_contact_agreed(
    desk: DeskWorld,
) -> None:
    """REQ-M7."""
    came = writes(desk, ANNA, "Plattform abschalten", f"Bitte {URL} zum nächsten Termin löschen.")
    assert MARIT in came.told, "the account manager has it"
    (asked,) = (mail for mail in came.to(ANNA) if "LÖSCHEN" in mail.get_content())
    second = answers(desk, asked, ANNA, f"LÖSCHEN {digits(asked)}").only(JONAS)
    assert state(desk, came.number) == "seconding"
    told = answers(desk, second, JONAS, f"LÖSCHEN {digits(second)}")
    assert state(desk, came.number) == "cooling"
    confirmed = told.only(ANNA).get_content()
    assert "Datenausgabe" in confirmed and "Informieren Sie alle" in confirmed
    run = desk.json("workflow", "show", came.number)[0]["run"]
    assert run["ready_at"][:7] == run["due_at"][:7], "that day"
    desk.does("workflow", "stop", came.number, "--why", "Der Vertrag läuft weiter.", *("--as", "marit"))


def test_a_registered_contact_who_may_not_instruct_deletes_no_platform(desk: DeskWorld) -> None:
    """REQ-M7."""
    came = writes(desk, TIM, "Plattform löschen", f"Bitte {URL} löschen.")
    assert state(desk, came.number) == "" and {ANNA, JONAS} <= set(came.told)


# ---- all of it --------------------------------------------------------------------------------------


def test_every_mail_reads_as_a_person_would_write_it(desk: DeskWorld) -> None:
    """No piece of a template, no hole, nothing that is nothing."""
    mails = everything_sent(desk)
    assert len(mails) > 20
    for mail in mails:
        assert not LEFT_OVER.search(mail.get_content()), mail.get_content()
