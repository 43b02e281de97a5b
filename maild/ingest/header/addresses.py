"""Address headers become mailboxes: a strict reader of RFC 5322 3.4, and the one normal form of an address.

Laws: an address is believed only where the grammar leaves one reading; whatever else a header holds is a problem
by name, and its mailboxes are hints. Never the standard library's parseaddr or getaddresses: on Python up to 3.12.3
`alice@example.org)bob@example.com` reads as alice (CVE-2023-27043). Work is linear in the length of the value.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import idna

from maild.ingest.header.headers import decoded
from maild.model import Address

LONGEST_ADDRESS = 320
LONGEST_DOMAIN = 253
LONGEST_LABEL = 63
DEEPEST_COMMENT = 20

_ATEXT = r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"\ud800-\udfff]"
_LOCAL = rf"{_ATEXT}(?:{_ATEXT}|\.)*"
_QUOTED_LOCAL = r'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*"'
_DOMAIN = rf"{_ATEXT}+(?:\.{_ATEXT}+)*\.?|\[[\w.:-]+\]"
_ADDR_SPEC = re.compile(rf"({_LOCAL}|{_QUOTED_LOCAL})@({_DOMAIN})")
# A form so regular that no reader of mail can read it otherwise. No encoded word gets into an address.
_PLAIN_WORD = r"[\w!#$%&'*+/?^`{|}~-]+(?:=[\w!#$%&'*+/^`{|}~-]+)*"
_PLAIN_SPEC = rf"{_PLAIN_WORD}(?:\.{_PLAIN_WORD})*@[\w-]+(?:\.[\w-]+)*"
_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_PLAIN = re.compile(
    rf'(?:"(?P<quoted>[^"\\{_CONTROL}]*)"[ \t]*|(?P<phrase>[^"\\()<>\[\]:;@,{_CONTROL}]*))<(?P<angle>{_PLAIN_SPEC})>'
    rf"|(?P<bare>{_PLAIN_SPEC})(?:[ \t]+\((?P<comment>[^\\()<>@,\"{_CONTROL}]*)\))?",
    re.ASCII,
)
_DOT_ATOM = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
_TEXT = re.compile(r'(?:[^"()<>,;:\\\[\]=]|=(?!\?))+|=')  # up to what may be an encoded word
# Senders leave commas and colons bare in an encoded word; one that shows "@" or "<" reads differently elsewhere.
_ENCODED = re.compile(r'=\?[^?\s"<>@]{1,64}\?[bBqQ]\?[^?\s"<>@]*\?=')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ANGLE = re.compile(r'<((?:[^<>"]|"(?:[^"\\]|\\.)*")*)>')
_COMMENT_MARK = re.compile(r"[()\\]")
_ROUTE = re.compile(r"@[\w.,@ \t-]*:")
_ASCII_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
SENDABLE = re.compile(
    r"""(?:[^\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff<>()\[\]:;@\\,"]{1,64}  # dot-atom, RFC 6532
        |"(?:[ !#-\[\]-~]|\\[ -~]){0,62}")                                      # quoted string, RFC 5321 4.1.2
        @(?:[A-Za-z0-9._-]{1,253}|\[[A-Za-z0-9.:]{1,60}\])""",
    re.VERBOSE,
)
"""Addresses that a mail of ours can be written to: one line, one address (RFC 5321 4.1.2, RFC 6532)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one address header holds. `problems` empty means that the grammar left no doubt.

    `plain`: one mailbox, in a form that every reader reads alike.
    """

    mailboxes: tuple[Address, ...]
    problems: tuple[str, ...] = ()
    plain: bool = False


def normal_address(text: str) -> str | None:
    """`local@domain`: local part NFC and case-folded, domain in lower-case A-labels. None if it is no address."""
    text = text.strip(" \t")
    parts = _ADDR_SPEC.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    # An encoded word is none inside an address (RFC 2047 5), and no mailbox is called "=?…".
    if parts is None or text.startswith("=?"):
        return None
    domain = _normal_domain(parts[2])
    return f"{_normal_local(parts[1])}@{domain}" if domain else None


def _normal_local(local: str) -> str:
    """A quoted local part that needs no quotes is the same mailbox without them (RFC 5321 4.1.2)."""
    if local.startswith('"'):
        bare = re.sub(r"\\(.)", r"\1", local[1:-1])
        if _DOT_ATOM.fullmatch(bare):
            local = bare
    return local.casefold() if local.isascii() else unicodedata.normalize("NFC", local).casefold()


def _normal_domain(domain: str) -> str:
    """ "" where it is none. The labels of a plain host name may hold underscores, as some do."""
    domain = domain.removesuffix(".")
    if domain.startswith("["):
        return domain.lower()
    if not domain.isascii():
        domain = _a_labels(domain)
    domain = domain.lower()
    labels = domain.split(".")
    sound = len(domain) <= LONGEST_DOMAIN and all(
        len(label) <= LONGEST_LABEL and _ASCII_LABEL.fullmatch(label) for label in labels
    )
    return domain if sound else ""


@lru_cache(maxsize=1024)
def _a_labels(domain: str) -> str:
    # "xn--" and at least one letter more for each label that is not ASCII: the impossible is not worth its encoding.
    if sum(len(label) + (1 if label.isascii() else 6) for label in domain.split(".")) > LONGEST_DOMAIN + 1:
        return ""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        pass
    try:
        return domain.encode("idna").decode("ascii")  # IDNA 2003 has letters (emoji) that 2008 has not
    except UnicodeError:
        return ""


def read_mailboxes(value: str) -> Reading:
    """Every mailbox of one address header, undecoded but unfolded."""
    plain = _PLAIN.fullmatch(value)
    if plain:
        address = normal_address(plain["angle"] or plain["bare"])
        if address:
            name = plain["quoted"] or plain["phrase"] or plain["comment"] or ""
            return Reading((Address(_name(name), address),), plain=True)
    if not value.strip():
        return Reading(())
    scanner = _Scanner(value)
    scanner.run()
    return Reading(tuple(scanner.mailboxes), tuple(dict.fromkeys(scanner.problems)))


def _name(phrase: str) -> str:
    return decoded(phrase.strip(" \t")).strip("\"' ") if "=?" in phrase else decoded(phrase.strip(" \t"))


@dataclass(slots=True)
class _Item:
    """What stands between two commas."""

    words: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None


class _Scanner:
    """One walk over an address list; every construct it does not know is a problem, not a guess."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.place = 0
        self.mailboxes: list[Address] = []
        self.problems: list[str] = []
        self.item = _Item()
        self.in_group = False

    def run(self) -> None:
        while self.place < len(self.value):
            text = _ENCODED.match(self.value, self.place) or _TEXT.match(self.value, self.place)
            if text:
                self._text(text[0])
                self.place = text.end()
            else:
                self._special(self.value[self.place])
        self._close()
        if self.in_group:
            self.problems.append("unclosed group")

    def _text(self, text: str) -> None:
        if self.item.angle is not None and text.strip():
            self.problems.append("text behind an address")
        self.item.words.append(text)
        self.item.bare.append(text)

    def _special(self, mark: str) -> None:
        _READERS.get(mark, _Scanner._stray)(self)

    def _stray(self) -> None:
        self.problems.append(f"stray {self.value[self.place]!r}")
        self.item.words.append(self.value[self.place])
        self.item.bare.append(self.value[self.place])
        self.place += 1

    def _quoted(self) -> None:
        quoted = _QUOTED.match(self.value, self.place)
        if quoted is None:
            return self._give_up("unclosed quotation")
        self.item.words.append(re.sub(r"\\(.)", r"\1", quoted[1]))
        self.item.bare.append(quoted[0])
        self.place = quoted.end()
        return None

    def _angle(self) -> None:
        angle = _ANGLE.match(self.value, self.place)
        if angle is None:
            return self._give_up("unclosed angle bracket")
        if self.item.angle is not None:
            self.problems.append("two addresses in one place")
        self.item.angle = angle[1]
        self.place = angle.end()
        return None

    def _comment(self) -> None:
        depth, start = 0, self.place
        for mark in _COMMENT_MARK.finditer(self.value, start):
            if mark.start() < self.place:
                continue
            self.place = mark.end()
            if mark[0] == "\\":
                self.place += 1
            else:
                depth += 1 if mark[0] == "(" else -1
            if depth == 0 and mark[0] == ")":
                self.item.comments.append(self.value[start + 1 : mark.start()])
                return None
            if depth > DEEPEST_COMMENT:
                break
        return self._give_up("unclosed or deep comment")

    def _give_up(self, problem: str) -> None:
        self.problems.append(problem)
        self.item.words.append(self.value[self.place : self.place + 200])
        self.place = len(self.value)

    def _comma(self) -> None:
        self.place += 1
        self._close()

    def _colon(self) -> None:
        """`name: a, b;` is a group (RFC 5322 3.4): people write it as "undisclosed-recipients:;"."""
        self.place += 1
        if self.in_group or self.item.angle is not None or "@" in "".join(self.item.bare):
            self.problems.append("stray ':'")
            return
        self.problems.append("group")
        self.in_group = True
        self.item = _Item()

    def _semicolon(self) -> None:
        self.place += 1
        self._close()
        if not self.in_group:
            self.problems.append("stray ';'")
        self.in_group = False

    def _close(self) -> None:
        item, self.item = self.item, _Item()
        bare = "".join(item.bare).strip()
        if item.angle is None and not bare:
            return
        written = item.angle if item.angle is not None else bare
        address = normal_address(_without_route(written))
        if address is None:
            self.problems.append("no address" if "@" not in written else "unreadable address")
            return
        if item.angle is None:
            name = " ".join(item.comments)
        else:
            name = "".join(item.words).strip() or " ".join(item.comments)
            if "@" in "".join(_outside_quotes(item.bare)) and normal_address(bare) != address:
                self.problems.append("second address before the first")
        self.mailboxes.append(Address(_name(name), address))


def _outside_quotes(pieces: list[str]) -> list[str]:
    return [piece for piece in pieces if not piece.startswith('"')]


def _without_route(spec: str) -> str:
    """`<@a,@b:c@d>`: RFC 5322 4.4 has senders' routes ignored."""
    route = _ROUTE.match(spec) if spec.startswith("@") else None
    return spec[route.end() :] if route else spec


_READERS = {
    '"': _Scanner._quoted,
    "<": _Scanner._angle,
    "(": _Scanner._comment,
    ",": _Scanner._comma,
    ":": _Scanner._colon,
    ";": _Scanner._semicolon,
}
