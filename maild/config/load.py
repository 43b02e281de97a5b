"""The configuration files, typed and checked.

In: the path of `maild.yaml`; out: `Settings` with absolute paths, `Policy` and `Directory`, or `ConfigError` with
every problem as file:line:column and what to do about it. `check` says all there is to say at once. Relative paths
start at the file that names them; sockets and the SQLite file lie in `state`.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from maild.config.check_directory import desk_problems, directory_problems
from maild.config.check_listeners import file_problems
from maild.config.check_webhooks import key_problems
from maild.config.checks import recipient_problems, settings_problems
from maild.config.policy import compile_policy, matching
from maild.decide.policy import Policy
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.settings import Section, Settings
from maild.yaml.file import Document, Step, read
from maild.yaml.problems import build

S = TypeVar("S", bound=Section)
SQLITE = "sqlite:///"
STATE_FILES = frozenset({"socket"})
PATTERNS = ("desks", "rules", "articles", "workflows")
PLACES = (*PATTERNS, "directory", "templates", "state")


def load_settings(path: Path) -> Settings:
    """Read maild.yaml. Raises ConfigError."""
    document = _settings_document(path)
    settings = resolved(build(document, Settings), path.absolute().parent)
    _raise_any(settings_problems(settings, document))
    return settings


def load_directory(settings: Settings) -> Directory:
    """Read directory.yaml. Raises ConfigError."""
    return read_directory(settings.directory)[0]


def read_directory(path: Path) -> tuple[Directory, Document]:
    """A directory that is whole in itself, and the file it stands in. Raises ConfigError."""
    document = _or_empty(read(path))
    directory = build(document, Directory)
    _raise_any(directory_problems(directory, document))
    return directory, document


def load_policy(settings: Settings) -> Policy:
    """Compile desks, rules and templates. Raises ConfigError if any of them is broken (law 13)."""
    file = _directory(settings)
    compiled = compile_policy(settings, file.directory)
    problems = (*file.problems, *_desk_problems(file, compiled.policy))
    _raise_any((*problems, *compiled.problems, *recipient_problems(settings, compiled.policy, None)))
    return compiled.policy


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Desks, rules and templates as the files are now. `problems`: of the rules, and of the desks and the directory
    they speak of; with any of them the rules cannot serve. `warnings`: what works, but was hardly meant so."""

    policy: Policy
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def rules_as_written(settings: Settings) -> RuleFiles:
    """The rules in the files that `settings.rules` names, whatever else may be broken."""
    file = _directory(settings)
    compiled = compile_policy(settings, file.directory)
    theirs = {name for wanted in (settings.rules, settings.desks) for name in (wanted, *map(str, matching(wanted)))}
    problems = (*file.problems, *(one for one in compiled.problems if one.file in theirs))
    return RuleFiles(compiled.policy, tuple(dict.fromkeys(problems)), compiled.warnings)


def check(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the configuration, or nothing. Also tries to read the password files."""
    try:
        document = _settings_document(path)
    except ConfigError as error:
        return error.problems
    settings, problems = _settings(document, path)
    file = _directory(settings)
    compiled = compile_policy(settings, file.directory)
    problems += [document.problem(told, *place) for told, place in file_problems(settings)]
    problems += [document.problem(told, *place) for told, place in key_problems(settings, read_secret_file)]
    problems += [*_secret_problems(settings, document), *file.problems, *compiled.problems]
    if compiled.policy.desks:
        problems += [*recipient_problems(settings, compiled.policy, document), *_desk_problems(file, compiled.policy)]
    return tuple(dict.fromkeys(problems))


def read_secret_file(path: Path | None) -> str:
    """The first line of a password file, or "" for none. Raises ConfigError; what it says holds nothing secret."""
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            secret = file.read(4096).decode("utf-8").partition("\n")[0].rstrip("\r")
    except FileNotFoundError:
        raise ConfigError(
            Problem(str(path), 0, 0, "there is no such file: put the password on its first line")
        ) from None
    except OSError as error:
        message = f"cannot be read ({error.strerror}): let the user that runs maild read it"
        raise ConfigError(Problem(str(path), 0, 0, message)) from None
    except UnicodeDecodeError:
        raise ConfigError(Problem(str(path), 1, 0, "the password is not UTF-8")) from None
    if not secret:
        raise ConfigError(Problem(str(path), 1, 0, "the first line is empty: put the password there"))
    return secret


def database_url(settings: Settings) -> str:
    """The URL to open, with the SQLite file's full path or the password put in. Never show it to anybody."""
    url = settings.database
    if url.startswith(SQLITE):
        return SQLITE + str(settings.state.absolute() / url.removeprefix(SQLITE))
    secret = read_secret_file(settings.database_password_file)
    if not secret:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(secret, safe='')}{at or '@'}{host}"))


def resolved(settings: Settings, base: Path) -> Settings:
    """The settings with absolute paths; `base` is the folder of their file."""
    patterns = {name: str(Path(glob.escape(str(base))) / getattr(settings, name)) for name in PATTERNS}
    return _absolute(settings, base, base / settings.state).model_copy(update=patterns)


def _absolute(section: S, base: Path, state: Path) -> S:
    """The section with every path in it absolute: sockets lie in the state folder, all else beside maild.yaml."""
    found = {name: _placed(name, getattr(section, name), base, state) for name in type(section).model_fields}
    return section.model_copy(update=found)


def _placed(name: str, value: object, base: Path, state: Path) -> object:
    match value:
        case Path():
            return (state if name in STATE_FILES else base) / value
        case Section():
            return _absolute(value, base, state)
        case tuple():
            return tuple(_placed(name, one, base, state) for one in value)
    return value


def _or_empty(document: Document) -> Document:
    """A file without values is a mapping without entries."""
    return document if document.value is not None else Document(document.file, {}, document.root)


def _settings_document(path: Path) -> Document:
    return _or_empty(read(path))


def _raise_any(problems: Iterator[Problem] | tuple[Problem, ...]) -> None:
    found = tuple(dict.fromkeys(problems))
    if found:
        raise ConfigError(*found)


def _settings(document: Document, path: Path) -> tuple[Settings, list[Problem]]:
    """The settings; where they are broken, as much of them as says where the other files are."""
    base = path.absolute().parent
    try:
        settings = resolved(build(document, Settings), base)
    except ConfigError as error:
        return resolved(_places(document), base), list(error.problems)
    return settings, list(settings_problems(settings, document))


def _places(document: Document) -> Settings:
    given = document.value if isinstance(document.value, dict) else {}
    return Settings.model_validate({name: given[name] for name in PLACES if isinstance(given.get(name), str)})


@dataclass(frozen=True, slots=True)
class _DirectoryFile:
    """directory.yaml, or what is wrong with it."""

    directory: Directory | None = None
    document: Document | None = None
    problems: tuple[Problem, ...] = ()


def _directory(settings: Settings) -> _DirectoryFile:
    try:
        return _DirectoryFile(*read_directory(settings.directory))
    except ConfigError as error:
        return _DirectoryFile(problems=error.problems)


def _desk_problems(file: _DirectoryFile, policy: Policy) -> tuple[Problem, ...]:
    """Without a single desk the desk files are broken, which is told already."""
    if file.directory is None or file.document is None or not policy.desks:
        return ()
    return tuple(desk_problems(file.directory, file.document, [desk.desk for desk in policy.desks]))


def _secret_problems(settings: Settings, document: Document) -> Iterator[Problem]:
    for path, file in _secret_files(settings, ()):
        try:
            read_secret_file(file)
        except ConfigError as error:
            yield document.problem(f"{error.problems[0].file}: {error.problems[0].message}", *path)


def _secret_files(value: object, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Path]]:
    """Every file that a word ending in `_file` names, with its place in maild.yaml."""
    if isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _secret_files(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from _secret_files(one, (*path, number))
    elif isinstance(value, Path) and str(path[-1]).endswith("_file"):
        yield path, value
