"""Configuration: what is right is taken as it is written, wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import database_url, load_directory, load_policy, load_settings, read_secret_file
from maild.config.reference import SECTIONS, reference
from maild.config.starter import starter_files, write_starter
from maild.decide.policy import Policy
from maild.errors import ConfigError, NotFound
from maild.model import Register
from maild.settings import Relay, Settings
from tests.config.site import D, M, R, S, U, change, said, site
from tests.effort import effort

__all__ = ["site"]


# ---- what is right -------------------------------------------------------------------------------


def test_the_shipped_example_is_without_fault(site: Path) -> None:
    assert said(site) == ""


def test_the_shipped_example_holds_a_desk_its_people_and_rules(site: Path) -> None:
    settings = load_settings(site / "maild.yaml")
    policy, directory = load_policy(settings), load_directory(settings)
    assert [desk.address for desk in policy.desks] == ["support@desk.example"]
    names = [rule.rule for rule in policy.rules]
    assert names[:3] == ["platform down", "invoices", "name of the virtual machine"] and "somebody leaves" in names
    people = {person.name: person.register for record in directory.organisations for person in record.contacts}
    assert people["Ada Archer"] is Register.AUTHORISED and people["Carol Cook"] is Register.INACTIVE
    assert [member.name for member in directory.staff] == ["grace", "linus"]


def test_every_default_shown_in_the_example_is_a_default(site: Path) -> None:
    """What is commented out says what holds without it."""
    lines = (site / "maild.yaml").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# limits:"))
    end = next((number for number in range(start, len(lines)) if lines[number].startswith("# ----")), len(lines))
    (site / "maild.yaml").write_text("\n".join(line.removeprefix("# ") for line in lines[start:end]), encoding="utf-8")
    assert load_settings(site / "maild.yaml").limits == Settings().limits


@pytest.mark.parametrize("section", ["imap", "relay"])
def test_what_the_example_has_commented_out_works_when_it_is_wanted(site: Path, section: str) -> None:
    lines = (site / "maild.yaml").read_text(encoding="utf-8").splitlines()
    start = lines.index(f"# {section}:")
    end = next(number for number in range(start, len(lines)) if not lines[number].startswith("#"))
    lines[start:end] = [line.removeprefix("# ") for line in lines[start:end]]
    (site / "maild.yaml").write_text("\n".join(lines), encoding="utf-8")
    (site / "secrets").mkdir()
    for name in ("imap-support", "relay"):
        (site / "secrets" / name).write_text("open sesame\n")
    assert said(site) == ""
    assert getattr(load_settings(site / "maild.yaml"), section)


def test_relative_paths_start_at_the_settings_file_wherever_one_stands(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("a [b] ü/maild.yaml"))
    assert settings.state == site / "var" and settings.directory == site / "directory.yaml"
    assert settings.lmtp[0].socket == site / "var" / "lmtp.sock"
    assert database_url(settings) == f"sqlite:///{site}/var/maild.db"
    assert load_policy(settings).rules


def test_an_absolute_path_stays(site: Path, tmp_path: Path) -> None:
    change(site, "maild.yaml", "desks: desks/*.yaml", f"desks: '{tmp_path}/a [[]b] ü/desks/*.yaml'")
    change(site, "maild.yaml", "state: var", f"state: {tmp_path}/elsewhere")
    settings = load_settings(site / "maild.yaml")
    assert settings.state == tmp_path / "elsewhere" and load_policy(settings).desks


def test_an_empty_settings_file_means_the_defaults(site: Path) -> None:
    (site / "maild.yaml").write_text("# nothing\n")
    assert load_settings(site / "maild.yaml").workers == Settings().workers and said(site) == ""


def test_the_version_is_that_of_the_meaning_and_not_of_the_spelling(site: Path) -> None:
    before = load_policy(load_settings(site / "maild.yaml"))
    change(site, "rules/20-routing.yaml", "category: billing\n    assign", "category:   'billing' # !\n    assign")
    assert load_policy(load_settings(site / "maild.yaml")).version == before.version
    change(site, "rules/20-routing.yaml", "category:   'billing'", "category: money")
    change(site, "rules/20-routing.yaml", "gives: { category: billing", "gives: { category: money")
    after = load_policy(load_settings(site / "maild.yaml"))
    assert after.version != before.version and len(after.version) == 64


def test_a_policy_survives_the_database(site: Path) -> None:
    policy = load_policy(load_settings(site / "maild.yaml"))
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_addresses_are_taken_in_their_normal_form(site: Path) -> None:
    change(site, "directory.yaml", "[ada@acme.example]", "[Ada@Acme.Example, ada@Müller.example]")
    change(site, "desks/service.yaml", "- support@desk.example", "- Support@Desk.example")
    settings = load_settings(site / "maild.yaml")
    ada = load_directory(settings).organisations[0].contacts[0]
    assert ada.addresses == ("ada@acme.example", "ada@xn--mller-kva.example")
    assert load_policy(settings).desks[0].address == "support@desk.example"


def test_own_templates_replace_the_built_in_ones_file_by_file(site: Path) -> None:
    change(site, "maild.yaml", "# templates: templates ", "templates: templates ")
    (site / "templates" / "en").mkdir(parents=True)
    (site / "templates" / "en" / "confirmation.txt").write_text("Subject: Hello\n\nYour ticket {{ number }}.\n")
    policy = load_policy(load_settings(site / "maild.yaml"))
    texts = {(source.language, source.name): source.text for source in policy.templates}
    assert texts["en", "confirmation"].startswith("Subject: Hello") and "Hello" not in texts["de", "confirmation"]


def test_a_password_comes_from_its_file_and_is_quoted_in_the_url(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pä:s/s@ \r\nsecond line")
    settings = Settings(database="postgresql://maild@db.example/m?x=1", database_password_file=tmp_path / "secret")
    assert database_url(settings) == "postgresql://maild:p%C3%A4%3As%2Fs%40%20@db.example/m?x=1"
    assert database_url(Settings(database="postgresql://maild@db/m")) == "postgresql://maild@db/m"
    assert read_secret_file(None) == ""


def test_thousand_rules_load_in_little_time(site: Path) -> None:
    rule = "- rule: rule {0}\n  when:\n    subject: [down, ausfall, '/x(\\d+)y{0}/i']\n  then: {{ priority: 1 }}\n"
    (site / "rules" / "30-many.yaml").write_text("".join(rule.format(number) for number in range(1000)))
    settings = load_settings(site / "maild.yaml")
    assert len(load_policy(settings).rules) == 1007
    assert effort(lambda: load_policy(settings), 2) <= 2


# ---- starting, and reading about it --------------------------------------------------------------


def test_a_start_overwrites_nothing(site: Path) -> None:
    change(site, M, "workers: 2 ", "workers: 7 ")
    (site / S).unlink()
    with pytest.raises(ConfigError, match="not overwritten"):
        write_starter(site)
    assert load_settings(site / M).workers == 7 and not (site / S).exists()


def test_a_start_brings_every_kind_of_file(site: Path) -> None:
    names = {str(name) for name in starter_files()}
    assert {M, D, S, U, R, "articles/passwords.md", "articles/outages.md"} <= names
    assert all((site / name).is_file() for name in names)


def test_a_start_may_be_that_of_a_certain_kind_of_desk(tmp_path: Path) -> None:
    names = {str(name) for name in write_starter(tmp_path / "own", "ehealth")}
    assert str(tmp_path / "own" / "workflows" / "account-deletion.yaml") in names
    assert load_policy(load_settings(tmp_path / "own" / M)).workflows
    assert not [name for name in starter_files() if "ehealth" in name.parts], "the plain start has none of it"
    with pytest.raises(NotFound, match="did you mean `ehealth`"):
        write_starter(tmp_path / "other", "ehealt")


def test_the_reference_explains_every_word(site: Path) -> None:
    text = reference()
    for title, model in SECTIONS:
        assert f"### `{title}`" in text
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no description"
            assert f"| `{field.alias or name}` | " in text
    assert "| `port` | Port of the relay. | `25` |" in text and Relay.model_fields["host"].is_required()
