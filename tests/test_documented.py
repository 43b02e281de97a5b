"""What is written about maild cannot go stale: commands run, references match the code, tables are complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from maild.cli.commands import COMMANDS
from maild.config.reference import reference
from maild.decide.states import TRANSITIONS
from maild.model import Disposition

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "config" / "REFERENCE.md"
HEAD = "# Every word of the configuration\n\nMade from the code: `make docs`.\n\n"


def states() -> str:
    """The table of transitions as it stands in the README."""
    rows = [f"| {status} | {happening} | {after} |" for (status, happening), after in TRANSITIONS.items()]
    return "\n".join(["| status | when | becomes |", "|---|---|---|", *rows])


def test_the_reference_of_the_configuration_is_the_codes_own() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == HEAD + reference()


def test_the_readme_shows_every_disposition_and_the_table_of_states() -> None:
    assert [word for word in Disposition if f"| {word} |" not in README] == []
    assert states() in README


def test_the_explanation_in_the_readme_is_what_maild_says() -> None:
    shown = re.search(r"```console\n\$ \.venv/bin/(maild explain (\S+))\n(.*?)```", README, re.DOTALL)
    assert shown
    command = [sys.executable, "-m", "maild.cli", "explain", shown[2]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, shown[3])


MENTIONED = sorted(set(re.findall(r"(?<![\w/.-])maild ([a-z]+)(?=[ `\n])", README)) - {"is", "that", "to"})


@pytest.mark.parametrize("command", MENTIONED)
def test_every_command_that_the_readme_names_exists(command: str) -> None:
    assert command in {entry.name for entry in COMMANDS.values()}


def test_every_command_is_named_in_the_readme() -> None:
    assert [
        entry.name for entry in COMMANDS.values() if f"`{entry.name}`" not in README and entry.name not in MENTIONED
    ] == []


TARGETS = sorted(set(re.findall(r"make ([a-z]+)", README)) - {"sure"})


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_that_the_readme_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_file_the_readme_points_at_is_there() -> None:
    named = re.findall(r"\]\(([^)#]+)\)|`((?:maild|systemd|config|bench|tests)/[\w./@-]+)`", README)
    paths = {one or other for one, other in named}
    assert [path for path in paths if not (ROOT / path).exists()] == []


if __name__ == "__main__":  # make docs
    REFERENCE.write_text(HEAD + reference(), encoding="utf-8")
    sys.stdout.write(states() + "\n")
