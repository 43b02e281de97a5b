"""The patterns of personal data that maild brings along, and desks that name countries."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import load_policy, load_settings
from maild.config.countries import SHIPPED, countries_of, known_countries, shipped_countries
from maild.errors import ConfigError
from tests.builders import a_desk
from tests.config.site import S, change, said, site

__all__ = ("site",)


def with_privacy(site: Path, written: str) -> None:
    change(site, S, "strangers: answer", f"strangers: answer\nprivacy: {written}")


def test_the_shipped_countries_are_whole() -> None:
    assert known_countries() == ("de", "nl")
    patterns = [one for country in shipped_countries() for row in country.rows for one in row.find]
    assert patterns and not [one for one in patterns if "{date}" in one or "{begin}" in one]


def test_a_policy_holds_the_countries_that_its_desks_name_and_else_none() -> None:
    plain, dutch = a_desk(), a_desk(privacy={"countries": "nl"})
    assert countries_of((plain,)) == ()
    assert [one.country for one in countries_of((plain, dutch))] == ["anywhere", "nl"]


def test_a_desk_that_looks_for_personal_data_has_them_in_its_policy(site: Path) -> None:
    with_privacy(site, "{ countries: [de], tell: false }")
    policy = load_policy(load_settings(site / "maild.yaml"))
    assert [one.country for one in policy.countries] == ["anywhere", "de"]
    assert policy.desks[0].privacy and policy.desks[0].privacy.tell is False


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{ countries: [de, xx] }", "nothing is known of `xx`: maild knows de, nl"),
        ("{ countries: Germany }", "Germany"),
        ("{ kinds: [iban] }", "countries"),
        ("{ countries: de, kinds: [passport] }", "passport"),
        ("{ countries: de, telll: true }", "did you mean `tell`?"),
    ],
)
def test_a_mistake_in_privacy_is_named_with_its_line(site: Path, written: str, told: str) -> None:
    with_privacy(site, written)
    problem = next(line for line in said(site).splitlines() if told in line)
    assert f"{S}:{(site / S).read_text().splitlines().index(f'privacy: {written}') + 1}:" in problem


def test_a_broken_file_of_countries_is_named(tmp_path: Path) -> None:
    (file := tmp_path / "c.yaml").write_text(SHIPPED.read_text(encoding="utf-8").replace("kind: iban", "kind: ibn"))
    with pytest.raises(ConfigError, match="ibn"):
        shipped_countries(file)
