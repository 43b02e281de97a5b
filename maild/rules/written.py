"""Rules and examples as YAML text, and an example put into a file that people write: pure.

In: plain values, or a file's text; out: lines, or the text with a few lines more. Laws: what is written is read back
as it was; what stands in the file stays as it is, byte for byte, comments too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from maild.rules.example_mail import ExampleMail
from maild.rules.language import Actions
from maild.yaml.file import Document, parse

PLAIN = re.compile(r"[^\W\d_](?:[\w.@ -]*\w)?")
NO_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML, of one version or another, takes for something else."""
MAPPINGS = frozenset({"header", "field", "ask"})
STEP = "  "


class CannotInsert(ValueError):
    """The file is written in a way that leaves no place for the lines; the words say what to do."""


# ---- values --------------------------------------------------------------------------------------


def scalar(text: str) -> str:
    """A text in one line, in quotes where YAML would take it for something else."""
    if PLAIN.fullmatch(text) and text.isprintable() and text.lower() not in NO_TEXT:
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in json.dumps(text, ensure_ascii=False))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def flow(value: Any) -> str:
    """A value in one line."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{ " + ", ".join(f"{scalar(str(key))}: {flow(one)}" for key, one in value.items()) + " }"
        case list() | tuple():
            return flow(value[0]) if len(value) == 1 else "[" + ", ".join(map(flow, value)) + "]"
        case str():
            return scalar(value)
    return str(value)


def example_lines(mail: ExampleMail, gives: Actions | None) -> list[str]:
    """An example as an entry of a list; `gives` None: nothing."""
    lines = ["- mail:"]
    for name, value in _plain(mail.model_dump(mode="json")).items():
        lines += _entry(name, value, STEP * 2)
    given = flow(_plain(gives.model_dump(mode="json"))) if gives else "nothing"
    return [*lines, f"{STEP}gives: {given}"]


def _entry(name: str, value: Any, indent: str) -> list[str]:
    if isinstance(value, str) and "\n" in value:
        return [f"{indent}{name}: |-", *(f"{indent}{STEP}{line}".rstrip() for line in value.split("\n"))]
    return [f"{indent}{name}: {flow(value)}"]


def _plain(dumped: dict[str, Any]) -> dict[str, Any]:
    """Pairs as the mappings that people write."""
    return {name: dict(value) if name in MAPPINGS else value for name, value in dumped.items()}


# ---- into a file ---------------------------------------------------------------------------------


def with_example(text: str, file: str, number: int, example: Sequence[str]) -> str:
    """The file's text with one example more for its rule of this number. Raises CannotInsert, ConfigError."""
    document = parse(text.encode(), file)
    rule = _rule_node(document, number)
    there = next((value for key, value in rule.value if key.value == "examples"), None)
    column = rule.value[0][0].start_mark.column
    if there is None:
        lines = [" " * column + "examples:", *_indented(example, column + len(STEP))]
    else:
        lines = _indented(example, _dash_column(there))
    changed = _after(text, _end(there or rule, text), lines)
    if parse(changed.encode(), file).value != _expected(document, number, example):
        raise CannotInsert("no place was found for it that leaves everything else as it is: write it by hand")
    return changed


def _rule_node(document: Document, number: int) -> MappingNode:
    root = document.root
    node = root.value[number] if isinstance(root, SequenceNode) and not root.flow_style else None
    if not isinstance(node, MappingNode) or node.flow_style:
        raise CannotInsert("the rule stands in { }: write it one word a line first")
    return node


def _dash_column(there: Node) -> int:
    if not isinstance(there, SequenceNode) or there.flow_style:
        raise CannotInsert("its examples stand in [ ]: write them one below the other first, each with a `-`")
    return int(there.start_mark.column)


def _end(node: Node, text: str) -> int:
    """Where the last thing that is written in it ends."""
    if isinstance(node, MappingNode) and not node.flow_style:
        return _end(node.value[-1][1], text)
    if isinstance(node, SequenceNode) and not node.flow_style:
        return _end(node.value[-1], text)
    end = int(node.end_mark.index)
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return len(text[:end].rstrip())
    return end


def _after(text: str, end: int, lines: Sequence[str]) -> str:
    """The text with these lines after the line in which `end` lies, with the line ends of the file."""
    newline = "\r\n" if "\r\n" in text else "\n"
    stop = text.find("\n", end) + 1
    if not stop:
        return newline.join((text, *lines, "")) if text else text
    return text[:stop] + "".join(f"{line}{newline}" for line in lines) + text[stop:]


def _indented(lines: Sequence[str], column: int) -> list[str]:
    return [f"{' ' * column}{line}" if line else line for line in lines]


def _expected(document: Document, number: int, example: Sequence[str]) -> Any:
    (added,) = parse("\n".join(example).encode(), document.file).value
    value = deepcopy(document.value)
    value[number].setdefault("examples", []).append(added)
    return value
