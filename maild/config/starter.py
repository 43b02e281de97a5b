"""The example configuration, copied as a start of one's own (`maild init`).

In: an empty or missing folder; out: the files written there. The shipped files lie in `maild/starter` of an
installed maild, and in `config` of a checkout. Nothing is ever overwritten.
"""

from __future__ import annotations

from pathlib import Path

from maild.errors import ConfigError, Problem

PACKAGE = Path(__file__).parent.parent
SETTINGS = "maild.yaml"


def starter_files() -> tuple[Path, ...]:
    """The shipped files, relative to `starter_folder()`."""
    folder = starter_folder()
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.suffix in (".yaml", ".md", ".json"))
    return tuple(sorted(found))


def starter_folder() -> Path:
    """Where the shipped files are."""
    installed, checkout = PACKAGE / "starter", PACKAGE.parent / "config"
    return installed if (installed / SETTINGS).is_file() else checkout


def write_starter(directory: Path) -> tuple[Path, ...]:
    """Copy them; returns what was written. Raises ConfigError, before it writes, if one of them is there already."""
    source, names = starter_folder(), starter_files()
    there = [directory / name for name in names if (directory / name).exists()]
    if there:
        told = "is there already and is not overwritten: choose another folder, or move it away"
        raise ConfigError(*(Problem(str(path), 0, 0, told) for path in there))
    return tuple(_copied(source / name, directory / name) for name in names)


def _copied(source: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(source.read_bytes())
    except OSError as error:
        raise ConfigError(Problem(str(target), 0, 0, f"cannot be written: {error.strerror}")) from None
    return target
