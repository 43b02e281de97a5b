"""Which mails are commands: those that say one word and nothing else; whatever asks a person for something is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.asked.command_words import CLOSINGS, GREETINGS, PHRASES, Action
from maild.decide.asked.commands import LARGEST_LOGO, LONGEST_TEXT, Command, command_in
from maild.ingest.parse import parse
from maild.model import Address, Attachment, Automatic, AutomaticKind, Bounce
from tests.builders import a_message
from tests.effort import effort
from tests.scenarios.world import a_mail

ANN = Address("Ann Bauer", "a.bauer@acme.example")
STATUS, HELP, REMOVE = Command(Action.STATUS), Command(Action.HELP), Command(Action.REMOVE)


def said(subject: str = "", text: str = "", **changes: Any) -> Command | None:
    return command_in(a_message(**({"sender": ANN, "subject": subject, "visible_text": text} | changes)))


WORDS = [
    ("status", STATUS),
    ("Status", STATUS),
    ("  STATUS. ", STATUS),
    ("\u201estatus\u201c", STATUS),
    ("status please", STATUS),
    ("status mine", Command(Action.STATUS, "mine")),
    ("Status meine", Command(Action.STATUS, "mine")),
    ("status mijn", Command(Action.STATUS, "mine")),
    ("status CC", Command(Action.STATUS, "cc")),
    ("Status: Kopie", Command(Action.STATUS, "cc")),
    ("status organisation", Command(Action.STATUS, "organisation")),
    ("status organization", Command(Action.STATUS, "organisation")),
    ("Status Firma", Command(Action.STATUS, "organisation")),
    ("status organisatie", Command(Action.STATUS, "organisation")),
    ("follow", Command(Action.FOLLOW)),
    ("Folgen", Command(Action.FOLLOW)),
    ("volgen", Command(Action.FOLLOW)),
    ("unfollow", Command(Action.UNFOLLOW)),
    ("nicht mehr folgen", Command(Action.UNFOLLOW)),
    ("niet meer volgen", Command(Action.UNFOLLOW)),
    ("language de", Command(Action.LANGUAGE, "de")),
    ("Language: German", Command(Action.LANGUAGE, "de")),
    ("Sprache deutsch", Command(Action.LANGUAGE, "de")),
    ("Sprache: niederla\u0308ndisch", Command(Action.LANGUAGE, "nl")),
    ("taal Engels", Command(Action.LANGUAGE, "en")),
    ("language fr", Command(Action.LANGUAGE, "fr")),
    ("help", HELP),
    ("Hilfe", HELP),
    ("hulp", HELP),
    ("remove me", REMOVE),
    ("Please remove me.", REMOVE),
    ("remove me, please", REMOVE),
    ("unsubscribe", REMOVE),
    ("Abmelden", REMOVE),
    ("Bitte aus dem Verteiler nehmen", REMOVE),
    ("Nehmen Sie mich bitte aus dem Verteiler.", REMOVE),
    ("Verwijder mij alstublieft", REMOVE),
]


@pytest.mark.parametrize(("line", "command"), WORDS)
def test_a_word_alone_is_a_command_in_the_subject_as_in_the_text(line: str, command: Command) -> None:
    assert said(line) == command
    assert said("", line) == command
    assert said(line, line) == command
    assert said(line, f"Hello,\n\n{line}\n\nKind regards\nAnn Bauer") == command


NONE = ["", "stat", "status?", "help!", "Hilfe!!!", "please help", "status of the printer", "Help the printer burns"]
NONE += [
    "language",
    "language pack",
    "language of the letter",
    "removed me",
    "follow me",
    "unfollow ward 3",
    "x" * 5000,
]
NONE += [
    "Re: status",
    "Fwd: help",
    "Status SD-1001",
    "[SD-1001] status",
    "[SD-1001] help",
    "deutsch",
    "remove me from ward 3",
]


@pytest.mark.parametrize("line", NONE)
def test_anything_else_is_none(line: str) -> None:
    assert said(line) is None
    assert said("", line) is None


NORA = Command(Action.NAME, "Nora Berg")
NO_NAMES = ["name", "name:", "name Nora Berg", "name: Nora", "name: nora berg", "name: Nora Berg, Station 3"]
NO_NAMES += ["name: Printer2 Ward", "name: Nora Berg <nora@acme.example>", "name: A B C D E F", "name: Nora bitte"]
NO_NAMES += ["my name: Nora Berg", "Re: name: Nora Berg", "[SD-1001] name: Nora Berg", "surname: Nora Berg"]


@pytest.mark.parametrize("line", NO_NAMES)
def test_what_may_not_be_somebodys_name_is_for_a_person(line: str) -> None:
    assert said(line) is said("", line) is None


def test_a_name_is_a_command_alone_and_may_be_signed_with_already() -> None:
    assert said("Name: Nora Berg") == said("", "name: Nora Berg") == said("name: Nora Berg", "name: Nora Berg") == NORA
    signed = "Danke\nNora Berg"
    assert said("name: Nora Berg", signed) == said("", f"name: Nora Berg\n\n{signed}") == NORA
    assert said("name: Nora Berg", "Danke\nEva Klein") is None
    assert said("name: Nora Berg", "is our new colleague.") is None


def test_a_name_below_another_subject_may_be_anybodys() -> None:
    assert said("New colleague", "name: Nora Berg") is said("New colleague", "name: Nora Berg\nThanks") is None


def test_only_leaving_is_said_beside_a_tickets_number() -> None:
    assert said("[SD-1001] remove me") == REMOVE
    assert said("abmelden [ SD-1001 ]") == REMOVE
    assert said("remove[SD-1001]me") == REMOVE
    assert said("Re: [SD-1001] Printer", "remove me") == REMOVE


AROUND = [
    "",
    "\n \n",
    "Hello,",
    "Hallo zusammen,",
    "Sehr geehrte Damen und Herren,",
    "Geachte heer of mevrouw,",
    "Kind regards",
    "Thanks!",
    "Danke, Ann",
    "LG\nAnn",
    "Ann Bauer",
    "Mit freundlichen Grüßen\n\nAnn Bauer\nAcme Clinic",
    "Hello team,\n\nThank you\nBest regards\nAnn Bauer",
    "Met vriendelijke groet,\nAnn Bauer",
    "-- \nAnn Bauer\nAcme Clinic, Main Street 1\nphone 0123 456",
    "Kind regards\nAnn\n\n-- \nAnn Bauer\nTel. 0123 456",
    "Thanks\n-Ann",
    "Kind regards\nAnn Bauer\nAcme Clinic,",
    "Kind regards\nDr. Ann Bauer Acme Clinic",
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
]


@pytest.mark.parametrize("text", AROUND)
@pytest.mark.parametrize("subject", ["help", "Hilfe", "Status", "language de"])
def test_greetings_closings_and_signatures_say_nothing(subject: str, text: str) -> None:
    assert said(subject, text) is not None


PROBLEMS = [
    "The printer burns.",
    "Der Drucker brennt",
    "Drucker kaputt",
    "Hallo,\nder Drucker brennt.",
    "Hallo Drucker kaputt",
    "Hello,\n\nwhat about our new server?\n\nKind regards\nAnn Bauer",
    "Danke Drucker kaputt",
    "Danke\nDrucker Kaputt",
    "Danke\nServer Ausfall\nAnn Bauer",
    "Kind regards\nAnn Bauer\nPS: the printer burns, too",
    "Kind regards\nAnn Bauer\nroom 12\nphone 0123\nfax 0124",
    "Thanks?",
    "-- \nDer Drucker brennt seit heute Morgen",
    "-----\nNothing works here",
    "_____\nDer Drucker brennt seit heute Morgen",
    "——\nDer Drucker brennt seit heute Morgen",
    "––\nDer Drucker brennt seit heute Morgen",
    "Kind regards\nAcme Server2",
    "Kind regards\nDr. Ann Maria Bauer Acme Clinic",
    "> The printer burns.",
    "help\nThe printer burns",
    "Ann Bauer cannot log in",
    "status\n\nof the printer",
]


@pytest.mark.parametrize("text", PROBLEMS)
@pytest.mark.parametrize("subject", ["help", "Hilfe", "Status", "status organisation", "remove me"])
def test_a_word_in_the_subject_with_something_in_the_text_is_for_a_person(subject: str, text: str) -> None:
    assert said(subject, text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("status\n\nKind regards\nAnn Bauer", STATUS),
        ("\n\n  status\nthanks", STATUS),
        ("status\n\nof the printer, please", None),
        ("status\nKind regards\nDr. Ann Bauer\nClinic of Acme", None),
        ("status\nKind regards\nDr. Ann Bauer\nAcme Clinic\nThank you", STATUS),
        ("status\nKind regards\nDr. Ann Bauer\nAcme Clinic\nThank you\nAnn", None),
        ("status\nKind regards\nAnn Bauer\nServer Ausfall", None),
        ("Hello,\nstatus", None),
        ("status\n\n" + "thanks\n" * 200, None),
    ],
)
def test_below_the_first_line_a_closing_may_follow_and_nothing_else(text: str, command: Command | None) -> None:
    assert said("Printer on ward 3", text) == command


def test_a_sender_is_known_by_every_word_of_their_name_however_written() -> None:
    strauss = Address("Ann Strauß", "x1@y.example")
    assert said("help", "Danke\nAnn STRAUSS", sender=strauss) == HELP
    assert said("help", "Danke\nStrauß", sender=strauss) == HELP
    assert said("help", "Danke\nBauer", sender=strauss) is None


def test_a_text_of_six_hundred_characters_is_looked_at_and_no_longer_one() -> None:
    assert (LONGEST_TEXT, LARGEST_LOGO) == (600, 20480)
    assert said("status", " " * 600) == STATUS
    assert said("status", " " * 601) is None


def test_help_in_the_text_below_a_subject_of_its_own_is_a_cry_for_it() -> None:
    assert said("Printer on ward 3", "Hilfe") is None
    assert said("", "Hilfe\n\nDanke\nAnn") == HELP
    assert said("help", "status") == STATUS


def a_part(**changes: Any) -> Attachment:
    usual = {"filename": "a.png", "content_type": "image/png", "size": 4000, "md5": "", "sha256": "", "part": "2"}
    return Attachment(**(usual | changes))


@pytest.mark.parametrize(
    ("part", "is_command"),
    [
        (a_part(inline=True), True),
        (a_part(inline=True, size=LARGEST_LOGO + 1), False),
        (a_part(), False),
        (a_part(content_type="application/pdf", inline=True), False),
        (a_part(inline=True, size=20 << 10), True),
        (a_part(content_type="application/pkcs7-signature", filename="smime.p7s"), True),
        (a_part(content_type="application/x-pkcs7-signature"), True),
        (a_part(content_type="application/pgp-signature"), True),
    ],
    ids=["a logo", "a screenshot", "a picture", "a document", "a large logo", "a seal", "an older one", "another"],
)
def test_a_mail_with_files_is_about_those(part: Attachment, is_command: bool) -> None:
    assert (said("Hilfe", attachments=(part,)) is not None) is is_command


@pytest.mark.parametrize(
    "changes",
    [
        {"automatic": Automatic(AutomaticKind.BULK, "Precedence: bulk")},
        {"bounce": Bounce(())},
        {"unreadable": "budget"},
        {"sender": None},
    ],
    ids=lambda one: next(iter(one)),
)
def test_machines_and_mail_that_could_not_be_read_command_nothing(changes: dict[str, Any]) -> None:
    assert said("status", **changes) is None


HTML = "<p>status</p><p>Mit freundlichen Gr&uuml;&szlig;en<br>Ann Bauer</p><img src='cid:logo'>"
QUOTED = "remove me\n\nOn Fri, 20 Nov 2026 at 9:00, Service <support@desk.example> wrote:\n> It burns.\n"


def test_real_mails_are_commands_as_they_were_read() -> None:
    mail = a_mail("Ann Bauer <a.bauer@acme.example>", subject="", text="status")
    mail.add_alternative(HTML, subtype="html")
    assert command_in(parse(mail.as_bytes())) == STATUS
    reply = a_mail("Ann Bauer <a.bauer@acme.example>", subject="Re: [SD-1001] Printer", text=QUOTED)
    assert command_in(parse(reply.as_bytes())) == REMOVE
    forward = a_mail("Ann <a.bauer@acme.example>", subject="Hilfe", text=QUOTED.partition("\n\n")[2])
    assert command_in(parse(forward.as_bytes())) is None


SENTENCE = st.sampled_from(["printer", "burns", "since", "monday", "ward", "three"])
LINES = st.one_of(st.sampled_from([*PHRASES, *CLOSINGS, *GREETINGS, "Ann", "-- ", "> x", ""]), st.text(max_size=40))


@given(st.text(max_size=200), st.lists(LINES, max_size=12).map("\n".join), st.text(max_size=20))
def test_no_words_break_it(subject: str, text: str, name: str) -> None:
    for sender in (ANN, Address(name, "x@y.example")):
        found = command_in(a_message(sender=sender, subject=subject, visible_text=text))
        assert found is None or found.action in Action


@given(
    st.sampled_from(sorted(PHRASES)),
    st.lists(SENTENCE, min_size=1),
)
def test_whatever_stands_beside_a_command_makes_it_none(phrase: str, words: list[str]) -> None:
    sentence = " ".join(words)
    assert said(phrase, sentence) is None
    assert said(f"{phrase} {sentence}") is None
    assert said("", f"{phrase}\n{sentence}") is None


@given(st.sampled_from(sorted(PHRASES)), st.sampled_from([str.upper, str.title, str.lower]), st.sampled_from(" \n\t"))
def test_capitals_and_blanks_are_nothing(phrase: str, written: Any, blank: str) -> None:
    command = Command(*PHRASES[phrase])
    assert said(f"{blank}{written(phrase)}{blank}") == command
    assert said("", f"{blank}{written(phrase)}{blank}") == command


@pytest.mark.parametrize("filler", ["status ", "\n", "[", "thanks\n", "> ", "-- \n", ","])
def test_the_longest_mail_costs_no_more_than_a_short_one(filler: str) -> None:
    many = filler * (2_000_000 // len(filler))
    assert said(many[:998], many) is said("status", many) is None
    taken = effort(lambda: (said(many[:998], many), said("status", many)), 0.5)
    assert taken <= 0.5, f"a text beyond {LONGEST_TEXT} characters is not looked through"
