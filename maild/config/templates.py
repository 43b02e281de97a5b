"""Template files → `Templates`, or everything that is wrong with them.

In: the folder that `templates` in maild.yaml names, `templates/<language>/<name>.txt`; out: the built-in templates with
the operator's over them, and problems as file:line:column. Laws: a file replaces the built-in template of its name, or
is an operator's own, which a rule must name (a name misspelt would otherwise lie there for ever, unnoticed); what a
rule names is there, in each language in which it may be needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maild.decide.policy import TemplateSource
from maild.desks.policy import Desk
from maild.errors import Problem
from maild.model import NotificationKind
from maild.notify.builtin import builtin_templates
from maild.notify.names import BUILT_IN, FOR_STAFF, is_own, kind_of
from maild.notify.preflight import template_faults
from maild.rules.language import Rule
from maild.yaml.suggest import did_you_mean

LARGEST_TEMPLATE = 256 << 10
"""Bytes read of a file; how many characters a template may have is told by `notify.environment`."""


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template and the file it stands in."""

    source: TemplateSource
    path: Path


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates in the order of their languages and names, the operator's files among them, and what is wrong."""

    sources: tuple[TemplateSource, ...]
    files: tuple[TemplateFile, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A template that a rule names: with the word `answer`, to customers, or `notify`, to staff."""

    rule: str
    word: str
    template: str


KINDS = {"answer": NotificationKind.ANSWER, "notify": NotificationKind.STAFF_NOTICE}
WRITE = ": write it into the folder that `templates` in maild.yaml names"
WHOSE = {
    "answer": f"is for customers: it takes a template of your own whose name does not start with `{FOR_STAFF}`",
    "notify": f"is for staff: it takes a template of your own whose name starts with `{FOR_STAFF}`",
}


def read_templates(folder: Path | None) -> Templates:
    """The built-in templates, and over them those of the operator's folder (None for none)."""
    read = [_in_folder(path) for path in _template_files(folder)]
    files = tuple(one for one in read if isinstance(one, TemplateFile))
    problems = [one for one in read if isinstance(one, Problem)]
    problems += [problem for file in files for problem in problems_of(file)]
    if folder is not None and not folder.is_dir():
        problems.append(Problem(str(folder), 0, 0, "there is no such folder: make it, or name no `templates`"))
    sources = {(one.language, one.name): one for one in (*builtin_templates(), *(file.source for file in files))}
    return Templates(tuple(sources[key] for key in sorted(sources)), files, tuple(problems))


def _in_folder(path: Path) -> TemplateFile | Problem:
    """Its place says which template it is."""
    if path.suffix != ".txt" or kind_of(path.stem) is None:
        near = did_you_mean(path.stem, BUILT_IN)
        return Problem(str(path), 0, 0, f"`{path.name}` is no template maild uses (a kind of mail and .txt){near}")
    return read_template(path, path.stem, path.parent.name)


def read_template(path: Path, name: str, language: str) -> TemplateFile | Problem:
    """A file as the template of this name and language. What it says is not yet looked at (`problems_of`)."""
    if not (language.isascii() and language.isalpha() and language.islower() and len(language) in (2, 3)):
        return Problem(str(path), 0, 0, f"`{language}` is no language: put the file into a folder like `en`")
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_TEMPLATE + 1).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        return Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return Problem(str(path), 0, 0, "this is not UTF-8: save the file as UTF-8")
    return TemplateFile(TemplateSource(language=language, name=name, text=text), path)


def problems_of(file: TemplateFile) -> tuple[Problem, ...]:
    """What is wrong with what it says; it is rendered too (`notify.preflight`)."""
    faults = template_faults(file.source)
    return tuple(Problem(str(file.path), fault.line, fault.column, fault.message) for fault in faults)


def templates_named(rules: Iterable[Rule]) -> tuple[Named, ...]:
    """Each template that a rule names, once for each rule: `answer: NAME`, `notify: {staff: …, template: NAME}`."""
    return tuple(dict.fromkeys(named for rule in rules for named in _named_by(rule)))


def _named_by(rule: Rule) -> Iterator[Named]:
    if rule.then.answer:
        yield Named(rule.rule, "answer", rule.then.answer)
    yield from (Named(rule.rule, "notify", page.template) for page in rule.then.notify if page.template)


def unused(files: Iterable[TemplateFile], used: Collection[str]) -> Iterator[Problem]:
    """Own templates that no rule names."""
    for file in files:
        name = file.source.name
        if is_own(name) and name not in used:
            near = did_you_mean(name, (*BUILT_IN, *used))
            told = f"`{file.path.name}` is no template maild uses (neither a kind of mail, nor named by a rule){near}"
            yield Problem(str(file.path), 0, 0, told)


def lacking(
    named: Iterable[Named], sources: Sequence[TemplateSource], desks: Sequence[Desk]
) -> Iterator[tuple[Named, str]]:
    """What rules name and is not there, or is not for those who would get it, and what to say of it."""
    there = {(one.language, one.name) for one in sources}
    own = sorted({one.name for one in sources if is_own(one.name)})
    for one in named:
        fitting = [name for name in own if kind_of(name) is KINDS[one.word]]
        if kind_of(one.template) is not KINDS[one.word]:
            yield one, f"`{one.word}` {WHOSE[one.word]}, not `{one.template}`{did_you_mean(one.template, fitting)}"
            continue
        for language, desk in _needed(one, desks):
            if (language, one.template) not in there:
                told = f"there is no template {language}/{one.template}.txt, and desk `{desk}` writes `{language}`"
                yield one, f"{told}{did_you_mean(one.template, fitting) or WRITE}"


def _needed(named: Named, desks: Sequence[Desk]) -> tuple[tuple[str, str], ...]:
    """Languages with the first desk that needs each. Staff read their desk's first, customers any of them."""
    found: dict[str, str] = {}
    for desk in desks:
        for language in desk.languages if named.word == "answer" else desk.languages[:1]:
            found.setdefault(language, desk.desk)
    return tuple(found.items())


def _template_files(folder: Path | None) -> list[Path]:
    """Everything that may be meant as a template; hidden files and README are not."""
    if folder is None:
        return []
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.startswith((".", "README")))
