"""The configuration files, typed and checked.

In: the path of `maild.yaml`; out: `Settings` with absolute paths, `Policy` and `Directory`, or `ConfigError` with
every problem as file:line:column and what to do about it. `check` says all there is to say at once. Relative paths
start at the file that names them; sockets and the SQLite file lie in `state`.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from maild.config.checks import directory_problems, recipient_problems, settings_problems
from maild.config.policy import compile_policy
from maild.decide.policy import Policy
from maild.directory import Directory
from maild.errors import ConfigError, Problem
from maild.settings import Listener, Settings
from maild.yaml.file import Document, Step, read
from maild.yaml.problems import build

SQLITE = "sqlite:///"
PLACES = ("desks", "rules", "directory", "templates", "state")


def load_settings(path: Path) -> Settings:
    """Read maild.yaml. Raises ConfigError."""
    document = _settings_document(path)
    settings = resolved(build(document, Settings), path.absolute().parent)
    _raise_any(settings_problems(settings, document))
    return settings


def load_directory(settings: Settings) -> Directory:
    """Read directory.yaml. Raises ConfigError."""
    document = _or_empty(read(settings.directory))
    directory = build(document, Directory)
    _raise_any(directory_problems(directory, document))
    return directory


def load_policy(settings: Settings) -> Policy:
    """Compile desks, rules and templates. Raises ConfigError if any of them is broken (law 13)."""
    directory, problems = _directory(settings)
    compiled = compile_policy(settings, directory)
    _raise_any((*problems, *compiled.problems, *recipient_problems(settings, compiled.policy, None)))
    return compiled.policy


def check(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the configuration, or nothing. Also tries to read the password files."""
    try:
        document = _settings_document(path)
    except ConfigError as error:
        return error.problems
    settings, problems = _settings(document, path)
    directory, directory_troubles = _directory(settings)
    compiled = compile_policy(settings, directory)
    problems += [*_secret_problems(settings, document), *directory_troubles, *compiled.problems]
    if compiled.policy.desks:
        problems += recipient_problems(settings, compiled.policy, document)
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
    state = base / settings.state
    changes = {
        "state": state,
        "directory": base / settings.directory,
        "templates": _under(base, settings.templates),
        "database_password_file": _under(base, settings.database_password_file),
        "desks": str(Path(glob.escape(str(base))) / settings.desks),
        "rules": str(Path(glob.escape(str(base))) / settings.rules),
        "smtp": tuple(_listener(listener, state) for listener in settings.smtp),
        "lmtp": tuple(_listener(listener, state) for listener in settings.lmtp),
        "imap": tuple(
            account.model_copy(update={"password_file": base / account.password_file}) for account in settings.imap
        ),
        "relay": settings.relay
        and settings.relay.model_copy(update={"password_file": _under(base, settings.relay.password_file)}),
    }
    return settings.model_copy(update=changes)


def _under(base: Path, path: Path | None) -> Path | None:
    return None if path is None else base / path


def _listener(listener: Listener, state: Path) -> Listener:
    return listener.model_copy(update={"socket": _under(state, listener.socket)})


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


def _directory(settings: Settings) -> tuple[Directory | None, tuple[Problem, ...]]:
    try:
        return load_directory(settings), ()
    except ConfigError as error:
        return None, error.problems


def _secret_problems(settings: Settings, document: Document) -> Iterator[Problem]:
    places: list[tuple[tuple[Step, ...], Path | None]] = [
        (("database_password_file",), settings.database_password_file)
    ]
    places += [
        (("imap", number, "password_file"), account.password_file) for number, account in enumerate(settings.imap)
    ]
    places += [(("relay", "password_file"), settings.relay.password_file)] if settings.relay else []
    for path, file in places:
        try:
            read_secret_file(file)
        except ConfigError as error:
            yield document.problem(f"{error.problems[0].file}: {error.problems[0].message}", *path)
