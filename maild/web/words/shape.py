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
class WayIn:
    """A page that sends a link, and what is said behind it: to one request, or to the list of all."""

    title: str
    text: str
    sent: Told
    enter_text: str
    enter_button: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of requests: `open` and `every` are choices of states, `anybody` and `any_kind` of the others; `span`
    says which of them stand on the page."""

    title: str
    mine: str
    organisation: str
    whose: str
    number: str
    request: str
    status: str
    kind: str
    asked_by: str
    desk: str
    open: str
    every: str
    anybody: str
    any_kind: str
    show: str
    sorting: str
    nothing: str
    span: str
    pages: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody says of themselves: `open` is no language in particular."""

    title: str
    text: str
    address: str
    open: str
    button: str
    saved: str


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language. `months` are short names; `date` and `day` say how they stand in a date, with the time
    and without it."""

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

    to_one: WayIn
    to_all: WayIn
    ask_label: str
    ask_button: str
    ask_again: str
    enter_title: str

    listing: Listing
    own: Own

    opened: str
    changed: str
    us: str
    whole_text: str
    shortened: str
    attachments: str
    unnamed: str
    nothing_yet: str
    archived: str
    how_to_answer: str
    logout: str
    logout_everywhere: str

    barred: Told
    shared: Told
    used: Told
    gone: Told
    logged_out: Told
    missing: Told
    foreign: Told
    too_much: Told
    not_understood: Told
    broken: Told
    busy: Told

    date: str
    day: str
    months: tuple[str, ...]
    decimal: str
