"""What an admin sees of a template before anybody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from notify_kit import DESK, TICKET, TOKENS

from maild.decide.policy import TemplateSource
from maild.model import Address, Purpose
from maild.notify.builtin import builtin_templates
from maild.notify.names import kind_of
from maild.notify.preview import QUOTING, Scene, friendly_scene, preview


@pytest.mark.parametrize("source", builtin_templates(), ids=lambda one: f"{one.language}-{one.name}")
def test_every_built_in_template_can_be_seen_and_no_variable_of_it_is_left_blank(source: TemplateSource) -> None:
    seen = preview(source, DESK, friendly_scene(DESK), "desk.example", "https://desk.example")
    assert seen.subject and seen.text and "{{" not in seen.text
    assert "\n\n\n\n" not in seen.text and ":\n\n\n" not in seen.text


def test_a_preview_is_written_in_the_language_of_its_template() -> None:
    by_language = {one.language: one for one in builtin_templates() if one.name == "staff-notice"}
    assert preview(by_language["de"], DESK, friendly_scene(DESK), "desk.example").text.startswith("Hallo Grace,")
    assert preview(by_language["nl"], DESK, friendly_scene(DESK), "desk.example").text.startswith("Hallo Grace,")
    assert preview(by_language["en"], DESK, friendly_scene(DESK), "desk.example").text.startswith("Hello Grace,")


@pytest.mark.parametrize(
    "source", [one for one in builtin_templates() if one.language == "en"], ids=lambda one: one.name
)
def test_a_real_tickets_words_stand_where_a_mail_quotes_them_and_nowhere_else(source: TemplateSource) -> None:
    said = (("who", "Zoe <zoe@acme.example>"), ("organisation", "Zoo"), ("text", "The tiger is out."))
    scene = Scene(replace(TICKET, title="Tiger"), Address("Zoe", "zoe@acme.example"), said)
    seen = preview(source, DESK, scene, "desk.example")
    assert ("The tiger is out." in seen.text) is (kind_of(source.name) in QUOTING)
    assert "zoe@acme.example" in seen.to or "grace@desk.example" in seen.to


def test_a_link_in_a_preview_opens_nothing() -> None:
    source = next(one for one in builtin_templates() if one.name == "registration")
    seen = preview(source, DESK, friendly_scene(DESK), "desk.example", "https://desk.example")
    secret = seen.text.partition("https://desk.example/r/")[2].split()[0]
    assert secret and secret != TOKENS.invitation(Purpose.REGISTER, "ada@acme.example", "")
    assert "Reply-To" not in seen.text and "support+" not in f"{seen.to}{seen.subject}{seen.text}"
