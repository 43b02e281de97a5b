"""Is this domain made to be taken for a customer's? `KnownDomains(domains).looks_like(address)`. Pure.

In: the domains we know, once; then one address of a mail at a time. Out: a sentence for people, or None.
Laws: compared are registrable domains (public suffix list), so sub-domains of a known one are never suspicious; told
are the same name to the eye (`skeleton`), one letter more, less, other or swapped (from SHORTEST_NEAR letters on, under
the same ending), the same name under another ending, and a known domain set before a foreign one. A look-up costs a few
dozen dictionary accesses whatever the number of domains; an index of 10,000 is built in less than a second, once.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from maild.ingest.header.lookalike import shown, u_label
from maild.ingest.header.skeleton import letters_alike, skeleton
from maild.ingest.header.suffixes import registered_domain

SHORTEST_SAME = 4
"""Letters of a name whose like under another ending is worth a word: `abc.com` and `abc.net` are strangers."""
SHORTEST_NEAR = 6
"""Letters of a name whose neighbours by one letter are worth a word: shorter ones have neighbours everywhere."""
LONGEST_NEAR = 40
MOST_LABELS = 8
MOST_OF_A_FORM = 20
"""Known domains that are compared for one shortened form: `praxis-01` to `praxis-99` share one."""


class KnownDomains:
    """An index over the domains of customers. Domains are in normal form (lower-case A-labels)."""

    def __init__(self, domains: Collection[str]) -> None:
        self._known: set[str] = set()
        self._by_name: dict[str, str] = {}
        self._by_skeleton: dict[str, str] = {}
        self._shortened: dict[str, list[str]] = {}
        for name, ending in dict.fromkeys(map(_parts, domains)):
            if name:
                self._add(name, ending)

    def _add(self, name: str, ending: str) -> None:
        known, letters = f"{name}.{ending}", _letters(name)
        self._known.add(known)
        self._by_name.setdefault(name, known)
        self._by_skeleton.setdefault(skeleton(letters), known)
        for form in _near_forms(letters):
            self._shortened.setdefault(form, []).append(known)

    def looks_like(self, address: str) -> str | None:
        """A sentence that names both domains, or None: where the domain is a known one, or like none."""
        domain = address.rpartition("@")[2]
        name, ending = _parts(domain)
        own = f"{name}.{ending}"
        if not name or own in self._known:
            return None
        embedded = self._embedded(domain.removesuffix(own))
        if embedded:
            return f"{shown(domain)} begins with the known domain {embedded} and belongs to {shown(own)}"
        if len(name) >= SHORTEST_SAME and name in self._by_name:
            return f"{shown(own)} has the name of the known domain {self._by_name[name]} under another ending"
        like = self._alike(name, ending)
        return f"{shown(own)} looks like the known domain {like} and is another" if like else None

    def _alike(self, name: str, ending: str) -> str | None:
        letters = _letters(name)
        look = skeleton(letters)
        if len(look) >= SHORTEST_SAME and look in self._by_skeleton:
            return self._by_skeleton[look]
        near = (each for form in _near_forms(letters) for each in self._shortened.get(form, ())[:MOST_OF_A_FORM])
        return next((each for each in near if _is_near(each, letters, ending)), None)

    def _embedded(self, before: str) -> str | None:
        """A known domain among the labels before a foreign one: `acme.example.login.test`."""
        labels = before.split(".")[:-1][-MOST_LABELS:]
        runs = (".".join(labels[a:b]) for a in range(len(labels)) for b in range(a + 2, len(labels) + 1))
        return next((run for run in runs if run in self._known), None)


def looks_like(address: str, known: KnownDomains) -> str | None:
    return known.looks_like(address)


def one_edit(one: str, other: str) -> bool:
    """Whether they differ by one letter more, less or other, or by two neighbours swapped."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])


def _is_near(known: str, letters: str, ending: str) -> bool:
    name, known_ending = _parts(known)
    return known_ending == ending and one_edit(letters, _letters(name))


def _near_forms(letters: str) -> set[str]:
    """Two words of one edit share one of these: the word, and the word less one letter."""
    if not SHORTEST_NEAR <= len(letters) <= LONGEST_NEAR:
        return set()
    return {letters} | {letters[:at] + letters[at + 1 :] for at in range(len(letters))}


def _letters(name: str) -> str:
    return letters_alike(u_label(name))


@lru_cache(maxsize=1024)
def _parts(domain: str) -> tuple[str, str]:
    """The label that somebody registered, and the public suffix behind it; ("", "") where there is none."""
    name, _, ending = registered_domain(domain).partition(".")
    return (name, ending) if ending else ("", "")
