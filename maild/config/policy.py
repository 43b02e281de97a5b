"""Desk, rule, article, workflow and template files → `Policy`, or everything that is wrong with them.

In: `Settings` with their paths resolved, and the directory; out: `Compiled`. Equal files give an equal version.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from maild.config.articles import read_articles
from maild.config.countries import countries_of, known_countries
from maild.config.templates import Named, TemplateFile, lacking, read_templates, templates_named, unused
from maild.config.workflows import read_workflows
from maild.decide.policy import Policy, TemplateSource
from maild.desks.policy import Desk, Strangers
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.notify.names import BUILT_IN
from maild.rules.load import Known, load_rules
from maild.settings import Settings
from maild.yaml.file import Document, Step, read
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy and what is wrong with its files; with problems it must not serve. `warnings`: what works, but was
    hardly meant so."""

    policy: Policy
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A desk and the file it stands in."""

    desk: Desk
    document: Document


def compile_policy(settings: Settings, directory: Directory | None) -> Compiled:
    """Read everything; `directory` None means that its file is broken, which its reader tells."""
    files, problems = _desks(settings)
    templates = read_templates(settings.templates)
    problems += [*_clashes(files), *_languages(files, templates.sources), *_pageless(files, settings)]
    problems += _countries(files)
    desks = tuple(file.desk for file in files)
    known = Known(None if problems else desks, directory, frozenset(hook.name for hook in settings.webhooks))
    flows = read_workflows(matching(settings.workflows), known)
    known = replace(known, workflows=None if flows.problems else flows.workflows)
    problems += _teams(files, known)
    loaded = load_rules(matching(settings.rules), known)
    offered = read_articles(matching(settings.articles), [] if problems else [desk.desk for desk in desks])
    policy = Policy(
        version="",
        desks=desks,
        rules=loaded.rules,
        articles=offered.articles,
        templates=templates.sources,
        workflows=flows.workflows,
        countries=countries_of(desks),
    )
    problems += [*templates.problems, *flows.problems, *loaded.problems, *offered.problems]
    if not loaded.problems:
        problems += _between(policy, templates.files, settings)
    return Compiled(policy.model_copy(update={"version": version_of(policy)}), tuple(problems), loaded.warnings)


def _between(policy: Policy, files: Sequence[TemplateFile], settings: Settings) -> Iterator[Problem]:
    """Rules and templates, each with what the other lacks. Broken rules would make good templates look unused."""
    named = templates_named(policy.rules)
    for one, told in lacking(named, policy.templates, policy.desks):
        yield _in_its_rule(one, told, settings)
    yield from unused(files, {one.template for one in named})


def _in_its_rule(named: Named, told: str, settings: Settings) -> Problem:
    """At the word of the rule. The files were read before, and are read again: it happens for a mistake only."""
    for path in matching(settings.rules):
        document = read(path)
        for number, value in enumerate(document.value or ()):
            if value.get("rule") == named.rule:
                return document.problem(told, number, "then", named.word)
    return Problem(settings.rules, 0, 0, told)


def version_of(policy: Policy) -> str:
    """SHA-256, in hex, of the canonical JSON of everything but the version itself."""
    plain = policy.model_dump(mode="json", exclude={"version"})
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def matching(wanted: str) -> tuple[Path, ...]:
    """The files a pattern names, in the order of their names; hidden ones and editors' backups do not count."""
    names = sorted(glob.glob(wanted))  # noqa: PTH207 - the pattern may be absolute, which Path.glob refuses
    return tuple(Path(name) for name in names if Path(name).is_file())


def desks_of(settings: Settings) -> tuple[Desk, ...]:
    """The desks whose files can be read; what is wrong with the others, `compile_policy` tells."""
    return tuple(file.desk for file in _desks(settings)[0])


def sound_desks(settings: Settings) -> tuple[Desk, ...]:
    """The desks, whatever else may be broken. Raises ConfigError with all that is wrong with their files."""
    files, problems = _desks(settings)
    problems += _clashes(files)
    if problems:
        raise ConfigError(*problems)
    return tuple(file.desk for file in files)


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


def _countries(files: Sequence[DeskFile]) -> Iterator[Problem]:
    """Countries whose numbers maild knows."""
    for file in files:
        for number, name in enumerate(file.desk.privacy.countries if file.desk.privacy else ()):
            if name not in known_countries():
                told = f"nothing is known of `{name}`: maild knows {', '.join(known_countries())}"
                yield file.document.problem(told, "privacy", "countries", number)


def _teams(files: Sequence[DeskFile], known: Known) -> Iterator[Problem]:
    """A desk's mail to staff, and its tickets, go to somebody who is there."""
    workers = known.workers()
    for file in files:
        for name, place in _named_staff(file.desk):
            if name and workers is not None and name not in workers:
                told = f"there is no member of staff or team `{name}`{did_you_mean(name, workers)}"
                yield file.document.problem(told, *place)


def _named_staff(desk: Desk) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Each name of staff or a team, and its place in the desk's file."""
    yield desk.team, ("team",)
    for number, step in enumerate(desk.escalation):
        yield step.tell, ("escalation", number, "tell")
        yield step.assign, ("escalation", number, "assign")


def _languages(files: Sequence[DeskFile], templates: Iterable[TemplateSource]) -> Iterator[Problem]:
    there: dict[str, set[str]] = {}
    for template in templates:
        there.setdefault(template.language, set()).add(template.name)
    for file in files:
        for number, language in enumerate(file.desk.languages):
            missing = sorted({kind.value for kind in BUILT_IN} - there.get(language, set()))
            if missing:
                message = f"there is no template {language}/{missing[0]}.txt: known languages are {', '.join(there)}"
                yield file.document.problem(message, "languages", number)
