"""contacts, organisations, staff, audit: the register changed by hand, imported, exported, and who did it."""

from __future__ import annotations

import pytest

from maild.config import load_settings
from maild.daemon.policy import PolicyKeeper
from maild.errors import ExitCode
from tests.cli.site import Done, Site, a_mail, raw

AS = ("--as", "grace")
CROWD = "".join(f"      - addresses: [p{n}@beta.example]\n" for n in range(30))


def contact(site: Site, address: str) -> dict[str, object]:
    return site.maild("contacts", "show", address, "--json").json["contacts"][0]


def add(site: Site, address: str, organisation: str = "acme", *more: str) -> Done:
    return site.maild("contacts", "add", address, "--organisation", organisation, *more, *AS)


def test_a_person_is_registered_and_the_trail_says_by_whom_and_why(site: Site) -> None:
    done = add(site, "eva@acme.example", "acme", "--name", "Eva East", "--duty", "monitoring", "--why", "ticket 1042")
    assert done.code == 0 and "contact eva@acme.example: added: name Eva East; register registered" in done.out
    assert contact(site, "eva@acme.example")["duties"] == ["monitoring"]
    (line,) = site.maild("audit", "--contact", "eva@acme.example", "--json").json
    assert (line["actor"], line["why"]) == ("grace@desk.example", "ticket 1042")
    assert "ticket 1042" in site.maild("contacts", "show", "eva@acme.example").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "info@acme.example", "--organisation", "acme"], ExitCode.USAGE, "shared by several people"),
        (["add", "ada@acme.example", "--organisation", "beta"], ExitCode.DATA, "belongs to acme already"),
        (["add", "eva@acme.example", "--organisation", "acmee"], ExitCode.DATA, "did you mean `acme`?"),
        (
            ["add", "eva@acme.example", "--organisation", "acme", "--register", "x"],
            ExitCode.USAGE,
            "`x` is not possible",
        ),
        (["set", "ada@acme.example", "regster=authorised"], ExitCode.USAGE, "did you mean `register`?"),
        (["set", "ada@acme.example", "register"], ExitCode.USAGE, "key=value"),
        (["set", "ada@acme.example", "organisation=beta"], ExitCode.DATA, "exactly one organisation"),
        (["set", "nobody@acme.example", "name=x"], ExitCode.NO_INPUT, "nobody of the address"),
        (["leave", "nobody@acme.example"], ExitCode.NO_INPUT, "nobody of the address"),
    ],
)
def test_what_may_not_be_is_refused_in_one_line_and_changes_nothing(
    site: Site, words: list[str], code: int, told: str
) -> None:
    before = site.maild("contacts", "--json").json
    done = site.maild("contacts", *words, *AS)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1) and told in done.err
    assert site.maild("contacts", "--json").json == before


def test_no_seat_is_given_twice_and_the_refusal_names_who_holds_them(site: Site) -> None:
    assert site.maild("organisations", "set", "acme", "seats=2", *AS).code == 0
    done = add(site, "eva@acme.example")
    assert done.code == ExitCode.DATA
    assert "acme has 2 seats for 3 persons: Ada Archer <ada@acme.example>, Bob Baker <bob@acme.example>" in done.err
    assert "2 of 2" in site.maild("organisations").out


def test_who_has_left_stays_away_when_the_files_are_read_again(site: Site) -> None:
    done = site.maild("contacts", "leave", "ada@acme.example", "--why", "retired", *AS)
    assert "acme needs another primary contact" in done.out and "acme needs an authorised contact" in done.out
    assert site.maild("reload").code == 0
    assert contact(site, "ada@acme.example")["register"] == "inactive"
    assert "no authorised contact" in site.maild("organisations", "show", "acme").out
    kept = site.maild("contacts", "import", site.settings.with_name("directory.yaml"), "--dry-run")
    assert "register: inactive, not authorised" in kept.out and "nothing is written" in kept.out


def test_a_stranger_who_wrote_can_be_made_a_contact(site: Site) -> None:
    site.take_in(raw(a_mail("Eve <eve@acme.example>", Message_ID="<1@x>")))
    assert contact(site, "eve@acme.example")["register"] == "unverified"
    done = site.maild("contacts", "set", "eve@acme.example", "organisation=acme", *AS)
    assert done.code == 0 and contact(site, "eve@acme.example")["name"] == "Eve"


@pytest.mark.parametrize("kind", ["--csv", "--yaml"])
def test_an_export_is_imported_as_it_was(site: Site, kind: str) -> None:
    text = site.maild("contacts", "export", kind, *AS).raw
    file = site.write("people" + kind.replace("--", "."), text)
    assert "nothing is different" in site.maild("contacts", "import", file, "--dry-run").out
    assert site.maild("contacts", "export", kind, *AS).raw == text
    assert site.maild("audit", "--contact", "ada@acme.example", "--json").json[0]["what"].startswith("exported as")


def test_a_dry_run_shows_each_field_and_writes_nothing(site: Site) -> None:
    file = site.write(
        "people.csv", b"addresses,organisation,register\nbob@acme.example,acme,authorised\nx@beta.example,beta,\n"
    )
    shown = site.maild("contacts", "import", file, "--dry-run").out
    assert "register: registered -> authorised" in shown and "added\tcontact\tx@beta.example" in shown
    assert contact(site, "bob@acme.example")["register"] == "registered"
    done = site.maild("contacts", "import", file, "--json", "--why", "list", *AS)
    assert {row["step"] for row in done.json} == {"added", "changed"}
    assert contact(site, "bob@acme.example")["register"] == "authorised"
    assert contact(site, "ada@acme.example")["register"] == "authorised", "nobody else is let go"


def test_a_pipe_is_a_source_that_owns_whom_it_names(site: Site) -> None:
    rows = b"addresses,organisation\nx@beta.example,beta\ny@beta.example,beta\n"
    assert "2 added" in site.maild("contacts", "import", "-", "--source", "ldap", *AS, stdin=rows.decode()).out
    done = site.maild(
        "contacts", "import", "-", "--source", "ldap", *AS, stdin="addresses,organisation\nx@beta.example,beta\n"
    )
    assert "1 let go" in done.out and contact(site, "y@beta.example")["register"] == "unverified"
    assert contact(site, "dora@beta.example")["source"] == "file"
    assert site.maild("contacts", "import", "-", "--source", "file", stdin="addresses\n").code == ExitCode.USAGE


def test_a_broken_file_is_told_with_its_place_and_nothing_is_imported(site: Site) -> None:
    file = site.write("people.csv", b"addresses,organisation\nx@beta.example,beta\ninfo@beta.example,beta\n")
    done = site.maild("contacts", "import", file, *AS)
    assert done.code == ExitCode.CONFIG and f"{file}:3: column `addresses`: `info@beta.example` is shared" in done.err
    assert site.maild("contacts", "show", "x@beta.example").code == ExitCode.NO_INPUT
    wrong = site.write("wrong.csv", b"addresses,organisation\nx@beta.example,betta\n")
    assert (
        f"{wrong}:2: there is no organisation `betta`: did you mean `beta`?"
        in site.maild("contacts", "import", wrong, *AS).err
    )


def test_a_crowd_that_vanished_from_the_file_stays_until_it_is_meant(site: Site) -> None:
    file = site.settings.with_name("directory.yaml")
    before = file.read_text()
    anchor = "      - name: Dora Dean\n"
    file.write_text(before.replace(anchor, CROWD + anchor))
    assert site.maild("reload").code == 0
    file.write_text(before)
    PolicyKeeper(load_settings(site.settings)).open().store.close()
    assert contact(site, "p7@beta.example")["register"] == "registered"
    status = site.maild("status")
    assert status.code == ExitCode.FINDING and "maild contacts import FILE --let-go" in status.out
    assert site.maild("contacts", "import", file, *AS).code == ExitCode.DATA
    assert "30 let go" in site.maild("contacts", "import", file, "--let-go", *AS).out
    assert contact(site, "p7@beta.example")["register"] == "unverified"


def test_organisations_are_taken_on_changed_and_listed(site: Site) -> None:
    words = ("organisations", "add", "gamma", "--name", "Gamma", "domains=gamma.example", "seats=5")
    assert site.maild(*words, *AS).code == 0
    assert site.maild(*words, *AS).code == ExitCode.DATA
    done = site.maild("organisations", "set", "gamma", "account_manager=grcae", *AS)
    assert done.code == ExitCode.DATA and "did you mean `grace`?" in done.err
    assert site.maild("organisations", "set", "gamma", "account_manager=second-line", "systems=a b", *AS).code == 0
    shown = site.maild("organisations", "show", "gamma", "--json").json
    assert (shown["seats"], shown["systems"], shown["account_manager"]) == (5, ["a", "b"], "second-line")
    assert shown["lacks"] == ["no authorised contact", "no primary contact"]
    rows = {row["key"]: row["seats"] for row in site.maild("organisations", "--json").json}
    assert rows == {"acme": 5, "beta": None, "gamma": 5}
    assert [row["kind"] for row in site.maild("audit", "--organisation", "gamma", "--json").json] == [
        "organisation"
    ] * 2
    assert "did you mean `gamma`?" in site.maild("organisations", "show", "gama").err


def test_customers_go_out_as_csv_and_come_in_again(site: Site) -> None:
    text = site.maild("organisations", "export", *AS).raw
    file = site.write("customers.csv", text.replace(b",5,", b",7,"))
    assert site.maild("organisations", "import", file, *AS).code == 0
    assert site.maild("organisations", "show", "acme", "--json").json["seats"] == 7
    assert "organisation rows" in site.maild("contacts", "import", file, *AS).err


def test_staff_are_entered_and_see_only_desks_that_exist(site: Site) -> None:
    words = ("staff", "add", "emil", "--address", "emil@desk.example")
    assert "did you mean `service`?" in site.maild(*words, "--desk", "servcie", *AS).err
    assert site.maild(*words, "--desk", "service", "--team", "second-line", *AS).code == 0
    assert {row["name"]: row["desks"] for row in site.maild("staff", "--json").json}["emil"] == ["service"]
    assert site.maild("staff", "set", "emil", "active=perhaps", *AS).code == ExitCode.USAGE
    assert site.maild("staff", "set", "emil", "active=no", "--why", "has left", *AS).code == 0
    assert [row["name"] for row in site.maild("staff", "--json").json] == ["grace", "linus"]
    assert site.maild("audit", "--staff", "emil", "--json").json[0]["what"] == "active: yes -> no"
    done = site.maild("staff", "set", "grace", "active=no", "--as", "linus")
    assert done.code == ExitCode.DATA and "no member of staff or team `grace`" in done.err


def test_the_first_member_of_staff_is_entered_by_whoever_is_there(bare: Site) -> None:
    file = bare.settings.with_name("directory.yaml")
    file.write_text("organisations: []\n")
    for rules in (bare.folder / "config" / "rules").glob("*.yaml"):
        rules.write_text("")
    assert bare.maild("migrate").code == bare.maild("reload").code == 0
    assert bare.maild("staff", "add", "grace", "--address", "grace@desk.example").code == 0
    done = bare.maild("staff", "add", "eve", "--address", "eve@desk.example")
    assert done.code == ExitCode.NO_USER and "--as" in done.err


def test_nobody_in_particular_changes_nothing(site: Site) -> None:
    done = site.maild("contacts", "leave", "ada@acme.example")
    assert done.code == ExitCode.NO_USER and contact(site, "ada@acme.example")["register"] == "authorised"
