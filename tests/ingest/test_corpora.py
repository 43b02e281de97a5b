"""Real mails of other projects: none is lost, and the score does not fall. Skipped where they are not at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maild.ingest.parse import parse
from maild.ingest.reply import visible_text

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora are not beside the repository (../shared/corpora)"
)


def rows(name: str) -> Any:
    return json.loads((CORPORA / name).read_text())


def kind(file: str) -> str:
    found = parse((CORPORA / "mails" / file).read_bytes()).automatic
    return found.kind.value if found else "person"


def test_every_mail_is_read() -> None:
    files = [path for path in (CORPORA / "mails").rglob("*") if path.is_file()]
    assert len([parse(path.read_bytes()) for path in files]) > 800


@pytest.mark.parametrize(("label", "kinds", "share"), [("bounce", {"bounce"}, 0.98), ("normal", {"person"}, 0.98)])
def test_bounces_are_found_and_people_are_left_alone(label: str, kinds: set[str], share: float) -> None:
    files = [file for file, row in rows("decisions.json").items() if row["label"] == label]
    right = sum(kind(file) in kinds for file in files)
    assert right >= share * len(files)


def test_most_replies_are_cut_exactly() -> None:
    cases = [case for case in rows("reply_cases.json") if case["expected"] is not None and not case["dup_of"]]
    exact = sum(visible_text(case["input"]).split() == case["expected"].split() for case in cases)
    assert exact >= 0.9 * len(cases)
