"""What a node says of itself reaches the database when it changes, and a new life begins with a clean page."""

from __future__ import annotations

from maild.daemon.telling import Telling
from maild.store import troubles
from maild.store.engine import Store
from tests.builders import NOON


def told(store: Store) -> dict[str, str]:
    with store.reading() as tx:
        return {one.part: one.words for one in troubles.list_troubles(tx)}


def test_what_is_wrong_is_told_while_it_is_and_what_an_earlier_life_left_is_gone(store: Store) -> None:
    store.retrying(lambda tx: troubles.tell(tx, "n-1", {"stuck": "delivery"}, NOON))
    store.retrying(lambda tx: troubles.tell(tx, "n-2", {"room": "full"}, NOON))
    words = {"relay": "", "stuck": ""}
    telling = Telling(store, "n-1", lambda: NOON, {part: lambda part=part: words[part] for part in words})
    telling.tell()
    assert told(store) == {"room": "full"}
    words["relay"] = "535 no"
    telling.tell()
    assert told(store) == {"room": "full", "relay": "535 no"}
    words["relay"] = ""
    telling.tell()
    assert told(store) == {"room": "full"}


def test_nothing_new_writes_nothing(store: Store) -> None:
    telling = Telling(store, "n-1", lambda: NOON, {"relay": lambda: "535 no"})
    telling.tell()
    store.retrying(lambda tx: troubles.tell(tx, "n-1", {}, NOON))
    telling.tell()
    assert told(store) == {}
