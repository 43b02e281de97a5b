"""Broken configuration: everything wrong is told at once, nothing broken is ever put into force."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check, load_policy, load_settings, read_secret_file
from maild.errors import ConfigError, ExitCode
from tests.config.site import D, M, R, S, U, change, said, site

__all__ = ["site"]


def test_everything_wrong_is_told_at_once(site: Path) -> None:
    change(site, M, "workers: 2 ", "wokers: 2 ")
    change(site, D, "key: beta", "key: B B")
    change(site, S, "prefix: SD", "prefix: sd")
    change(site, U, "- subject: [down,", "- sujbect: [down,")
    change(site, R, "    category: billing\n", "    category: 5\n")
    files = [Path(problem.file).name for problem in check(site / "maild.yaml")]
    assert sorted(files) == ["10-urgency.yaml", "20-routing.yaml", "directory.yaml", "maild.yaml", "service.yaml"]


def test_two_desks_share_neither_name_nor_prefix_nor_address(site: Path) -> None:
    text = (site / S).read_text(encoding="utf-8")
    (site / "desks" / "twin.yaml").write_text(text, encoding="utf-8")
    found = check(site / "maild.yaml")
    assert [problem.message.split()[0] for problem in found] == ["`service`", "`SD`", "`support@desk.example`"]
    assert all(problem.file.endswith("twin.yaml") and problem.line > 1 for problem in found)


@pytest.mark.parametrize("file", [M, D, S, U])
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xfe", "save the file as UTF-8"),
        (b"a: b\n" * 300_000, "larger than"),
        (b"[" * 5_000, "levels of nesting"),
        (b"%YAML 1.1\n---\na: no\n", "directives"),
        (b"a: \x00", "no YAML"),
        (b"- 5\n", "expected here"),
        (b"just text", "expected here"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(site: Path, file: str, raw: bytes, message: str) -> None:
    (site / file).write_bytes(raw)
    assert any(problem.file == str(site / file) and message in problem.message for problem in check(site / M)), said(
        site
    )


@pytest.mark.parametrize("file", [M, D])
def test_a_file_that_is_missing_is_named(site: Path, file: str) -> None:
    (site / file).unlink()
    assert "there is no such file" in said(site) and file in said(site)


def test_a_site_without_a_desk_is_told_to_write_one(site: Path) -> None:
    (site / S).unlink()
    assert "no desk file is there" in said(site)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("en/confirmaton.txt", "Subject: x\n\nx\n", "did you mean `confirmation`?"),
        ("en/confirmation.html", "Subject: x\n\nx\n", "is no template maild uses"),
        ("English/confirmation.txt", "Subject: x\n\nx\n", "`English` is no language"),
        ("en/confirmation.txt", "Subject: x\n\n{{ numbre }}\n", "numbre"),
        ("en/confirmation.txt", "Subject: x\n\n{% if %}\n", ""),
    ],
)
def test_a_template_that_could_not_be_used_is_refused(site: Path, name: str, text: str, message: str) -> None:
    change(site, M, "# templates: templates ", "templates: templates ")
    (site / "templates" / name).parent.mkdir(parents=True)
    (site / "templates" / name).write_text(text)
    (problem, *_) = check(site / M)
    assert problem.file == str(site / "templates" / name) and message in problem.message
    with pytest.raises(ConfigError):
        load_policy(load_settings(site / M))


def test_broken_rules_never_become_a_policy(site: Path) -> None:
    change(site, U, "    priority: 1\n", "    priority: 2\n")
    with pytest.raises(ConfigError) as caught:
        load_policy(load_settings(site / M))
    assert caught.value.exit_code is ExitCode.CONFIG and "10-urgency.yaml:" in str(caught.value)


def test_a_shadow_rule_has_to_keep_its_promises_too(site: Path) -> None:
    change(site, U, "  then:\n    priority: 1\n", "  shadow: true\n  then:\n    priority: 2\n")
    assert "it gives `2` instead" in said(site)


@pytest.mark.parametrize(("content", "message"), [(b"", "empty"), (b"\npw", "empty"), (b"\xff", "UTF-8")])
def test_a_password_file_without_a_password_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "pw").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_secret_file(tmp_path / "pw")


def test_a_password_that_cannot_be_read_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="let the user that runs maild read it"):
        read_secret_file(tmp_path)
