"""Conditions on what the mail says: subject, text, headers, attachments, language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maild.patterns.regex import NOTHING_CAUGHT
from maild.patterns.words import Text
from maild.rules.kinds import ANYTHING, AttachmentWords, NamedWords
from maild.rules.matter import Found, Scene, among, in_text, value_of
from maild.rules.measures import BYTES, PLAIN, compare

AT_LEAST_ONE = ">= 1"


def subject(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """Words, phrases or patterns, one of which stands in the subject."""
    return in_text(scene.matter.subject, wanted)


def text(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The same for the mail's text, without what it quotes; its first 100,000 characters count."""
    return in_text(scene.matter.text, wanted)


def full_text(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The same for the whole text, with what it quotes."""
    return in_text(scene.matter.full_text, wanted)


def header(scene: Scene, wanted: NamedWords) -> Found | None:
    """Header fields by name, each with words or patterns, one of which stands in its value; `*` for any value. All that
    are named must hold. Headers prove nothing: everybody can write them."""
    return _all_of((name, words, scene.matter.header(name)) for name, words in wanted)


def field(scene: Scene, wanted: NamedWords) -> Found | None:
    """The ticket's fields by name, as the rules before this one left them, each with words or patterns; `*` for any
    value. All that are named must hold."""
    fields = dict(scene.draft.fields)
    return _all_of((name, words, [value_of(fields[name])] if name in fields else ()) for name, words in wanted)


def attachment(scene: Scene, wanted: AttachmentWords) -> Found | None:
    """Attachments: `name` and `type` (words or patterns; `*.pdf`, `image/*`) and `size` (`> 5 MB`), which must hold of
    one attachment together; `count` compares how many there are of this kind (1 or more without it)."""
    fits = [found for one in scene.matter.attachments if (found := _fits(one, wanted))]
    if not compare(wanted.count or AT_LEAST_ONE, PLAIN).holds(len(fits)):
        return None
    return Found(f"{len(fits)} of this kind", fits[0].captures if fits else NOTHING_CAUGHT)


def language(scene: Scene, wanted: Sequence[str]) -> Found | None:
    """The language the mail is written in, as far as that can be told: `de`, `en`, `nl` …"""
    return among((scene.view.language,), wanted)


def _fits(one: tuple[Text, Text, int], wanted: AttachmentWords) -> Found | None:
    name, kind, size = one
    if wanted.size and not compare(wanted.size, BYTES).holds(size):
        return None
    named = in_text(name, wanted.name) if wanted.name else Found("")
    typed = in_text(kind, wanted.type) if wanted.type else Found("")
    return Found(named.wanted, named.captures.joined(typed.captures)) if named and typed else None


def _all_of(named: Iterable[tuple[str, Sequence[str], Sequence[Text]]]) -> Found | None:
    """Every name must have a value that fits; what is said of it names them all."""
    said, captures = [], NOTHING_CAUGHT
    for name, words, values in named:
        found = next((hit for value in values if (hit := _in_value(value, words))), None)
        if found is None:
            return None
        said.append(f"{name}: {found.wanted}")
        captures = captures.joined(found.captures)
    return Found(", ".join(said), captures)


def _in_value(value: Text, words: Sequence[str]) -> Found | None:
    """An empty value is none: `*` is no word that could be looked for in it."""
    if ANYTHING in words and value.raw:
        return Found(ANYTHING)
    return in_text(value, [word for word in words if word != ANYTHING])
