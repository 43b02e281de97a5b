"""A wheel built from the repository works far from the checkout: templates, migrations, starter configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAIL = b"From: ada@acme.example\r\nTo: support@desk.example\r\nSubject: Printer\r\nMessage-ID: <a@b.c>\r\n\r\nHelp.\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*build, "--no-build-isolation", "--wheel-dir", place, ROOT], check=True, timeout=120)
    (wheel,) = place.glob("maild-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place / "site")
    return place / "site"


def maild(site: Path, *words: str | Path, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-m", "maild.cli", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_wheel_starts_from_nothing_far_from_the_checkout(site: Path, tmp_path: Path) -> None:
    maild(site, "init", "desk", cwd=tmp_path)
    settings = tmp_path / "desk" / "maild.yaml"
    (tmp_path / "mail.eml").write_bytes(MAIL)
    maild(site, "--settings", settings, "check", cwd=tmp_path)
    maild(site, "--settings", settings, "migrate", cwd=tmp_path)
    maild(site, "--settings", settings, "reload", cwd=tmp_path)
    told = maild(site, "--settings", settings, "explain", "mail.eml", cwd=tmp_path)
    assert "new ticket" in told and "confirmation" in told


def test_the_wheel_holds_no_tests_and_no_other_peoples_mail(site: Path) -> None:
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} == {"maild"}
    assert not list(site.rglob("*.eml"))
