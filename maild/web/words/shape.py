"""Every word that stands on a page. One field for each, so that no language can forget one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A page that says one thing: its title, and a sentence or two."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that asks whether this is you; `as_whom` stands before the address, `thanks` is said after a yes."""

    title: str
    text: str
    as_whom: str
    button: str
    thanks: Told


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language. `months` are short names; `date` and `time` say how they stand together."""

    code: str
    name: str

    service: str
    skip_note: str

    register: Asked
    confirm: Asked
    not_you: str
    name_label: str
    name_hint: str
    language_label: str

    ask_title: str
    ask_text: str
    ask_label: str
    ask_button: str
    ask_again: str
    enter_title: str
    enter_text: str
    enter_button: str

    opened: str
    changed: str
    us: str
    whole_text: str
    shortened: str
    attachments: str
    unnamed: str
    nothing_yet: str
    how_to_answer: str
    logout: str
    logout_everywhere: str

    barred: Told
    shared: Told
    used: Told
    gone: Told
    sent: Told
    logged_out: Told
    missing: Told
    foreign: Told
    too_much: Told
    not_understood: Told
    broken: Told
    busy: Told

    date: str
    months: tuple[str, ...]
    decimal: str
