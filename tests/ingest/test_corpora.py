"""Real mails of other projects: none is lost, and the score does not fall. Skipped where they are not at hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from maild.ingest.as_json import to_json
from maild.ingest.parse import parse
from maild.ingest.reply.visible import visible_text

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


def test_hardly_any_honest_mail_is_said_to_hide_or_to_contradict_itself() -> None:
    files = [path for path in (CORPORA / "mails").rglob("*") if path.is_file()]
    told = Counter(note.code for path in files for note in parse(path.read_bytes()).notes)
    assert told["text-html-differ"] <= 4
    assert told["hidden-text"] <= 8
    assert told["ambiguous-structure"] <= 15


def test_people_see_the_names_that_mail_clients_show() -> None:
    rows_with_name = [row for row in rows("expect.json") if "from_name" in row and not row.get("debatable")]
    seen = [to_json("", parse((CORPORA / "mails" / row["file"]).read_bytes()))["from"] for row in rows_with_name]
    pairs = zip(rows_with_name, seen, strict=True)
    right = sum(((each or {}).get("name") or "") == (row["from_name"] or "") for row, each in pairs)
    assert right >= 0.97 * len(rows_with_name)
