"""Which rules are looked at: those that are configured, as the files are now, or those of `--rules DIR`."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated

import typer

from maild.config.load import rules_as_written
from maild.decide.policy import Policy
from maild.errors import ConfigError, Problem
from maild.settings import Settings

RulesFolder = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="The rules in this folder's *.yaml, in place of the configured ones."),
]


def with_rules(settings: Settings, folder: Path | None) -> Settings:
    """The settings with the rules of this folder. Raises ConfigError where none are there."""
    if folder is None:
        return settings
    if not any(folder.glob("*.yaml")):
        raise ConfigError(Problem(str(folder), 0, 0, "there are no rules: name a folder that holds *.yaml files"))
    return settings.model_copy(update={"rules": str(Path(glob.escape(str(folder.absolute()))) / "*.yaml")})


def sound(settings: Settings) -> Policy:
    """The policy with the rules as they are written. Raises ConfigError with all that is wrong with them."""
    found = rules_as_written(settings)
    if found.problems:
        raise ConfigError(*found.problems)
    return found.policy
