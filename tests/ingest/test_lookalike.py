"""Addresses that deceive the eye are told of, honest ones are not; and what makes two addresses the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.header.addresses import normal_address
from maild.ingest.header.headers import Headers
from maild.ingest.header.known_domains import KnownDomains, looks_like, one_edit
from maild.ingest.header.lookalike import shown, told, u_label
from maild.ingest.header.scripts import hides, is_mixed, scripts
from maild.ingest.header.skeleton import bare_letters, skeleton, twins
from maild.ingest.parse import parse
from maild.model import Address, Note
from tests.effort import effort
from tests.ingest.letters import letter
from tests.ingest.test_corpora import CORPORA


def codes(*fields: str) -> list[str]:
    return [note.code for note in parse(letter(*fields, "Subject: x")).notes]


def text_of(*fields: str) -> str:
    [note] = parse(letter(*fields, "Subject: x")).notes
    return note.text


# ---- the one normal form (D23) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Acme.Example", "ada@acme.example"),
        ("ada@acme.example.", "ada@acme.example"),
        ('"ada"@acme.example', "ada@acme.example"),
        ("ad\u0061\u0308@x.example", "ad\u00e4@x.example"),
        ("STRASSE@x.example", "straße@x.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@b\u00fccher.example", "ada@bu\u0308cher.example"),
    ],
)
def test_two_spellings_of_one_address(one: str, other: str) -> None:
    assert normal_address(one) == normal_address(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada+tag@acme.example", "ada@acme.example"),
        ("a.da@acme.example", "ada@acme.example"),
        ("ada-tag@acme.example", "ada@acme.example"),
        ("ada@googlemail.com", "ada@gmail.com"),
        ("ada@mail.acme.example", "ada@acme.example"),
        ("аda@acme.example", "ada@acme.example"),
        ("ada\u200b@acme.example", "ada@acme.example"),
        ('"ada "@acme.example', "ada@acme.example"),
        ("ﬁa@acme.example", "fia@acme.example"[::-1]),
        ("adä@acme.example", "ada@acme.example"),
    ],
)
def test_two_addresses_that_are_not_the_same(one: str, other: str) -> None:
    assert normal_address(one) != normal_address(other)


# ---- what people are told -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        ["From: Anna Berg <anna@x.example>"],
        ["From: Jürgen Groß <jürgen@bücher.example>"],
        ["From: Анна <анна@почта.рф>"],
        ["From: Анна <anna@почта.рф>"],
        ["From: Со <a@сосо.рф>"],
        ['From: "boss@-good.example" <a@x.example>'],
        ["From: 山田 <yamada@東京abc.example>"],
        ["From: 山田 <yamada@アニメの東京.example>"],
        ["From: 김 <kim@한국abc.example>"],
        ["From: Łukasz <l@łódź.example>"],
        ["From: Kızıl <k@kızıl.example>"],
        ["From: Rødgrød <r@rødgrød.example>"],
        ["From: ❤\ufe0f Shop 👩\u200d💻 <shop@x.example>"],
        ["From: محمد\u200f (a) <m@x.example>"],
        ["From: می\u200cخواهم <m@x.example>"],
        ['From: "anna@x.example" <anna@x.example>'],
        ['From: "Anna @ Home" <anna@x.example>'],
        ["From: a@x.example", "Reply-To: A@X.example"],
        ["From: a@x.example", "Reply-To: b@y.example, a@x.example"],
        ["From: anna-анна@x.example"],
    ],
)
def test_honest_senders_are_not_remarked_upon(fields: list[str]) -> None:
    assert codes(*fields) == []


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("From: a@аcme.example", "sender-mixes-scripts"),
        ("From: a@mail.аcme.example", "sender-mixes-scripts"),
        ("From: аdmin@acme.example", "sender-mixes-scripts"),
        ("From: a.bοss@acme.example", "sender-mixes-scripts"),
        ("From: a@漢а.example", "sender-mixes-scripts"),
        ("From: a@аррӏе.example", "sender-looks-like"),
        ("From: a@xn--80ak6aa92e.com", "sender-looks-like"),
        ("From: a@ɡoogle.example", "sender-looks-like"),
        ("From: a@mail.ехо.example", "sender-looks-like"),
        ("From: a@ǀogin.example", "sender-looks-like"),
        ("From: a@ƨhop.example", "sender-looks-like"),
        ("From: a@ɑcme.example", "sender-looks-like"),
        ('From: "...boss@good.example" <a@x.example>', "sender-name-deceives"),
        ("From: Boss\u202e <a@x.example>", "sender-hides"),
        ("From: Bo\u200bss <a@x.example>", "sender-hides"),
        ("From: Bo\u200dss <a@x.example>", "sender-hides"),
        ("From: \u200cboss <a@x.example>", "sender-hides"),
        ("From: Bo\u00adss <a@x.example>", "sender-hides"),
        ("From: Boss\u200f <a@x.example>", "sender-hides"),
        ("From: Boss\U000e0041 <a@x.example>", "sender-hides"),
        ("From: a\u2060b@x.example", "sender-hides"),
        ("From: =?utf-8?q?Bo=E2=80=AEss?= <a@x.example>", "sender-hides"),
        ('From: "boss@good.example" <a@x.example>', "sender-name-deceives"),
        ('From: "Boss <Boss@Good.example>" <a@x.example>', "sender-name-deceives"),
        ("From: =?utf-8?q?boss=40good=2Eexample?= <a@x.example>", "sender-name-deceives"),
        ("From: =?utf-8?q?boss=EF=BC=A0good=2Eexample?= <a@x.example>", "sender-name-deceives"),
        ('From: "a@x.example, boss@good.example" <a@x.example>', "sender-name-deceives"),
        ("From: boss@good.example <evil@bad.example>", "sender-name-deceives"),
    ],
)
def test_a_sender_who_deceives_the_eye_is_told_of(field: str, code: str) -> None:
    assert codes(field) == [code]


def test_what_is_told_names_the_address_in_letters_that_cannot_deceive() -> None:
    assert text_of("From: a@аррӏе.example") == (
        "the sender's domain looks like apple.example and is not: a@xn--80ak6aa92e.example"
    )
    assert text_of("From: аdmin@acme.example").endswith(": \\u0430dmin@acme.example")
    assert text_of("From: a\u202eb <a@x.example>").endswith("it is from a@x.example")
    assert text_of('From: "boss@gооd.example" <a@x.example>') == (
        "the sender's name shows the address boss@xn--gd-fmca.example, the mail is from a@x.example"
    )


def test_a_reply_to_of_somebody_else_is_shown_beside_the_sender() -> None:
    both = "answers shall go to b@y.example, the mail is from a@x.example"
    assert parse(letter("From: a@x.example", "Reply-To: b@y.example, c@y.example")).notes == (
        Note("reply-to-differs", both),
    )


def test_a_mail_without_a_certain_author_is_looked_at_as_well() -> None:
    assert codes("From: Bo\u200bss <a@x.example>, b@y.example") == ["sender-hides"]
    assert codes("From: Bo\u200bss") == ["sender-hides"]
    assert text_of("From: Bo\u200bss").endswith("it is from no address")
    assert codes("Subject: nobody") == []


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=100))
def test_notes_are_ascii_and_short_whatever_the_address_is(name: str, address: str, reply: str) -> None:
    notes = told(Headers([("From", f"{name} <{address}>")]), Address(name, address), (Address("", reply),))
    assert all(note.text.isascii() and note.text.isprintable() and len(note.text) < 700 for note in notes)


def test_a_long_address_is_cut() -> None:
    assert shown("a" * 100) == "a" * 100
    assert shown("a" * 101) == "a" * 100 + "..."


def test_of_a_long_name_the_first_two_thousand_letters_are_looked_at() -> None:
    for before, other in ((2000 - 12, "b@yy.example"), (2000 - 11, "b@yy.exampl")):
        [note] = told(Headers([]), Address(" " * before + "b@yy.example", "a@x.example"), ())
        assert f"shows the address {other}, the mail" in note.text


def test_hidden_letters_are_seen_wherever_they_stand_in_the_first_three_from_fields() -> None:
    assert codes("From: a@x.example, Bo\u200bss <b@y.example>") == ["sender-hides"]
    fields = ["From: a@x.example", "From: b@x.example", "From: \u200b <c@x.example>"]
    assert codes(*fields) == ["sender-hides"] and codes(fields[0], *fields) == []


# ---- letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "mixed"),
    [
        ("acme", False), ("bücher", False), ("почта", False), ("почта1-2", False), ("аcme", True), ("acmе", True),
        ("αbc", True), ("東京abc", False), ("東京ひらカタ", False), ("한국東京a", False), ("ひら한", True),
        ("ㄅ東a", False),         ("ㄅひ", True), ("aªº", False), ("שa", True), ("", False),
    ],
)  # fmt: skip
def test_scripts_that_are_not_written_together(label: str, mixed: bool) -> None:
    assert is_mixed(label) is mixed


@pytest.mark.parametrize("letter", "ʰªºµ\u2126\u212a\u212bａℊ")
def test_letters_in_dress_have_no_script_of_their_own(letter: str) -> None:
    assert not is_mixed(f"a{letter}") and not is_mixed(f"ж{letter}")


def test_signs_and_digits_have_no_script() -> None:
    assert scripts("a1-é·٣") == {"LATIN"}


@pytest.mark.parametrize("text", ["", "Anna", "é", "\ufe0f", "שלום\u200e a", "ش\u200dم", "क\u094d\u200dष"])
def test_what_honest_people_write_hides_nothing(text: str) -> None:
    assert not hides(text)


@pytest.mark.parametrize(
    ("word", "like"),
    [
        ("acme-c1inic", "acme-clinic"), ("acme-ciinic", "acme-clinic"), ("acme-cIinic", "acme-clinic"),
        ("acrne", "acme"), ("vvest", "west"), ("dinic", "clinic"), ("g00gle", "google"), ("müller", "muller"),
        ("аcmе", "acme"), ("αρρle", "apple"), ("ɡoogle", "google"), ("ａｃｍｅ", "acme"),
        ("𝐚cme", "acme"),
        ("łódź", "lodz"), ("ŧest", "test"), ("օnline", "online"), ("straße", "strasse"),
        ("ᴀcme", "acme"), ("ac\u00adme", "acme"),
        ("kızıl", "kizil"), ("ACME", "acme"),
    ],
)  # fmt: skip
def test_words_that_people_confuse_have_one_skeleton(word: str, like: str) -> None:
    assert skeleton(word) == skeleton(like)


@pytest.mark.parametrize(("one", "other"), [("acme", "acne"), ("west", "vest"), ("почта", "pochta"), ("a-b", "ab")])
def test_words_that_differ_to_the_eye_have_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_marks_count_for_twins_and_not_for_bare_letters() -> None:
    assert (bare_letters("Ü0i"), twins("Ü0i"), twins("аӏ")) == ("u0i", "u0i"[:0] + twins("ü") + "0i", "al")
    assert bare_letters("漢字") == "漢字"


@given(st.text(max_size=40))
def test_a_skeleton_is_its_own_skeleton(word: str) -> None:
    assert skeleton(skeleton(word)) == skeleton(word)


@pytest.mark.parametrize(
    ("label", "letters"),
    [
        ("xn--80ak6aa92e", "аррӏе"),
        ("acme", "acme"),
        ("xn--", ""),
        ("xn-a", "xn-a"),
        ("xn--\u00fc", "xn--\u00fc"),
        ("xn--99999999", "xn--99999999"),
    ],
)
def test_a_labels_are_read_and_what_is_none_stays(label: str, letters: str) -> None:
    assert u_label(label) == letters


# ---- against the domains of customers ---------------------------------------------------------------

KNOWN = KnownDomains(
    [
        "acme-clinic.example",
        "mail.beta.co.uk",
        "bmw.example",
        "bücher.example".encode("idna").decode(),
        "abcdef.example",
    ]
)


def like(domain: str, known: str) -> str:
    return f"{domain} looks like the known domain {known} and is another"


def renamed(domain: str, known: str) -> str:
    return f"{domain} has the name of the known domain {known} under another ending"


def inside(domain: str, known: str, owner: str) -> str:
    return f"{domain} begins with the known domain {known} and belongs to {owner}"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("a@acme-c1inic.example", like("acme-c1inic.example", "acme-clinic.example")),
        ("a@acmee-clinic.example", like("acmee-clinic.example", "acme-clinic.example")),
        ("a@acme-clini.example", like("acme-clini.example", "acme-clinic.example")),
        ("a@acme-klinic.example", like("acme-klinic.example", "acme-clinic.example")),
        ("a@amce-clinic.example", like("amce-clinic.example", "acme-clinic.example")),
        ("a@mail.acme-cllnic.test", like("acme-cllnic.test", "acme-clinic.example")),
        ("a@acme-clinic.com", renamed("acme-clinic.com", "acme-clinic.example")),
        ("a@beta.org.uk", renamed("beta.org.uk", "beta.co.uk")),
        ("a@bucher.example", like("bucher.example", "xn--bcher-kva.example")),
        (
            "a@xn--acme-linic-gwi.example",
            like("xn--acme-linic-gwi.example", "acme-clinic.example"),
        ),
        (
            "a@acme-clinic.example.login.test",
            inside("acme-clinic.example.login.test", "acme-clinic.example", "login.test"),
        ),
        (
            "a@x.acme-clinic.example.login.test",
            inside("x.acme-clinic.example.login.test", "acme-clinic.example", "login.test"),
        ),
    ],
)  # fmt: skip
def test_a_domain_made_to_be_taken_for_a_customers_is_told(address: str, sentence: str) -> None:
    assert looks_like(address, KNOWN) == sentence


@pytest.mark.parametrize(
    "domain",
    [
        "acme-clinic.example", "mail.acme-clinic.example", "beta.co.uk", "other.example", "acme-klinik.example",
        "bmw.com", "bmv.example", "bmww.example", "beto.co.uk", "acme-klinic.com", "[192.0.2.1]", "localhost", "co.uk",
        "example", "", "acme-clinic-example.test", "acme.login.test", "acme-clinic", "abcd.example",
    ],
)  # fmt: skip
def test_a_known_domain_and_one_that_is_only_different_are_not(domain: str) -> None:
    assert looks_like(f"a@{domain}", KNOWN) is None


def test_the_names_that_are_compared_have_a_shortest_and_a_longest_length() -> None:
    names = ["abcd", "abc", "abcde2", "abcd2", "k" * 40, "q" * 41]
    known = KnownDomains([f"{name}.example" for name in names])
    told_of = {
        "abcd.test": True, "abc.test": False,
        "abcde3.example": True, "abcd3.example": False, "аbcd.test": True,
        "аbc.test": False,
        "k" * 41 + ".example": False, "k" * 39 + ".example": True, "q" * 40 + ".example": False, "a8c.example": False,
    }  # fmt: skip
    assert {domain: bool(known.looks_like(f"x@{normal_of(domain)}")) for domain in told_of} == told_of


def normal_of(domain: str) -> str:
    return (normal_address(f"x@{domain}") or "").removeprefix("x@")


def test_a_known_domain_is_found_among_the_last_eight_labels_before_a_foreign_one() -> None:
    for behind, found in ((6, True), (7, False)):
        sentence = KNOWN.looks_like(f"a@acme-clinic.example.{'x.' * behind}login.test")
        assert bool(sentence) is found
    assert looks_like('"a@b"@acme-c1inic.example', KNOWN) is not None


def test_a_known_domain_without_a_registrable_name_is_passed_over() -> None:
    assert KnownDomains(["com", "", "[192.0.2.1]"]).looks_like("a@acme.example") is None


WORDS = st.text(alphabet="abc1", max_size=6)


def distance(one: str, other: str) -> int:
    """The textbook's table, with swapped neighbours (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@given(WORDS, WORDS)
def test_one_edit_is_what_the_textbook_says(one: str, other: str) -> None:
    assert one_edit(one, other) is (distance(one, other) == 1)


@given(st.text(alphabet="abckmxz", min_size=6, max_size=12), st.text(alphabet="abckmxz", min_size=6, max_size=12))
def test_the_index_finds_every_neighbour_and_no_one_else(known: str, name: str) -> None:
    found = KnownDomains([f"{known}.example"]).looks_like(f"a@{name}.example")
    assert (found is not None) is (name != known and distance(skeleton(name), skeleton(known)) <= 1)


def test_ten_thousand_known_domains_cost_less_than_a_millisecond_a_mail() -> None:
    known = KnownDomains([f"praxis-{number * 7919 % 100_003:05}-clinic.example" for number in range(10_000)])
    senders = [f"a@praxis-{number:05}-c1inic.{ending}" for number in range(250) for ending in ("example", "test")]
    senders += [f"a@unrelated{number}{'x' * 25}.example" for number in range(500)]
    limit = 0.001 * len(senders)
    assert effort(lambda: [known.looks_like(each) for each in senders], limit) <= limit
    assert 0 < sum(known.looks_like(each) is not None for each in senders) < len(senders)


# Names that test mails are written with; their owners are nobody's neighbours.
PLACEHOLDER = re.compile(r"[@.](?:example|test|domain|silly|xxx+|m.chine|xn--mchine-bua)\.")


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside the repository (../shared/corpora)")
def test_hardly_any_honest_sender_is_suspected() -> None:
    mails = [parse(path.read_bytes()) for path in (CORPORA / "mails").rglob("*") if path.is_file()]
    senders = {mail.sender.address for mail in mails if mail.sender}
    domains = sorted({each.rpartition("@")[2] for each in senders if not PLACEHOLDER.search(each)})
    halves = (domains[::2], domains[1::2])
    said: list[str] = []
    for a, b in (halves, halves[::-1]):
        known = KnownDomains(a)
        said += [sentence for each in b if (sentence := known.looks_like(f"a@{each}"))]
    renamed_only = [each for each in said if each.endswith("under another ending")]  # one owner with several endings
    assert len(domains) > 80 and len(renamed_only) <= 0.06 * len(domains) and said == renamed_only
    deceiving = [note for mail in mails for note in mail.notes if note.code.startswith("sender-")]
    assert len(deceiving) <= 3
