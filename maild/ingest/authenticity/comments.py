"""Comments and quotations of a structured header: which letters are in which (RFC 5322 3.2.2 and 3.2.4).

CVE-2020-12272: who takes what stands in a comment for said lets strangers say it.
"""

from __future__ import annotations

from collections.abc import Iterator

PLAIN, QUOTED, COMMENT = "plain", "quoted", "comment"


def placed(text: str) -> Iterator[tuple[str, str]]:
    """Each letter with where it stands. Comments nest, and a backslash takes away a meaning."""
    depth, escaped, quoted = 0, False, False
    for letter in text:
        opens = letter == "(" and not (quoted or escaped)
        depth += opens
        yield " " if opens and depth == 1 else letter, COMMENT if depth else QUOTED if quoted else PLAIN
        if letter == ")" and depth and not escaped:
            depth -= 1
        if letter == '"' and not (depth or escaped):
            quoted = not quoted
        escaped = letter == "\\" and not escaped and bool(depth or quoted)


def without_comments(text: str) -> str:
    return "".join(letter for letter, place in placed(text) if place != COMMENT)
