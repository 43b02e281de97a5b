"""The words of rule files as a JSON Schema, for editors that complete and check while somebody writes.

In: nothing but the models; out: the same schema for the same version (`schema`), draft 7, which editors know best.
Laws: whatever loads fits the schema; what does not fit does not load. It knows shapes, not names and patterns: those
are `maild rules check`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from maild.rules.language import NamedList, Rule

DRAFT = "http://json-schema.org/draft-07/schema#"
SHORT_FOR: dict[str, Callable[[JsonSchemaValue], JsonSchemaValue]] = {
    "_measure.<locals>.check": lambda _: {"type": ["string", "number"]},
    "_page": lambda whole: {"anyOf": [{"type": "string"}, whole]},
    "_file": lambda whole: {"anyOf": [{"type": "string"}, whole]},
}
"""What else may be written, by the function that turns it into the whole."""
NOISE = ("title", "default")
MAPS = ("properties", "$defs")
NULL = {"type": "null"}
OF_LIST = {"minLength": "minItems", "maxLength": "maxItems"}
ARRAY = ("type", "items", "minItems", "maxItems")


class _AsWritten(GenerateJsonSchema):
    """What an admin may write, which is more than what it becomes."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        whole = super().function_before_schema(schema)
        short = SHORT_FOR.get(getattr(schema["function"]["function"], "__qualname__", ""))
        return short(whole) if short else whole


def schema() -> dict[str, Any]:
    """A rule file: a list of rules and named lists."""
    made = TypeAdapter(list[Rule | NamedList]).json_schema(schema_generator=_AsWritten)
    tidied: dict[str, Any] = _tidied(made)
    about = "Rules of maild: what may stand in config/rules/*.yaml. Made from the code: `make docs`."
    return {"$schema": DRAFT, "description": about} | tidied


def written() -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _tidied(node: Any, *, names: bool = False) -> Any:
    """Without titles and defaults. `names`: the keys are words of the language, none is a keyword of the schema."""
    if isinstance(node, list):
        return [_tidied(one) for one in node if one != NULL]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _tidied(value) for key, value in node.items()}
    list_words = OF_LIST if node.get("type") == "array" else {}
    kept = ((str(key), value) for key, value in node.items() if key not in NOISE)
    inner = {list_words.get(key, key): _tidied(value, names=key in MAPS) for key, value in kept}
    return _or_list(_alone(inner))


def _alone(node: dict[str, Any]) -> dict[str, Any]:
    """A choice of one is none: a key without a value is refused, so nothing may be left blank."""
    choices: list[dict[str, Any]] = node.get("anyOf", [])
    if len(choices) != 1:
        return node
    return choices[0] | {key: value for key, value in node.items() if key != "anyOf"}


def _or_list(node: dict[str, Any]) -> dict[str, Any]:
    """Where a list may stand beside something else, both may."""
    if "anyOf" not in node or node.get("type") != "array":
        return node
    of_list = {key: node[key] for key in ARRAY if key in node}
    rest = {key: value for key, value in node.items() if key not in ARRAY}
    return rest | {"anyOf": [*node["anyOf"], of_list]}
