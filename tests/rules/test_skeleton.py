"""Rules and examples made from mails: they load, say what the rule does, and tell nobody's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maild.directory import Directory
from maild.errors import ConfigError
from maild.model import Address, Attachment, Message
from maild.rules.anonymous import anonymous, names_of
from maild.rules.example_mail import ExampleMail
from maild.rules.examples import differences
from maild.rules.language import Actions, Example, Rule
from maild.rules.skeleton import SAMPLE, NoExample, Place, example_of, proven, skeleton
from maild.rules.written import CannotInsert, example_lines, flow, scalar, with_example
from maild.yaml.file import parse, read
from maild.yaml.problems import build
from tests.builders import ADA, a_desk, a_message

NAMES = names_of((ADA, Address("", "dora.dean@beta.example"), Address("Help", "info@acme.example")))


def a_directory(address: str) -> Directory:
    """One organisation, with one authorised contact."""
    contact = {"name": "Ada Lovelace", "addresses": [address], "register": "authorised"}
    return Directory.model_validate({"organisations": [{"key": "acme", "name": "Acme", "contacts": [contact]}]})


DIRECTORY = a_directory(ADA.address)
PLACE = Place((a_desk(),), DIRECTORY)


def loaded(text: str) -> list[Rule]:
    """The rules of a file, whose examples come out as they say."""
    document = parse(text.encode(), "new.yaml")
    rules = [build(document, Rule, number) for number in range(len(document.value))]
    for rule in rules:
        for one in rule.examples:
            assert list(differences(rule, one, PLACE.desks, PLACE.directory)) == [], text
    return rules


# ---- nobody's name -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("write to ada@acme.example, or <mailto:x.y+z@sub.acme.example>.", "write to somebody@elsewhere.example, or <"),
        ("Kind regards\nAda Lovelace", "Kind regards\nSomebody"),
        ("Dean, Dora called; Dora-Dean", "Somebody, Somebody called; Somebody"),
        ("Adamant info", "Adamant info"),
        ("call +49 (30) 555-1234", "call +00 (00) 000-0000"),
        ("IBAN DE89 3704 0044 0532 0130 00!", "IBAN XX00 0000 0000 0000 0000 00!"),
        ("no12 this that then", "no12 this that then"),
        ("customer 48151 at 17:30, 3 times, 1042", "customer 00000 at 17:30, 3 times, 1042"),
        ("de-10-srv-1234", "de-10-srv-1234"),
        ("192.168.100.12", "000.000.000.00"),
    ],
)
def test_addresses_names_and_long_numbers_are_taken_out_and_the_rest_stays(text: str, without: str) -> None:
    assert anonymous(text, NAMES).startswith(without)
    assert "acme.example" not in anonymous(text, NAMES)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_taking_people_out_twice_is_taking_them_out_once(text: str) -> None:
    once = anonymous(text, NAMES)
    assert anonymous(once, NAMES) == once


# ---- a new rule ----------------------------------------------------------------------------------

NASTY = st.text(
    alphabet=st.sampled_from("aB3é \t\n:#-'\"{}[]|>%&*!$/\\@`~\x00\x85\u2028\ufeff\u0301😀_null"), max_size=80
)


@settings(max_examples=300, deadline=None)
@given(NASTY | st.text(max_size=80), NASTY | st.text(max_size=400))
@example("", "")
@example("RE: [SD-1001] AW: true", "--- \n... x")
@example("null null", " | \n\n> quoted")
def test_a_skeleton_of_any_mail_loads_and_its_example_comes_out(subject: str, text: str) -> None:
    message = a_message(subject=subject, visible_text=text, text=text)
    (rule,) = loaded("# a comment\n" + skeleton(example_of(message, NAMES), "organisation: acme", ["a new rule"]))
    assert rule.shadow and len(rule.examples) == 1 and rule.examples[0].gives != "nothing"
    assert rule.rule != "a new rule"


def test_a_skeleton_asks_for_words_of_the_subject_and_names_who_sends_such() -> None:
    message = a_message(subject="Re: [SD-1042] Ada's printer 48151 in the big archive burns", visible_text="Hot.")
    text = skeleton(example_of(message, NAMES), "organisation: acme", ())
    (rule,) = loaded(text)
    assert rule.rule == "Somebody s printer in the big archive burns"
    assert rule.when.subject == ("printer", "archive", "burns")
    assert "\n    # organisation: acme " in text and "Ada" not in text and "48151" not in text


def test_the_skeleton_of_no_mail_loads_and_names_stay_apart() -> None:
    names: list[str] = []
    for _ in range(3):
        names += [rule.rule for rule in loaded(skeleton(SAMPLE, "", names))]
    assert names == ["The printer burns", "The printer burns 2", "The printer burns 3"]


def test_a_long_mail_is_cut_to_ten_lines() -> None:
    message = a_message(visible_text="\n\n".join(f"line {number}" for number in range(30)))
    assert example_of(message, NAMES).text.split("\n") == [f"line {number}" for number in range(10)]


@settings(max_examples=300, deadline=None)
@given(NASTY | st.text(max_size=60))
def test_what_is_written_as_yaml_is_read_back(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode()
    value = parse(f"a: {flow({'k': [clean, 'x'], 'n': 3, 'b': True})}".encode(), "f").value
    assert value == {"a": {"k": [clean, "x"], "n": 3, "b": True}}
    assert parse(f"- {scalar(clean)}".encode(), "f").value == [clean]


# ---- an example ----------------------------------------------------------------------------------


def rule(**words: Any) -> Rule:
    return Rule.model_validate({"rule": "r", "then": {"priority": 1}} | words)


def an_example(message: Message, of: Rule, **more: Any) -> tuple[ExampleMail, Actions | None]:
    found = proven(message, of, NAMES, PLACE, **more)
    return found.mail, found.gives


def test_an_example_says_what_the_rule_gives_for_the_mail_without_its_people() -> None:
    asks = rule(when={"text": "/machine (?P<vm>\\w+)/"}, then={"field": {"vm": "{vm}!", "no": "{1}"}, "tag": "t"})
    mail, gives = an_example(a_message(subject="of Ada", visible_text="Ada says: machine a12345 {x}"), asks)
    assert (mail.from_, mail.subject) == ("somebody@elsewhere.example", "of Somebody")
    assert mail.text == "Somebody says: machine a00000 {x}"
    assert gives == Actions(field=(("vm", "a00000!"), ("no", "a00000")), tag=("t",))


def test_braces_that_a_mail_brings_stay_braces() -> None:
    asks = rule(when={"text": "/machine (.+)/"}, then={"field": {"vm": "{1}"}})
    mail, gives = an_example(a_message(subject="x", visible_text="machine {a} b"), asks)
    assert gives == Actions(field=(("vm", "{{a}} b"),))
    shown = Example(mail=mail, gives=gives)
    assert list(differences(asks, shown, PLACE.desks, PLACE.directory)) == []


def test_what_the_rule_looks_at_is_in_the_example_and_nothing_else() -> None:
    file = Attachment("Ada-4815162342.pdf", "application/pdf", 7, "", "", "2")
    message = a_message(
        subject="x", attachments=(file,), language="de", headers=(("x-mark", "for ada@acme.example"), ("x-other", "y"))
    )
    plain, _ = an_example(message, rule(when={"subject": "x"}))
    assert not plain.attachment and not plain.language and not plain.header
    asks = rule(when={"attachment": {"name": "*.pdf"}, "language": "de", "header": {"x-mark": "for"}})
    mail, gives = an_example(message, asks)
    assert gives is not None and [one.name for one in mail.attachment] == ["Somebody-0000000000.pdf"]
    assert mail.header == (("x-mark", "for somebody@elsewhere.example"),) and mail.language == "de"


def test_the_lines_that_the_rule_looks_at_are_found_further_down() -> None:
    message = a_message(subject="x", visible_text="\n".join([*(f"line {number}" for number in range(40)), "at last"]))
    mail, gives = an_example(message, rule(when={"text": "at last"}))
    assert gives is not None and mail.text.endswith("at last") and mail.text.count("\n") < 10


def test_the_desk_that_the_mail_was_for_is_in_the_example() -> None:
    place = Place((a_desk(), a_desk(desk="sales", prefix="SA", addresses=("sales@desk.example",))), DIRECTORY)
    message = a_message(subject="x", to=(Address("", "sales@desk.example"),))
    for asks in ({"desk": "sales"}, {"recipient": "sales@desk.example"}):
        found = proven(message, rule(when=asks), NAMES, place)
        assert found.gives is not None and found.mail.to == "sales@desk.example"
    assert proven(message, rule(when={"desk": "service"}), NAMES, place).gives is None


SHIPPED = [
    (Rule.model_validate(one), shown)
    for path in sorted((Path(__file__).parents[2] / "config" / "rules").glob("*.yaml"))
    for one in read(path).value
    for shown in Rule.model_validate(one).examples
]


@pytest.mark.parametrize(("of", "shown"), SHIPPED, ids=[f"{of.rule}-{shown.mail.subject}" for of, shown in SHIPPED])
def test_from_a_mail_like_a_rules_own_example_one_is_made_that_promises_as_much(of: Rule, shown: Example) -> None:
    """By the shipped rules; whoever is no stranger counts as authorised."""
    message = a_message(
        sender=Address("", shown.mail.from_), subject=shown.mail.subject, visible_text=shown.mail.text, text=""
    )
    place = Place(PLACE.desks, Directory() if "stranger" in shown.mail.from_ else a_directory(shown.mail.from_))
    found = proven(message, of, frozenset(), place, shown.mail.from_)
    assert (found.gives is None) is (shown.gives == "nothing")
    lines = [
        "- rule: r",
        "  then: { tag: t }",
        "  examples:",
        *(f"    {x}" for x in example_lines(found.mail, found.gives)),
    ]
    (again,) = build(parse("\n".join(lines).encode(), "f"), Rule, 0).examples
    assert again == Example(mail=found.mail, gives=found.gives or "nothing")


def test_people_beside_the_desk_are_counted_and_not_named() -> None:
    others = tuple(Address("", f"p{number}@acme.example") for number in range(3))
    mail, gives = an_example(a_message(subject="x", cc=others), rule(when={"recipients": "> 3"}))
    assert gives is not None and len(mail.cc) == 3 and "acme" not in str(mail.cc)


def test_a_mail_that_the_rule_does_not_match_gives_nothing() -> None:
    assert an_example(a_message(subject="y"), rule(when={"subject": "x"}))[1] is None


def test_a_rule_about_its_sender_needs_to_be_told_who_it_shall_be() -> None:
    asks = rule(when={"sender": "authorised"})
    with pytest.raises(NoExample, match="--from"):
        proven(a_message(sender=ADA), asks, NAMES, PLACE)
    mail, gives = an_example(a_message(sender=ADA), asks, sender=ADA.address)
    assert gives is not None and mail.from_ == ADA.address


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (rule(on="time", when={"age": "> 1 day"}), "asked on time only"),
        (rule(when={"text": "48151"}), "not without what is taken out"),
        (rule(then={}, stop=True), "sets nothing"),
        (rule(when={"text": "Somebody"}), "not the mail itself"),
    ],
)
def test_where_no_example_can_be_made_the_reason_is_told(of: Rule, why: str) -> None:
    with pytest.raises(NoExample, match=why):
        proven(a_message(visible_text="Ada, 48151"), of, NAMES, PLACE)


# ---- into the file -------------------------------------------------------------------------------

LINES = example_lines(ExampleMail(subject="a: b", text="one\n\n# two"), Actions(priority=1))
FIRST = "- rule: one  # the first\n  then: { priority: 1 }\n"
SECOND = "\n# about the second\n- rule: two\n  then: { tag: t }\n"
WITH = "  examples:\n    - mail: { subject: x }   # so\n      gives: nothing   # or not\n    # the end\n"
TEXT_LAST = FIRST + "  examples:\n    - gives: nothing\n      mail:\n        text: "
FILES = {
    "without examples": FIRST + SECOND,
    "with one": FIRST + WITH + SECOND,
    "as the last": FIRST + WITH,
    "without a last line end": (FIRST + WITH).rstrip("\n"),
    "without any, nor a last line end": FIRST.rstrip("\n"),
    "with the dash under its word": FIRST + WITH.replace("    ", "  ") + SECOND,
    "with more words behind": FIRST + WITH + "  shadow: true\n" + SECOND,
    "with a block of text last": TEXT_LAST + "|\n          a\n          # b\n\n# c\n" + SECOND,
    "with a folded text last": TEXT_LAST + ">-\n          a\n\n          b\n" + SECOND,
    "with a quoted text over two lines": TEXT_LAST + '"a\n          b"\n' + SECOND,
    "with other line ends": (FIRST + WITH + SECOND).replace("\n", "\r\n"),
    "with signs beyond ASCII": "# ü😀\u2028\n" + FIRST + WITH + SECOND,
    "indented": "".join(f"  {line}" for line in (FIRST + WITH + SECOND).splitlines(keepends=True)),
}  # fmt: skip


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_an_example_is_put_in_and_everything_else_stays_as_it_is(text: str) -> None:
    changed = with_example(text, "f.yaml", 0, LINES)
    before, after = parse(text.encode(), "f").value, parse(changed.encode(), "f").value
    added = after[0]["examples"][-1]
    assert added["mail"] == {"from": "somebody@elsewhere.example", "subject": "a: b", "text": "one\n\n# two"}
    assert after[1:] == before[1:] and after[0]["examples"][:-1] == before[0].get("examples", [])
    lines, kept = changed.splitlines(keepends=True), text.splitlines(keepends=True)
    put_in = len(lines) - len(kept)
    assert put_in == len(LINES) + ("examples" not in before[0])
    start = next((n for n, line in enumerate(kept) if lines[n].rstrip("\r\n") != line.rstrip("\r\n")), len(kept))
    assert lines[start - 1].strip()
    assert "".join(lines[:start] + lines[start + put_in :]).rstrip("\n") == text.rstrip("\n")
    assert changed.count("\r\n") == (changed.count("\n") if "\r\n" in text else 0)


@pytest.mark.parametrize(
    "text",
    [
        "- { rule: one, then: { priority: 1 } }\n",
        "[{ rule: one, then: { priority: 1 } }]\n",
        FIRST + "  examples: []\n",
        FIRST + "  examples: [{ mail: {}, gives: { priority: 1 } }]\n",
        FIRST + "  examples:\n",
        TEXT_LAST + "|+\n          a\n\n\n" + SECOND,
    ],
)
def test_where_there_is_no_place_for_it_the_file_is_left_alone(text: str) -> None:
    with pytest.raises((CannotInsert, ConfigError)):
        with_example(text, "f.yaml", 0, LINES)
