"""A YAML file as plain values that remember where they stand.

In: bytes of YAML 1.2; out: `Document` (values and the place of each), or `ConfigError` with file, line and column.
Its laws: `no`, `12:30`, `0777` and dates are what they look like (text, text, 777, text); a key stands once; there
are no aliases, anchors, tags or merge keys (an alias can grow without bound); a file has at most 1 MiB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from maild.errors import ConfigError, Problem

LARGEST = 1 << 20
LARGEST_NUMBER = 1 << 63
DEEPEST = 40
Step = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, counted from 1."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file, and where they stand."""

    file: str
    value: Any
    root: Node | None

    def place(self, path: tuple[Step, ...], *, of_key: bool = False) -> Place:
        """Where the value at a path stands, or its key; steps that lead nowhere are passed over."""
        node, key = self.root, None
        for step in path:
            key, node = _stepped(node, step) or (key, node)
        return _place_of(key if key is not None and (of_key or _is_blank(node)) else node)

    def problem(self, message: str, *path: Step, of_key: bool = False) -> Problem:
        place = self.place(path, of_key=of_key)
        return Problem(self.file, place.line, place.column, message)


def read(path: Path) -> Document:
    """Read a file. Raises ConfigError if it cannot be read or is no YAML of ours."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(Problem(str(path), 0, 0, _unreadable(error))) from None
    return parse(raw, str(path))


def parse(raw: bytes, file: str) -> Document:
    """The same for bytes; `file` is named in problems."""
    if len(raw) > LARGEST:
        raise ConfigError(Problem(file, 0, 0, f"larger than {LARGEST} bytes: divide it into several files"))
    try:
        text = raw.decode("utf-8-sig")
        _refuse_directives(text, file)
        root = _compose(text)
        return Document(file, _value(root) if root is not None else None, root)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(Problem(file, line, 0, "this line is not UTF-8: save the file as UTF-8")) from None
    except _Refused as refused:
        raise ConfigError(Problem(file, refused.place.line, refused.place.column, refused.message)) from None
    except YAMLError as error:
        raise ConfigError(_yaml_problem(file, error)) from None


class _Refused(Exception):
    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message, self.place = message, _place_of(node)


def _refuse_directives(text: str, file: str) -> None:
    """`%YAML 1.1` would change what every value means; directives stand before anything else."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("%"):
            raise ConfigError(Problem(file, number, 1, "lines that start with `%` (directives) are not used here"))
        if line.strip() and not line.lstrip().startswith("#"):
            return


def _compose(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEEPEST
    node: Node | None = yaml.compose(text)
    return node


def _value(node: Node) -> Any:
    """Plain Python values; everything that is not plain is refused."""
    if node.anchor:
        raise _Refused(
            "anchors and aliases (`&`, `*`) are not used here: write it out, or put the text in quotes", node
        )
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if node.tag not in (MAP, SEQ):
        raise _Refused(f"the tag `{node.tag}` is not used here: a text that starts with `!` needs quotes", node)
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    return _mapping(node)


def _mapping(node: Node) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(key_node)
        if key in values:
            raise _Refused(f"`{key}` stands here for the second time: keep one", key_node)
        values[key] = _value(value_node)
    return values


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode):
        raise _Refused("a name is expected before the colon; a text with braces or brackets needs quotes", node)
    if node.tag == MERGE:
        raise _Refused("merge keys (`<<`) are not used here: write it out", node)
    _value(node)
    return str(node.value)


TAG = "tag:yaml.org,2002:"
MAP, SEQ, MERGE = TAG + "map", TAG + "seq", TAG + "merge"
TRUTH = {"true": True, "false": False}
SCALARS: dict[str, Callable[[str], Any]] = {
    TAG + "null": lambda _: None,
    TAG + "bool": lambda text: TRUTH[text.lower()],
    TAG + "int": lambda text: int(
        text.replace("_", ""), 0 if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else 10
    ),
    TAG + "float": lambda text: float(text.replace("_", "")),
    TAG + "timestamp": str,
    TAG + "str": str,
    TAG + "value": str,
}


def _scalar(node: ScalarNode) -> Any:
    convert = SCALARS.get(str(node.tag))
    if convert is None:
        raise _Refused(f"the tag `{node.tag}` is not used here: a text that starts with `!` needs quotes", node)
    try:
        value = convert(node.value)
    except (ValueError, KeyError):
        raise _Refused(f"`{node.value[:80]}` is not understood: put text in quotes", node) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise _Refused(f"`{node.value}` is no number to count with", node)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise _Refused("this number is too large", node)
    if isinstance(value, str) and not value.isascii() and value.encode("utf-8", "ignore").decode() != value:
        raise _Refused("half a surrogate pair is no character", node)
    return value


def _stepped(node: Node | None, step: Step) -> tuple[Node, Node] | None:
    """Key and value one step further down. A number leads into a mapping's pairs too, as 0 and 1 into a pair."""
    if isinstance(node, MappingNode):
        every: list[tuple[Node, Node]] = list(node.value)
        pairs = [(key, value) for key, value in every if key.value == step]
        if not pairs and isinstance(step, int) and 0 <= step < len(every):
            return every[step]
        return pairs[0] if pairs else None
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _is_blank(node: Node | None) -> bool:
    """Whether nothing at all is written behind the key."""
    return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index


def _place_of(node: Node | None) -> Place:
    if node is None:
        return Place(1, 1)
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _yaml_problem(file: str, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(file, 0, 0, f"no YAML: {' '.join(str(error).split())[:200]}")
    mark = error.problem_mark or error.context_mark
    if isinstance(error, MaxDepthExceededError):
        return Problem(file, mark.line + 1, mark.column + 1, f"more than {DEEPEST} levels of nesting")
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    said = " ".join(str(error.problem or error.context or "").split())[:200]
    return Problem(file, line, column, f"this is no YAML: {said}{_advice(said)}")


ADVICE = {
    "mapping values are not allowed": "; a text with a colon and a blank in it needs quotes",
    "cannot start any token": "; indent with blanks, never with tabs; a text that starts with this sign needs quotes",
    "unknown escape character": "; put regular expressions in single quotes: '/…/'",
    "undefined alias": "; a text that starts with * needs quotes",
    "expected ',' or": "; a text with a comma, a bracket or a brace needs quotes inside [ ] and { }",
    "expected a comment or a line break": "; a text that starts with > or | needs quotes",
    "expected chomping or indentation": "; a text that starts with > or | needs quotes",
    "another document": "; one file holds one document, without a second `---`",
}


def _advice(said: str) -> str:
    return next((advice for known, advice in ADVICE.items() if known in said), "")


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return f"cannot be read: {error.strerror or error}"
