"""What is found in a text, what is none, and that neither takes long."""

from __future__ import annotations

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.config.countries import shipped_countries
from maild.desks.privacy import PersonalData as Kind
from maild.privacy.finds import LONGEST, Sought, finds, masked
from maild.privacy.words import WORDS, in_words
from tests.privacy.figures import CORPORA, false_alarms, found, sought
from tests.privacy.numbers import a_bsn, a_health_number, a_tax_id, an_iban, in_groups
from tests.privacy.true_cases import TRUE_CASES

HERE = sought(addresses=("ada@acme.example", "support@desk.example", "bob@other.example"), domains=("acme.example",))
CHANCE = Random(7)
IBAN, TAX, HEALTH, BSN = an_iban(CHANCE), a_tax_id(CHANCE), a_health_number(CHANCE), a_bsn(CHANCE)


def kinds(text: str, looks: Sought = HERE, *, signed: bool = True) -> list[Kind]:
    return [one.kind for one in finds(text, looks, signed=signed)]


def wrong(number: str) -> str:
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def test_nearly_all_true_cases_are_found() -> None:
    figure = found()
    assert figure.of >= 200 and len({text for _, text in TRUE_CASES}) == figure.of
    assert figure.share >= 0.95, "\n".join(figure.others)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside the repository (../shared/corpora)")
def test_hardly_any_normal_mail_is_flagged() -> None:
    figure = false_alarms()
    assert figure.of > 400 and figure.share <= 0.01, "\n".join(figure.others)


NONE = (
    "Please write to support@desk.example, or to me: ada@acme.example.",
    "Bob@Other.example reads along.",
    "My colleague carl@acme.example has the same.",
    "Write to info@clinic.example or no-reply@clinic.example.",
    "You can call me at +49 171 2345678.",
    "Sie erreichen mich unter 0171 2345678.",
    "Meine Handynummer ist 0171 2345678.",
    "Bel mij op 06-12345678.",
    "It burns.\n\nKind regards\nAda Lovelace\nTel. 030 1234567\nada@home.example\nIBAN " + IBAN,
    "Es brennt.\n\nMit freundlichen Grüßen\nAda Lovelace\nTel. 030 1234567",
    "Het brandt.\n\nMet vriendelijke groet,\nAda\n06-12345678",
    f"Acme GmbH, Geschäftsführerin Ada Lovelace, Telefon +49 30 1234567, IBAN {IBAN}",
    "Since the update of 12.03.2019 nothing works.",
    "Version 12.03.1984 of the driver",
    "The date 12/03/1984 is shown in the list.",
    "Ada Lovelace, 12.03.2026, nine o'clock",
    "See https://desk.example/t/0171-2345678?user=eve@mail.example#DE02 for more.",
    "www.desk.example/eve@mail.example",
    f"Order {wrong(HEALTH)} of {wrong(TAX)} is late.",
    f"IBAN {wrong(IBAN)}",
    f"Our ticket number is {BSN}.",
    f"BSN {wrong(BSN)}",
    "Ticket SD-1042, RE-2026-000123, 192.168.178.20, a4f6c812d0e9b3",
    "Serial 0815-4711-00042 and 20261120120000",
    "+12345678 rows, -0171 2345678 too",
    "0800 1234567 is the hotline, the phone number on your page.",
    "Rechnungsnummer 0815-471100 für Herrn Weber",
    "Sehr geehrte Frau Kraus, die Bestellung 030-4455667 ist da.",
    "Erreichbar bin ich heute unter 0171 2345678.",
    "I can be reached at +1 202 555 0147.",
    "The fields are called born and phone.",
    "Windows Server, 12.03.2019: the last backup",
    "Anna Berg, 12.03.2023, nine o'clock",
    "Het ordernummer is 111222333, factuur 06-20241234",
    "ISBN 978-3-16-148410-0, VAT NL123456789B01, Ust-IdNr. DE123456789",
    "MAC 00:1A:2B:3C:4D:5E, IMEI 490154203237518, 4006381333931",
    "git clone git@github.com:acme/tool.git; ssh://root@server.example:22",
    "",
)


@pytest.mark.parametrize("text", NONE)
def test_what_belongs_there_is_no_find(text: str) -> None:
    assert kinds(text) == []


SOME = (
    ("Write to eve@mail.example.", Kind.ADDRESS),
    ("Mail to <mailto:eve@mail.example>", Kind.ADDRESS),
    ("It burns.\n\nKind regards\nAda\n\nP.S. Eve Miller, born 12/03/1984", Kind.BIRTH_DATE),
    ("Kind regards\n" + "She has no access. " * 60 + "eve@mail.example", Kind.ADDRESS),
    (f"The number {TAX[:2]} {TAX[2:5]} {TAX[5:8]} {TAX[8:]}.", Kind.CITIZEN_NUMBER),
    (f"({HEALTH})", Kind.INSURANCE_NUMBER),
    ("The order of eve@mail.example is late.", Kind.ADDRESS),
    ("Geburtsdatum: 12031984", Kind.BIRTH_DATE),
    ("Geburtsdatum: 19840312", Kind.BIRTH_DATE),
    (f"BIC COBADEFF, {in_groups(IBAN)} for 12 EUR", Kind.IBAN),
    (f"BSN: {BSN[:4]}.{BSN[4:6]}.{BSN[6:]}", Kind.CITIZEN_NUMBER),
)


@pytest.mark.parametrize(("text", "kind"), SOME)
def test_what_is_somebody_elses_is_found(text: str, kind: Kind) -> None:
    assert kinds(text) == [kind]


def test_a_place_holds_the_value_and_its_mask_shows_no_more_than_its_ends() -> None:
    text = f"Ünï 😀: {in_groups(IBAN)}, geb. 1.2.84"
    iban, born = finds(text, HERE)
    assert text[iban.start : iban.end] == in_groups(IBAN) and iban.masked == f"{IBAN[:2]}…{IBAN[-2:]}"
    assert text[born.start : born.end] == "1.2.84" and born.masked == "…"
    assert masked(text, (iban, born)) == f"Ünï 😀: {IBAN[:2]}…{IBAN[-2:]}, geb. …"


@pytest.mark.parametrize(("kind", "text"), TRUE_CASES[::9])
def test_no_find_holds_what_it_found(kind: Kind, text: str) -> None:
    for one in finds(text, HERE):
        value = text[one.start : one.end]
        assert value not in repr(one) and value not in masked(text, (one,)) and len(one.masked) <= 5


def test_only_the_kinds_and_countries_that_a_desk_names_are_looked_for() -> None:
    text = f"BSN {BSN}, Steuer-ID {TAX}, eve@mail.example"
    assert kinds(text) == [Kind.CITIZEN_NUMBER, Kind.CITIZEN_NUMBER, Kind.ADDRESS]
    german = tuple(one for one in shipped_countries() if one.country == "de")
    assert kinds(text, Sought(german, frozenset(Kind), 2026)) == [Kind.CITIZEN_NUMBER]
    assert kinds(text, Sought(shipped_countries(), frozenset({Kind.ADDRESS}), 2026)) == [Kind.ADDRESS]


def test_a_subject_has_no_closing() -> None:
    assert kinds("Thanks,\neve@mail.example") == []
    assert kinds("Thanks,\neve@mail.example", signed=False) == [Kind.ADDRESS]


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text: str) -> None:
    found_here = finds(text, HERE)
    assert all(0 <= one.start < one.end <= len(text) for one in found_here)
    assert all(one.end <= other.start for one, other in pairwise(found_here))


HOSTILE = (
    "a@",
    "a@b.c",
    "0171 ",
    "Tel 0171 2345678 ",
    "1.1.1984 geb. ",
    "DE12 ",
    "Anna Berg, ",
    "https://",
    "1 ",
    "ä.",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_text_takes_no_longer_than_its_length_deserves(piece: str) -> None:
    short, long = (piece * (size // len(piece)) for size in (LONGEST // 16, LONGEST // 2))
    finds("warm", HERE)
    assert seconds(long) < 4 * 8 * seconds(short) + 0.2


def test_nobody_reads_beyond_the_longest_text() -> None:
    assert kinds("x" * (LONGEST - 20) + " eve@mail.example ") == [Kind.ADDRESS]
    assert kinds("x" * LONGEST + " eve@mail.example ") == []


def seconds(text: str) -> float:
    began = time.process_time()
    finds(text, HERE)
    return time.process_time() - began


def test_every_kind_has_words_in_every_language_and_is_named_once() -> None:
    assert all(set(words) == set(Kind) for words in WORDS.values())
    told = in_words((Kind.PHONE, Kind.IBAN, Kind.PHONE), "de")
    assert told == "- eine Kontonummer (IBAN)\n- die Telefonnummer eines Menschen"
    assert in_words((Kind.IBAN,), "fr") == in_words((Kind.IBAN,), "en")
