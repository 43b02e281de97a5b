"""Who of the staff a desk tells: what may be written, and what an admin is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check
from maild.decide.policy import Policy
from maild.desks.telling import StaffRole
from tests.builders import a_desk, a_policy
from tests.config.site import S, change, said, site

__all__ = ["site"]

BROKEN = (
    # what is written, the text whose line is to be named, what is to be said
    ("team: secnod-line", "team: ", "there is no member of staff or team `secnod-line`: did you mean `second-line`?"),
    ("team: second-line\ntells: {answer: [boss]}", "boss", "account-manager"),
    ("team: second-line\ntells: {new-ticket: [team]}", "new-ticket", "new_ticket"),
    ("tells: {answer: []}", "tells", "nobody is told anything as long as the desk has no `team`: name one"),
)


def declare(site: Path, lines: str) -> str:
    return change(site, S, "prefix: SD", f"prefix: SD\n{lines}")


@pytest.mark.parametrize(("lines", "at", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_mistake_is_told_with_its_line(site: Path, lines: str, at: str, message: str) -> None:
    text = declare(site, lines)
    near = text.count("\n", 0, text.index(at)) + 1
    fitting = [one for one in check(site / "maild.yaml") if one.file == str(site / S) and message in one.message]
    assert fitting, said(site)
    assert all(one.line == near and one.column > 0 for one in fitting), said(site)


def test_a_team_of_the_directory_may_be_told(site: Path) -> None:
    declare(site, "team: second-line\ntells: {new_ticket: [team, account-manager], answer: [assignee, followers]}")
    assert not check(site / "maild.yaml"), said(site)


def test_the_database_gives_a_desk_back_with_whom_it_tells() -> None:
    policy = a_policy(desks=(a_desk(team="line", tells={"answer": ["followers"]}),))
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert policy.told_staff == ("line",)
    assert policy.tells_staff == (StaffRole.ASSIGNEE, StaffRole.FOLLOWERS, StaffRole.TEAM)
