"""Help articles as files: their form, what an admin is told, and that all of it becomes part of the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import check, load_policy, load_settings
from maild.config.articles import LARGEST, LONGEST_TITLE, HelpArticles, read_articles
from maild.daemon.watching import marks_of
from maild.store.backup.papers import collect
from tests.config.site import M, said, site

__all__ = ["site"]

GOOD = """# Etiketten drucken
link: https://help.desk.example/labels
words: Drucker, Aufkleber

Wählen Sie das Format 57 mal 32.
"""
BROKEN: tuple[tuple[str, str, int, str], ...] = (
    # why, the file, the line that is named, what is said
    ("no title", "Etiketten drucken\n\ntext", 1, "the first line is no title: write it as `# Setting a new password`"),
    ("an empty title", "# \n\ntext", 1, "the first line is no title"),
    ("a long title", f"# {'x' * (LONGEST_TITLE + 1)}\n", 1, "longer than 150 characters"),
    ("an empty file", "", 1, "the first line is no title"),
    ("text below the title", "# Title\nFirst this, then that.\n", 2, "leave an empty line between"),
    ("a word misspelt", "# Title\nlink: https://h.example\nword: a, b\n", 3, "did you mean `words`?"),
    ("a sentence with a colon", "# Title\nMind: it is hot.\n", 2, "`Mind`"),
    ("no address", "# Title\nlink: help.desk.example\n", 2, "Where customers read it"),
    ("a name for a language", "# Title\nlanguage: German\n", 2, "Its language, such as en"),
    ("an unknown desk", "# Title\nlink: https://h.example\ndesks: servise\n", 3, "no desk `servise`: did you mean `se"),
    ("an unknown desk in a list", "# Title\ndesks:\n  - service\n  - x1\n", 4, "there is no desk `x1`"),
    ("no YAML", "# Title\nwords: [a, b\n", 2, "this is no YAML"),
)


def written(folder: Path, text: str, name: str = "one.md") -> HelpArticles:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_articles([path], ["service"])


@pytest.mark.parametrize(("why", "text", "line", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_mistake_in_an_article_is_told_with_its_line(
    tmp_path: Path, why: str, text: str, line: int, message: str
) -> None:
    found = written(tmp_path, text)
    assert message in found.problems[0].message and found.problems[0].line == line, (why, found.problems)
    assert found.problems[0].file == str(tmp_path / "one.md")


def test_a_file_that_nobody_can_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(b"# Titel\n\nDrucker f\xfcr alle")
    (tmp_path / "large.md").write_bytes(b"# Titel\n\n" + b"x" * LARGEST)
    found = read_articles([tmp_path / "latin.md", tmp_path / "large.md", tmp_path / "gone.md"], [])
    assert [(one.line, one.message.partition(":")[0]) for one in found.problems] == [
        (3, "this line is not UTF-8"),
        (0, "larger than 262144 bytes"),
        (0, "cannot be read"),
    ]


def test_a_title_alone_is_an_article_that_is_never_offered(tmp_path: Path) -> None:
    found = written(tmp_path, "# A title\n\nText.")
    assert (found.articles, found.problems) == ((), ())
    (warning,) = found.warnings
    assert "it has no `link`" in warning.message and "https://" in warning.message


def test_an_article_is_read_with_its_head_and_its_language(tmp_path: Path) -> None:
    (article,) = written(tmp_path, GOOD.replace("\n", "\r\n"), "labels.md").articles
    assert (article.title, article.link) == ("Etiketten drucken", "https://help.desk.example/labels")
    assert article.desks == () and article.language == "de"
    weights = dict(article.stems)
    assert weights["aufkleb"] == weights["etiket"] > weights["format"]
    assert "help" not in weights, "the address is no word of it"


def test_the_language_may_be_said(tmp_path: Path) -> None:
    (article,) = written(tmp_path, GOOD.replace("words:", "language: nl\ndesks: service\nwords:")).articles
    assert (article.language, article.desks) == ("nl", ("service",))


def test_a_readme_beside_them_is_no_article(tmp_path: Path) -> None:
    assert written(tmp_path, "How we write these", "README.md") == HelpArticles((), (), ())


def test_the_shipped_articles_are_part_of_the_policy_and_change_its_version(site: Path) -> None:
    before = load_policy(load_settings(site / M))
    assert [one.title for one in before.articles] == ["When the platform does not answer", "Setting a new password"]
    assert before.shelf and before.shelf.best("Kennwort vergessen", "", "de", "service")
    (site / "articles" / "labels.md").write_text(GOOD, encoding="utf-8")
    after = load_policy(load_settings(site / M))
    assert len(after.articles) == 3 and after.version != before.version
    assert load_policy(load_settings(site / M)).version == after.version


def test_a_broken_article_stops_the_policy_and_another_folder_may_be_named(site: Path) -> None:
    (site / "articles" / "labels.md").write_text("Labels\n", encoding="utf-8")
    assert "labels.md:1:1: the first line is no title" in said(site)
    with (site / M).open("a", encoding="utf-8") as file:
        file.write("\narticles: help/*.md\n")
    assert not check(site / M)
    assert load_policy(load_settings(site / M)).articles == () and load_policy(load_settings(site / M)).shelf is None


def test_a_changed_article_is_news_to_the_daemon_and_part_of_a_backup(site: Path) -> None:
    settings = load_settings(site / M)
    before = marks_of(settings)
    (site / "articles" / "labels.md").write_text(GOOD, encoding="utf-8")
    assert {path for path, *_ in marks_of(settings) - before} == {str(site / "articles" / "labels.md")}
    assert "articles/labels.md" in {paper.name for paper in collect(site / M, settings).files}
