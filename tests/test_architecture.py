"""The plan of the house, enforced: who may import whom, and that the pure parts do no I/O and read no clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "maild"

# A module may import from its own line and from the lines below it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("maild.cli", "maild.demo"),
    ("maild.daemon",),
    ("maild.health",),
    ("maild.web",),
    ("maild.pipeline",),
    ("maild.steps",),
    (
        "maild.store",
        "maild.notify",
        "maild.config",
        "maild.rules.load",
        "maild.ingest.smtp",
        "maild.ingest.group",
        "maild.ingest.lmtp_client",
        "maild.ingest.imap",
        "maild.ingest.files",
        "maild.ingest.maildir",
        "maild.ingest.screening",
        "maild.ingest.authenticity.dns",
    ),
    ("maild.decide",),
    ("maild.rules",),
    ("maild.workflows", "maild.privacy"),
    ("maild.desks", "maild.ingest", "maild.directory"),
    ("maild.yaml", "maild.patterns"),
    ("maild.model", "maild.errors", "maild.settings", "maild.clock", "maild.cleaning"),
)
PURE = ("maild.model", "maild.errors", "maild.cleaning", "maild.decide", "maild.rules", "maild.desks", "maild.ingest")
PURE += ("maild.patterns", "maild.workflows", "maild.privacy")
PURE += ("maild.notify.render", "maild.notify.compose", "maild.notify.backoff", "maild.notify.words")
PURE += ("maild.notify.names", "maild.notify.faults", "maild.notify.preflight", "maild.notify.preview")
PURE += ("maild.notify.html", "maild.notify.moments", "maild.notify.values", "maild.notify.audience")
PURE += ("maild.notify.overview", "maild.notify.webhook")
EDGES = ("maild.ingest.smtp", "maild.ingest.group", "maild.ingest.lmtp_client")
EDGES += ("maild.ingest.imap", "maild.ingest.files", "maild.ingest.maildir", "maild.ingest.screening")
EDGES += ("maild.rules.load", "maild.ingest.authenticity.dns")
IMPURE = {"os", "socket", "ssl", "sqlite3", "sqlalchemy", "time", "random", "secrets", "subprocess", "threading"}
IMPURE |= {"logging", "structlog", "asyncio", "pathlib", "io", "tempfile", "shutil", "select", "multiprocessing"}
CLOCKS = {"now", "today", "utcnow"}


def under(name: str, tops: tuple[str, ...]) -> str:
    """The longest of `tops` that `name` lies in, or ""."""
    fits = (top for top in tops if name == top or name.startswith(f"{top}."))
    return max(fits, key=len, default="")


def layer(name: str) -> int | None:
    fits = ((under(name, tops), number) for number, tops in enumerate(LAYERS))
    best = max(((len(top), number) for top, number in fits if top), default=None)
    return best[1] if best else None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(path: Path) -> Iterator[str]:
    me, tree = module_name(path), ast.parse(path.read_text(encoding="utf-8"))
    pure = under(me, PURE) and not under(me, EDGES)
    for name in imports(tree):
        above, mine = layer(name), layer(me)
        if above is not None and mine is not None and above < mine:
            yield f"{me} imports {name}: that is a layer above it"
        if pure and name.partition(".")[0] in IMPURE:
            yield f"{me} imports {name}: the core does no I/O"
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    if pure and any(isinstance(call, ast.Attribute) and call.attr in CLOCKS for call in calls):
        yield f"{me} reads the clock: the core is given the time"


# Inside ingest, a room may use the rooms before it.
ROOMS = ("mime", "header", "parts", "body", "reply", "machine", "bounce", "authenticity")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_reading_uses_only_the_rooms_before_it(room: str) -> None:
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "notes"}
    for path in (ROOT / "ingest" / room).glob("*.py"):
        used = {name.split(".")[2] for name in imports(ast.parse(path.read_text())) if name.startswith("maild.ingest.")}
        assert used <= allowed, f"{path.name} uses {used - allowed}"


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_downwards_and_the_core_is_pure(path: Path) -> None:
    assert list(violations(path)) == []


def test_every_room_has_its_place_in_the_plan() -> None:
    homeless = [module_name(path) for path in MODULES if layer(module_name(path)) is None]
    assert homeless == ["maild"]


def test_the_rule_sees_what_it_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "maild" / "decide" / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("import socket\nfrom maild.store import inbox\nwhen = datetime.now()\n")
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path / "maild")
    assert len(list(violations(bad))) == 3


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_no_file_needs_a_map(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300, f"{module_name(path)} has {lines} lines: split it by its questions"
