"""What a request is done to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from maild.model.workflows import Objects
from maild.workflows.objects import SHOWN, canonical, digest, is_hash, objects_of

PAIRS = some.lists(some.tuples(some.text(max_size=20), some.text(max_size=20)), max_size=4).map(tuple)


def test_objects_come_in_the_workflows_order_and_without_what_is_empty() -> None:
    fields = {"b": "2", "a": "1", "c": ""}
    assert objects_of(("a", "b", "c", "d"), fields) == (("a", "1"), ("b", "2"))


@given(PAIRS, PAIRS)
def test_two_requests_have_the_same_text_only_where_they_are_the_same(one: Objects, other: Objects) -> None:
    same = canonical("w", "o", "a", one) == canonical("w", "o", "a", other)
    assert same == (one == other)


def test_the_hash_is_presented_whole_or_as_far_as_people_are_shown() -> None:
    made = digest("w", "acme", "ada@acme.example", (("url", "https://x"),))
    assert is_hash(made, made) and is_hash(f" {made[:SHOWN].upper()} ", made)
    assert not is_hash(made[: SHOWN - 1], made) and not is_hash("", made) and not is_hash("", "")
    assert made != digest("w", "acme", "bob@acme.example", (("url", "https://x"),))
