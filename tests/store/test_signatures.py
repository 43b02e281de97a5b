"""Who used a signature first stays its owner, for thirty days."""

from __future__ import annotations

from datetime import timedelta

from maild.store import signatures
from maild.store.engine import Store
from maild.store.signatures import KEPT, Seen
from tests.builders import NOON, SUPPORT
from tests.store.kit import a_received_mail, keep


def test_the_first_one_owns_it_whoever_comes_later(store: Store) -> None:
    one, other = keep(store, a_received_mail(), a_received_mail())
    with store.transaction() as tx:
        signatures.keep(tx, [Seen("f1", one, "c1"), Seen("f1", other, "c2"), Seen("f2", other, "c2")], NOON)
        signatures.keep(tx, [Seen("f2", one, "c1")], NOON)
        assert signatures.owners(tx, {"f1", "f2", "f3"}) == {"f1": Seen("f1", one, "c1"), "f2": Seen("f2", other, "c2")}


def test_after_thirty_days_it_is_forgotten(store: Store) -> None:
    (one,) = keep(store, a_received_mail())
    with store.transaction() as tx:
        signatures.keep(tx, [Seen("old", one, "c1")], NOON)
        signatures.keep(tx, [Seen("new", one, "c1")], NOON + timedelta(days=1))
        assert signatures.forget(tx, NOON + KEPT) == 0
        assert signatures.forget(tx, NOON + KEPT + timedelta(seconds=1)) == 1
        assert list(signatures.owners(tx, {"old", "new"})) == ["new"]


def test_only_what_one_transaction_brought_came_together(store: Store) -> None:
    two = a_received_mail(recipients=(SUPPORT.address, "sales@desk.example"))
    one, beside, other = keep(store, two, a_received_mail())
    with store.reading() as tx:
        assert signatures.came_together(tx, one, beside)
        assert not signatures.came_together(tx, one, other)
