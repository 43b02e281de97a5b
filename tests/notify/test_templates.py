"""Templates an admin writes: what they may do, and what they are told when they do something else."""

from __future__ import annotations

import pytest

from maild.decide.policy import TemplateSource
from maild.model import NotificationKind
from maild.notify.builtin import LANGUAGES, builtin_templates
from maild.notify.environment import (
    LONGEST_OUTPUT,
    BrokenTemplate,
    Sandbox,
    compile_template,
    new_environment,
    template_problems,
)

VALUES = {"number": "SD-1042", "desk": "IT", "signature": "IT", "title": "Printer", "name": "Ann"}


def a_template(text: str, name: str = "confirmation") -> TemplateSource:
    return TemplateSource(language="en", name=name, text=text)


def test_the_built_in_templates_are_complete_and_faultless() -> None:
    made = builtin_templates()
    assert {(one.language, one.name) for one in made} == {(la, kind) for la in LANGUAGES for kind in NotificationKind}
    assert [template_problems(one) for one in made] == [()] * len(made)


def test_no_built_in_template_has_a_long_line() -> None:
    for source in builtin_templates():
        spoken = [line for line in source.text.splitlines() if "{%" not in line]
        assert max(map(len, spoken)) <= 78, (source.language, source.name)


BROKEN = [
    ("Hello\n\nx\n", 1, "the first line must be"),
    ("Subject: x\n\n{{ nam }}\n", 3, "`nam` is unknown here; this template knows desk, held, left_out, name, number"),
    ("Subject: {{ nam }}\n\nx\n", 1, "`nam` is unknown here"),
    ("Subject: x\n\nx\n\n{{ text }}\n", 5, "`text` is unknown here"),
    ("Subject: x\nbody\n{{ text }}\n", 3, "`text` is unknown here"),
    ("Subject: x\n\n{{ name\n", 3, "unexpected end"),
    ("Subject: x\n\n{% if name %}\n", 3, "end of template"),
    ("Subject: {% if name %}x\n\n{% endif %}y\n", 1, "end of template"),
    ("Subject: x\n\n{{ name | shout }}\n", 3, "No filter named 'shout'"),
    ("Subject: x\n\n{{ '{}' | format(1) }}\n", 3, "No filter named 'format'"),
    ("Subject: x\n\n{% for x in name %}{{ x }}{% endfor %}\n", 3, "`for` is not available"),
    ("Subject: x\n\n{% set x = 1 %}y\n", 3, "`assign` is not available"),
    ("Subject: x\n\n{% include '/etc/passwd' %}\n", 3, "`include` is not available"),
    ("Subject: x\n\n{% macro m() %}{% endmacro %}y\n", 3, "`macro` is not available"),
    ("Subject: x\n\n{{ 'a' * 1000000000 }}\n", 3, "`mul` is not available"),
    ("Subject: x\n\n{{ 10 ** 10000000 }}\n", 3, "`pow` is not available"),
    ("Subject: x\n\n{{ '%1000000000d' % 1 }}\n", 3, "`mod` is not available"),
    ("Subject: x\n\n{{ name + name }}\n", 3, "`add` is not available"),
    ("Subject: x\n\n{{ name.upper() }}\n", 3, "`call` is not available"),
    ("Subject: x\n\n{{ name.__class__ }}\n", 3, "`getattr` is not available"),
    ("Subject: x\n\n{{ name['__class__'] }}\n", 3, "`getitem` is not available"),
    ("Subject: x\n\n{{ range(9) }}\n", 3, "`call` is not available"),
    ("Subject: x\n\n{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}\n", 3, ""),
    ("Subject: {{ name if 1 == 2 else '' }}\n\nx\n", 1, "comes out empty"),
    ("Subject: x\n\n{# nothing #}\n", 1, "comes out empty"),
    ("Subject: x\n\n{{ name | truncate(2, end='long') }}\n", 1, "it cannot be rendered"),
    ("Subject: x\n\n" + "x" * 70_000, 1, "at most"),
]


@pytest.mark.parametrize(("text", "line", "message"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_template_is_named_by_line_before_it_is_used(text: str, line: int, message: str) -> None:
    found_line, found = template_problems(a_template(text))[0]
    assert message in found and found_line in (line, 1)
    assert found_line == line or "nested" in found


def test_a_template_of_no_kind_is_told_which_kinds_there_are() -> None:
    assert (
        "there is no notification `goodbye`; there are confirmation"
        in template_problems(a_template("x", "goodbye"))[0][1]
    )


@pytest.mark.parametrize("variable", ["title", "name", "text"])
def test_a_template_for_strangers_knows_nothing_that_a_stranger_wrote(variable: str) -> None:
    source = a_template(f"Subject: x\n\n{{{{ {variable} }}}}\n", "confirmation-unverified")
    assert f"`{variable}` is unknown here" in template_problems(source)[0][1]


def test_a_broken_template_does_not_compile() -> None:
    with pytest.raises(BrokenTemplate, match=r"en/confirmation.txt:3: `nam` is unknown"):
        compile_template(a_template("Subject: x\n\n{{ nam }}\n"), new_environment())


def test_what_mail_needs_is_there() -> None:
    source = a_template(
        "Subject: {{ title | truncate(20) }}\n\n"
        "{% if name and not desk == 'X' %}\nDear {{ name | default('you') | upper }}\n{% else %}\nHello\n{% endif %}\n"
        "{# a remark #}{{ 'a' ~ number }} {{ 'x' if title else 'y' }}\n"
    )
    assert template_problems(source) == ()
    assert compile_template(source, new_environment()).render(VALUES) == ("Printer", "Dear ANN\naSD-1042 x")


def test_a_mail_that_grows_too_large_is_stopped() -> None:
    source = a_template("Subject: x\n\n{{ text }}\n", "reply")
    with pytest.raises(BrokenTemplate, match="more than"):
        compile_template(source, new_environment()).render({"text": "x" * (LONGEST_OUTPUT + 1)})


@pytest.mark.parametrize(
    "code", ["{{ 'a' * 9 }}", "{{ 2 ** 9 }}", "{{ 'a' + 'b' }}", "{{ '%9d' % 1 }}", "{{ x.__class__ }}"]
)
def test_the_sandbox_is_a_second_lock(code: str) -> None:
    environment: Sandbox = new_environment()
    with pytest.raises(Exception, match=r"not available|unsafe"):
        environment.from_string(code).render(x="text")
