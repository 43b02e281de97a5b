"""maild articles: which there are, what is wrong with them, and what a mail would be offered."""

from __future__ import annotations

from pathlib import Path

from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, raw


def put(site: Site, name: str, text: str) -> Path:
    path = site.folder / "config" / "articles" / name
    path.write_text(text, encoding="utf-8")
    return path


def mail(site: Site, subject: str, **headers: str) -> Path:
    return site.write("mail.eml", raw(a_mail(subject=subject, **headers)))


def test_the_articles_are_listed_with_the_words_that_lead_to_them(bare: Site) -> None:
    rows = {one["title"]: one for one in bare.maild("articles", "list", "--json").json}
    one = rows["Setting a new password"]
    assert one["link"] == "https://desk.example/help/passwords" and one["desks"] == []
    assert {"locked out", "Kennwort"} <= set(one["words"]) and one["file"].endswith("articles/passwords.md")
    lines = bare.maild("articles", "list").out.splitlines()
    assert len(lines) == len(rows) == 2 and all(line.count("\t") == 4 for line in lines)


def test_a_mail_is_tried_without_a_database(bare: Site) -> None:
    done = bare.maild("articles", "try", mail(bare, "Forgot my password"))
    assert (
        done.code == 0 and "Setting a new password  https://desk.example/help/passwords  (forgot, password)" in done.out
    )
    assert "\x1b" not in bare.maild("articles", "try", mail(bare, "Passwort \x1b[31mred")).out
    (tried,) = bare.maild("articles", "try", "--json", bare.folder / "mail.eml").lines
    assert tried["offered"][0]["score"] >= 400 and tried["offered"][0]["words"] == ["passwort"]


def test_a_mail_that_nothing_fits_is_told_why(bare: Site) -> None:
    done = bare.maild("articles", "try", mail(bare, "The printer is on fire"))
    assert done.code == ExitCode.FINDING and "nothing fits" in done.out
    (tried,) = bare.maild("articles", "try", "--json", bare.folder / "mail.eml").lines
    assert tried["offered"] == []


def test_a_desk_that_offers_none_and_one_that_is_not_there(bare: Site) -> None:
    path = mail(bare, "Forgot my password")
    assert bare.maild("articles", "try", "--desk", "service", path).code == ExitCode.DONE
    missing = bare.maild("articles", "try", "--desk", "servise", path)
    assert missing.code != 0 and "did you mean `service`?" in missing.err
    with (bare.folder / "config" / "desks" / "service.yaml").open("a", encoding="utf-8") as file:
        file.write("\narticles: false\n")
    assert bare.maild("articles", "try", path).code == ExitCode.FINDING


def test_who_reads_may_be_said(bare: Site) -> None:
    put(bare, "neu.md", "# Passwort ändern\nlink: https://h.example/de\nlanguage: de\n\nText.\n")
    path = mail(bare, "Passwort")
    for language, link in (("de", "https://h.example/de"), ("en", "https://desk.example/help/passwords")):
        (tried,) = bare.maild("articles", "try", "--json", "--language", language, path).lines
        assert [one["link"] for one in tried["offered"]] == [link]


def test_mistakes_are_told_with_their_place_and_files_that_are_never_offered_too(bare: Site) -> None:
    assert bare.maild("articles", "check").out == "2 may be offered\n"
    plain = put(bare, "plain.md", "# Plain\n\nText.\n")
    done = bare.maild("articles", "check")
    assert done.code == ExitCode.DONE and f"warning: {plain}:2:1: it has no `link`" in done.out
    broken = put(bare, "broken.md", "# Broken\nwords: a\nlinks: https://h.example\n")
    done = bare.maild("articles", "check")
    assert done.code == ExitCode.FINDING and f"{broken}:3:1: " in done.out and "`link`" in done.out
    told = bare.maild("articles", "check", "--json").json
    assert [one["line"] for one in told["problems"]] == [3] and len(told["warnings"]) == 1
    assert bare.maild("articles", "try", mail(bare, "Passwort")).code == ExitCode.CONFIG
