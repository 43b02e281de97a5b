"""The small files that a restore needs: the instance's secret, and the configuration.

Law: passwords, tokens and private keys are never in a backup; what was left out is named, so that somebody keeps it
elsewhere. The one exception is `secret`: without it no reply address in anybody's mailbox leads to its ticket.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from maild.settings import Section, Settings
from maild.store.backup.about import NotEmpty, Unusable
from maild.store.backup.disk import sync

SECRET = "secret"  # noqa: S105 - a file's name
ELSEWHERE = "elsewhere"
TEMPLATES = "*/*.txt"
LARGEST = 4 << 20
_PLACES = frozenset({"state", "directory", "templates", "folder", "socket", "metrics", "path"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A file by its name relative to maild.yaml's folder; one from elsewhere by its whole path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Papers:
    """`secret` is b"" where there is none yet; `left_out` are paths."""

    secret: bytes = b""
    files: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()


def collect(settings_file: Path, settings: Settings) -> Papers:
    """The secret, and the files that make up the configuration. Paths in `settings` are absolute."""
    secret, base = settings.state / SECRET, settings_file.absolute().parent
    found = [path for path in _files(settings_file.absolute(), settings) if path.is_file()]
    small = [path for path in found if path.stat().st_size <= LARGEST]
    return Papers(
        secret=secret.read_bytes() if secret.exists() else b"",
        files=tuple(Paper(_name(path, base), path.read_bytes()) for path in small),
        left_out=(
            *sorted({*_private(settings, ""), *_logins(settings)}),
            *(str(path) for path in found if path not in small),
        ),
    )


def _files(settings_file: Path, settings: Settings) -> Iterator[Path]:
    yield settings_file
    for pattern in (settings.desks, settings.rules, settings.articles):
        yield from (Path(name) for name in sorted(glob.glob(pattern)))  # noqa: PTH207 - the pattern is absolute
    yield settings.directory
    if settings.templates is not None:
        yield from sorted(settings.templates.glob(TEMPLATES))


def _logins(settings: Settings) -> Iterator[str]:
    """Refresh tokens: after a restore elsewhere, whoever owns the mailbox logs in again (`maild login`)."""
    if any(account.oauth for account in settings.imap):
        yield str(settings.state / "oauth")


def _name(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


def _private(value: object, name: str) -> Iterator[str]:
    """Every file the settings name that is no place and no part of the policy: passwords, users, keys."""
    if isinstance(value, Section):
        for field in type(value).model_fields:
            yield from _private(getattr(value, field), field)
    elif isinstance(value, tuple):
        for one in value:
            yield from _private(one, name)
    elif isinstance(value, Path) and name not in _PLACES:
        yield str(value)


def put_secret(state: Path, secret: bytes) -> Path | None:
    """The secret into the state folder; where another was kept, or None if there was none other."""
    target, fresh = state / SECRET, state / f"{SECRET}.restored"
    if target.exists() and target.read_bytes() == secret:
        return None
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(secret)
    sync(fresh)
    aside = _free_name(state / f"{SECRET}.old") if target.exists() else None
    if aside is not None:
        target.rename(aside)
    fresh.rename(target)
    sync(state)
    return aside


def _free_name(wanted: Path) -> Path:
    names = (wanted, *(wanted.with_name(f"{wanted.name}.{number}") for number in range(2, 1000)))
    return next(name for name in names if not name.exists())


def write_files(files: tuple[Paper, ...], folder: Path) -> int:
    """The configuration into an empty or missing folder; how many files. Raises NotEmpty, Unusable."""
    require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for paper in files:
        target = folder / _inside(paper.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(paper.data)
    return len(files)


def require_empty(folder: Path) -> None:
    """Raise NotEmpty unless the folder is empty or missing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty: name an empty folder for the configuration")


def _inside(name: str) -> PurePosixPath:
    """Where a file lies below the folder, whatever it calls itself (law 11)."""
    path = PurePosixPath(name)
    if ".." in path.parts or "\0" in name or not path.parts:
        raise Unusable(f"a file in the backup calls itself {name!r}: nobody of ours did that")
    return PurePosixPath(ELSEWHERE, *path.parts[1:]) if path.is_absolute() else path
