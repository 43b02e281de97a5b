"""Help that looks the same everywhere: `new_app()` for a command's module, `examples(…)` for the end of its --help."""

from __future__ import annotations

import typer


def new_app() -> typer.Typer:
    """Plain help texts, the same on a terminal and in a pipe."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def examples(*lines: str) -> str:
    """Command lines, one a line; the formatter keeps a paragraph's lines where it starts with a backspace character."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
