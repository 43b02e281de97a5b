"""maild templates: list, show, try; without a daemon, and without a database where no ticket is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.errors import ExitCode
from maild.notify.builtin import LANGUAGES, builtin_templates
from maild.notify.names import BUILT_IN
from maild.notify.words import delimiter
from tests.cli import site as sites
from tests.cli.site import Site, a_mail, raw


@pytest.fixture
def own(bare: Site) -> Site:
    """A site with a folder of its own templates, and no database."""
    settings = bare.settings.read_text()
    bare.settings.write_text(settings.replace("# templates: templates ", "templates: templates "))
    for language in LANGUAGES:
        (bare.folder / "config" / "templates" / language).mkdir(parents=True)
    return bare


def write(site: Site, name: str, text: str) -> Path:
    path = site.folder / "config" / "templates" / name
    path.write_text(text, encoding="utf-8")
    return path


# ---- list ---------------------------------------------------------------------------------------------


def test_all_templates_are_listed_with_their_place_and_their_variables(own: Site) -> None:
    path = write(own, "de/confirmation.txt", "Subject: Hallo\n\n{{ name }}\n")
    page = write(own, "en/staff-page.txt", "Subject: Up\n\n{{ who }}\n")
    rows = {(row["name"], row["language"]): row for row in own.maild("templates", "--json").json}
    assert set(rows) == {(kind, language) for kind in BUILT_IN for language in LANGUAGES} | {("staff-page", "en")}
    assert rows["confirmation", "de"]["origin"] == str(path) and rows["confirmation", "en"]["origin"] == "built-in"
    assert rows["confirmation", "en"]["readers"] == "customers"
    named = "desk earlier missing name number page signature title"
    assert rows["missing", "nl"]["variables"] == named.split()
    assert rows["staff-page", "en"] == rows["staff-notice", "en"] | {"name": "staff-page", "origin": str(page)}
    assert rows["staff-page", "en"]["readers"] == rows["forwarded", "de"]["readers"] == "staff"


def test_a_pipe_gets_one_line_for_each_template(bare: Site) -> None:
    done = bare.maild("templates")
    assert (done.code, done.out) == (0, bare.maild("templates", "list").out)
    lines = done.out.splitlines()
    assert len(lines) == len(builtin_templates())
    assert lines == sorted(lines) and lines[0].startswith("announcement\tde\tbuilt-in\tcustomers\tabout, ")


def test_a_broken_file_is_told_beside_the_list(own: Site) -> None:
    path = write(own, "en/reply.txt", "Subject: x\n\n{{ txet }}\n")
    done = own.maild("templates", "list")
    assert done.code == ExitCode.FINDING and f"{path}:3:4: `txet` is unknown here" in done.err
    assert str(path) in done.out


# ---- show ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", builtin_templates()[::23], ids=lambda one: f"{one.language}-{one.name}")
def test_what_is_shown_can_be_copied_to_the_letter(own: Site, source) -> None:
    write(own, f"{source.language}/{source.name}.txt", "")  # as a shell does for `> FILE`, before anybody reads
    shown = own.maild("templates", "show", source.name, "--language", source.language)
    assert (shown.code, shown.out) == (0, source.text)
    write(own, f"{source.language}/{source.name}.txt", shown.out)
    assert own.maild("check").code == 0


def test_a_template_is_shown_as_it_is_in_force(own: Site) -> None:
    write(own, "en/reply.txt", "Subject: Mine\n\n{{ text }}\n")
    assert own.maild("templates", "show", "reply").out.startswith("Subject: Mine")
    assert own.maild("templates", "show", "reply", "--language", "de").out.startswith("Subject: Re:")


def test_the_desks_first_language_is_shown_where_none_is_wanted(own: Site) -> None:
    desk = own.folder / "config" / "desks" / "service.yaml"
    assert own.maild("templates", "show", "missing").out.startswith("Subject: One more thing")
    desk.write_text(desk.read_text().replace("languages: [en, de]", "languages: [nl, en]"))
    assert own.maild("templates", "show", "missing").out.startswith("Subject: Nog één ding")
    desk.write_text("no desk at all")
    assert own.maild("templates", "show", "missing").out.startswith("Subject: One more thing")


def test_a_terminal_is_never_told_what_to_do_by_a_file(own: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    write(own, "en/reply.txt", "Subject: x\n\n\x1b[2J\u202e{{ text }}\n")
    monkeypatch.setattr("maild.cli.templates.on_terminal", lambda: True)
    shown = own.maild("templates", "show", "reply").out
    assert shown == "Subject: x\n\n[2J{{ text }}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "confirmaton"], "did you mean `confirmation`?"),
        (["show", "answer"], "there is no template `answer`"),
        (["show", "reply", "--language", "fr"], "only in de, en, nl"),
        (["try", "confirmaton"], "did you mean `confirmation`?"),
        (["try", "reply", "--language", "fr"], "only in de, en, nl"),
    ],
)
def test_a_template_that_is_not_there_is_told_in_a_line(bare: Site, words: list[str], told: str) -> None:
    done = bare.maild("templates", *words)
    assert (done.code, done.out) == (ExitCode.NO_INPUT, "")
    assert told in done.err and done.err.count("\n") == 1


# ---- try ----------------------------------------------------------------------------------------------


def test_a_template_is_tried_with_friendly_data_and_without_a_database(bare: Site) -> None:
    done = bare.maild("templates", "try", "confirmation", "--language", "de")
    assert done.code == 0
    assert done.out.startswith(
        "To: Ada Archer <ada@acme.example>\n"
        "Subject: [SD-1042] Ihre Nachricht ist bei uns angekommen: Printer on the second floor\n\n"
        f"{delimiter('de')}\n\nGuten Tag Ada Archer"
    )
    assert not (bare.folder / "config" / "var").exists()


def test_a_trial_is_told_to_programs_too(bare: Site) -> None:
    done = bare.maild("templates", "try", "staff-notice", "--language", "nl", "--json").json
    assert (done["name"], done["language"], done["problems"]) == ("staff-notice", "nl", [])
    assert done["mail"]["to"] == "Grace <grace@desk.example>" and done["mail"]["text"].startswith("Hallo Grace,")


def test_a_file_is_tried_before_it_is_in_the_folder(bare: Site) -> None:
    draft = bare.folder / "draft"
    draft.write_text("Subject: Known\n\nDear {{ name }}, we know.\n")
    told = "Dear Ada Archer, we know."
    done = bare.maild("templates", "try", "outage", "--language", "nl", "--file", draft)
    assert (done.code, done.out.splitlines()[1:]) == (0, ["Subject: [SD-1042] Known", "", delimiter("nl"), "", told])


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("outage", "Subject: x\n\nDear {{ who }}\n", ":3:9: `who` is unknown here; this template knows desk, name,"),
        ("reply", "x\n", ":1:1: the first line must be `Subject: …`"),
        ("reply", "Subject: x\n\n{{ text", ":3:1: unexpected end"),
        ("Out age", "Subject: x\n\nx\n", ":1: `Out age` is no name of a template"),
        ("reply", None, ": cannot be read"),
        ("reply", b"Subject: \xff\n", ": this is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_line(
    bare: Site, name: str, text: str | bytes | None, told: str
) -> None:
    draft = bare.folder / "draft.txt"
    if text is not None:
        draft.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = bare.maild("templates", "try", name, "--file", draft)
    assert done.code == ExitCode.FINDING and f"{draft}{told}" in done.out and done.out.count("\n") == 1
    (problem,) = bare.maild("templates", "try", name, "--file", draft, "--json").json["problems"]
    assert problem["file"] == str(draft)


def test_a_broken_template_of_the_folder_is_told_with_its_file(own: Site) -> None:
    path = write(own, "en/reply.txt", "Subject: x\n\n{{ txet }}\n")
    done = own.maild("templates", "try", "reply")
    assert (done.code, done.out.startswith(f"{path}:3:4: ")) == (ExitCode.FINDING, True)


def test_no_language_is_a_path(bare: Site) -> None:
    draft = bare.write("draft.txt", b"Subject: x\n\nx\n")
    done = bare.maild("templates", "try", "reply", "--language", "../x", "--file", draft)
    assert done.code == ExitCode.FINDING and "is no language" in done.out


# ---- with a ticket ------------------------------------------------------------------------------------


def test_a_template_is_tried_with_a_tickets_own_data(busy: Site) -> None:
    for written in ("SD-1001", "1001", "sd-1001"):
        done = busy.maild("templates", "try", "staff-notice", "--ticket", written)
        assert done.code == 0 and "Subject: [SD-1001] Please have a look: Platform DOWN" in done.out
        for words in ("Ada Archer <ada@acme.example>", "Acme Clinic", "priority 1", "It burns."):
            assert words in done.out
        assert "1042" not in done.out


def test_a_trial_reads_as_the_customer_would_and_sends_and_writes_nothing(busy: Site) -> None:
    before = (busy.maild("outbox", "--json").json, busy.maild("show", "1001", "--json").json)
    done = busy.maild("templates", "try", "status-update", "--ticket", "1001", "--language", "de")
    assert done.out.startswith("To: Ada Archer <ada@acme.example>\nSubject: [SD-1001] ")
    assert "Platform DOWN" in done.out and "neu" in done.out
    assert (busy.maild("outbox", "--json").json, busy.maild("show", "1001", "--json").json) == before


def test_a_hostile_ticket_does_nothing_to_the_terminal(site: Site) -> None:
    mail = a_mail(subject="{{ 7*7 }} Tiger", text="\x1b[2J {{ 7*7 }} \u202eout", Message_ID="<h@acme.example>")
    site.take_in(raw(mail))
    out = site.maild("templates", "try", "staff-notice", "--ticket", "1001").out
    assert "{{ 7*7 }} Tiger" in out and "[2J {{ 7*7 }} out" in out and "\x1b" not in out and "\u202e" not in out


MISTAKES = [
    (["--ticket", "4711"], ExitCode.NO_INPUT),
    (["--ticket", "SD-4711"], ExitCode.NO_INPUT),
    (["--ticket", "1001", "--as", "nobody"], ExitCode.NO_USER),
]


def test_a_ticket_that_is_not_there_is_told(busy: Site) -> None:
    for words, code in MISTAKES:
        done = busy.maild("templates", "try", "confirmation", *words)
        assert (done.code, done.out) == (code, "") and done.err.count("\n") == 1
    desk = busy.folder / "config" / "desks" / "service.yaml"
    desk.write_text(desk.read_text().replace("desk: service", "desk: other"))
    done = busy.maild("templates", "try", "confirmation", "--ticket", "1001")
    assert done.code == ExitCode.NO_INPUT and "which no desk file describes" in done.err


def test_without_a_database_there_is_no_ticket(bare: Site) -> None:
    done = bare.maild("templates", "try", "confirmation", "--ticket", "1001")
    assert done.code == ExitCode.TEMPORARY and "maild migrate" in done.err


@pytest.mark.parametrize("command", ["list", "show", "try"])
def test_each_way_of_using_it_has_examples(command: str) -> None:
    done = sites.maild("templates", command, "--help")
    assert done.code == 0 and f"    maild templates {command}" in done.out.partition("Examples:")[2]
