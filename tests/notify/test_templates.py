"""Templates an admin writes: what they may do, and what they are told when they do something else."""

from __future__ import annotations

import pytest

from maild.decide.policy import TemplateSource
from maild.notify.builtin import LANGUAGES, builtin_templates
from maild.notify.environment import LONGEST_OUTPUT, BrokenTemplate, Sandbox, new_environment
from maild.notify.faults import compile_template
from maild.notify.names import BUILT_IN
from maild.notify.preflight import template_faults

VALUES = {"number": "SD-1042", "desk": "IT", "signature": "IT", "title": "Printer", "name": "Ann"}


def a_template(text: str, name: str = "confirmation") -> TemplateSource:
    return TemplateSource(language="en", name=name, text=text)


def test_the_built_in_templates_are_complete_and_faultless() -> None:
    made = builtin_templates()
    assert {(one.language, one.name) for one in made} == {(la, kind) for la in LANGUAGES for kind in BUILT_IN}
    assert [template_faults(one) for one in made] == [()] * len(made)


def test_no_built_in_template_has_a_long_line() -> None:
    for source in builtin_templates():
        spoken = [line for line in source.text.splitlines() if "{%" not in line]
        assert max(map(len, spoken)) <= 78, (source.language, source.name)


BROKEN = [
    ("Hello\n\nx\n", 1, 1, "the first line must be"),
    ("Subject: x\n\n{{ nam }}\n", 3, 4, "`nam` is unknown here; this template knows articles, desk, due, "),
    ("Subject: {{ nam }}\n\nx\n", 1, 13, "`nam` is unknown here"),
    ("Subject:{{ nam }}\n\nx\n", 1, 12, "`nam` is unknown here"),
    ("Subject: x\n\nx\n\nDear {{ name }}, {{text}}\n", 5, 20, "`text` is unknown here"),
    ("Subject: x\n\nDear {{- nam -}} x {{ \n nom }}\n", 3, 10, "`nam` is unknown here"),
    ("Subject: x\nbody\n{{ text }}\n", 3, 4, "`text` is unknown here"),
    ("Subject: x\n\n{{ name\n", 3, 1, "unexpected end"),
    ("Subject: x\n\n  {% if name %}\n", 3, 3, "end of template"),
    ("Subject: {% if name %}x\n\n{% endif %}y\n", 1, 10, "end of template"),
    ("Subject: x\n\n{{ name | shout }}\n", 3, 1, "No filter named 'shout'"),
    ("Subject: x\n\n{{ '{}' | format(1) }}\n", 3, 1, "No filter named 'format'"),
    ("Subject: x\n\ny {% for x in name %}{{ x }}{% endfor %}\n", 3, 3, "`for` is not available"),
    ("Subject: x\n\n{% set x = 1 %}y\n", 3, 1, "`assign` is not available"),
    ("Subject: x\n\n{% include '/etc/passwd' %}\n", 3, 1, "`include` is not available"),
    ("Subject: x\n\n{% macro m() %}{% endmacro %}y\n", 3, 1, "`macro` is not available"),
    ("Subject: x\n\n{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}\n", 3, 0, "nested too deeply"),
    ("Subject: {{ name if 1 == 2 else '' }}\n\nx\n", 1, 0, "comes out empty"),
    ("Subject: x\n\n{# nothing #}\n", 1, 0, "comes out empty"),
    ("Subject: x\n\n{{ name | truncate(2, end='long') }}\n", 1, 0, "it cannot be rendered"),
    ("Subject: x\n\n" + "x" * 70_000, 1, 0, "at most"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_template_is_named_by_line_and_column(text: str, line: int, column: int, message: str) -> None:
    fault = template_faults(a_template(text))[0]
    assert message in fault.message
    assert (fault.line, fault.column) == (line, column)


# What the sandbox of Jinja by itself lets run for long, grow large or act on objects.
TRAPS = [
    ("{{ 'a' * 1000000000 }}", "mul"),
    ("{{ [1] * 100000000 }}", "mul"),
    ("{{ 10 ** 10000000 }}", "pow"),
    ("{{ '%1000000000d' % 1 }}", "mod"),
    ("{{ name + name }}", "add"),
    ("{{ name - 1 }}", "sub"),
    ("{{ 1 // 0 }}", "floordiv"),
    ("{{ 1 / 0 }}", "div"),
    ("{{ -1 }}", "neg"),
    ("{{ [1] }}", "list"),
    ("{{ (1, 2) }}", "tuple"),
    ("{{ {1: 2} }}", "dict"),
    ("{{ name.upper() }}", "call"),
    ("{{ number.delete() }}", "call"),
    ("{{ [].append(1) }}", "call"),
    ("{{ '{0.__class__}'.format(name) }}", "call"),
    ("{{ name.__class__ }}", "getattr"),
    ("{{ name['__class__'] }}", "getitem"),
    ("{{ name[1:2] }}", "getitem"),
    ("{{ range(9) }}", "call"),
    ("{{ range(99999999) | length }}", "call"),
    ("{{ self }}", None),
    ("{{ name is defined }}", "test"),
    ("{% for a in name for b in name %}{% endfor %}", ""),
    ("{% filter upper %}x{% endfilter %}", "filterblock"),
    ("{% call name() %}{% endcall %}", "callblock"),
    ("{% block x %}y{% endblock %}", "block"),
    ("{% extends 'x' %}", "extends"),
    ("{% from 'x' import y %}", "fromimport"),
    ("{% import 'x' as y %}", "import"),
    ("{% with x = 1 %}{{ x }}{% endwith %}", "with"),
    ("{% do 1 %}", ""),
    ("{% trans %}x{% endtrans %}", ""),
]


@pytest.mark.parametrize(("code", "word"), TRAPS, ids=[code for code, _ in TRAPS])
def test_what_could_run_long_or_act_is_refused_before_it_runs(code: str, word: str | None) -> None:
    faults = template_faults(a_template(f"Subject: x\n\ny {code}\n"))
    assert faults and all(fault.line == 3 for fault in faults)
    told = {None: "`self` is unknown", "": ""}.get(word, f"`{word}` is not available in mail templates")
    assert any(told in fault.message for fault in faults)


def test_a_template_whose_name_is_none_is_told_which_kinds_there_are() -> None:
    for name in ("Good bye", "../x", "x" * 41, "", "ä", "1st"):
        fault = template_faults(a_template("Subject: x\n\nx\n", name))[0]
        assert "is no name of a template: there are confirmation, " in fault.message


@pytest.mark.parametrize("variable", ["title", "name", "text"])
def test_a_template_for_strangers_knows_nothing_that_a_stranger_wrote(variable: str) -> None:
    source = a_template(f"Subject: x\n\n{{{{ {variable} }}}}\n", "confirmation-unverified")
    assert f"`{variable}` is unknown here" in template_faults(source)[0].message


def test_a_broken_template_does_not_compile() -> None:
    with pytest.raises(BrokenTemplate, match=r"en/confirmation.txt:3: `nam` is unknown"):
        compile_template(a_template("Subject: x\n\n{{ nam }}\n"), new_environment())


def test_what_mail_needs_is_there() -> None:
    source = a_template(
        "Subject: {{ title | truncate(20) }}\n\n"
        "{% if name and not desk == 'X' %}\nDear {{ name | default('you') | upper }}\n{% else %}\nHello\n{% endif %}\n"
        "{# a remark #}{{ 'a' ~ number }} {{ 'x' if title else 'y' }}\n"
    )
    assert template_faults(source) == ()
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
