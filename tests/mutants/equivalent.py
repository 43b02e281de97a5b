"""Mutants that no test can tell from the original: `equivalent.txt`, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("equivalent.txt")
Key = tuple[str, str, str]


@dataclass
class Equivalents:
    """Keys are module, source line, change."""

    reasons: dict[Key, str]
    used: set[Key] = field(default_factory=set)

    @classmethod
    def read(cls, text: str | None = None) -> Equivalents:
        """Raises ValueError for a line without all four fields."""
        lines = (FILE.read_text(encoding="utf-8") if text is None else text).splitlines()
        return cls(dict(_entry(line) for line in lines if line.strip() and not line.startswith("#")))

    def has(self, module: str, line: str, change: str) -> bool:
        key = (module, line, change)
        if key in self.reasons:
            self.used.add(key)
        return key in self.reasons

    def unused(self) -> list[str]:
        return [" | ".join(key) for key in self.reasons if key not in self.used]


def _entry(line: str) -> tuple[Key, str]:
    """Source may hold " | " itself: the module is the first field, change and reason are the last two."""
    module, _, rest = line.partition(" | ")
    parts = rest.rsplit(" | ", 2)
    if len(parts) != 3 or not all(part.strip() for part in (module, *parts)):
        raise ValueError(f"not `module | line | change | reason`: {line}")
    source, change, reason = parts
    return (module, source.strip(), change.strip()), reason
