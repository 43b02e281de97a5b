"""The new part of a mail: what the author wrote this time, and nothing lost of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.reply.visible import is_passed_on, visible_text
from tests.effort import effort
from tests.ingest.replies import Case, plain_cases

NEW = "Der Drucker geht wieder.\n\nDanke!"

ANNOUNCED = {
    "thunderbird": "Am 16.11.2026 um 09:30 schrieb Support:\n> Hallo\n>\n> alt",
    "thunderbird english": "On 16/11/2026 09:30, Support wrote:\n> old",
    "apple": "> Am 16.11.2026 um 09:30 schrieb Support <s@desk.example>:\n> \n> alt",
    "apple mobile": "Am 16.11.2026 um 09:30 schrieb Support <s@desk.example>:\n\n﻿alt ohne Zeichen",
    "gmail": "Am Mo., 16. Nov. 2026 um 09:30 Uhr schrieb Support <\ns@desk.example>:\n\n> alt",
    "gmail older": "Support <s@desk.example> schrieb am Mo., 16. Nov. 2026,\n09:30:\n\n> alt",
    "gmail english": "On Mon, Nov 16, 2026 at 9:30 AM Support <s@desk.example>\nwrote:\n\n> old",
    "outlook": "Von: Support <s@desk.example>\nGesendet: Montag, 16. Nov 2026 09:30\nAn: Anna\nBetreff: x\n\nalt",
    "outlook english": "____________________\nFrom: Support\nSent: Monday\nTo: Anna\nSubject: Printer\n\nold",
    "outlook plain": "-----Ursprüngliche Nachricht-----\nVon: Support\nGesendet: Montag\nAn: Anna\nBetreff: x\n\nalt",
    "outlook bold": "*Von:* Support\n*Gesendet:* Montag\n*An:* Anna\n*Betreff:* Drucker\n\nalt",
    "gmx": "Gesendet: Montag, 16. November 2026 um 09:30 Uhr\nVon: Support\nAn: Anna\nBetreff: x\n\nalt",
    "notes": 'Von:\tSupport\nAn:\tAnna\nDatum:\t16.11.2026\nBetreff:\tDrucker\n\nalt',
    "dutch": "Op ma 16 nov 2026 om 09:30 schreef Support <s@desk.example>:\n\n> oud",
    "dutch outlook": "Van: Support\nVerzonden: maandag\nAan: Anna\nOnderwerp: x\n\noud",
    "french": "Le lun. 16 nov. 2026 à 09:30, Support <s@desk.example> a écrit :\n> vieux",
    "no figures": "On Monday Support <s@desk.example> wrote:\n> old",
    "only quoted": "> alt\n> älter",
    "our own line": "##- Bitte antworten Sie oberhalb dieser Zeile -##\n\nIhr Ticket wurde geöffnet.",
}  # fmt: skip


@pytest.mark.parametrize("quotation", [pytest.param(text, id=name) for name, text in ANNOUNCED.items()])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_what_a_mail_client_quotes_is_not_new(quotation: str, gap: str) -> None:
    assert visible_text(NEW + gap + quotation) == NEW


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Berg\nKlinik\nTel. 123", "--\nAnna", "____________________________\nusers mailing list",
        "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Sent from my iPhone",
        "Sent from Outlook for Android", "Get Outlook for iOS<https://aka.ms/x>",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Verstuurd vanaf mijn iPad", "Envoyé de mon iPhone", "--\n\nVon meinem iPhone gesendet",
    ],
)  # fmt: skip
def test_signatures_are_no_text(signature: str) -> None:
    assert visible_text(f"{NEW}\n\n{signature}\n") == NEW
    assert visible_text(f"{NEW}\n\n{signature}\n\nAm 16.11.2026 um 09:30 schrieb Max:\n> alt\n") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "As I wrote: it does not work.",
        "On Monday the printer stopped.\nI wrote a ticket then:\nnobody answered.",
        "From: here it does not work.\nTo: there it does.",
        "Sent from my desk, is much easier than my mobile phone, which I do not like at all.",
        "Am Montag war alles gut:\n- Drucker\n- Scanner",
        "Menu:\n-- soup\n-- fish",
        "| a | b |\nis my table, see above",
        "> Was ist kaputt?\n\nDer Drucker.",
        "Fehler um 10:00:\nZeile 1\nZeile 2",
        "> nur ein Zitat",
        "Am Freitag, den 13.11.2026 um 9:30 Uhr schrieb Herr Falk im Ticket:\nBitte warten.\nWie lange noch?",
        "On Monday, 16 November 2026 at 9:30 your colleague wrote:\nplease wait.\nHow long?",
        "Erstens:\n__________\nDer Drucker ist kaputt.\n__________\nWann kommen Sie?",
        "Teil 1\n______\n" + "Der zweite Teil ist ein langer Text, der viel zu sagen hat. " * 10 + "Ende.",
    ],
)
def test_what_the_author_wrote_stays(text: str) -> None:
    assert visible_text(text) == text


def test_answers_between_the_lines_keep_what_they_answer() -> None:
    answered = "> Welches Gerät?\n\nDer Drucker.\n\n> Seit wann?\n\nSeit Montag."
    shown = visible_text(f"Hallo,\n\nAm 16.11.2026 um 09:30 schrieb Max <m@x.example>:\n{answered}")
    assert shown == f"Hallo,\n\n{answered}"


def test_an_answer_below_the_quotation_is_the_new_text() -> None:
    assert visible_text("Am 16.11.2026 um 09:30 schrieb Max:\n> alt\n\nNeu.\n") == "Neu."


FORWARD = "---------- Forwarded message ---------\nFrom: Max\nDate: Monday\nSubject: x\nTo: Anna\n\nThe content.\n"
HEADER = "Von: Max\nGesendet: Montag, 16. November 2026\nAn: Anna\nBetreff: x\n\nThe content."
LONG = "Der Drucker im zweiten Stock druckt seit Montag nur noch leere Seiten. Die Mail dazu hänge ich an."


@pytest.mark.parametrize(
    ("above", "is_shown"),
    [("", True), ("FYI\n\n", True), ("Hallo,\n\nbitte siehe unten.\n\nGruß\nAnna\n\n", True), (LONG + "\n\n", False)],
)
def test_what_is_forwarded_is_shown_unless_its_sender_says_what_it_is_about(above: str, is_shown: bool) -> None:
    assert visible_text(above + FORWARD).split() == (above + "The content." * is_shown).split()


def test_a_copied_header_is_a_forward_where_the_subject_says_so() -> None:
    assert visible_text("z. K.\n\n" + HEADER) == "z. K."
    assert visible_text("z. K.\n\n" + HEADER, forwarded=True).split() == ["z.", "K.", "The", "content."]


def test_a_long_log_is_not_cut_in_its_middle() -> None:
    log = "\n".join(f"2026-11-16 09:30:{n % 60:02d} wrote: line {n}" for n in range(5000))
    assert visible_text(log) == log


def test_the_quotation_of_a_thread_of_thousands_of_lines_goes() -> None:
    thread = "\n".join(f"> line {n}" if n % 50 else "> On 1.1.2026 Max wrote:" for n in range(5000))
    asked = "\n".join(f"point {n}" for n in range(3000))
    assert visible_text(f"{NEW}\n\nOn 1.1.2026 9:30 Max <m@x.example> wrote:\n{thread}") == NEW
    assert visible_text(f"{asked}\n\n{HEADER}\n{thread}") == asked


@pytest.mark.parametrize("subject", ["Fwd: x", "WG: x", " FW : x", "TR: Re: x", "RV: x", "I: x", "Doorst: x", "VB: x"])
def test_subjects_of_forwards_are_known(subject: str) -> None:
    assert is_passed_on(subject)


@pytest.mark.parametrize("subject", ["", "Re: Fwd: x", "AW: WG: x", "Drucker: defekt", "Trouble: x", "VS: x", "i am"])
def test_answers_and_other_subjects_are_no_forwards(subject: str) -> None:
    assert not is_passed_on(subject)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in plain_cases()])
def test_mail_of_many_clients_and_languages_loses_what_it_quotes(case: Case) -> None:
    assert visible_text(case.mail).split() == case.stays.split()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in plain_cases()[::7]])
def test_line_ends_of_the_wire_change_nothing(case: Case) -> None:
    assert visible_text(case.mail.replace("\n", "\r\n")).split() == case.stays.split()


@pytest.mark.parametrize(
    ("mail", "stays"),
    [
        ("Ja gern. On Wed, Apr 4, 2026 at 3:59 PM, max@b.example wrote:\n> Hi", "Ja gern."),
        ("Ja gern. -----Original Message-----\nFrom: x@b.example\n\nalt", "Ja gern."),
        ("Ja\n\nOn Mon, Nov 16, 2026 at 9:30, Max<m@x.example> wrote:   Hi,\n\nalt", "Ja"),
        ("Ja\n\n---- Max Miller wrote ----\n\n> alt", "Ja"),
        ("Ja\n\nFrom: m@x.example\nDate: Wed, 16 May 2026\n\nalt", "Ja"),
        ("Ja\n\nFrom: Max\n\nSent: Monday, 16 Nov 2026\n\nTo: Anna\n\nSubject: x\n\nalt", "Ja"),
        ("Ja\n\n---------- Gwreiddiol ----------\nVon: M\nGesendet: 16.11.2026\nAn: A\nBetreff: x\n\nalt", "Ja"),
        ("Ja\n\nאוקטובר 2026 ב-9:30 מאת \u202aMax\u202c\u200f <\u202am@x.example\u202c\u200f>:\u202c\n\n> alt", "Ja"),
        ("Ja\n\nSent from my Samsung Galaxy smartphone.", "Ja"),
        ("Ja\n\nDownload Outlook for iOS<https://x.example/y>", "Ja"),
        ("Ja, gerne.\n\n-Maarten de Jong\n\n_______________\nlijst", "Ja, gerne."),
        ("Ja\n\nMax --- Drucker ---\n\nVon: Max <m@x.example>\nAn  a@x.example\nDatum: Mi\nBetreff: x\n\nalt", "Ja"),
        ("Ja\n\nVirenfrei. www.avast.com", "Ja"),
    ],
)
def test_rarer_forms_are_known_too(mail: str, stays: str) -> None:
    assert visible_text(mail) == stays


MEGABYTE = 1_000_000
HOSTILE = {
    "an attribution that never ends": "On " + "a " * 500_000,
    "a date that never ends": "Am 1 um " * 125_000,
    "nothing but lines": "\n" * MEGABYTE,
    "nothing but quotes": ">\n" * 500_000,
    "quoted and not": "> a\nb\n" * 160_000,
    "fields": "From: a\nTo: b\n" * 70_000,
    "colons": "a:\n" * 330_000,
    "verbs": "wrote:\n" * 140_000,
    "attributions": "On 1.1.2026 9:30 a <a@b.c> wrote:\n" * 29_000,
    "torn attributions": ("x@y " * 95 + ":\n") * 2600,
    "inner attributions": ("a" + " On 1 x" * 50 + " wrote: x@y\n") * 2300,
    "signatures": "-- \n" * 250_000,
    "rulers": "_____\n" * 160_000,
    "titles": ("-----" * 60 + "\n") * 3300,
    "devices": "Sent from my iPhone\n" * 50_000,
    "brackets": "<\n" * 500_000,
    "our own line": "reply above this line\n" * 45_000,
    "one line": "-" * MEGABYTE,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_a_megabyte_of_anything_is_read_in_time(text: str) -> None:
    assert effort(lambda: visible_text(text), 3) <= 3


LINES = st.sampled_from(
    [
        "",
        "> x",
        "-- ",
        "On Mon 10:00 a@x.example wrote:",
        "From: a",
        "To: b",
        "Sent: c",
        "word",
        "Am 1.1.2026 schrieb Max:",
        "____",
    ]
)


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_the_new_part_is_made_of_lines_of_the_mail_and_empty_only_if_the_mail_is(text: str) -> None:
    shown = visible_text(text)
    lines = (line.rstrip() for line in text.split("\n"))
    assert all(line.rstrip() in lines for line in shown.split("\n") if line)
    assert bool(shown) == bool(text.strip())
