"""Which help articles fit a mail? `Shelf(articles).best(...)`. Pure.

In: subject and text of a mail, who reads the answer and where; out: at most MOST articles, the best first, each with
its score and the words that led to it. The measure: each of its stems that the mail holds counts by its weight in the
article (BM25) and by how few articles hold it, in the subject twice.
Laws: nothing is offered where nothing fits, which takes a word of the title and ENOUGH; the reader's language goes
first, others count only where it has none; at most LONGEST characters are looked at, in linear time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from maild.desks.article_words import KNOWN_WORDS, SHORTEST, folded, is_form, words_of
from maild.desks.articles import IN_TITLE, HelpArticle

MOST = 3
LONGEST = 4_000
"""Characters of a text that are looked at."""
LONGEST_SUBJECT = 250
"""Characters of a subject; where it says nothing, the beginning of the text stands for it."""
ENOUGH = 400
NEAR = 2
"""An article with less than this part (a half) of the best one's score is not offered beside it."""
INSIDE = 5
"""Letters of a stem that is found within a word, too: the Passwort of a Benutzerpasswort."""
BEFORE = 3
"""Letters that such a word has before it."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """An article that fits; `score` is a hundred times what its words count (whole numbers add up to the same in any
    order), `words` are those of the mail that led to it."""

    article: HelpArticle
    score: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One stem of one article."""

    article: int
    weight: int
    of_title: bool


@dataclass(slots=True)
class _Led:
    """What led to an article so far."""

    score: int = 0
    by_title: bool = False
    words: list[str] = field(default_factory=list)

    def add(self, word: str, score: int, of_title: bool) -> None:
        self.score += score
        self.by_title = self.by_title or of_title
        self.words.append(word)


class Shelf:
    """The articles, ready to be asked."""

    def __init__(self, articles: Iterable[HelpArticle]) -> None:
        self._articles = tuple(articles)
        self._entries = _entries(self._articles)
        self._starts = _by_start(self._entries)
        self._stems_in = lru_cache(maxsize=KNOWN_WORDS)(self._look_up)

    def best(self, subject: str, text: str, language: str, desk: str) -> tuple[Fitting, ...]:
        """What this desk offers to a reader of this language."""
        said = subject if any(map(folded, words_of(subject[:LONGEST_SUBJECT]))) else text
        found = self._found(self._held(said[:LONGEST_SUBJECT]), self._held(text[:LONGEST]))
        enough = (one for one, led in found.items() if led.by_title and led.score >= ENOUGH)
        fitting = [self._fitting(one, found[one]) for one in sorted(enough) if self._is_for(one, desk)]
        own = [one for one in fitting if one.article.language == language] or fitting
        ranked = sorted(own, key=lambda one: -one.score)[:MOST]
        return tuple(one for one in ranked if NEAR * one.score >= ranked[0].score)

    def _is_for(self, article: int, desk: str) -> bool:
        desks = self._articles[article].desks
        return not desks or desk in desks

    def _fitting(self, article: int, led: _Led) -> Fitting:
        return Fitting(self._articles[article], led.score, tuple(sorted(set(led.words))))

    def _held(self, text: str) -> dict[str, str]:
        """The stems that a text holds, each with the word of the text that it was first found in."""
        found: dict[str, str] = {}
        for word in dict.fromkeys(words_of(text)):
            for stem in self._stems_in(word):
                found.setdefault(stem, word)
        return found

    def _found(self, in_subject: Mapping[str, str], in_text: Mapping[str, str]) -> Mapping[int, _Led]:
        """What led to each of the articles."""
        found: defaultdict[int, _Led] = defaultdict(_Led)
        for stem, word in {**in_text, **in_subject}.items():
            often = 2 if stem in in_subject else 1
            for entry in self._entries[stem]:
                found[entry.article].add(word, often * entry.weight, entry.of_title)
        return found

    def _look_up(self, word: str) -> tuple[str, ...]:
        """The stems that a word of a mail holds: the one it is or begins with, and those within a compound."""
        word = folded(word)
        if len(word) < SHORTEST:
            return (word,) if word in self._entries else ()
        return tuple(dict.fromkeys(self._within(word)))

    def _within(self, word: str) -> Iterator[str]:
        for at in (0, *range(BEFORE, len(word) - INSIDE + 1)):
            shortest = INSIDE if at else SHORTEST
            starting = self._starts.get(word[at : at + SHORTEST], ())
            yield from (stem for stem in starting if len(stem) >= shortest and is_form(word, stem, at))


def _entries(articles: tuple[HelpArticle, ...]) -> Mapping[str, tuple[_Entry, ...]]:
    """By stem. One that most articles of a language hold tells little of any; of a title only other titles take."""
    entries: defaultdict[str, list[_Entry]] = defaultdict(list)
    of_language = Counter(article.language for article in articles)
    holding = Counter(held for article in articles for held in _held_by(article))
    for number, article in enumerate(articles):
        for stem, weight in article.stems:
            of_title = weight >= IN_TITLE
            rarity = _rarity(holding[article.language, stem, of_title], of_language[article.language])
            entries[stem].append(_Entry(number, round(10 * weight * rarity), of_title))
    return {stem: tuple(found) for stem, found in entries.items()}


def _held_by(article: HelpArticle) -> Iterator[tuple[str, str, bool]]:
    """What a stem is counted by: its language, and whether those of titles alone count."""
    for stem, weight in article.stems:
        yield article.language, stem, False
        if weight >= IN_TITLE:
            yield article.language, stem, True


def _rarity(holding: int, all_of_them: int) -> float:
    """From 1, for a stem that a single article holds, down towards 0 (inverse document frequency, as BM25 has it)."""
    return _idf(holding, all_of_them) / _idf(1, all_of_them)


def _idf(holding: int, all_of_them: int) -> float:
    return math.log(1 + (all_of_them - holding + 0.5) / (holding + 0.5))


def _by_start(stems: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    starts: defaultdict[str, list[str]] = defaultdict(list)
    for stem in stems:
        if len(stem) >= SHORTEST:
            starts[stem[:SHORTEST]].append(stem)
    return {start: tuple(found) for start, found in starts.items()}
