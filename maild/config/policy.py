"""Desk, rule and template files → `Policy`, or everything that is wrong with them.

In: `Settings` with their paths resolved, and the directory; out: `Compiled`. Equal files give an equal version.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from maild.decide.policy import Policy, TemplateSource
from maild.desks.policy import Desk, Strangers
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.model import NotificationKind
from maild.notify.builtin import builtin_templates
from maild.notify.environment import template_problems
from maild.rules.load import Known, load_rules
from maild.settings import Settings
from maild.yaml.file import Document, read
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean

LARGEST_TEMPLATE = 256 << 10


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy and what is wrong with its files; with problems it must not serve."""

    policy: Policy
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A desk and the file it stands in."""

    desk: Desk
    document: Document


def compile_policy(settings: Settings, directory: Directory | None) -> Compiled:
    """Read everything; `directory` None means that its file is broken, which its reader tells."""
    files, problems = _desks(settings)
    templates, template_troubles = _templates(settings)
    problems += [*_clashes(files), *_languages(files, templates), *_pageless(files, settings)]
    desks = tuple(file.desk for file in files)
    known = Known(None if problems else desks, directory)
    rules, rule_problems = load_rules(matching(settings.rules), known)
    policy = Policy(version="", desks=desks, rules=rules, templates=templates)
    problems += [*template_troubles, *rule_problems]
    return Compiled(policy.model_copy(update={"version": version_of(policy)}), tuple(problems))


def version_of(policy: Policy) -> str:
    """SHA-256, in hex, of the canonical JSON of everything but the version itself."""
    plain = policy.model_dump(mode="json", exclude={"version"})
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def matching(wanted: str) -> tuple[Path, ...]:
    """The files a pattern names, in the order of their names; hidden ones and editors' backups do not count."""
    names = sorted(glob.glob(wanted))  # noqa: PTH207 - the pattern may be absolute, which Path.glob refuses
    return tuple(Path(name) for name in names if Path(name).is_file())


# ---- desks ---------------------------------------------------------------------------------------


def _desks(settings: Settings) -> tuple[list[DeskFile], list[Problem]]:
    files: list[DeskFile] = []
    problems: list[Problem] = []
    paths = matching(settings.desks)
    for path in paths:
        try:
            document = read(path)
            files.append(DeskFile(build(document, Desk), document))
        except ConfigError as error:
            problems += error.problems
    if not paths:
        problems.append(
            Problem(settings.desks, 0, 0, "no desk file is there: write one, `maild init` makes an example")
        )
    return files, problems


def _clashes(files: Sequence[DeskFile]) -> Iterator[Problem]:
    """Names, prefixes and addresses lead to one desk each."""
    seen: dict[tuple[str, str], DeskFile] = {}
    for file in files:
        desk = file.desk
        addresses = ((("addresses", number), address) for number, address in enumerate(desk.addresses))
        for path, value in ((("desk",), desk.desk), (("prefix",), desk.prefix), *addresses):
            other = seen.setdefault((str(path[0]), value), file)
            if other is not file:
                yield file.document.problem(f"`{value}` is taken by {other.document.file}", *path)
    for file in files:
        yield from _same_twice(file)


def _same_twice(file: DeskFile) -> Iterator[Problem]:
    for number, address in enumerate(file.desk.addresses):
        if address in file.desk.addresses[:number]:
            yield file.document.problem(f"`{address}` stands here twice", "addresses", number)


def _pageless(files: Sequence[DeskFile], settings: Settings) -> Iterator[Problem]:
    """A link needs a page to lead to."""
    for file in files if settings.web is None else ():
        if file.desk.strangers is Strangers.REGISTER:
            advice = "`register` sends a link to the pages for customers: open them with `web` in maild.yaml"
            yield file.document.problem(advice, "strangers")


def _languages(files: Sequence[DeskFile], templates: Iterable[TemplateSource]) -> Iterator[Problem]:
    there: dict[str, set[str]] = {}
    for template in templates:
        there.setdefault(template.language, set()).add(template.name)
    for file in files:
        for number, language in enumerate(file.desk.languages):
            missing = sorted({kind.value for kind in NotificationKind} - there.get(language, set()))
            if missing:
                message = f"there is no template {language}/{missing[0]}.txt: known languages are {', '.join(there)}"
                yield file.document.problem(message, "languages", number)


# ---- templates -----------------------------------------------------------------------------------


def _templates(settings: Settings) -> tuple[tuple[TemplateSource, ...], list[Problem]]:
    """The built-in templates, and over them those of the admin's folder."""
    sources = {(source.language, source.name): source for source in builtin_templates()}
    problems: list[Problem] = []
    for path in _template_files(settings.templates):
        source = _template(path)
        if isinstance(source, Problem):
            problems.append(source)
        else:
            sources[source.language, source.name] = source
            problems += [Problem(str(path), line, 0, told) for line, told in template_problems(source)]
    if settings.templates is not None and not settings.templates.is_dir():
        problems.append(
            Problem(str(settings.templates), 0, 0, "there is no such folder: make it, or name no `templates`")
        )
    return tuple(sources[key] for key in sorted(sources)), problems


def _template_files(folder: Path | None) -> list[Path]:
    """Everything that may be meant as a template; hidden files and README are not."""
    if folder is None:
        return []
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.startswith((".", "README")))


def _template(path: Path) -> TemplateSource | Problem:
    name, language = path.stem, path.parent.name
    kinds = [kind.value for kind in NotificationKind]
    if path.suffix != ".txt" or name not in kinds:
        near = did_you_mean(name, kinds)
        return Problem(str(path), 0, 0, f"`{path.name}` is no template maild uses (a kind of mail and .txt){near}")
    if not (language.isascii() and language.isalpha() and language.islower() and len(language) in (2, 3)):
        return Problem(str(path), 0, 0, f"`{language}` is no language: put the file into a folder like `en`")
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_TEMPLATE + 1).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        return Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return Problem(str(path), 0, 0, "this is not UTF-8: save the file as UTF-8")
    return TemplateSource(language=language, name=name, text=text)
