"""Rule files that were hit by something: whatever is done to them, they load as a whole or are told to be broken."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from maild.rules.actions import ACTIONS
from maild.rules.conditions import CONDITIONS
from maild.rules.load import load_rules
from tests.rules.loading import KNOWN, SHIPPED, load, told

EVERYTHING = r"""# Every condition, every action, every kind of list.
- list: outage
  of: [down, "*ausfall*", /nicht (mehr )?erreichbar/i]
- list: friends
  of:
    - ada@acme.example
    - "@beta.example"
- rule: all of the mail
  on: [new, follow-up]
  when:
    subject: [$outage, "in one line"]
    text: /(?P<vm>de-\d+)/
    full_text: printer
    header: { x-spam: [no, /^0/], precedence: "*" }
    attachment: { name: ["*.pdf", $outage], type: image/*, size: "> 5 MB", count: 1..3 }
    language: [de, en]
    sender: [$friends, authorised, /@acme\./]
    proof: [proven, weak]
    organisation: acme
    recipient: $friends
    recipients: "< 20"
    desk: service
    hours: inside
    automatic: false
  then:
    priority: 1
    type: incident
    category: hosting
    module: login
    assign: grace
    field: { vm: "{vm}", url: "https://{vm}.example" }
    tag: [outage, "two words"]
    participant: eve@acme.example
    notify: [grace, { staff: second-line, template: staff-page }]
    forward: [account-manager, linus]
    webhook: crm
  stop: true
  examples:
    - mail:
        from: ada@acme.example
        text: |-
          two lines
          of text
      gives: nothing
- rule: what is missing
  when:
    any:
      - category: [hosting, /^h/]
      - all:
          - type: incident
          - module: login
    not:
      field: { vm: "*" }
      tag: outage
    status: new
    priority: 2..4
  then:
    ask: { vm: the name of the machine, url: its address }
    answer: thanks
    propose: [new-contact, leaving]
    instruction: true
    workflow: account-deletion
- rule: spam
  when: { sender: unknown, automatic: [bulk, list] }
  then: { ignore: nobody wrote it, review: but look at it }
  shadow: true
- rule: silence
  on: time
  when:
    age: "> 30 days"
    quiet: 5..90 days
    status: [waiting, solved]
  then:
    status: closed
"""
JARGON = re.compile(
    r"Input should|type=|Traceback|pydantic|validat|input_value|ctx|<class|Error\b|NoneType|object at|"
    r"'(str|int|dict|list|tuple|bool)'|Field required|Extra inputs|\^\[|__|union|discriminator"
)
KEY = re.compile(r"[a-z_]{3,}(?=:)")
VALUE = re.compile(r"(?<=: )[^\s#{}\[\],]+|(?<=[\[,] )[^\s#{}\[\],]+")
REST = re.compile(r"(?<=: )[^\n]+")
VALUES = (
    "5",
    "-1",
    "2.5",
    "true",
    "no",
    "null",
    "[]",
    "{}",
    "[x]",
    "{ a: b }",
    "''",
    '"*"',
    "/(/",
    "> 5",
    "$x",
    "1e999",
)
VALUES += (
    "[[[]]]",
    "{ a: { b: c } }",
    "0x1F",
    "12:30",
    "2026-11-28",
    "*a",
    "!t x",
    "@x",
    "%",
    "`",
    "|",
    "a: b",
    "'",
    "é" * 300,
)

Dice = random.Random


def _place(text: str, dice: Dice) -> int:
    return dice.randrange(len(text))


def _without(text: str, dice: Dice) -> str:
    at = _place(text, dice)
    return text[:at] + text[at + 1 :]


def _doubled(text: str, dice: Dice) -> str:
    at = _place(text, dice)
    return text[:at] + text[at] + text[at:]


def _swapped(text: str, dice: Dice) -> str:
    at = dice.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _strange(text: str, dice: Dice) -> str:
    at = _place(text, dice)
    return text[:at] + dice.choice("\t\x00\ufeff\u2028:#&*!|>%@`'\"{}[],-?~ä") + text[at:]


def _cut(text: str, dice: Dice) -> str:
    return text[: _place(text, dice)]


def _of_lines(change: Callable[[list[str], int, Dice], None]) -> Callable[[str, Dice], str]:
    def mutate(text: str, dice: Dice) -> str:
        lines = text.split("\n")
        change(lines, dice.randrange(len(lines) - 1), dice)
        return "\n".join(lines)

    return mutate


def _line_lost(lines: list[str], at: int, _dice: Dice) -> None:
    del lines[at]


def _line_twice(lines: list[str], at: int, _dice: Dice) -> None:
    lines.insert(at, lines[at])


def _lines_swapped(lines: list[str], at: int, _dice: Dice) -> None:
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def _indented(lines: list[str], at: int, dice: Dice) -> None:
    lines[at] = dice.choice((" ", "  ", "\t")) + lines[at]


def _outdented(lines: list[str], at: int, dice: Dice) -> None:
    lines[at] = lines[at].removeprefix(dice.choice((" ", "  ", "    ")))


def _at(found: list[re.Match[str]], new: Callable[[str], str], text: str, dice: Dice) -> str:
    one = dice.choice(found)
    return text[: one.start()] + new(one[0]) + text[one.end() :]


def _misspelt(text: str, dice: Dice) -> str:
    return _at(
        list(KEY.finditer(text)), lambda word: dice.choice((word[1:], word[:-1], word + "s", word.upper())), text, dice
    )


def _other_key(text: str, dice: Dice) -> str:
    found = list(KEY.finditer(text))
    return _at(found, lambda _: dice.choice(found)[0], text, dice)


def _other_value(text: str, dice: Dice) -> str:
    return _at(list(VALUE.finditer(text)), lambda _: dice.choice(VALUES), text, dice)


def _other_block(text: str, dice: Dice) -> str:
    return _at(list(REST.finditer(text)), lambda _: dice.choice(VALUES), text, dice)


def _emptied(text: str, dice: Dice) -> str:
    return _at(list(VALUE.finditer(text)), lambda _: "", text, dice)


def _anchored(text: str, dice: Dice) -> str:
    return _at(list(VALUE.finditer(text)), lambda word: dice.choice(("&a ", "*a ", "!t ", "<<: ")) + word, text, dice)


MUTATIONS: tuple[Callable[[str, Dice], str], ...] = (
    _without, _doubled, _swapped, _strange, _cut,
    _misspelt, _other_key, _other_value, _other_block, _emptied, _anchored,
    *map(_of_lines, (_line_lost, _line_twice, _lines_swapped, _indented, _outdented)),
)  # fmt: skip
TEXTS = (*(file.read_text(encoding="utf-8") for file in SHIPPED), EVERYTHING, EVERYTHING)


def test_the_big_file_is_good_and_holds_every_word(tmp_path: Path) -> None:
    loaded = load(tmp_path, EVERYTHING)
    assert told(loaded) == [] and len(loaded.rules) == 4
    assert {word.strip("{ ") for word in re.findall(r"[{ ]([a-z_]+)(?=:)", EVERYTHING)} >= {*CONDITIONS, *ACTIONS}


def mutated(seed: int) -> str:
    dice = random.Random(seed)
    return dice.choice(MUTATIONS)(dice.choice(TEXTS), dice)


def faults(file: Path, text: str) -> list[str]:
    """What is wrong with the way in which a file is judged."""
    loaded = load_rules([file], KNOWN)
    lines = text.count("\n") + text.count("\u2028") + text.count("\x85") + 2
    bad = [str(one) for one in loaded.problems if JARGON.search(one.message) or not one.message.strip()]
    bad += [f"no such line: {one}" for one in loaded.problems if not 1 <= one.line <= lines and not _whole(one.message)]
    whole = len(re.findall(r"^- (?:\{ ?)?rule:", text, re.MULTILINE))
    if not loaded.problems and len(loaded.rules) != whole:
        bad.append(f"{len(loaded.rules)} rules of {whole} without a word")
    return bad


def _whole(message: str) -> bool:
    """Whether a message is about the whole file."""
    return message.startswith(("no YAML: ", "larger than", "this line is not UTF-8"))


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_a_mutated_file_is_taken_whole_or_told_to_be_broken(tmp_path: Path, first: int) -> None:
    file = tmp_path / "a.yaml"
    for seed in range(first, first + 20):
        text = mutated(seed)
        file.write_text(text, encoding="utf-8", newline="")
        assert faults(file, text) == [], f"seed {seed}"


def test_most_mutations_are_noticed(tmp_path: Path) -> None:
    """Else the test above would look at good files."""
    noticed = sum(bool(load(tmp_path, mutated(seed)).problems) for seed in range(60))
    assert 30 < noticed < 60


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe- rule: a", b"- rule: \xe4\n", b"\x00", b"[" * 200, b"- rule: a\n  when: {a: " + b"[" * 60]
)
def test_a_file_that_is_no_text_of_ours_is_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(raw)
    (problem,) = load_rules([tmp_path / "a.yaml"], KNOWN).problems
    assert problem.message and not JARGON.search(problem.message)


PLACES = {
    "when": ("- rule: r\n  when: {{ {0}: {1} }}\n  then: {{ tag: t }}\n", {*CONDITIONS, "any", "all", "not"}),
    "then": ("- rule: r\n  then: {{ {0}: {1} }}\n", set(ACTIONS)),
    "rule": ("- rule: r\n  {0}: {1}\n", {"on", "when", "then", "stop", "shadow", "examples"}),
    "mail": (
        "- rule: r\n  stop: true\n  examples: [{{ mail: {{ {0}: {1} }}, gives: nothing }}]\n",
        {"from", "to", "cc", "subject", "header", "attachment", "automatic", "proof", "hours", "on", "ticket"},
    ),
    "list": ("- list: r\n  {0}: {1}\n", {"of"}),
}
PLAIN_VALUES = (
    "5",
    "-1",
    "true",
    "null",
    "x",
    "''",
    "[]",
    "{}",
    "[x]",
    "[[5]]",
    "[null]",
    "{ a: b }",
    "{ a: { b: c } }",
)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_stands_behind_a_word_is_taken_or_told(tmp_path: Path, place: str) -> None:
    text, words = PLACES[place]
    file = tmp_path / "a.yaml"
    for word in sorted(words):
        for value in PLAIN_VALUES:
            written = text.format(word, value)
            file.write_text(written, encoding="utf-8")
            assert place == "list" or faults(file, written) == [], written
            assert all(1 <= one.line <= 3 for one in load_rules([file], KNOWN).problems)
