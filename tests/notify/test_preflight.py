"""Templates fly before they go live: each branch is rendered with what mail can hold."""

from __future__ import annotations

import pytest

from maild.cleaning import clean_text
from maild.decide.policy import TemplateSource
from maild.model import NotificationKind
from maild.notify.environment import VARIABLES, new_environment, variables_of
from maild.notify.names import BUILT_IN, is_own, kind_of
from maild.notify.preflight import LONG, NASTY, RIGHT_TO_LEFT, flights, template_faults

BOOM = "{{ name | truncate(2, end='long') }}"
"""It cannot be rendered where there is a name of more than some letters."""


def a_template(body: str, name: str = "status-update") -> TemplateSource:
    return TemplateSource(language="en", name=name, text=f"Subject: x\n\ny {body}\n")


@pytest.mark.parametrize(
    "branch",
    [
        "{% if not title %}" + BOOM + "{% endif %}",
        "{% if title and not status %}" + BOOM + "{% endif %}",
        "{% if state == 'solved' %}" + BOOM + "{% endif %}",
        "{% if 'closed' == state and title %}" + BOOM + "{% endif %}",
        "{% if state == 'a' %}a{% elif state == 'b' %}" + BOOM + "{% endif %}",
        "{{ 'x' if state != 'waiting' else title | truncate(1, end='long') }}",
        "{% if (title | length) > 5000 %}" + BOOM + "{% endif %}",
        "{% if name and not number and not desk %}{{ 'abc' | truncate(name | length, end='four') }}{% endif %}",
    ],
)
def test_a_branch_that_breaks_is_found_wherever_it_hides(branch: str) -> None:
    (fault,) = template_faults(a_template(branch))
    assert "it cannot be rendered" in fault.message


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{% if not title %}{{ 'abc' | truncate(1, end='long') }}{% endif %}", "where all values are empty"),
        (
            "{% if name and not title %}{{ 'abc' | truncate(1, end='long') }}{% endif %}",
            "all values but `name` are empty",
        ),
        ("{% if name and desk and not title %}{{ 'abc' | truncate(1, end='long') }}{% endif %}", "`title` is empty"),
        ("{% if state == 'solved' %}{{ 'abc' | truncate(1, end='long') }}{% endif %}", "where `state` is `solved`"),
        ("{% if (title | length) > 9999 %}{{ 'abc' | truncate(1, end='long') }}{% endif %}", "are very long"),
        ("{{ 'abc' | truncate(1, end='long') if '" + clean_text(RIGHT_TO_LEFT) + "' == title else 'x' }}", "right to"),
    ],
)
def test_it_is_told_which_values_break_a_template(body: str, told: str) -> None:
    (fault,) = template_faults(a_template(body))
    assert told in fault.message


def test_every_variable_is_tried_with_everything_together_and_alone() -> None:
    source = a_template("{% if state == 'solved' %}!{% endif %}")
    flown = list(flights(source, new_environment()))
    known = variables_of(NotificationKind.STATUS_UPDATE)
    assert all(set(values) == known for values in flown), "no trial may miss a variable"
    for sample in (clean_text(NASTY), "", LONG, clean_text(RIGHT_TO_LEFT)):
        assert dict.fromkeys(known, sample) in flown
        for name in known:
            assert any(values[name] == sample and set(values.values()) == {sample, "new"} for values in flown)
    assert any(values["state"] == "solved" for values in flown)


def test_a_template_that_grows_beyond_a_mail_is_refused() -> None:
    (fault,) = template_faults(a_template("{{ title }}" * 60))
    assert "more than" in fault.message and "very long" in fault.message


def test_a_template_may_leave_its_subject_empty_only_where_its_values_are() -> None:
    text = "Subject: {{ title }}\n\n{{ name }}\n"
    assert template_faults(TemplateSource(language="en", name="confirmation", text=text)) == ()
    bad = "Subject: {% if title == 'x' %}x{% endif %}\n\nx\n"
    assert "comes out empty" in template_faults(TemplateSource(language="en", name="confirmation", text=bad))[0].message


def test_a_template_with_very_many_comparisons_is_tried_in_a_bounded_time() -> None:
    body = "".join(f"{{% if state == 'w{number}' %}}{number}{{% endif %}}" for number in range(1000))
    assert len(list(flights(a_template(body), new_environment()))) < 1000


NAMES = [
    ("outage", NotificationKind.ANSWER),
    ("answer", NotificationKind.ANSWER),
    ("staffing", NotificationKind.ANSWER),
    ("staff-page", NotificationKind.STAFF_NOTICE),
    ("staff-notice", NotificationKind.STAFF_NOTICE),
    ("missing", NotificationKind.MISSING),
    ("Outage", None),
    ("out_age", None),
    ("-x", None),
    ("x" * 40, NotificationKind.ANSWER),
    ("x" * 41, None),
    ("outage\n", None),
]


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_the_name_says_whom_a_template_is_for(name: str, kind: NotificationKind | None) -> None:
    assert kind_of(name) is kind
    assert is_own(name) is (name not in [one.value for one in BUILT_IN])


@pytest.mark.parametrize("variable", ["who", "text", "because", "organisation", "priority"])
def test_what_staff_are_told_no_own_template_tells_a_customer(variable: str) -> None:
    body = f"{{{{ {variable} }}}}"
    assert f"`{variable}` is unknown here" in template_faults(a_template(body, "outage"))[0].message
    assert template_faults(a_template(body, "staff-page")) == ()


def test_every_kind_with_a_built_in_template_has_its_variables() -> None:
    assert set(VARIABLES) == set(BUILT_IN)
    assert variables_of(NotificationKind.ANSWER) == {"number", "desk", "signature", "name", "title", "page"}
