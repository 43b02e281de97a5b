"""What running daemons say of themselves, for `maild status`, which is another process: a `setting` row for each.

In: a node, one of its parts, what is wrong in words; out: the same. Law: a part has one trouble or none, and
`since` is when it began, however often it is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete

from maild.store.bulk import insert_rows
from maild.store.health_views import told
from maild.store.schema import setting

PREFIX = "trouble:"
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong on a node since `since` (UTC). `part` is a word such as `relay`; `words` are for people."""

    node: str
    part: str
    words: str
    since: datetime


def tell(tx: Connection, node: str, troubles: Mapping[str, str], now: datetime) -> None:
    """All that is wrong on a node now, by its part; what it told before and is not among it is over."""
    before = {trouble.part: trouble for trouble in list_troubles(tx) if trouble.node == node}
    for part in before.keys() - troubles.keys():
        tx.execute(delete(setting).where(setting.c.key == _key(node, part)))
    rows = [
        {"key": _key(node, part), "value": _value(words, before[part].since if part in before else now)}
        for part, words in troubles.items()
    ]
    insert_rows(tx, setting, rows, "(key) DO UPDATE SET value = excluded.value")


def list_troubles(tx: Connection) -> tuple[Trouble, ...]:
    """Of all nodes, also of those that have stopped since."""
    return tuple(_trouble(key, value) for key, value in sorted(told(tx, PREFIX).items()))


def _key(node: str, part: str) -> str:
    return f"{PREFIX}{part}:{node}"


def _value(words: str, since: datetime) -> str:
    return json.dumps({"words": words[:LONGEST], "since": since.isoformat()})


def _trouble(key: str, value: str) -> Trouble:
    part, _, node = key.partition(":")
    said = json.loads(value)
    return Trouble(node, part, said["words"], datetime.fromisoformat(said["since"]))
