"""Templates of an operator's own in the configuration: what rules name is there, what is there is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check, load_policy, load_settings
from maild.config.templates import Named, read_templates, templates_named, unused
from maild.errors import ConfigError
from maild.rules.language import Rule
from tests.config.site import M, S, change, said, site

__all__ = ["site"]

GOOD = "Subject: Known outage\n\n{{ name }}, {{ title }}\n{{ signature }}\n"
PAGE = "Subject: Wake up\n\n{{ who }}: {{ text }}\n"


@pytest.fixture
def own(site: Path) -> Path:
    """The folder of a site's own templates; its desk writes en and de."""
    change(site, M, "# templates: templates ", "templates: templates ")
    (site / "templates").mkdir()
    return site


def write(site: Path, name: str, text: str = GOOD) -> Path:
    path = site / "templates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rules_name(site: Path, *actions: str) -> Path:
    """A rule for each action, from the second line on."""
    path = site / "rules" / "90-templates.yaml"
    rules = (f"- rule: number {number}\n  then: {{ {one} }}\n" for number, one in enumerate(actions))
    path.write_text("# rules\n" + "".join(rules), encoding="utf-8")
    return path


ANSWER = "answer: outage"
NOTIFY = "notify: { staff: grace, template: staff-page }"


def test_a_template_that_a_rule_names_goes_into_the_policy(own: Path) -> None:
    rules_name(own, ANSWER, NOTIFY)
    for name, text in (("en/outage.txt", GOOD), ("de/outage.txt", GOOD), ("en/staff-page.txt", PAGE)):
        write(own, name, text)
    assert check(own / M) == ()
    policy = load_policy(load_settings(own / M))
    texts = {(one.language, one.name): one.text for one in policy.templates}
    assert (texts["en", "outage"], texts["en", "staff-page"]) == (GOOD, PAGE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("confirmaton", "did you mean `confirmation`?"),
        ("staff-notic", "did you mean `staff-notice`?"),
        ("outge", "did you mean `outage`?"),
        ("hello", "neither a kind of mail, nor named by a rule)"),
    ],
)
def test_a_template_that_nobody_names_is_a_mistake(own: Path, name: str, told: str) -> None:
    rules_name(own, ANSWER)
    for language in ("en", "de"):
        write(own, f"{language}/outage.txt")
    path = write(own, f"en/{name}.txt")
    (problem,) = check(own / M)
    assert problem.file == str(path) and problem.message.startswith(f"`{name}.txt` is no template maild uses")
    assert told in problem.message
    with pytest.raises(ConfigError):
        load_policy(load_settings(own / M))


def test_each_language_that_a_desk_writes_needs_the_answers_that_rules_name(own: Path) -> None:
    rules = rules_name(own, "tag: x", ANSWER)
    write(own, "en/outage.txt")
    (problem,) = check(own / M)
    assert (problem.file, problem.line, problem.column) == (str(rules), 5, 19)
    assert problem.message.startswith("there is no template de/outage.txt, and desk `service` writes `de`")


def test_staff_read_the_first_language_of_their_desk_and_need_no_other(own: Path) -> None:
    rules_name(own, NOTIFY)
    write(own, "en/staff-page.txt", PAGE)
    assert check(own / M) == ()
    change(own, S, "languages: [en, de]", "languages: [de, en]")
    assert "there is no template de/staff-page.txt, and desk `service` writes `de`" in said(own)


def test_a_rule_that_names_what_is_not_there_says_what_to_write(site: Path) -> None:
    rules_name(site, ANSWER)
    told = said(site)
    assert "en/outage.txt" in told and "write it into the folder that `templates` in maild.yaml names" in told


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("answer: staff-page", "`answer` is for customers: it takes a template of your own whose name does not start"),
        ("answer: confirmation", "`answer` is for customers: "),
        ("answer: staff-notice", "`answer` is for customers: "),
        ("notify: { staff: grace, template: outage }", "`notify` is for staff: it takes a template of your own whose"),
        ("notify: { staff: grace, template: forwarded }", "`notify` is for staff: "),
        (
            "notify: { staff: grace, template: staff-pgae }",
            "en/staff-pgae.txt, and desk `service` writes `en`: did",
        ),
        ("notify: { staff: grace, template: staff-pgae }", "did you mean `staff-page`?"),
    ],
)
def test_what_is_for_staff_never_goes_to_a_customer(own: Path, action: str, told: str) -> None:
    rules = rules_name(own, action, NOTIFY, ANSWER)
    for name, text in (("en/outage.txt", GOOD), ("de/outage.txt", GOOD), ("en/staff-page.txt", PAGE)):
        write(own, name, text)
    (problem,) = check(own / M)
    assert told in problem.message and action.split()[-2 if "{" in action else -1] in problem.message
    assert (problem.file, problem.line) == (str(rules), 3)


def test_the_built_in_notice_may_be_named_too(site: Path) -> None:
    rules_name(site, "notify: { staff: grace, template: staff-notice }")
    assert check(site / M) == ()


def test_broken_rules_do_not_make_good_templates_look_unused(own: Path) -> None:
    write(own, "en/outage.txt")
    assert "outage.txt" in said(own)
    (own / "rules" / "99-bad.yaml").write_text("- rule: bad\n  when: { subjekt: x }\n  then: { priority: 1 }\n")
    assert "99-bad.yaml" in said(own) and "outage.txt" not in said(own)


FAULTS = [
    ("en/outage.txt", "Subject: x\n\nDear {{ nam }}\n", 3, 9, "`nam` is unknown here"),
    ("en/outage.txt", "Subject: x\n\n{{ who }}\n", 3, 4, "`who` is unknown here"),
    ("en/staff-page.txt", "Subject: {{ left_out }}\n\nx\n", 1, 13, "`left_out` is unknown here"),
    ("de/confirmation.txt", "Subject: x\n\nx\n{% include 'x' %}", 4, 1, "`include` is not available"),
    ("en/confirmation.txt", "Betreff: x\n\nx\n", 1, 1, "the first line must be"),
    ("en/outage.txt", "Subject: x\n\n{% if not title %}{{ 'abc' | truncate(1, end='long') }}{% endif %}y", 1, 0,
     "it cannot be rendered"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "line", "column", "told"), FAULTS)
def test_a_fault_is_told_with_file_line_and_column(
    own: Path, name: str, text: str, line: int, column: int, told: str
) -> None:
    rules_name(own, ANSWER, NOTIFY)
    for good, words in (("en/outage.txt", GOOD), ("de/outage.txt", GOOD), ("en/staff-page.txt", PAGE)):
        write(own, good, words)
    path = write(own, name, text)
    (problem,) = check(own / M)
    assert (problem.file, problem.line, problem.column) == (str(path), line, column) and told in problem.message
    place = ":".join(str(part) for part in (path, line, column) if part)
    with pytest.raises(ConfigError, match=r"outage|page|confirmation") as caught:
        load_policy(load_settings(own / M))
    assert str(caught.value).startswith(f"{place}: ")


@pytest.mark.parametrize("name", ["en/Outage.txt", "en/out age.txt", "en/outage.TXT", f"en/{'x' * 41}.txt", "en/ä.txt"])
def test_a_name_that_no_rule_could_write_is_a_mistake(own: Path, name: str) -> None:
    write(own, name)
    assert "is no template maild uses" in said(own)


def test_editors_files_and_a_readme_are_no_templates(own: Path) -> None:
    for name in ("en/.outage.txt.swp", "README.md", "en/README.txt"):
        write(own, name)
    assert check(own / M) == ()


# ---- which templates rules name ------------------------------------------------------------------------


def a_rule(name: str, **then: object) -> Rule:
    return Rule.model_validate({"rule": name, "then": then})


def test_rules_name_templates_with_answer_and_with_notify() -> None:
    rules = (
        a_rule("0", tag="x", notify="grace"),
        a_rule("a", answer="outage"),
        a_rule("b", notify={"staff": "grace", "template": "staff-page"}),
        a_rule("c", answer="outage", notify=["grace", {"staff": "ada", "template": "staff-x"}]),
    )
    assert templates_named(rules) == (
        Named("a", "answer", "outage"),
        Named("b", "notify", "staff-page"),
        Named("c", "answer", "outage"),
        Named("c", "notify", "staff-x"),
    )


def test_a_built_in_name_is_never_unused(own: Path) -> None:
    write(own, "en/confirmation.txt")
    assert list(unused(read_templates(own / "templates").files, ())) == []
