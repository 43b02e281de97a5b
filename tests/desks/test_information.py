"""What a desk may say of what it must know, and when a subject says nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maild.desks.information import FieldWanted, Information, in_language
from maild.desks.policy import Desk
from maild.desks.subjects import MEANINGLESS, bare, says_something
from maild.errors import ConfigError
from maild.yaml.file import read
from maild.yaml.problems import build
from tests.builders import a_desk
from tests.effort import effort

URL = {"field": "url", "find": r"/https?:\/\/[\w.-]+/", "words": {"en": "the address", "de": "die Adresse"}}

EMPTY = (
    "", "   ", "Re:", "AW: AW:", "Fwd: Re[2]:", "(kein Betreff)", "(no subject)", "[no subject]", "Hilfe", "HILFE!!!",
    "Frage", "Problem", "Dringend: Problem", "Re: Hilfe", "WG: Anfrage", "Eine kurze Frage", "Hallo", "Guten Tag",
    "Ich brauche Hilfe", "help", "Help me please!", "Quick question", "URGENT", "A question about my issue",
    "geen onderwerp", "Antw: vraag", "Hulp nodig", "Ik heb een vraag", "12345", "…", "[SD-1001] Re: Hilfe", "- - -",
    "Re: [SD-1001] (no subject)", "ASAP", "\U0001f6a8",
)  # fmt: skip
TELLING = (
    "Modul lädt nicht", "Re: Modul lädt nicht", "Hilfe beim Login", "Fehlermeldung", "Frage zur Rechnung 4711",
    "de-12-srv-0042", "Problem with the printer", "Urgent: nobody can log in", "Vraag over de factuur",
    "[Drucker] brennt", "ログインできない", "Help: VPN", "SD-1001", "Restart",
)  # fmt: skip


@pytest.mark.parametrize("subject", EMPTY)
def test_a_subject_that_says_nothing(subject: str) -> None:
    assert not says_something(subject)


@pytest.mark.parametrize("subject", TELLING)
def test_a_subject_that_says_something(subject: str) -> None:
    assert says_something(subject)


def test_a_desk_knows_further_words_that_say_nothing() -> None:
    assert says_something("Meldung Portal") and not says_something("Meldung: PORTAL!", ("Meldung", "aus dem Portal"))


def test_the_marks_of_replies_and_our_numbers_are_no_part_of_a_subject() -> None:
    assert bare("AW: Re: [SD-1001]  Login  geht nicht ") == "Login geht nicht"
    assert bare("[SD-1001] WG[3]: x") == "x"
    assert bare("Reset: how?") == "Reset: how?"


@given(st.lists(st.sampled_from(sorted(MEANINGLESS)), max_size=8), st.sampled_from(("Re: ", "", "[SD-7] ", "AW:")))
def test_words_that_say_nothing_say_nothing_together(words: list[str], mark: str) -> None:
    assert not says_something(mark + ", ".join(words).upper())
    assert says_something(f"{mark}{' '.join(words)} printer")


def test_a_subject_is_judged_in_time_that_its_length_deserves() -> None:
    for hostile in ("re:" * 100_000, "[" * 300_000, "re: [SD-1" * 50_000, "[ A" * 100_000):
        assert effort(partial(says_something, hostile), 0.3) <= 0.3


# ---- the policy -----------------------------------------------------------------------------------


def test_a_desk_that_says_nothing_asks_for_nothing() -> None:
    information = a_desk().information
    assert not information.fields and not information.modules and not information.subject.required


def test_what_is_stored_is_what_was_written() -> None:
    whole: dict[str, Any] = {
        "subject": {"required": True, "words": "a subject", "meaningless": "Portal"},
        "fields": [URL | {"why": {"en": "each customer has one"}, "types": "problem", "when": ["HAR", "/red error/i"]}],
        "modules": [{"module": "login", "words": ["log in", "/passwor[dt]/i"]}],
    }
    desk = a_desk(information=whole)
    again = type(desk).model_validate_json(desk.model_dump_json())
    assert again == desk and again.information.fields[0].types == ("problem",)
    dumped = desk.model_dump(mode="json")["information"]
    assert dumped["fields"][0]["words"] == URL["words"] and dumped["subject"]["words"] == "a subject"


MISTAKES = (
    (URL | {"find": "https"}, "is no pattern"),
    (URL | {"find": r"/(?=x)/"}, "look-around"),
    (URL | {"find": r"/x*/"}, "would always be found"),
    (URL | {"find": ()}, "nothing says how `url` is found"),
    (URL | {"field": "subject"}, "subject is no field"),
    (URL | {"field": "Url"}, "String should match pattern"),
    (URL | {"words": {}}, "at least 1 item"),
    (URL | {"words": {"english": "x"}}, "`english` is no language"),
    (URL | {"words": "two\nlines"}, "`two lines` is no text for here"),
    (URL | {"words": ""}, "one line of 1 to 200 characters"),
    (URL | {"when": ["  "]}, "at least one letter"),
    (URL | {"known": "machines"}, "'systems'"),
)


@pytest.mark.parametrize(("field", "told"), MISTAKES)
def test_a_mistake_is_told(field: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("(", "\\(")):
        Information.model_validate({"fields": [field]})


def test_a_name_stands_there_once() -> None:
    with pytest.raises(ValidationError, match="the field `url` stands here twice"):
        Information.model_validate({"fields": [URL, URL]})
    guess = {"module": "login", "words": "x"}
    with pytest.raises(ValidationError, match="the module `login` stands here twice"):
        Information.model_validate({"modules": [guess, guess]})


@pytest.mark.parametrize(
    ("written", "languages", "text"),
    [
        ({"en": "a", "de": "b"}, ("de", "en"), "b"),
        ({"en": "a", "de": "b"}, ("nl", "de"), "b"),
        ({"en": "a", "de": "b"}, ("fr",), "a"),
        ({"de": "a", "": "b"}, ("nl",), "b"),
        ("a", ("de",), "a"),
    ],
)
def test_a_text_is_in_the_readers_language_or_the_desks_or_the_first(
    written: Any, languages: tuple[str, ...], text: str
) -> None:
    assert in_language(FieldWanted.model_validate(URL | {"words": written}).words, *languages) == text


def test_a_field_depends_on_what_it_names() -> None:
    assert not FieldWanted.model_validate(URL).depends
    assert all(FieldWanted.model_validate(URL | {name: "x"}).depends for name in ("types", "categories", "when"))


PLACES = (
    ("fields: [{field: url, words: x, find: https}]", (5, "`https` is no pattern")),
    ("fields:\n    - field: url\n      find: [/a/, '/(/']\n      words: x", (8, "`/(/` is no regular expression")),
    ("fields:\n    - field: url\n      find: /a/\n      words: {en: '', de: y}", (9, "one line of 1 to 200")),
    ("fields:\n    - field: url\n      find: /a/\n      words: x\n      knwon: systems", (10, "did you mean `known`?")),
    ("modules:\n    - {module: a}", (7, "`words` is missing here")),
)


@pytest.mark.parametrize(("written", "told"), PLACES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, written: str, told: tuple[int, str]) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(f"desk: a\ntitle: A\naddresses: [a@a.example]\nprefix: A\ninformation: {{{written}}}\n")
    if "\n" in written:
        file.write_text(f"desk: a\ntitle: A\naddresses: [a@a.example]\nprefix: A\ninformation:\n  {written}\n")
    with pytest.raises(ConfigError) as found:
        build(read(file), Desk)
    (problem,) = found.value.problems
    assert problem.line == told[0] and told[1] in problem.message
