"""The new part of a mail: what the author wrote this time, and nothing lost of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.reply import visible_text

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
    "forward": "---------- Weitergeleitete Nachricht ----------\nVon: Max\nDatum: Mo\nBetreff: x\n\nalt",
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


def test_a_forwarded_mail_without_a_word_shows_what_was_forwarded() -> None:
    text = "---------- Forwarded message ---------\nFrom: Max\nDate: Monday\nSubject: x\nTo: Anna\n\nThe content.\n"
    assert visible_text(text) == "The content."


def test_a_long_log_is_not_cut_in_its_middle() -> None:
    log = "\n".join(f"2026-11-16 09:30:{n % 60:02d} wrote: line {n}" for n in range(5000))
    assert visible_text(log) == log


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
