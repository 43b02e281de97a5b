"""Rules for the bench: the same from the same seed, of mixed conditions, each with an example that it matches and one
that it does not. One in a hundred asks for a word that many mails hold, so that a mail meets about one of a thousand.
"""

from __future__ import annotations

from random import Random

from bench.words import ENGLISH, GERMAN


def written(count: int, seed: int = 11) -> str:
    """So many rules as YAML: words, phrases, patterns, senders, with two examples each."""
    random = Random(f"rules {seed}")
    return "\n".join(_rule(random, number) for number in range(count))


def _rule(random: Random, number: int) -> str:
    """One in a hundred asks for a word that many mails hold, the others for what few or none do."""
    word, other, third = (random.choice(ENGLISH + GERMAN) for _ in range(3))
    mark = word if number % 100 == 0 else f"{word} {number}"
    customer = f"customer{random.randint(0, 19)}.example"
    kinds = (
        (f"subject: [{mark}, '{other} {third} {number}']", f"subject: {mark}"),
        (
            f"text: '/{other}[ -]{third} ?{number}/i'\n    not: {{ subject: '*{number}x*' }}",
            f"text: {other}-{third}{number}",
        ),
        (f"any: [ {{ subject: {mark} }}, {{ text: '/{word} (?:{other}|{third}) {number}/' }} ]", f"subject: {mark}"),
        (f"subject: {mark}\n    sender: '@{customer}'", f"subject: {mark}, from: a@{customer}"),
        (f"text: [{mark}, {other} {number}, '*{third}{number}']\n    all: [ {{ desk: service }} ]", f"text: {mark}"),
    )  # fmt: skip
    when, mail = kinds[number // 100 % len(kinds) if number % 100 == 0 else number % len(kinds)]
    return RULE.format(number=number, when=when, mail=mail, priority=number % 4 + 1, mark=mark)


RULE = """\
- rule: number {number}
  when:
    {when}
  then: {{ priority: {priority}, tag: t{number}, field: {{ seen: "{mark}" }} }}
  examples:
    - mail: {{ {mail} }}
      gives: {{ priority: {priority}, tag: t{number} }}
    - mail: {{ subject: xyzzy, text: plugh xyzzy }}
      gives: nothing
"""
