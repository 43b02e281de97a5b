"""What is written about maild cannot go stale: commands run, references match the code, tables are complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from maild.cli.commands import COMMANDS
from maild.config import load_directory, load_policy, load_settings
from maild.config.reference import reference
from maild.decide.clocks.states import TRANSITIONS
from maild.model import Disposition
from maild.rules import schema
from maild.rules.actions import ACTIONS
from maild.rules.conditions import CONDITIONS
from maild.rules.load import Known, load_rules
from maild.workflows.states import drawn

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "config" / "REFERENCE.md"
SCHEMA = ROOT / "config" / "rules.schema.json"
HEAD = "# Every word of the configuration\n\nMade from the code: `make docs`.\n\n"


def states() -> str:
    """The table of transitions as it stands in the README."""
    rows = [f"| {status} | {happening} | {after} |" for (status, happening), after in TRANSITIONS.items()]
    return "\n".join(["| status | when | becomes |", "|---|---|---|", *rows])


def words(kind: str) -> str:
    """The table of conditions, or of actions, as it stands in the README."""
    written = CONDITIONS if kind == "condition" else ACTIONS
    rows = [
        f"| `{name}` | {' '.join((one.__doc__ or '').split()).replace('|', '&#124;')} |"
        for name, one in written.items()
    ]
    return "\n".join([f"| {kind} | |", "|---|---|", *rows])


def test_the_readme_shows_every_condition_and_every_action() -> None:
    assert words("condition") in README and words("action") in README


def test_the_rules_in_the_readme_load_and_their_examples_come_out(tmp_path: Path) -> None:
    chapter = README.partition("## Write rules")[2].partition("\n## ")[0]
    (file := tmp_path / "own.yaml").write_text(re.findall(r"```yaml\n(.*?)```", chapter, re.DOTALL)[0])
    settings = load_settings(ROOT / "config" / "maild.yaml")
    known = Known(load_policy(settings).desks, load_directory(settings), frozenset({"pager"}))
    loaded = load_rules([file], known)
    assert (loaded.problems, loaded.warnings) == ((), ()) and len(loaded.rules) == 4
    assert all(rule.examples for rule in loaded.rules if rule.rule != "which machine")


def test_the_reference_of_the_configuration_is_the_codes_own() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == HEAD + reference()


def test_the_schema_that_editors_use_is_the_codes_own() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema.written()


def test_the_readme_shows_every_disposition_and_the_table_of_states() -> None:
    assert [word for word in Disposition if f"| {word} |" not in README] == []
    assert states() in README


def test_the_readme_shows_where_a_request_with_legal_weight_goes() -> None:
    assert drawn() in README


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
    SCHEMA.write_text(schema.written(), encoding="utf-8")
    sys.stdout.write("\n\n".join((states(), drawn(), words("condition"), words("action"))) + "\n")
