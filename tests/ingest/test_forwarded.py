"""Whose mail is it that somebody forwards? What mail clients write above it, and what is no forward at all."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header.addresses import normal_address
from maild.ingest.parse import parse
from maild.ingest.reply.forwarded import MOST_LINES, forwarded_from
from maild.model import Address
from tests.builders import a_message
from tests.ingest.letters import letter

MAX = Address("Max Muster", "max@x.example")

CLIENTS = {
    "gmail": ("Fwd: Drucker", "---------- Forwarded message ---------\nFrom: Max Muster <max@x.example>\n"
        "Date: Mon, Nov 16, 2026 at 9:30 AM\nSubject: Drucker\nTo: <support@desk.example>\n\n\nIt burns."),
    "gmail de": ("Fwd: Drucker", "Bitte übernehmen.\n\n---------- Forwarded message ---------\n"
        "Von: Max Muster <max@x.example>\nDate: Mo., 16. Nov. 2026 um 09:30 Uhr\nSubject: Drucker\n"
        "To: Support <support@desk.example>\n\n\nEr brennt."),
    "gmail nl": ("Fwd: Printer", "---------- Forwarded message ---------\nVan: Max Muster <max@x.example>\n"
        "Date: ma 16 nov 2026 om 09:30\nSubject: Printer\nTo: <support@desk.example>\n\n\nHij brandt."),
    "gmail bold": ("Fwd: Drucker", "---------- Forwarded message ---------\nVon: *Max Muster* <max@x.example>\n"
        "Date: Mo., 16. Nov. 2026 um 09:30 Uhr\nSubject: Drucker\nTo: <support@desk.example>\n\nEr brennt."),
    "outlook": ("FW: Printer", "Please take over.\n\nGrace\n\nFrom: Max Muster <max@x.example>\n"
        "Sent: Monday, November 16, 2026 9:30 AM\nTo: Support <support@desk.example>\nSubject: Printer\n\nIt burns."),
    "outlook de": ("WG: Drucker", "Bitte übernehmen.\n\n________________________________\n"
        "Von: Max Muster <max@x.example>\nGesendet: Montag, 16. November 2026 09:30\n"
        "An: Support <support@desk.example>\nBetreff: Drucker\n\nEr brennt."),
    "outlook nl": ("FW: Printer", "Van: Max Muster <max@x.example>\nVerzonden: maandag 16 november 2026 09:30\n"
        "Aan: Support <support@desk.example>\nOnderwerp: Printer\n\nHij brandt."),
    "outlook nl older": ("Doorst: Printer", "-----Oorspronkelijk bericht-----\nVan: Max Muster [mailto:max@x.example]\n"
        "Verzonden: maandag 16 november 2026 09:30\nAan: Support\nOnderwerp: Printer\n\nHij brandt."),
    "outlook 2010": ("WG: Drucker", "-----Ursprüngliche Nachricht-----\nVon: Max Muster [mailto:max@x.example] \n"
        "Gesendet: Montag, 16. November 2026 09:30\nAn: Support\nBetreff: Drucker\n\nEr brennt."),
    "outlook bold": ("WG: Drucker", "*Von:* Max Muster <max@x.example>\n*Gesendet:* Montag, 16. November 2026 09:30\n"
        "*An:* Support\n*Betreff:* Drucker\n\nEr brennt."),
    "outlook, in quotes": ("WG: Drucker", "Von: \"Max Muster\" <max@x.example>\nGesendet: Montag, 16. November 2026\n"
        "An: Support\nBetreff: Drucker\n\nEr brennt."),
    "outlook web": ("Fw: Printer", "________________________________\nFrom: Max Muster <MAX@X.example>\n"
        "Sent: Monday, November 16, 2026 9:30:00 AM\nTo: Support <support@desk.example>\n"
        "Cc: Bob <bob@acme.example>\nSubject: Printer\n\nIt burns."),
    "apple": ("Fwd: Printer", "\n\n> Begin forwarded message:\n> \n> From: Max Muster <max@x.example>\n"
        "> Subject: Printer\n> Date: 16 November 2026 at 09:30:00 CET\n> To: support@desk.example\n> \n> It burns."),
    "apple de": ("Fwd: Drucker", "Siehe unten.\n\n> Anfang der weitergeleiteten Nachricht:\n> \n"
        "> Von: Max Muster <max@x.example>\n> Betreff: Drucker\n> Datum: 16. November 2026 um 09:30:00 MEZ\n"
        "> An: support@desk.example\n> \n> Er brennt."),
    "apple nl": ("Fwd: Printer", "> Begin doorgestuurd bericht:\n> \n> Van: Max Muster <max@x.example>\n"
        "> Onderwerp: Printer\n> Datum: 16 november 2026 om 09:30:00 CET\n> Aan: support@desk.example\n> \n> Hij."),
    "apple mobile": ("Fwd: Drucker", "Von meinem iPhone gesendet\n\nAnfang der weitergeleiteten Nachricht:\n\n"
        "Von: Max Muster <max@x.example>\nDatum: 16. November 2026 um 09:30:00 MEZ\nAn: support@desk.example\n"
        "Betreff: Drucker\n\n\ufeffEr brennt."),
    "thunderbird": ("Fwd: Printer", "-------- Forwarded Message --------\nSubject: \tPrinter\n"
        "Date: \tMon, 16 Nov 2026 09:30:00 +0100\nFrom: \tMax Muster <max@x.example>\nTo: \tsupport\n\n\nIt burns."),
    "thunderbird de": ("Fwd: Drucker", "-------- Weitergeleitete Nachricht --------\nBetreff: \tDrucker\n"
        "Datum: \tMon, 16 Nov 2026 09:30:00 +0100\nVon: \tMax Muster <max@x.example>\nAntwort an: \tbob@acme.example\n"
        "An: \tsupport@desk.example\n\n\n\nEr brennt."),
    "thunderbird nl": ("Fwd: Printer", "-------- Doorgestuurd bericht --------\nOnderwerp: \tPrinter\n"
        "Datum: \tMon, 16 Nov 2026 09:30:00 +0100\nVan: \tMax Muster <max@x.example>\nAan: \tsupport\n\n\nHij."),
    "outlook fr": ("TR : Imprimante", "De : Max Muster <max@x.example>\nEnvoyé : lundi 16 novembre 2026 09:30\n"
        "À : Support\nObjet : Imprimante\n\nElle brûle."),
    "outlook it": ("I: Stampante", "Da: Max Muster <max@x.example>\nInviato: lunedì 16 novembre 2026 09:30\n"
        "A: Support\nOggetto: Stampante\n\nBrucia."),
    "folded": ("WG: Drucker", "Von: Max\nMuster\n<max@x.example>\nGesendet: Montag, 16. November 2026\n"
        "An: Support\nBetreff: Drucker\n\nEr brennt."),
    "a link": ("WG: Drucker", "Von: Max Muster <max@x.example> (mailto:max@x.example)\nGesendet: 16. November 2026\n"
        "An: Support\nBetreff: Drucker\n\nEr brennt."),
    "twice": ("WG: WG: Drucker", "Von: Max Muster <max@x.example>\nGesendet: Montag, 16. November 2026\nAn: Support\n"
        "Betreff: WG: Drucker\n\nVon: Bob <bob@acme.example>\nGesendet: Sonntag, 15. November 2026\nAn: Max\n"
        "Betreff: Drucker\n"),
}  # fmt: skip
HEADER = "Von: {}\nGesendet: Montag, 16. November 2026 09:30\nAn: Support <support@desk.example>\nBetreff: Drucker\n\nx"
NAMELESS = {
    "an address": "max@x.example",
    "in brackets": "<max@x.example>",
    "in quotes": "'max@x.example'",
    "twice": "max@x.example <max@x.example>",
    "quotes and brackets": "'max@x.example' <max@x.example>",
    "mailto": "max@x.example [mailto:max@x.example]",
}
NOBODY = {
    "a reply": ("AW: Drucker", HEADER.format("Max <max@x.example>")),
    "a reply to a forward": ("AW: WG: Drucker", HEADER.format("Max <max@x.example>")),
    "no subject": ("", HEADER.format("Max <max@x.example>")),
    "a name alone": ("WG: Drucker", HEADER.format("Max Muster")),
    "two addresses": ("WG: Drucker", HEADER.format("max@x.example; bob@acme.example")),
    "on behalf of another": ("WG: Drucker", HEADER.format("Max <max@x.example> im Auftrag von Bob <bob@acme.example>")),
    "half an address": ("WG: Drucker", HEADER.format("Max <max@>")),
    "no address but a long word": ("WG: Drucker", HEADER.format(f"Max <{'x' * 65}@x.example>")),
    "an address in an address": ("WG: Drucker", HEADER.format("max@x.example@y.example")),
    "no header": ("WG: Drucker", "Max <max@x.example> hat angerufen."),
    "a line of the forwarder's own": ("WG: Drucker", "Von: Max <max@x.example>\n\nBitte anrufen."),
    "a title alone": ("Fwd: Drucker", "---------- Forwarded message ---------\n\nEr brennt."),
    "an answer that quotes a forward": ("Fwd: Drucker", "Am 16.11.2026 um 09:30 schrieb Bob <bob@acme.example>:\n"
        "> Von: Max <max@x.example>\n> Gesendet: 15. November 2026\n> An: Bob\n> Betreff: Drucker\n>\n> Er brennt."),
    "beyond the lines that count": ("WG: Drucker", "x\n" * MOST_LINES + HEADER.format("Max <max@x.example>")),
    "a header that starts on the last line that counts": ("WG: Drucker", "x\n" * (MOST_LINES - 1)
        + HEADER.format("Max <max@x.example>")),
    "on behalf of another, folded": ("WG: Drucker", HEADER.format("Max <max@x.example>\n Im Auftrag von b@y.example")),
    "words below the header": ("WG: Drucker", "Gesendet: 16. November 2026\nAn: Support\nBetreff: Drucker\nVon: Max\n"
        "Bitte an bob@acme.example wenden.\n\nEr brennt."),
    "more letters than an address may have": ("WG: Drucker", HEADER.format(f"Max <{'ß' * 40}@x.example>")),
    "nothing": ("WG: Drucker", ""),
}  # fmt: skip


def cases(table: dict[str, tuple[str, str]]) -> list[object]:
    return [pytest.param(*row, id=name) for name, row in table.items()]


@pytest.mark.parametrize(("subject", "text"), cases(CLIENTS))
def test_who_wrote_what_is_forwarded_is_read_from_what_the_mail_client_writes_above_it(subject: str, text: str) -> None:
    assert forwarded_from(a_message(subject=subject, text=text)) == MAX


@pytest.mark.parametrize("written", [pytest.param(text, id=name) for name, text in NAMELESS.items()])
def test_an_address_is_no_name(written: str) -> None:
    found = forwarded_from(a_message(subject="WG: Drucker", text=HEADER.format(written)))
    assert found == Address("", "max@x.example")


@pytest.mark.parametrize(("subject", "text"), cases(NOBODY))
def test_what_is_no_forward_or_leaves_a_doubt_names_nobody(subject: str, text: str) -> None:
    assert forwarded_from(a_message(subject=subject, text=text)) is None


HTML = {
    "outlook": '<p>siehe unten</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Max Muster '
    '&lt;<a href="mailto:max@x.example">max@x.example</a>&gt; <br><b>Gesendet:</b> Montag, 16. November 2026 09:30<br>'
    "<b>An:</b> Support<br><b>Betreff:</b> Drucker</p></div><p>Er brennt.</p>",
    "thunderbird": "<div>-------- Weitergeleitete Nachricht --------<table><tbody><tr><th>Betreff: </th>"
    "<td>Drucker</td></tr><tr><th>Datum: </th><td>Mon, 16 Nov 2026 09:30:00 +0100</td></tr><tr><th>Von: </th><td>"
    'Max Muster <a href="mailto:max@x.example">&lt;max@x.example&gt;</a></td></tr><tr><th>An: </th>'
    "<td>support@desk.example</td></tr></tbody></table><br>Er brennt</div>",
    "gmail": '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>'
    'Von: <b>Max Muster</b> <span dir="auto">&lt;<a href="mailto:max@x.example">max@x.example</a>&gt;</span><br>'
    "Date: Mo., 16. Nov. 2026 um 09:30 Uhr<br>Subject: Drucker<br>To: &lt;support@desk.example&gt;<br></div>x</div>",
    "apple": '<div>Siehe<blockquote type="cite"><div>Anfang der weitergeleiteten Nachricht:</div><br><div><b>Von: </b>'
    'Max Muster &lt;<a href="mailto:max@x.example">max@x.example</a>&gt;<br></div><div><b>Betreff: </b>Drucker<br>'
    "</div><div><b>Datum: </b>16. November 2026 um 09:30:00 MEZ<br></div><div><b>An: </b>support@desk.example<br>"
    "</div><br><div>Er brennt</div></blockquote></div>",
}


@pytest.mark.parametrize("html", [pytest.param(html, id=name) for name, html in HTML.items()])
def test_a_forward_that_is_html_alone_names_its_first_sender_too(html: str) -> None:
    head = ("From: grace@desk.example", "To: support@desk.example", "Content-Type: text/html; charset=utf-8")
    assert forwarded_from(parse(letter(*head, "Subject: WG: Drucker", body=html))) == MAX


LINES = [
    "Von: ", "From: ", "Gesendet: ", "An: ", "Betreff: ", "Max ", "<", ">", "[mailto:", "]", "@", ".example", "max",
    "max@x.example", "\n", "\n> ", "'", '"', ";", "16. November 2026", "-------- Forwarded Message --------\n", "\0",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES) | st.text(string.printable + "ßé\ud800", max_size=5), max_size=60).map("".join))
def test_whatever_is_forwarded_is_read_and_no_address_is_made_up(text: str) -> None:
    found = forwarded_from(a_message(subject="Fwd: x", text=text))
    if found is not None:
        for mark in '<>[]()",;:':
            text = text.replace(mark, " ")
        written = {normal_address(word) for word in text.split()}
        assert found.address in written | {normal_address(word.strip("*'")) for word in text.split()}


ADDRESSES = st.from_regex(r"[a-z0-9+_-]{1,20}(\.[a-z0-9+_-]{1,10})?@[a-z]{1,10}\.example", fullmatch=True)


@given(st.sampled_from(("Max", "Eva Ü", "")), ADDRESSES)
def test_every_address_in_its_place_is_found(name: str, address: str) -> None:
    found = forwarded_from(a_message(subject="Fwd: x", text=HEADER.format(f"{name} <{address}>")))
    assert found == Address(name, address)


@pytest.mark.parametrize(
    "piece", ["Von: a@", "x@", "Von: <", "@", "[mailto:", "\nVon: x", " ", "'", "--\n", "Von: x\nAn: y\n"]
)
def test_a_hostile_text_costs_no_more_than_an_honest_one(piece: str) -> None:
    message = a_message(subject="Fwd: x", text=HEADER.format((piece * 380)[:380]) + piece * 100_000)
    start = time.process_time()
    forwarded_from(message)
    assert time.process_time() - start < 0.5
