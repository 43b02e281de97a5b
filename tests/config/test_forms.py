"""Forms in a desk's file: what may be written, what an admin is told, and that the database gives back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check
from maild.decide.policy import Policy
from maild.desks.forms import InField
from tests.builders import a_desk, a_policy
from tests.config.site import S, change, said, site

__all__ = ["site"]

FORM = "forms@www.desk.example"
BROKEN: tuple[tuple[str, str, str], ...] = (
    # an entry of `forms`, the text whose line is to be named, what is to be said
    ("{from: Form <f@www.example>, requester: reply-to}", "Form <f@", "is no mail address: write it as name@"),
    ("{requester: reply-to}", "{requester", "`from` is missing here (Address in the From of the form's mails"),
    (f"{{from: {FORM}}}", "{from", "`requester` is missing here (Who asks: `reply-to`"),
    (f"{{from: {FORM}, requester: replyto}}", "replyto", "did you mean `reply-to`?"),
    (f"{{from: {FORM}, requester: {{feild: Mail}}}}", "feild", "did you mean `field`?"),
    (f"{{from: {FORM}, requester: {{field: 'Mail:'}}}}", "'Mail:'", "without the colon"),
    (f"{{from: {FORM}, requester: {{field: ''}}}}", "field", "Label of the line that holds"),
    (f"{{from: {FORM}, requester: {{field: '{'x' * 61}'}}}}", "xxx", "Label of the line that holds"),
    ("{from: support@desk.example, requester: reply-to}", "forms:", "is the desk's own address"),
    (f"{{from: {FORM}, requester: reply-to}}, {{from: FORMS@www.desk.example, requester: reply-to}}",
     "forms:", "twice"),
)  # fmt: skip


def declare(site: Path, forms: str) -> str:
    return change(site, S, "prefix: SD", f"forms:\n  [{forms}]\nprefix: SD")


@pytest.mark.parametrize(("forms", "at", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_a_mistake_in_a_form_is_told_with_its_line(site: Path, forms: str, at: str, message: str) -> None:
    text = declare(site, forms)
    near = text.count("\n", 0, text.index(at)) + 1
    fitting = [one for one in check(site / "maild.yaml") if one.file == str(site / S) and message in one.message]
    assert fitting, said(site)
    # What is wrong with the list as a whole is told where it starts.
    assert all(near <= one.line <= near + 1 and one.column > 0 for one in fitting)


def test_both_ways_to_name_the_requester_may_be_written_together(site: Path) -> None:
    declare(
        site, f"{{from: {FORM}, requester: reply-to}}, {{from: shop@www.desk.example, requester: {{field: E-Mail}}}}"
    )
    assert not check(site / "maild.yaml"), said(site)


def test_the_database_gives_a_desk_back_with_its_forms() -> None:
    forms = ({"from": FORM.upper(), "requester": "reply-to"}, {"from": "b@x.example", "requester": {"field": "Mail"}})
    policy = a_policy(desks=(a_desk(forms=forms),))
    again = Policy.model_validate_json(policy.model_dump_json())
    assert again == policy
    assert [form.from_ for form in again.desks[0].forms] == [FORM, "b@x.example"]
    assert again.desks[0].forms[1].requester == InField(field="Mail")
