"""Help texts that look the same everywhere: `examples(...)` for the end of a command's --help."""

from __future__ import annotations


def examples(*lines: str) -> str:
    """Command lines, one a line; typer keeps the line ends of a paragraph that starts with a backspace character."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
