"""The practice-software desk (REQ-D1 to D6), run from config/desks/practice alone: real mails through a real daemon."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.scenarios.desks.kit import DENIED, LEFT_OVER, Browser, DeskWorld, a_running_desk, everything_sent, html_of
from tests.seen import Seen

LENA, MEHMET, SOPHIE = (f"{name}@marktplatz-praxis.example" for name in ("lena.hofer", "m.arslan", "s.brandt"))
GRACE = "grace.miller@lakeside-surgery.example"
TEAM, BILLING, NORA = "support-team@practice.example", "billing@practice.example", ("--as", "nora")
DAY = 24 * 3600 * 1_000_000
"""As the database counts: microseconds."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    with a_running_desk("practice", tmp_path_factory.mktemp("desk")) as world:
        yield world


def link_in(mail: Seen, desk: DeskWorld, page: str) -> str:
    """The link to this kind of page; text and HTML have the same."""
    found = re.search(rf"{desk.site}/{page}/\S+", mail.get_content())
    assert found, mail.get_content()
    assert f'href="{found[0]}"' in html_of(mail)
    return found[0]


def listed(desk: DeskWorld, sender: str, words: str = "status", *, proven: bool = True) -> list[str]:
    """The titles that a mail with these words is answered with, and who asked where that is said."""
    step = desk.writes(f"Me <{sender}>", words, "", proven=proven)
    assert step.told == [sender], step.told
    return re.findall(r"^PS-\d+, [^:]+: (.*?)\s*$", step.only(sender).get_content(), re.MULTILINE)


# ---- strangers ------------------------------------------------------------------------------------


def test_a_stranger_gets_a_ticket_and_a_link_that_registers_them_once(desk: DeskWorld) -> None:
    """REQ-D2, REQ-D3, scenario D1: what they wrote is not repeated, and shows under *mine* once they are known."""
    tanja = "tanja@neue-praxis.example"
    came = desk.writes(f"Tanja Neu <{tanja}>", "Fehlermeldung", "Beim Start steht dort: Datenbank XQ17 fehlt.")
    assert (came.disposition, came.told) == ("new ticket", sorted([tanja, TEAM]))
    ticket = desk.ticket(came.number)
    assert (ticket["category"], ticket["unverified"]) == ("error", True)
    mail = came.only(tanja)
    assert came.number in mail["Subject"] and mail["Auto-Submitted"] == "auto-replied"
    assert not re.search("XQ17|Fehlermeldung|Tanja", mail["Subject"] + mail.get_content() + html_of(mail))

    link, browser = link_in(mail, desk, "r"), Browser()
    assert browser.get(link)[0] == browser.get(link)[0] == 200
    assert desk.contact(tanja)["register"] == "unverified", "looking at a link registers nobody"
    assert browser.post(link, name="Dr. Tanja Neu", language="de")[0] == 200
    known = desk.contact(tanja)
    assert (known["register"], known["name"], known["organisation"]) == ("registered", "Dr. Tanja Neu", "")
    assert browser.post(link, name="Mallory", language="en")[0] == 410, "a link works once"
    assert desk.contact(tanja) == known
    assert listed(desk, tanja) == ["Fehlermeldung"]

    desk.maild("contacts", "set", tanja, "organisation=marktplatz", *NORA)
    assert "Fehlermeldung (Dr. Tanja Neu)" in listed(desk, MEHMET, "status praxis")


def test_links_expire_and_nobody_gets_many_of_them(desk: DeskWorld) -> None:
    """REQ-D2: a link lasts three days; an address that proves nothing gets one mail a day, its tickets are kept."""
    unknown = "post@unbekannt.example"
    first = desk.writes(unknown, "Kalender leer", proven=False)
    (row,) = desk.rows(f"SELECT created_at, expires_at FROM invitation WHERE address = '{unknown}'")
    assert 2.9 < (row.expires_at - row.created_at) / DAY <= 3
    again = desk.writes(unknown, "Kalender immer noch leer", proven=False)
    assert (len(first.to(unknown)), again.told, again.disposition) == (1, [TEAM], "new ticket")
    assert again.number != first.number
    eager = "eager@unbekannt.example"
    told = [len(desk.writes(eager, f"Frage {number}").to(eager)) for number in range(5)]
    assert told == [1, 1, 1, 0, 0], "proven strangers get three mails an hour"


def test_whoever_is_in_a_registered_contacts_name_only_gets_nothing(desk: DeskWorld) -> None:
    """REQ-D5: an unproven `status` shows nothing, and a forged mail is set aside."""
    unproven = desk.writes(f"Lena <{LENA}>", "status praxis", "", proven=False)
    assert unproven.disposition == "new ticket" and "PS-" in unproven.only(LENA)["Subject"]
    assert not re.search(r"PS-\d+, ", unproven.only(LENA).get_content())
    domain = LENA.partition("@")[2]
    forged = desk.writes(f"Lena <{LENA}>", "Kündigung", proven=False, Authentication_Results=DENIED.format(domain))
    assert (forged.disposition, forged.told) == ("quarantined", [])


# ---- a request, and the page that opens it ---------------------------------------------------------


def test_a_question_is_confirmed_with_its_page_and_the_article_that_answers_it(desk: DeskWorld) -> None:
    """REQ-D1, REQ-D4, scenario D2: the word closes it, a quoted one does not."""
    came = desk.writes(f"Mehmet Arslan <{MEHMET}>", "Wie lege ich Behandler an?", "Wir haben eine neue Kollegin.")
    assert (desk.ticket(came.number)["category"], came.told) == ("usage", sorted([MEHMET, TEAM]))
    confirmed = came.only(MEHMET)
    text = confirmed.get_content()
    assert f"[{came.number}]" in confirmed["Subject"] and "Guten Tag Mehmet Arslan" in text
    assert text.count("/help/") == 1 and "Behandler anlegen: https://support.practice.example/help/de/behandler" in text
    assert link_in(confirmed, desk, "tickets").endswith(came.number)
    assert "spätestens" not in text, "nothing is promised where the desk promises nothing"

    quoting = desk.answers(confirmed, f"Mehmet <{MEHMET}>", "Das kenne ich, es hilft mir leider nicht.")
    assert quoting.disposition == "follow-up" and quoting.told == [TEAM]
    assert desk.ticket(came.number)["status"] != "solved", "`gelöst` stands in what it quotes"
    stranger = desk.answers(confirmed, "mallory@elsewhere.example", "gelöst")
    assert (stranger.disposition, desk.ticket(came.number)["status"]) == ("awaiting review", "new")
    done = desk.answers(confirmed, f"Mehmet <{MEHMET}>", "Gelöst, vielen Dank.")
    assert desk.ticket(came.number)["status"] == "solved"
    assert "damit gelöst" in done.only(MEHMET).get_content()

    grace = desk.writes(f"Grace <{GRACE}>", "How do I add a doctor?", "We have a new one.").only(GRACE).get_content()
    assert "Adding a practitioner" in grace and "Behandler" not in grace and "solved" in grace


def test_the_page_of_a_request_opens_for_its_practice_and_for_nobody_else(desk: DeskWorld) -> None:
    """REQ-D1, REQ-D5, REQ-D6: by a link that is mailed to whoever may see it; logging out everywhere ends it all."""
    came = desk.writes(f"Mehmet <{MEHMET}>", "Termin verschieben", "Wie geht das bei Serien?")
    desk.does("reply", came.number, "Wählen Sie *Alle folgenden*.", *NORA)
    page, browsers = link_in(came.only(MEHMET), desk, "tickets"), (Browser(), Browser())
    assert "Serien" not in browsers[0].get(page)[1], "the link of a mail gives no rights"

    def asks(address: str) -> Seen | None:
        answers: list[tuple[int, str]] = []
        mails = desk.during(lambda: answers.append(browsers[0].post(page, address=address))).to(address)
        assert answers[0][0] == 200, answers
        return mails[0] if mails else None

    assert asks(GRACE) is None and asks("mallory@elsewhere.example") is None
    for browser, reader in zip(browsers, (SOPHIE, SOPHIE), strict=True):
        mail = asks(reader)
        assert mail is not None, "a colleague sees what her practice asks"
        status, shown = browser.post(link_in(mail, desk, "l"))
        assert status == 200
        assert all(one in shown for one in ("Termin verschieben", "Wie geht das bei Serien?", "Alle folgenden"))
        assert "wartet auf Ihre Antwort" in shown or "waiting for your answer" in shown
    mine = f"{desk.site}/my/{came.number}"
    browsers[0].post(f"{desk.site}/logout", where="everywhere")
    assert not any("Serien" in browser.get(mine)[1] for browser in browsers)


# ---- licences, and who sees what ---------------------------------------------------------------------


def test_a_wrong_invoice_goes_to_billing_and_shows_to_the_practice_alone(desk: DeskWorld) -> None:
    """REQ-D3, REQ-D5, scenario D3: a colleague's `status` lists it, another practice's never."""
    came = desk.writes(f"Sophie Brandt <{SOPHIE}>", "Rechnung falsch", "Wir haben nur drei Lizenzen.")
    ticket = desk.ticket(came.number)
    assert (ticket["category"], ticket["assignee"]) == ("licences", "billing")
    assert came.told == sorted([SOPHIE, BILLING]), "the team has nothing to do with it"

    assert "Rechnung falsch (Sophie Brandt)" in listed(desk, MEHMET, "status praxis")
    assert listed(desk, SOPHIE, "status meine") == ["Rechnung falsch"]
    assert "Rechnung falsch" not in listed(desk, MEHMET, "status meine")
    assert not any("Rechnung" in one for one in listed(desk, GRACE, "status organisation"))
    joined = desk.answers(came.only(SOPHIE), f"Mehmet <{MEHMET}>", "Bei mir auch.")
    assert joined.disposition == "follow-up" and SOPHIE in joined.told, "a practice works on its requests together"

    assert desk.exit_code("set", came.number, "category=invoices", *NORA) != 0, "there are three kinds"
    desk.does("set", came.number, "category=usage", *NORA)
    assert desk.ticket(came.number)["category"] == "usage"
    staff_mail = desk.writes(f"Lena <{LENA}>", "Frage zur Lizenz").only(BILLING)
    corrected = desk.answers(staff_mail, "Paul <paul@practice.example>", "#category error\n#note")
    assert (desk.ticket(corrected.number)["category"], corrected.to(LENA)) == ("error", [])


def test_what_is_solved_is_not_listed(desk: DeskWorld) -> None:
    """REQ-D5: open requests by default."""
    came = desk.writes(f"Grace <{GRACE}>", "The printer prints twice", "Every letter comes twice.")
    assert "The printer prints twice" in listed(desk, GRACE)
    desk.does("set", came.number, "status=solved", *NORA)
    assert "The printer prints twice" not in listed(desk, GRACE)


def test_people_choose_the_language_of_their_mails(desk: DeskWorld) -> None:
    """REQ-D6."""
    changed = desk.writes(f"Lena Hofer <{LENA}>", "Sprache englisch", "").only(LENA)
    assert "in English" in changed.get_content()
    confirmed = desk.writes(f"Lena Hofer <{LENA}>", "Serienbrief", "Der Seitenrand stimmt nicht.").only(LENA)
    assert "Hello Lena Hofer" in confirmed.get_content() and 'lang="en"' in html_of(confirmed)
    desk.writes(f"Lena Hofer <{LENA}>", "language german", "")
    assert desk.contact(LENA)["language"] == "de"


def logged_in(desk: DeskWorld, address: str) -> Browser:
    """A browser in which this person has asked for the list, and used the link that came."""
    browser = Browser()
    status, asked = browser.get(f"{desk.site}/")
    assert status == 200 and "<form" in asked and "PS-" not in asked
    mail = desk.during(lambda: browser.post(f"{desk.site}/my", address=address)).only(address)
    assert not re.search(r"PS-\d", mail["Subject"] + mail.get_content())
    assert browser.post(link_in(mail, desk, "l"))[0] == 200
    return browser


def on_the_page(browser: Browser, desk: DeskWorld, query: str = "") -> list[str]:
    """The titles on the page that lists requests."""
    status, shown = browser.get(f"{desk.site}/my{query}")
    assert status == 200
    return re.findall(r'<a href="/my/PS-\d+">([^<]*)</a>', shown)


def test_a_page_lists_my_requests_and_my_practices_to_filter_and_sort(desk: DeskWorld) -> None:
    """REQ-D5: who asked, what kind of request, how it stands; open ones by default, and each of them opens."""
    first = desk.writes(f"Lena Hofer <{LENA}>", "Fehlermeldung beim Serienbrief", "Es steht dort: Fehler 17.")
    second = desk.writes(f"Sophie Brandt <{SOPHIE}>", "Zwei Lizenzen mehr", "Wir sind jetzt zu fünft.")
    done = desk.writes(f"Lena Hofer <{LENA}>", "Anleitung für Rezepte", "Wo finde ich sie?")
    desk.does("set", done.number, "status=solved", *NORA)
    other = desk.writes(f"Grace <{GRACE}>", "Another practice asks", "How?")
    browser = logged_in(desk, LENA)

    assert "Fehlermeldung beim Serienbrief" in on_the_page(browser, desk)
    assert not {"Zwei Lizenzen mehr", "Anleitung für Rezepte"} & set(on_the_page(browser, desk))
    practice = on_the_page(browser, desk, "?show=organisation&status=all")
    assert {"Fehlermeldung beim Serienbrief", "Zwei Lizenzen mehr", "Anleitung für Rezepte"} <= set(practice)
    assert "Another practice asks" not in practice
    assert on_the_page(browser, desk, "?show=organisation&status=solved&sort=title")[0] == "Anleitung für Rezepte"
    licences = on_the_page(browser, desk, "?show=organisation&type=licences")
    assert "Zwei Lizenzen mehr" in licences and "Fehlermeldung beim Serienbrief" not in licences
    _, shown = browser.get(f"{desk.site}/my?show=organisation")
    sophie = re.findall(r'<option value="(\d+)">Sophie Brandt</option>', shown)[0]
    theirs = on_the_page(browser, desk, f"?show=organisation&by={sophie}&status=all&sort=-title")
    assert "Zwei Lizenzen mehr" in theirs and "Fehlermeldung beim Serienbrief" not in theirs
    assert theirs == sorted(theirs, key=str.lower, reverse=True)
    for number, status in ((first.number, 200), (second.number, 200), (other.number, 404)):
        assert browser.get(f"{desk.site}/my/{number}")[0] == status


def test_nobody_learns_by_the_page_whether_we_know_an_address(desk: DeskWorld) -> None:
    """REQ-D5, FAULT-D28."""
    answers: list[tuple[int, str]] = []

    def told(address: str) -> list[str]:
        return desk.during(lambda: answers.append(Browser().post(f"{desk.site}/my", address=address))).told

    assert (told("nobody@elsewhere.example"), told(GRACE)) == ([], [GRACE])
    assert answers[0] == answers[1] and answers[0][0] == 200


def test_people_change_their_own_name(desk: DeskWorld) -> None:
    """REQ-D6: on a page, or by a mail from a proven address; later mails have it, and the directory leaves it."""
    came = desk.writes(f"Mehmet Arslan <{MEHMET}>", "Terminliste drucken", "Wie?")
    browser, profile = logged_in(desk, MEHMET), f"{desk.site}/my/profile"
    assert 'value="Mehmet Arslan"' in browser.get(profile)[1]
    told = desk.during(lambda: browser.post(profile, name="Mehmet Arslan-Kaya", language="en")).only(MEHMET)
    assert "Hello Mehmet Arslan-Kaya" in told.get_content() and "in English" in " ".join(told.get_content().split())
    later = desk.does("update", came.number, "We look for the button.", *NORA).only(MEHMET)
    assert "Hello Mehmet Arslan-Kaya" in later.get_content() and later["To"] == f"Mehmet Arslan-Kaya <{MEHMET}>"
    assert "name: Mehmet Arslan-Kaya" in desk.maild("audit", "--contact", MEHMET)

    forged = desk.writes(f"Mehmet <{MEHMET}>", "name: Mallory Schmidt", "", proven=False)
    assert forged.disposition == "new ticket" and desk.contact(MEHMET)["name"] == "Mehmet Arslan-Kaya"
    by_mail = desk.writes(f"Mehmet <{MEHMET}>", "Name: Dr. Mehmet Kaya", "Danke\nMehmet Kaya").only(MEHMET)
    assert "Dr. Mehmet Kaya" in by_mail.get_content() and by_mail["To"].startswith('"Dr. Mehmet Kaya"')
    desk.maild("reload")
    assert desk.contact(MEHMET)["name"] == "Dr. Mehmet Kaya", "the directory says nothing new of him"

    browser.post(f"{desk.site}/logout", where="everywhere")
    assert "Dr. Mehmet Kaya" not in browser.get(profile)[1]


# ---- everything that went out -------------------------------------------------------------------------


def test_every_mail_of_the_stories_is_whole(desk: DeskWorld) -> None:
    """Text and HTML each, from the desk, with its signature; nothing of a template is left."""
    desk.writes(f"Grace <{GRACE}>", "Another question")
    for mail in everything_sent(desk):
        text = mail.get_content()
        assert mail["From"] == f"Practice Software Support <{desk.support}>"
        assert not LEFT_OVER.search(text), text
        assert "Practice Software Support" in html_of(mail)
