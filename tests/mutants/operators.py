"""The small faults: `mutations(tree)` lists each place of a syntax tree where one can be put, and puts it there.

In: the tree of a module. Out: `Mutation`s; `apply` changes the tree, `undo` changes it back. Left alone are docstrings,
annotations, `__all__`, imports and `if TYPE_CHECKING`, which do nothing that a test could notice, and the words of an
exception, which no test should pin. Pure.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Swap = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault: where, what it makes of what, and how to put it in and out."""

    line: int
    change: str
    apply: Swap
    undo: Swap


COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
}  # fmt: skip
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "partition": "rpartition", "rpartition": "partition"}
NAMES |= {"fullmatch": "match", "match": "search", "startswith": "endswith", "endswith": "startswith", "find": "rfind"}
NAMES |= {"lower": "upper", "casefold": "lower", "lstrip": "rstrip", "rstrip": "lstrip", "removesuffix": "removeprefix"}


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    for node in _code(tree):
        for kind, mutate in _MUTATORS:
            if isinstance(node, kind):
                yield from mutate(node)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that do nothing while the program runs."""
    if isinstance(node, ast.Import | ast.ImportFrom) or _is_typing_only(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment"):
            continue
        children = value if isinstance(value, list) else [value]
        if name == "decorator_list":
            children = [each for each in children if not _is_thrift(each)]
        for child in children:
            if isinstance(child, ast.AST) and not _is_bare_text(child) and not _is_wording(node, child):
                yield from _code(child)


def _is_thrift(decorator: ast.expr) -> bool:
    """With it things are quicker, smaller or stricter, and no other."""
    return any(name in ast.unparse(decorator) for name in ("cache", "dataclass"))


def _is_bare_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_wording(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and isinstance(child, ast.Call) and all(map(_is_text_node, child.args))


def _is_text_node(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_typing_only(node: ast.AST) -> bool:
    return (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)) or (
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )


# ---- one function a kind of fault -------------------------------------------------------------------


def _compare(node: ast.Compare) -> Iterator[Mutation]:
    for at, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield _item(node, node.ops, at, other())


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> Iterator[Mutation]:
    if type(node.op) in ARITHMETIC and not _is_text(node):
        yield _field(node, "op", ARITHMETIC[type(node.op)]())


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    """`"a" - "b"` fails wherever it runs: no fault that a test must look for."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(isinstance(side, ast.JoinedStr | ast.Constant) and not _is_number(side) for side in sides)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _boolean(node: ast.BoolOp) -> Iterator[Mutation]:
    yield _field(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for at, value in enumerate(node.values):
        neutral = ast.Constant(isinstance(node.op, ast.And))
        yield _item(
            node, node.values, at, neutral, f"`{_short(ast.unparse(node))}` without `{_short(ast.unparse(value))}`"
        )


def _negation(node: ast.UnaryOp) -> Iterator[Mutation]:
    if isinstance(node.op, ast.Not):
        yield _field(node, "op", ast.UAdd(), "without `not`", operand=_truth(node.operand))
    if isinstance(node.op, ast.USub):
        yield _field(node, "op", ast.UAdd())


def _truth(operand: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("bool", ast.Load()), [operand], [])


def _constant(node: ast.Constant) -> Iterator[Mutation]:
    for other in _others(node.value):
        yield _field(node, "value", other, f"{node.value!r} becomes {other!r}")


def _others(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, str):
        return (value + value[:1], value[:-1]) if value else ("x",)
    if isinstance(value, bytes):
        return (value + value[:1], value[:-1]) if value else (b"x",)
    return ()


def _condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[Mutation]:
    yield _field(node, "test", ast.Constant(True), f"`{ast.unparse(node.test)}` becomes True")
    yield _field(node, "test", ast.Constant(False), f"`{ast.unparse(node.test)}` becomes False")


def _filter(node: ast.comprehension) -> Iterator[Mutation]:
    for at, test in enumerate(node.ifs):
        yield _item(test, node.ifs, at, ast.Constant(True), f"`if {ast.unparse(test)}` becomes True")


def _returned(node: ast.Return) -> Iterator[Mutation]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield _field(node, "value", ast.Constant(None), f"`{ast.unparse(node)}` becomes `return None`")


def _call(node: ast.Call) -> Iterator[Mutation]:
    if len(node.args) >= 2 and not any(isinstance(each, ast.Starred) for each in node.args[:2]):
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        if ast.dump(swapped[0]) != ast.dump(swapped[1]):
            yield _field(node, "args", swapped)


def _name(node: ast.Name) -> Iterator[Mutation]:
    if node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield _field(node, "id", NAMES[node.id])


def _attribute(node: ast.Attribute) -> Iterator[Mutation]:
    if node.attr in NAMES:
        yield _field(node, "attr", NAMES[node.attr])


def _decorated(node: ast.FunctionDef) -> Iterator[Mutation]:
    for at, decorator in enumerate(node.decorator_list):
        if not _is_thrift(decorator):
            yield _less(decorator, node.decorator_list, at)


def _statements(node: ast.AST) -> Iterator[Mutation]:
    """Each statement that is not the last thing holding a name: taken away."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            for at, statement in enumerate(block):
                if isinstance(statement, _REMOVABLE) and not _is_bare_text(statement):
                    yield _item(statement, block, at, ast.Pass(), f"without `{_first_line(statement)}`")


_REMOVABLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
_FUNCTIONAL = (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.ExceptHandler)
_MUTATORS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[Mutation]]], ...] = (
    (ast.Compare, _compare), ((ast.BinOp, ast.AugAssign), _arithmetic), (ast.BoolOp, _boolean),
    (ast.UnaryOp, _negation), (ast.Constant, _constant), ((ast.If, ast.While, ast.IfExp), _condition),
    (ast.comprehension, _filter), (ast.Return, _returned), (ast.Call, _call), (ast.Name, _name),
    (ast.Attribute, _attribute), (ast.FunctionDef, _decorated), (_FUNCTIONAL, _statements),
)  # fmt: skip


# ---- putting it in and out --------------------------------------------------------------------------


def _field(node: ast.AST, name: str, new: object, change: str = "", **more: object) -> Mutation:
    fields = {name: new, **more}
    old = {each: getattr(node, each) for each in fields}
    return _made(node, lambda: _set(node, fields), lambda: _set(node, old), change)


def _set(node: ast.AST, fields: dict[str, object]) -> None:
    for name, value in fields.items():
        setattr(node, name, value)


def _item(node: ast.AST, items: list[Any], at: int, new: ast.AST, change: str = "") -> Mutation:
    old = items[at]
    return _made(node, lambda: items.__setitem__(at, new), lambda: items.__setitem__(at, old), change)


def _less(node: ast.AST, items: list[ast.expr], at: int) -> Mutation:
    old = items[at]
    change = f"without `@{ast.unparse(old)}`"
    return _made(node, lambda: items.__delitem__(at), lambda: items.insert(at, old), change)


def _made(node: ast.AST, apply: Swap, undo: Swap, change: str) -> Mutation:
    return Mutation(getattr(node, "lineno", 0), change or _told(node, apply, undo), apply, undo)


def _told(node: ast.AST, apply: Swap, undo: Swap) -> str:
    before = ast.unparse(node)
    apply()
    after = ast.unparse(node)
    undo()
    return f"`{_short(before)}` becomes `{_short(after)}`"


def _first_line(node: ast.AST) -> str:
    return _short(ast.unparse(node))


def _short(code: str) -> str:
    return " ".join(code.split())[:160]
