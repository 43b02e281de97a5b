"""The example configuration, copied as a start of one's own (`maild init`).

In: an empty or missing folder, and which example; out: the files written there. The shipped files lie in
`maild/starter` of an installed maild, and in `config` of a checkout: the plain example, and below `desks/NAME/` a whole
configuration for each kind of desk. Nothing is ever overwritten.
"""

from __future__ import annotations

from pathlib import Path

from maild.errors import ConfigError, NotFound, Problem
from maild.yaml.suggest import did_you_mean

PACKAGE = Path(__file__).parent.parent
SETTINGS, DESKS, STATE = "maild.yaml", "desks", "var"
SHIPPED = frozenset({".yaml", ".md", ".json", ".txt"})


def starter_desks() -> tuple[str, ...]:
    """Names of the kinds of desk that there are whole configurations for."""
    return tuple(sorted(path.parent.name for path in (starter_folder() / DESKS).glob(f"*/{SETTINGS}")))


def starter_files(desk: str = "") -> tuple[Path, ...]:
    """The shipped files of an example, relative to `starter_folder(desk)`."""
    folder = starter_folder(desk)
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.suffix in SHIPPED)
    return tuple(sorted(path for path in found if desk or not _is_of_a_desk(path)))


def starter_folder(desk: str = "") -> Path:
    """Where the shipped files of an example are. Raises NotFound."""
    installed, checkout = PACKAGE / "starter", PACKAGE.parent / "config"
    folder = installed if (installed / SETTINGS).is_file() else checkout
    if desk and desk not in starter_desks():
        raise NotFound(f"there is no example `{desk[:40]}`{did_you_mean(desk, starter_desks())}")
    return folder / DESKS / desk if desk else folder


def _is_of_a_desk(path: Path) -> bool:
    """Whether it belongs to another example, or to what it left behind when it was tried out where it lies."""
    return (path.parts[0] == DESKS and len(path.parts) > len((DESKS, "one.yaml"))) or path.parts[0] == STATE


def write_starter(directory: Path, desk: str = "") -> tuple[Path, ...]:
    """Copy them; returns what was written. Raises ConfigError, before it writes, if one of them is there already, and
    NotFound."""
    source, names = starter_folder(desk), starter_files(desk)
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
