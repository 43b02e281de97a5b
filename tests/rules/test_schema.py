"""The schema for editors: it knows every word, takes whatever loads, and refuses what is plainly wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import BaseModel

from maild.rules.example_mail import ExampleMail
from maild.rules.language import Actions, Example, NamedList, Rule, When
from maild.rules.load import Known, Loaded, load_rules
from maild.rules.schema import schema
from maild.yaml.file import read
from tests.rules.any_rules import RULE

SCHEMA = schema()
SHIPPED = sorted((Path(__file__).parents[2] / "config" / "rules").glob("*.yaml"))
TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def one_of(types: str | list[str], value: Any) -> bool:
    return any(TYPES[name](value) for name in ([types] if isinstance(types, str) else types))


def members(node: dict[str, Any], value: Any) -> bool:
    """Whether each entry of a mapping fits, and none is missing."""
    if not isinstance(value, dict):
        return True
    own, others = node.get("properties", {}), node.get("additionalProperties", True)
    if not set(node.get("required", ())) <= set(value) or len(value) < node.get("minProperties", 0):
        return False
    inner = [(own.get(key, others), one) for key, one in value.items()]
    return all(sub is True or (sub is not False and fits(sub, one)) for sub, one in inner)


KEYWORDS: dict[str, Callable[[dict[str, Any], Any], bool]] = {
    "$ref": lambda node, value: fits(SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")], value),
    "type": lambda node, value: one_of(node["type"], value),
    "anyOf": lambda node, value: any(fits(sub, value) for sub in node["anyOf"]),
    "oneOf": lambda node, value: sum(fits(sub, value) for sub in node["oneOf"]) == 1,
    "enum": lambda node, value: value in node["enum"],
    "const": lambda node, value: value == node["const"],
    "pattern": lambda node, value: not isinstance(value, str) or re.search(node["pattern"], value) is not None,
    "items": lambda node, value: not isinstance(value, list) or all(fits(node["items"], one) for one in value),
    "minItems": lambda node, value: not isinstance(value, list) or len(value) >= node["minItems"],
    "maxItems": lambda node, value: not isinstance(value, list) or len(value) <= node["maxItems"],
    "maxLength": lambda node, value: not isinstance(value, str) or len(value) <= node["maxLength"],
    "minimum": lambda node, value: not TYPES["number"](value) or value >= node["minimum"],
    "maximum": lambda node, value: not TYPES["number"](value) or value <= node["maximum"],
    "properties": members,
    "additionalProperties": members,
    "required": members,
    "minProperties": members,
}
SAYS_NOTHING = {"description", "$schema", "$defs"}


def fits(node: dict[str, Any], value: Any) -> bool:
    """Whether a value fits a schema, by the few keywords that ours uses (draft 7)."""
    return all(KEYWORDS[word](node, value) for word in node if word not in SAYS_NOTHING)


def loaded(folder: Path, written: Any) -> Loaded:
    """The same, as it loads (JSON is YAML)."""
    (file := folder / "rules.yaml").write_text(json.dumps(written), encoding="utf-8")
    return load_rules([file], Known(None, None))


def rule(**words: Any) -> list[Any]:
    return [{"rule": "r", "then": {"priority": 1}} | words]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_rules_fit_and_name_the_schema_on_their_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../rules.schema.json"
    assert (path.parent / first.partition("=")[2]).is_file()
    assert fits(SCHEMA, read(path).value)


@pytest.mark.parametrize("model", [Rule, When, Actions, Example, ExampleMail, NamedList], ids=lambda one: one.__name__)
def test_every_word_of_the_language_is_in_it_with_its_meaning(model: type[BaseModel]) -> None:
    there = SCHEMA["$defs"][model.__name__]["properties"]
    assert {field.alias or name for name, field in model.model_fields.items()} == set(there)
    assert all(one["description"] for one in there.values())


@settings(max_examples=150, deadline=None)
@given(RULE)
def test_whatever_loads_fits(written: dict[str, Any]) -> None:
    assert fits(SCHEMA, [{"rule": "r"} | written])


@pytest.mark.parametrize(
    "written",
    [
        rule(when={"subject": "down"}),
        [*rule(when={"subject": ["down", "$words"]}), {"list": "words", "of": "outage"}],
        rule(when={"automatic": True}),
        rule(when={"automatic": "bulk"}),
        rule(when={"automatic": ["bulk", "list"]}),
        rule(when={"recipients": 5, "priority": "1..2", "attachment": {"size": "> 5 MB", "count": 0}}),
        rule(on=["new", "follow-up"], when={"not": {"any": [{"header": {"x-a": "*", "x-b": ["b", "/c/"]}}]}}),
        rule(then={"notify": "grace"}),
        rule(
            then={
                "notify": [{"staff": "grace", "template": "staff-page"}, "linus"],
                "ask": {"vm": "?"},
                "field": {"vm": "x"},
            }
        ),
        rule(examples=[{"mail": {"attachment": ["a.pdf", {"name": "b", "size": 1}]}, "gives": "nothing"}]),
        rule(examples=[{"mail": {"from": "a@b.example"}, "gives": {"tag": "t"}}]),
        [{"list": "words", "of": ["down", "/up/"]}],
        [],
    ],
)
def test_whatever_may_be_written_short_fits_and_loads(tmp_path: Path, written: list[Any]) -> None:
    assert fits(SCHEMA, written)
    assert loaded(tmp_path, written).problems == ()


@pytest.mark.parametrize(
    "written",
    [
        {"rule": "no list"},
        rule(when={"subjekt": "down"}),
        rule(when={"subject": 5}),
        rule(when={"subject": None}),
        rule(when={"subject": []}),
        rule(when={"automatic": "robot"}),
        rule(when={"hours": "evening"}),
        rule(when={"recipients": True}),
        rule(then={"priority": 5}),
        rule(then={"priority": "1"}),
        rule(then={"notify": {"template": "staff-page"}}),
        rule(on="never"),
        rule(examples=[{"mail": {}, "gives": "something"}]),
        rule(examples=[{"mail": {}}]),
        [{"then": {"priority": 1}}],
        [{"list": "Words", "of": ["a"]}],
    ],
)
def test_what_is_plainly_wrong_neither_fits_nor_loads(tmp_path: Path, written: Any) -> None:
    assert not fits(SCHEMA, written)
    assert loaded(tmp_path, written).problems != ()
