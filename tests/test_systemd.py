"""The units that ship are understood by systemd, and allow what the daemon really does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.requirement import need

UNITS = Path(__file__).parent.parent / "systemd"


@pytest.mark.parametrize("unit", ["maild.service", "maild-worker@.service", "maild-smtp.socket"])
def test_systemd_finds_nothing_wrong_with_the_unit(unit: str, tmp_path: Path) -> None:
    need(shutil.which("systemd-analyze") is not None, "systemd-analyze")
    here = tmp_path / unit.replace("@", "@one")
    for name, path in (("maild.service", tmp_path / "maild.service"), (unit, here)):  # a socket's service is beside it
        path.write_text((UNITS / name).read_text().replace("/opt/maild/bin/maild", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_unit_leaves_what_the_daemon_needs() -> None:
    """Workers limit their own memory (setrlimit is in @resources), and a restart must always come (REQ-L9)."""
    lines = (UNITS / "maild.service").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert "@resources" not in settings["SystemCallFilter"]
    assert (settings["Type"], settings["Restart"], settings["StartLimitIntervalSec"]) == ("notify", "always", "0")
    assert int(settings["WatchdogSec"]) >= 4 * 5
    assert settings["UMask"] == "0077"
