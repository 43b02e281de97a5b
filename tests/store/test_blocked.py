"""The block list: whom it holds, whom it blocks, and whom we should miss by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maild.directory import Directory
from maild.errors import NotFound
from maild.model import Address
from maild.store import audit, blocked, register
from maild.store.engine import Store
from tests.builders import ADA, NOON

GRACE = Address("Grace", "grace@desk.example")
DIRECTORY = Directory.model_validate(
    {
        "organisations": [
            {
                "key": "acme",
                "name": "Acme Clinic",
                "domains": ["acme.example"],
                "contacts": [
                    {"name": "Ada", "addresses": ["ada@acme.example", "ada@home.example"]},
                    {"name": "Carol", "addresses": ["carol@left.example"], "register": "inactive"},
                ],
            }
        ],
        "staff": [{"name": "grace", "address": "grace@desk.example"}],
    }
)


def add(store: Store, *senders: str) -> None:
    with store.transaction() as tx:
        for minutes, sender in enumerate(senders):
            blocked.add(tx, sender, GRACE, "lottery", NOON + timedelta(minutes=minutes))


def test_the_list_says_who_put_whom_there_when_and_why(store: Store) -> None:
    add(store, "spam.example", "x@mail.example")
    with store.reading() as tx:
        newest, oldest = blocked.list_blocked(tx)
    assert oldest == blocked.Blocked("spam.example", NOON, GRACE.address, "lottery")
    assert newest.sender == "x@mail.example"


def test_who_is_blocked_twice_stays_as_the_first_put_it(store: Store) -> None:
    add(store, "spam.example")
    with store.transaction() as tx:
        assert not blocked.add(tx, "spam.example", ADA, "again", NOON + timedelta(days=1))
        assert [one.actor for one in blocked.list_blocked(tx)] == [GRACE.address]


def test_who_is_taken_off_is_let_in_and_nobody_is_taken_off_twice(store: Store) -> None:
    add(store, "spam.example")
    with store.transaction() as tx:
        blocked.remove(tx, "spam.example", ADA, "a customer", NOON)
        assert blocked.blocking(tx, ["a@spam.example"]) == ("",)
        with pytest.raises(NotFound, match=r"spam\.example is not on the block list"):
            blocked.remove(tx, "spam.example", ADA, "a customer", NOON)


def test_the_audit_trail_knows_who_got_on_and_who_off_again_by_whom_and_why(store: Store) -> None:
    add(store, "spam.example")
    with store.transaction() as tx:
        blocked.add(tx, "spam.example", ADA, "again", NOON)
        blocked.remove(tx, "spam.example", ADA, "a customer", NOON + timedelta(days=1))
        lines = [(one.actor, one.what, one.why) for one in audit.trail(tx, blocked.KIND, "spam.example")]
    assert lines == [(ADA.address, "let in again", "a customer"), (GRACE.address, "blocked", "lottery")]


def test_an_address_is_blocked_by_the_nearest_entry(store: Store) -> None:
    add(store, "spam.example", "a.spam.example", "x@a.spam.example", "x@fine.example")
    asked = ["x@a.spam.example", "y@a.spam.example", "y@b.spam.example", "y@nospam.example", "y@fine.example", ""]
    with store.reading() as tx:
        found = blocked.blocking(tx, asked)
    assert found == ("x@a.spam.example", "a.spam.example", "spam.example", "", "", "")


def test_addresses_of_any_length_can_be_blocked(store: Store) -> None:
    long = f"{'ü' * 400}@{'d' * 60}.example"
    add(store, long)
    with store.reading() as tx:
        assert blocked.blocking(tx, [long, f"x{long}"]) == (long, "")


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        ("acme.example", ("ada@acme.example", "Acme Clinic")),
        ("home.example", ("ada@home.example",)),
        ("ada@home.example", ("ada@home.example",)),
        ("left.example", ()),
        ("home_example", ()),
        ("spam.example", ()),
        ("grace@desk.example", ("grace@desk.example",)),
    ],
)
def test_whom_we_know_is_never_blocked_silently(store: Store, sender: str, known: tuple[str, ...]) -> None:
    with store.transaction() as tx:
        register.import_directory(tx, DIRECTORY, NOON)
        assert blocked.would_miss(tx, sender) == known


def test_a_whole_batch_is_one_question(store: Store) -> None:
    add(store, "acme.example")
    with store.reading() as tx:
        found = blocked.blocking(tx, [f"{number}@acme.example" for number in range(200)] * 2 + ["a@fine.example"])
    assert found == ("acme.example",) * 400 + ("",)
