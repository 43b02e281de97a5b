"""A file as a source: CSV of contacts or organisations, or YAML written like directory.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maild.directory.csv import LARGEST, read_csv
from maild.directory.entries import Wanted
from maild.directory.tables import wanted_of
from maild.directory.yaml_file import wanted_of_yaml
from maild.errors import ConfigError, Problem, SourceUnavailable

YAML = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class FileSource:
    """The file as it is when it is asked for."""

    name: str
    path: Path

    def fetch(self) -> Wanted:
        try:
            return read_wanted(self.path)
        except OSError as error:
            raise SourceUnavailable(f"{self.path}: {error.strerror}") from None


def read_wanted(path: Path) -> Wanted:
    """The entries in a file. Raises ConfigError; OSError if it cannot be read."""
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    suffix = path.suffix.lower()
    if suffix in YAML:
        return wanted_of_yaml(raw, str(path))
    if suffix == ".csv":
        return wanted_of(read_csv(raw, str(path)))
    raise ConfigError(Problem(str(path), 0, 0, "its name has to end in .csv, .yaml or .yml"))
