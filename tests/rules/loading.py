"""Rule files as an admin writes them, loaded beside the shipped desk and directory."""

from __future__ import annotations

from pathlib import Path

from maild.desks.policy import Desk
from maild.directory import Directory
from maild.errors import Problem
from maild.rules.load import Known, Loaded, load_rules
from maild.yaml.file import read
from maild.yaml.problems import build

CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = sorted((CONFIG / "rules").glob("*.yaml"))
KNOWN = Known(
    (build(read(CONFIG / "desks" / "service.yaml"), Desk),),
    build(read(CONFIG / "directory.yaml"), Directory),
    frozenset({"crm", "pager"}),
)


def load(folder: Path, *texts: str, known: Known = KNOWN) -> Loaded:
    """These texts as the files a.yaml, b.yaml …"""
    files = [folder / f"{letter}.yaml" for letter, _ in zip("abcdef", texts, strict=False)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return load_rules(files, known)


def placed(problem: Problem) -> str:
    """A problem as the admin sees it, without the folder."""
    return str(problem).replace(f"{Path(problem.file).parent}/", "")


def told(loaded: Loaded) -> list[str]:
    return [placed(one) for one in loaded.problems]


def warned(loaded: Loaded) -> list[str]:
    return [placed(one) for one in loaded.warnings]
