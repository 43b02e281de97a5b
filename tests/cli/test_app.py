"""The root command: help, exit codes, one line for an error."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from maild.cli import app
from maild.cli.commands import COMMANDS
from maild.errors import ExitCode
from tests.cli.site import a_mail, maild, raw

NESTED = [("inbox", "show"), ("inbox", "retry"), ("quarantine", "release"), ("outbox", "show"), ("outbox", "retry")]
NESTED += [("announce", "maintenance"), ("announce", "list"), ("report", "service-levels"), ("sla", "simulate")]
LIGHT = """
import sys
from maild.cli.app import run
code = run({words!r})
heavy = {{"sqlalchemy", "alembic", "jinja2", "apscheduler", "rich"}} & set(sys.modules)
sys.exit(f"imports {{heavy}}" if heavy - {allowed!r} else 0)
"""


@pytest.mark.parametrize("words", [*((name,) for name in COMMANDS), *NESTED], ids=" ".join)
def test_each_command_shows_how_it_is_used(words: tuple[str, ...]) -> None:
    done = maild(*words, "--help")
    assert done.code == 0
    assert f"    maild {words[0]}" in done.out.partition("Examples:")[2]


def test_the_help_names_every_command() -> None:
    done = maild("--help")
    assert done.code == 0 and all(f"  {name} " in done.out for name in COMMANDS)
    assert maild().out == done.out


@pytest.mark.parametrize(
    ("words", "allowed"),
    [(["--help"], set()), (["parse", "--help"], set()), (["ingest", "--help"], {"jinja2"})],
    ids=str,
)
def test_what_must_be_quick_imports_nothing_heavy(words: list[str], allowed: set[str]) -> None:
    code = LIGHT.format(words=words, allowed=allowed)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def test_the_version_is_told() -> None:
    assert maild("--version").out.startswith("maild ")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["statsu"], ExitCode.USAGE, "did you mean `status`?"),
        (["parse"], ExitCode.USAGE, "FILE"),
        (["parse", "--nothing", "x"], ExitCode.USAGE, "--nothing"),
        (["parse", "/nowhere/mail.eml"], ExitCode.NO_INPUT, "/nowhere/mail.eml"),
        (["--settings", "/nowhere/maild.yaml", "tickets"], ExitCode.CONFIG, "/nowhere/maild.yaml"),
        (["explain", "--at", "noon", "x"], ExitCode.USAGE, "2026-12-01T09:00+01:00"),
        (["explain", "--rcpt", "nobody", "x"], ExitCode.USAGE, "no address"),
        (["serve", "--roles", "smpt"], ExitCode.USAGE, "smtp, imap"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(words: list[str], code: int, told: str) -> None:
    done = maild(*words)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("maild: ") and done.err.count("\n") == 1 and told in done.err


def test_without_settings_a_first_step_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILD_SETTINGS", raising=False)
    done = maild("tickets")
    assert done.code == ExitCode.CONFIG and "maild init" in done.err


def test_settings_are_found_by_environment_and_by_place(site, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert maild("tickets", "--json").json == []
    monkeypatch.chdir("/")
    monkeypatch.setenv("MAILD_SETTINGS", str(site.settings))
    assert maild("tickets", "--json").json == []


@pytest.mark.parametrize("form", ["{0} --settings {1}", "--settings {1} {0}", "{0} --settings={1}"])
def test_the_settings_option_may_stand_anywhere(site, form: str) -> None:
    assert maild(*form.format("tickets", site.settings).split()).code == 0


def test_broken_settings_are_named_with_line_and_column(bare) -> None:
    bare.settings.write_text("hostname: desk.example\nworkers: many\n")
    done = bare.maild("tickets")
    assert done.code == ExitCode.CONFIG and f"{bare.settings}:2:10" in done.err


def test_a_bug_of_ours_is_told_as_one(monkeypatch, capsys) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("oh")

    monkeypatch.setattr(app, "app", broken)
    assert app.run(["status"]) == ExitCode.SOFTWARE
    assert "LookupError" in (told := capsys.readouterr().err) and "bug of maild" in told


def test_a_reader_that_goes_away_is_no_error(tmp_path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(raw(a_mail(text="x" * 500)))
    command = [sys.executable, "-m", "maild.cli", "parse", "--json", *[str(mail)] * 400]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout and running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(20) == 141


def test_help_comes_at_once() -> None:
    best = min(_seconds([sys.executable, "-m", "maild.cli", "--help"]) for _ in range(3))
    bare = min(_seconds([sys.executable, "-c", "import typing, inspect, pathlib"]) for _ in range(3))
    assert best < max(0.35, 8 * bare)


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return time.perf_counter() - begun
