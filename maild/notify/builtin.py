"""The templates maild brings along: `maild/templates/<language>/<kind>.txt` in, `TemplateSource` out.

Reads the package's own files (law 13: they become part of the policy, and are then loaded from the database).
"""

from __future__ import annotations

from importlib.resources import files

from maild.decide.policy import TemplateSource
from maild.notify.names import BUILT_IN

LANGUAGES = ("de", "en", "nl")


def builtin_templates() -> tuple[TemplateSource, ...]:
    """One for each language and kind; an answer has an operator's own words only."""
    return tuple(_builtin(language, kind.value) for language in LANGUAGES for kind in BUILT_IN)


def _builtin(language: str, name: str) -> TemplateSource:
    text = files("maild").joinpath("templates", language, f"{name}.txt").read_text("utf-8")
    return TemplateSource(language=language, name=name, text=text)
