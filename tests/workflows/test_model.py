"""What a workflow's file may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.workflows.kit import ACCOUNT, DELETION, a_workflow

REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"safeguards": {}}, "needs `safeguards` with `confirm_days` and `second`"),
    ({"safeguards": {"confirm_days": 2}}, "needs `safeguards` with `confirm_days` and `second`"),
    ({"objects": []}, "needs `objects`"),
    ({"due": {"days": 4}}, "may take 4 working days, and it is due within 4"),
    ({"objects": ["url"]}, "`url` is none of its facts"),
    ({"due": {"field": "day"}}, "`day` is none of its facts"),
    ({"due": {"days": 9, "first_working_day": True}}, "due in one way"),
    ({"facts": [ACCOUNT, ACCOUNT]}, "twice"),
    ({"workflow": "Account deletion"}, "pattern"),
    ({"starts": "registered"}, "starts"),
)


@pytest.mark.parametrize(("changes", "told"), REFUSED)
def test_what_would_be_unsafe_or_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        a_workflow(**changes)


def test_what_can_be_undone_needs_no_safeguards() -> None:
    assert not a_workflow(irreversible=False, safeguards={}, objects=[]).safeguards.has_second


def test_a_workflow_is_the_same_after_it_was_kept() -> None:
    made = a_workflow()
    assert type(made).model_validate_json(made.model_dump_json()) == made
    assert DELETION["workflow"] == made.workflow
