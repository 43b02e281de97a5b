"""What a participant sees of a ticket, and who sees nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from maild.decide.plan import RecordContact
from maild.desks.policy import Desk, Sees
from maild.model import Register, Role, Ticket
from maild.store import portal
from maild.store.engine import Store
from maild.store.portal import LONGEST_TEXT, MOST_ARTICLES, ShownTicket
from maild.store.schema import contact, organisation, participant
from tests.builders import ADA, BOB, NOON, STRANGER, a_desk
from tests.store.kit import an_article
from tests.web.kit import a_conversation


def show(store: Store, number: str, address: str = BOB.address, desk: Desk | None = None) -> ShownTicket | None:
    with store.reading() as tx:
        return portal.show(tx, number, address, {"service": desk or a_desk()}.get)


def bob_is(store: Store, **values: Any) -> None:
    with store.transaction() as tx:
        number = tx.execute(select(contact.c.id).where(contact.c.address == BOB.address)).scalar_one()
        table = contact if "register" in values else participant
        key = contact.c.id if "register" in values else participant.c.contact_id
        tx.execute(update(table).where(key == number).values(**values))


def texts(shown: ShownTicket | None) -> list[str]:
    return [one.text for one in shown.articles] if shown else []


def test_a_participant_reads_the_conversation_without_notes_and_what_awaits_review(store: Store) -> None:
    ticket = a_conversation(store)
    for address in (ADA.address, BOB.address):
        shown = show(store, ticket.number, address)
        assert shown and texts(shown) == ["It burns.", "Pour water on it."]
        theirs, ours = shown.articles
        assert (theirs.ours, theirs.author, theirs.more) == (False, ADA, "It burns.\n> quoted before")
        assert [(one.name, one.size) for one in theirs.files] == [("flames.jpg", 1_234_567)]
        assert (ours.ours, ours.more, ours.files) == (True, "", ())


BARRED = ({"waits": True}, {"has_left": True}, {"register": Register.INACTIVE}, {"role": Role.GUEST})


@pytest.mark.parametrize("values", BARRED, ids=str)
def test_who_waits_left_or_is_inactive_reads_nothing(store: Store, values: dict[str, object]) -> None:
    ticket = a_conversation(store)
    bob_is(store, **values)
    assert texts(show(store, ticket.number)) == []
    assert show(store, ticket.number) is None
    assert texts(show(store, ticket.number, ADA.address)) != []


@pytest.mark.parametrize(("after", "seen"), [(-1, 2), (0, 2), (1, 0)])
def test_a_guest_reads_what_came_after_the_invitation(store: Store, after: int, seen: int) -> None:
    ticket = a_conversation(store)
    bob_is(store, role=Role.GUEST, since=NOON + timedelta(minutes=after))
    assert len(texts(show(store, ticket.number))) == seen


@pytest.mark.parametrize("number", ["", "SD", "SD-", "1001", "XX-1001", "SD-1002", f"SD-{10**20}", "SD-1001x"])
def test_another_number_is_nobodys_ticket(store: Store, number: str) -> None:
    assert a_conversation(store).number == "SD-1001"
    assert show(store, number) is None
    assert show(store, "sd-1001") is not None


def test_who_sees_all_of_their_organisation_reads_a_colleagues_ticket(store: Store) -> None:
    """An authorised contact anywhere, a registered one where the desk says so; nobody of another organisation."""
    ticket = a_conversation(store, more=(RecordContact(STRANGER, Register.REGISTERED),))
    everybody = a_desk(members_see=Sees.ALL)
    assert show(store, ticket.number, STRANGER.address, everybody) is None
    with store.transaction() as tx:
        tx.execute(insert(organisation).values(key="acme", name="Acme", domains=()))
        tx.execute(update(contact).values(organisation="acme"))
    assert show(store, ticket.number, STRANGER.address) is None
    assert show(store, ticket.number, STRANGER.address, everybody)
    with store.transaction() as tx:
        tx.execute(update(contact).values(register=Register.AUTHORISED))
    assert show(store, ticket.number, STRANGER.address)


def test_a_stranger_sees_nothing(store: Store) -> None:
    ticket = a_conversation(store)
    other = a_conversation(store, author=STRANGER)
    assert show(store, ticket.number, STRANGER.address) is None and show(store, ticket.number, "") is None
    assert show(store, other.number, STRANGER.address)


def test_long_texts_and_long_conversations_are_cut(store: Store) -> None:
    long = "x" * (LONGEST_TEXT + 5)
    more = [an_article(text=f"{one}", visible_text=f"{one}") for one in range(MOST_ARTICLES)]
    ticket: Ticket = a_conversation(store, more=(*more, an_article(text=long, visible_text=long)))
    shown = show(store, ticket.number)
    assert shown and len(shown.articles) == MOST_ARTICLES
    assert shown.articles[0].text == "1" and shown.articles[-1].cut and len(shown.articles[-1].text) == LONGEST_TEXT
