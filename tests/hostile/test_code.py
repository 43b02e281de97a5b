"""What the code of maild may not hold, whoever writes it (E13, E17, F06): read from the syntax tree, not guessed.

Each exception has its place and its reason; one that is no longer needed fails, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "maild"
MODULES = sorted(ROOT.rglob("*.py"))

# Code out of data, shells, and unpackers: a mail could bring what they work on.
FORBIDDEN_MODULES = {
    "pickle", "marshal", "shelve", "dill", "copyreg", "code", "codeop", "pty", "subprocess", "imp", "importlib",
    "ctypes",
    "zipfile", "tarfile", "gzip", "bz2", "lzma", "zlib", "xmlrpc", "xml", "shutil", "webbrowser", "runpy",
}  # fmt: skip
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
FORBIDDEN_METHODS = {
    "system",
    "popen",
    "spawnv",
    "execv",
    "execve",
    "from_string",
    "create_subprocess_shell",
    "import_module",
}
FORBIDDEN_METHODS |= {"create_subprocess_exec", "CDLL", "unsafe_load", "Unpickler", "mktemp", "set_trace"}
QUERIES = {"text", "execute", "exec_driver_sql", "executescript", "executemany"}

ALLOWED = {
    ("maild.cli.app", "importlib.import_module"): "the table of commands; its names are written there",
    ("maild.cli.app", "import_module"): "the same",
    ("maild.notify.builtin", "importlib.resources.files"): "the built-in templates of the package",
    ("maild.web.app", "importlib.resources.files"): "the stylesheet of the package",
    ("maild.directory.sources.command", "subprocess"): "the program that the admin named; no shell, no text of a mail",
    ("maild.demo.place", "asyncio.subprocess.Process"): "the type of the demo's own daemon",
    ("maild.demo.place", "create_subprocess_exec"): "the demo starts its own daemon; no shell, no text of a mail",
    ("maild.demo.mails", "zlib"): "makes a picture for the demo",
    ("maild.cli.serve", "execv"): "becomes the daemon; its own interpreter, no shell",
    ("maild.notify.backoff", "zlib.crc32"): "a checksum, to spread attempts",
    (
        "maild.notify.environment",
        "from_string",
    ): "the one place templates are made: of the operator's files, never of mail",
    ("maild.decide.asked.report_sheet", "from_string"): "the page of a report: a text of the program, values escaped",
    ("maild.store.backup.packing", "zlib"): "backups: files of the operator's, as large as the disk has room for",
    ("maild.store.archiving.chest", "zipfile"): "the archive: files that maild wrote itself, known by their hash",
    ("maild.store.archiving.chest", "zlib"): "the same; its errors",
    ("maild.daemon.worker", "ctypes"): "prctl: workers end with their parent",
    ("maild.daemon.worker", "CDLL"): "the same",
}
FIRST_MIGRATION = "maild.store.migrations.versions.0001_first_schema"
ALLOWED_QUERIES = {
    ("maild.store.postgresql", "SHOW {}"): "the names of two settings, written beside it",
    ("maild.store.postgresql", "SET idle_in_transaction_session_timeout = {}"): "a number, written beside it",
    ("maild.store.backup.content", "DROP TABLE IF EXISTS {}"): "a name written beside it",
    ("maild.store.backup.content", "PRAGMA integrity_check({})"): "a number, written beside it",
    ("maild.store.backup.content", "CREATE TABLE {} (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL)"): "a name",
    ("maild.store.backup.content", "INSERT INTO {} (key, value) VALUES (?, ?)"): "the same name",
    ("maild.store.backup.content", "SELECT CAST(key AS TEXT), CAST(value AS BLOB) FROM {}"): "the same name",
    ("maild.store.backup.content", 'SELECT count(*) FROM "{}"'): "the names of maild's own tables",
    ("maild.store.backup.copying", "PRAGMA {}"): "pragmas written beside it",
    ("maild.store.backup.placing", 'SELECT {} FROM "{}"'): "maild's own tables and columns",
    ("maild.store.backup.placing", "TRUNCATE {}"): "the names of maild's own tables",
    ("maild.store.sqlite", "PRAGMA {}"): "pragmas written beside it",
    ("maild.store.sqlite", "PRAGMA query_only = {}"): "a number made of a bool",
    (FIRST_MIGRATION, "INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', {})"): "a number",
}  # fmt: skip


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f".{node.func.attr}", node


def dangers(tree: ast.AST) -> Iterator[str]:
    """Everything in it that could make code, processes or files of data."""
    for name in imported(tree):
        if FORBIDDEN_MODULES & {name.partition(".")[0], *name.split(".")[1:]}:
            yield name
    for name, call in calls(tree):
        if name in FORBIDDEN_CALLS or name.lstrip(".") in FORBIDDEN_METHODS:
            yield name.lstrip(".")
        if any(word.arg == "shell" for word in call.keywords):
            yield "shell="


def built_queries(tree: ast.AST) -> Iterator[str]:
    """Every query that is put together, where it is run or in a variable before, with {} for what is put in."""
    variables = list(assigned(tree))
    for name, call in calls(tree):
        if name.lstrip(".") in QUERIES and call.args:
            for query in _meant(call.args[0], variables):
                yield from _built(query)


def _meant(query: ast.expr, variables: list[tuple[str, ast.expr]]) -> Iterator[ast.expr]:
    """What is run: the expression itself, or what a variable of that name is set to."""
    if isinstance(query, ast.IfExp):
        yield from (*_meant(query.body, variables), *_meant(query.orelse, variables))
    elif isinstance(query, ast.Name):
        yield from (value for name, value in variables if name == query.id)
    else:
        yield query


def assigned(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Every variable with what it is set to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((one.id, node.value) for one in node.targets if isinstance(one, ast.Name))


def _built(query: ast.expr) -> Iterator[str]:
    if isinstance(query, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in query.values)
    if isinstance(query, ast.BinOp):
        yield f"{ast.unparse(query)}"
    if isinstance(query, ast.Call) and isinstance(query.func, ast.Attribute) and query.func.attr in ("format", "join"):
        yield f"{ast.unparse(query)}"


@cache
def tree_of(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_makes_code_or_processes_of_data(path: Path) -> None:
    assert [danger for danger in dangers(tree_of(path)) if (name_of(path), danger) not in ALLOWED] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_query_is_made_of_strings(path: Path) -> None:
    assert [query for query in built_queries(tree_of(path)) if (name_of(path), query) not in ALLOWED_QUERIES] == []


def test_every_exception_is_still_needed() -> None:
    found = {(name_of(path), danger) for path in MODULES for danger in dangers(tree_of(path))}
    queries = {(name_of(path), query) for path in MODULES for query in built_queries(tree_of(path))}
    assert set(ALLOWED) - found == set()
    assert set(ALLOWED_QUERIES) - queries == set()


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "from zipfile import ZipFile", "import xml.etree.ElementTree", "eval('1')", "os.system('ls')",
        "run('ls', shell=True)",
        "environment.from_string(subject)", "from asyncio import subprocess",
        "importlib.import_module(name)",
    ],
)  # fmt: skip
def test_the_rule_sees_what_it_forbids(code: str) -> None:
    assert list(dangers(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "tx.execute(f'SELECT {x}')",
        "text('a' + x)",
        "tx.execute('{}'.format(x))",
        "text('%s' % x)",
        "q = f'{x}'; tx.execute(q)",
    ],
)
def test_the_rule_sees_queries_that_are_put_together(code: str) -> None:
    assert list(built_queries(ast.parse(code)))
