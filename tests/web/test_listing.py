"""The page that lists my requests, and my organisation's: what stands on it, and who gets it at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from maild.desks.policy import Sees
from maild.model import Role, Status
from maild.store.engine import open_store
from tests.builders import a_desk
from tests.store.listing_kit import add_people, add_tickets
from tests.web.kit import World, everything, served

ME, COLLEAGUE = "c1@acme.example", "c2@acme.example"
NAMED = {"waiting": {"en": "your turn", "de": "Sie sind dran"}}


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """Two people of Acme: of the first the tickets 1 to 3, of the second 4, and 5, in which the first reads along."""
    store = open_store(sqlite_url)
    with store.transaction() as tx:
        add_people(tx, {"name": "Ada", "organisation": "acme"}, {"name": "Bob", "organisation": "acme"})
        kinds = [{"status": Status.WAITING, "category": "error"}, {"status": Status.SOLVED}, {"desk": "other"}]
        rows = [{"status": Status.OPEN, "category": "", "desk": "service"} | one for one in (*kinds, {}, {})]
        parts = [{"ticket_id": place, "contact_id": 1 if place < 4 else 2} for place in range(1, 6)]
        add_tickets(tx, rows, [{"role": Role.REQUESTER} | one for one in parts])
        insert = "INSERT INTO participant (ticket_id, contact_id, role) VALUES (5, 1, 'cc')"
        tx.execute(text(insert))
    with served(store) as opened:
        opened.desks = (
            a_desk(members_see=Sees.ALL, languages=("en", "de"), life_cycle={"names": NAMED}, title="Acme Support"),
            a_desk(desk="other", title="The other desk"),
        )
        opened.log_in(ME)
        yield opened
    store.close()


def numbers(page: str) -> list[str]:
    """Of the tickets in the list."""
    return re.findall(r'href="/my/(SD-\d+)"', page)


def of(*places: int) -> list[str]:
    return [f"SD-{place}" for place in places]


CHOICES = [
    ("", of(5, 3, 1)),
    ("?status=all", of(5, 3, 2, 1)),
    ("?status=solved", of(2)),
    ("?status=open", of(5, 3)),
    ("?show=organisation", of(5, 4, 3, 1)),
    ("?show=organisation&by=2", of(5, 4)),
    ("?show=organisation&by=99", of(5, 4, 3, 1)),
    ("?type=error", of(1)),
    ("?type=unheard-of", of(5, 3, 1)),
    ("?sort=number", of(1, 3, 5)),
    ("?status=&by=&type=&sort=&page=&show=", of(5, 3, 1)),
    ("?page=77", of(5, 3, 1)),
    ("?status=closed", []),
]


def test_the_list_is_what_its_url_says(world: World) -> None:
    for query, listed in CHOICES:
        answer = world.get(f"/my{query}")
        assert (answer.status, numbers(answer.text)) == (200, listed), query
    assert "no request here" in world.get("/my?status=closed").text


def test_every_number_in_it_opens(world: World) -> None:
    listed = numbers(world.get("/my?show=organisation&status=all").text)
    assert sorted(listed) == of(1, 2, 3, 4, 5)
    assert {world.get(f"/my/{number}").status for number in listed} == {200}


def test_a_row_says_what_the_request_is_and_how_it_stands(world: World) -> None:
    """In the desk's own words; the desk itself where there is more than one."""
    row = next(one for one in world.get("/my").text.split("<tr") if "SD-1<" in one)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row.partition(">")[2].partition("</tr>")[0])).strip()
    assert said == "SD-1 Ticket 1 your turn error Ada Acme Support 20 Nov 2026 20 Nov 2026"
    assert "Sie sind dran" in world.get("/my", Accept_Language="de").text
    other = world.get("/my?type=error").text
    assert "Acme Support" in other and "<td" in other


def test_one_desk_is_not_worth_a_column(world: World) -> None:
    assert "The other desk" in world.get("/my").text
    world.desks = world.desks[:1]
    shown = world.get("/my").text
    assert "The other desk" not in shown and "sort=desk" not in shown and numbers(shown) == of(5, 1)


def test_my_organisation_is_offered_to_whoever_sees_it(world: World) -> None:
    assert "My organisation" in world.get("/my").text
    world.desks = (a_desk(),)
    shown = world.get("/my?show=organisation").text
    assert "My organisation" not in shown and numbers(shown) == of(5, 1)


def test_whoever_reads_aloud_hears_what_is_what(world: World) -> None:
    """A label for each field, a heading for each column, and which of them the list is sorted by."""
    shown = world.get("/my?show=organisation&sort=title").text
    fields = set(re.findall(r'<select id="(\w+)"', shown))
    assert fields == set(re.findall(r'<label for="(\w+)"', shown)) == {"status", "by", "type"}
    assert re.findall(r'aria-sort="(\w+)"', shown) == ["none", "ascending", *["none"] * 6]
    assert shown.count('scope="col"') == 8 and shown.count('scope="row"') == 4
    assert '<a href="/my?show=organisation&amp;sort=title" aria-current="page">My organisation</a>' in shown


def test_a_heading_and_a_tab_keep_what_was_chosen(world: World) -> None:
    shown = world.get("/my?show=organisation&status=all&by=2&sort=-title").text
    assert 'href="/my?show=organisation&amp;status=all&amp;by=2&amp;sort=-number"' in shown
    assert 'href="/my?show=organisation&amp;status=all&amp;by=2&amp;sort=title"' in shown
    assert 'href="/my?status=all&amp;sort=-title"' in shown, "who asked is another question under another tab"
    assert '<input type="hidden" name="sort" value="-title">' in shown
    assert '<option value="2" selected>Bob</option>' in shown


def test_a_page_leads_to_the_next(world: World) -> None:
    with world.store.transaction() as tx:
        for table in ("participant", "ticket"):
            tx.execute(text(f"DELETE FROM {table}"))
        parts = [{"ticket_id": place, "contact_id": 1} for place in range(1, 102)]
        add_tickets(tx, [{}] * 101, parts)
    first, second, last = (world.get(f"/my?page={page}").text for page in (1, 2, 3))
    assert [len(numbers(one)) for one in (first, second, last)] == [50, 50, 1]
    assert "1 to 50 of 101" in first and "101 to 101 of 101" in last
    turns = [re.findall(r'class="button plain" href="([^"]+)"', one) for one in (first, second, last)]
    assert turns == [["/my?page=2"], ["/my", "/my?page=3"], ["/my?page=2"]]


def test_without_a_session_there_is_the_form_whatever_the_url_says(world: World) -> None:
    world.cookies.clear()
    asked = {world.get(f"/my{query}").text for query, _ in CHOICES}
    assert len(asked) == 1 and "SD-" not in asked.pop()


def test_whoever_has_left_finds_nothing(world: World) -> None:
    with world.store.transaction() as tx:
        tx.execute(text("UPDATE contact SET register = 'inactive' WHERE id = 1"))
    for path in ("/my", "/my?status=all"):
        assert (world.get(path).status, world.get(path).text) == (404, world.get("/nothing").text)


def test_looking_at_the_list_writes_nothing(world: World) -> None:
    before = everything(world.store)
    for path in ("/my?status=all", "/", "/my/profile"):
        world.get(path)
        world.ask("HEAD", path)
    assert everything(world.store) == before


NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


def test_what_people_write_is_text_in_the_list_too(world: World) -> None:
    with world.store.transaction() as tx:
        for column, table in (("title", "ticket"), ("category", "ticket"), ("name", "contact")):
            tx.execute(text(f"UPDATE {table} SET {column} = :nasty"), {"nasty": NASTY})
    shown = world.get("/my?show=organisation").text
    assert "<script" not in shown and "<img" not in shown and "49" not in shown
    assert shown.count("&lt;script&gt;") == 4 * 3 + 2 + 2  # title, type and asker of each; what there is to choose
