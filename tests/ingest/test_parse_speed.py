"""The bench of the parser says what it measured and whether the goals were reached."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import parse_speed
from tests.ingest.letters import HEAD

BROKEN = HEAD + b"Content-Type: text/plain; charset=none\r\nSubject: =?none?q?a?=\r\n\r\nx"


def test_the_mix_is_the_same_for_everybody() -> None:
    assert parse_speed.mix(20) == parse_speed.mix(20)
    assert len(parse_speed.mix(20)) == 20


def test_mails_that_break_the_standard_library_are_measured_as_well() -> None:
    figures = parse_speed.measured("broken", [BROKEN, b"", b"From: " + b"(" * 600], 1)
    assert (figures.count, set(figures.means)) == (3, set(parse_speed.READERS))
    assert 0 < figures.p50 <= figures.p99 <= figures.slowest


def test_a_missed_goal_is_named() -> None:
    figures = parse_speed.Figures("x", 1, 1.0, {"plain decoding": 1.0}, times_plain=3.1, p50=1, p99=15.0, slowest=20)
    assert len(figures.missed) == 2
    assert "MISSED: 3.10 x plain decoding" in parse_speed.told(figures)
    assert replace(figures, times_plain=3.0, p99=14.9).missed == []


@pytest.mark.parametrize(("slowest", "code"), [(1e9, 0), (0.0, 1)])
def test_the_exit_code_says_whether_the_goals_were_reached(
    slowest: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.eml").write_bytes(HEAD + b"\r\nHello.\r\n")
    monkeypatch.setattr("sys.argv", ["parse_speed.py", "--json", "--rounds", "1", str(tmp_path)])
    monkeypatch.setattr(parse_speed, "MOST_TIMES", 1e9)
    monkeypatch.setattr(parse_speed, "SLOWEST_MS", slowest)
    assert parse_speed.main() == code
    assert json.loads(capsys.readouterr().out)["count"] == 1
