"""Help articles → `HelpArticles`, or everything that is wrong with their files (REQ-D4).

In: the pattern that `articles` in maild.yaml names; out: what the policy holds of each, and problems as
file:line:column. The form of a file:

    # Setting a new password
    link: https://help.desk.example/passwords
    words: log in, locked out
    language: en
    desks: service

    1. Open the sign-in page …

The title stands on the first line; the head (`Head`), each line of which may be left out, right below it; then an empty
line, and the text. Hidden files and README do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from maild.cleaning import clean_header
from maild.desks.articles import Head, HelpArticle, help_article
from maild.errors import ConfigError, Problem
from maild.ingest.language import guess
from maild.yaml.file import Document, parse
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean

LARGEST = 256 << 10
"""Bytes of a file."""
LONGEST_TITLE = 150
MOST = 1_000
FORM = "write it as `# Setting a new password`"
APART = "text stands right below the title: leave an empty line between the head and the text"
UNREAD = "it has no `link`, so it is never offered: write where customers read it, `link: https://…`, below the title"


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A help article, the words that are said to lead to it, and the file it stands in."""

    article: HelpArticle
    words: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class HelpArticles:
    """Those that may be offered, in the order of their files; what is wrong with others; and what works, but was hardly
    meant so."""

    files: tuple[ArticleFile, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def articles(self) -> tuple[HelpArticle, ...]:
        return tuple(file.article for file in self.files)


@dataclass(frozen=True, slots=True)
class _Written:
    """A file as it was read."""

    title: str
    head: Head
    document: Document
    text: str


def read_articles(paths: Collection[Path], desks: Collection[str]) -> HelpArticles:
    """All of them; `desks` are the short names that there are, none where their own files are broken."""
    files: list[ArticleFile] = []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for path in _meant(paths):
        try:
            written = _written(path)
        except ConfigError as error:
            problems += error.problems
            continue
        problems += _unknown_desks(written, desks)
        if written.head.link:
            files.append(ArticleFile(_article(written), written.head.words, path))
        else:
            warnings.append(Problem(str(path), 2, 1, UNREAD))
    if len(files) > MOST:
        problems.append(Problem(str(files[MOST].path), 0, 0, f"there are {len(files)} articles, {MOST} are the most"))
    return HelpArticles(tuple(files), tuple(problems), tuple(warnings))


def _meant(paths: Collection[Path]) -> Iterator[Path]:
    return (path for path in paths if not path.name.startswith("README"))


def _article(written: _Written) -> HelpArticle:
    language = written.head.language or guess("", f"{written.title}\n{written.text}")
    return help_article(written.title, written.head, written.text, language)


def _written(path: Path) -> _Written:
    """Raises ConfigError."""
    first, _, rest = _read(path).partition("\n")
    title = clean_header(first.removeprefix("# ")) if first.startswith("# ") else ""
    if not title or len(title) > LONGEST_TITLE:
        told = f"the title is longer than {LONGEST_TITLE} characters" if title else "the first line is no title"
        raise ConfigError(Problem(str(path), 1, 1, f"{told}: {FORM}"))
    head, text = _divided(rest)
    document = _head(head, str(path))
    return _Written(title, build(document, Head), document, text)


def _divided(rest: str) -> tuple[str, str]:
    """The head, and the text below the first empty line."""
    lines = rest.split("\n")
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _head(head: str, file: str) -> Document:
    """Its lines are YAML, and stand one line further down than YAML would say: the title is a comment to it."""
    document = parse(f"#\n{head}".encode(), file)
    if document.value is None:
        return Document(file, {}, document.root)
    if not isinstance(document.value, dict):
        raise ConfigError(Problem(file, 2, 1, APART))
    return document


def _read(path: Path) -> str:
    """Raises ConfigError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")) from None
    if len(raw) > LARGEST:
        raise ConfigError(Problem(str(path), 0, 0, f"larger than {LARGEST} bytes: divide it into several articles"))
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(Problem(str(path), line, 0, "this line is not UTF-8: save the file as UTF-8")) from None


def _unknown_desks(written: _Written, desks: Collection[str]) -> Iterator[Problem]:
    for number, name in enumerate(written.head.desks if desks else ()):
        if name not in desks:
            place = ("desks", number) if isinstance(written.document.value["desks"], list) else ("desks",)
            yield written.document.problem(f"there is no desk `{name}`{did_you_mean(name, desks)}", *place)
