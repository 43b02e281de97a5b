"""What else is kept: the register, policy versions, nodes, clocks, and people's view of tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.config.countries import countries_of
from maild.decide.plan import SetPromise, SetReminder, SetTimer
from maild.directory import Directory, OrganisationRecord, PersonRecord, StaffRecord
from maild.errors import NotFound
from maild.model import Aim, Attachment, Promise, PromiseState, Register, Status, TicketId, TimerKind
from maild.patterns.regex import pattern
from maild.store import apply, clocks, nodes, policies, register, tickets
from maild.store.engine import Store
from maild.store.register import Imported, StaffMember
from tests.builders import ADA, BOB, NOON, a_desk, a_policy
from tests.store.kit import a_plan, an_article, apply_plans, decided_mail, facts_for, open_ticket

PDF = Attachment("a.pdf", "application/pdf", 12, "d4" * 16, "e3" * 32, "2")
PERSON = PersonRecord(name="Ada", addresses=(ADA.address, "ada@home.example"), register=Register.AUTHORISED)
ACME = OrganisationRecord(key="acme", name="Acme", domains=("acme.example",), contacts=(PERSON,))
EVE = StaffRecord(name="eve", address="eve@desk.example", title="Eve")


def imported(store: Store, *organisations: OrganisationRecord, staff: tuple[StaffRecord, ...] = (EVE,)) -> Imported:
    with store.transaction() as tx:
        return register.import_directory(tx, Directory(organisations=organisations, staff=staff), NOON)


# ---- register -------------------------------------------------------------------------------------


def test_the_directory_is_imported_once(store: Store) -> None:
    assert imported(store, ACME) == Imported(added=4)
    assert imported(store, ACME) == Imported()
    (contact,) = facts_for(store).contacts
    assert (contact.name, contact.register, contact.organisation) == ("Ada", Register.AUTHORISED, "acme")
    with store.reading() as tx:
        assert register.list_staff(tx) == (StaffMember("eve", "eve@desk.example", "Eve"),)
        assert [one.address for one in register.list_contacts(tx, "acme")] == sorted(PERSON.addresses)


def test_a_stranger_who_is_registered_later_is_known_then(store: Store) -> None:
    open_ticket(store)
    assert facts_for(store).register(ADA.address) is Register.UNVERIFIED
    assert imported(store, ACME) == Imported(added=3, changed=1)
    assert facts_for(store).register(ADA.address) is Register.AUTHORISED


def test_nobody_vouches_for_who_left_the_directory(store: Store) -> None:
    imported(store, ACME)
    other = OrganisationRecord(key="other", name="Other", contacts=(PersonRecord(addresses=(BOB.address,)),))
    assert imported(store, other, staff=()) == Imported(added=2, removed=3)
    (contact,) = facts_for(store).contacts
    assert (contact.register, contact.organisation) == (Register.UNVERIFIED, "")
    with store.reading() as tx:
        assert register.list_staff(tx) == ()


# ---- tickets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["SD-1001", "sd-1001", "1001", " 1001 "])
def test_people_name_a_ticket_by_its_number(store: Store, written: str) -> None:
    ticket = open_ticket(store)
    with store.reading() as tx:
        assert tickets.find_number(tx, written) == ticket.id


@pytest.mark.parametrize("written", ["XX-1001", "1002", "", "-", "SD-", "SD-٣", "9" * 30, "SD 1001"])
def test_what_names_no_ticket_is_not_found(store: Store, written: str) -> None:
    open_ticket(store)
    with store.reading() as tx, pytest.raises(NotFound):
        tickets.find_number(tx, written)


def test_tickets_are_listed_by_their_last_change(store: Store) -> None:
    first, second = open_ticket(store), open_ticket(store)
    apply_plans(store, apply.Decided(a_plan(changes=(an_article(first.id),))), now=NOON + timedelta(hours=1))
    with store.reading() as tx:
        assert [one.id for one in tickets.list_tickets(tx)] == [first.id, second.id]
        assert [one.id for one in tickets.list_tickets(tx, status=Status.NEW, desks={"service"}, limit=1)] == [first.id]
        assert tickets.list_tickets(tx, status=Status.SOLVED) == tickets.list_tickets(tx, desks={"other"}) == ()
        with pytest.raises(NotFound):
            tickets.show_ticket(tx, TicketId(7))


def test_an_attachment_is_found_in_its_mail(store: Store) -> None:
    one = decided_mail(store, a_plan(changes=(*a_plan().changes[:3], an_article(attachments=(PDF,)))))
    (applied,) = apply_plans(store, one)
    with store.reading() as tx:
        assert applied.ticket and one.entry
        (part,) = tickets.show_ticket(tx, applied.ticket.id).attachments
        assert tickets.attachment_source(tx, part.id) == (one.entry.raw, "2")
        with pytest.raises(NotFound):
            tickets.attachment_source(tx, 77)


# ---- policies -------------------------------------------------------------------------------------


def test_every_version_of_the_policy_is_kept_and_one_is_current(store: Store) -> None:
    one, two = a_policy(version="v1"), a_policy(version="v2")
    with store.transaction() as tx:
        assert policies.current(tx) is None
        assert [policies.put(tx, one, NOON), policies.put(tx, one, NOON), policies.put(tx, two, NOON)] == [
            True,
            False,
            True,
        ]
    with store.reading() as tx:
        assert (policies.current(tx), policies.by_hash(tx, "v1"), policies.by_hash(tx, "v3")) == (two, one, None)
    with store.transaction() as tx:
        assert policies.put(tx, one, NOON)
        assert policies.current(tx) == one


# ---- nodes ----------------------------------------------------------------------------------------

MONTH = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(store: Store, begin: datetime, end: datetime, *, crash: bool = False, name: str = "a") -> None:
    with store.transaction() as tx:
        one = nodes.start(tx, name, begin)
        at = begin
        while (at := at + timedelta(seconds=30)) < end:
            nodes.beat(tx, one, at)
        (nodes.beat if crash else nodes.stop)(tx, one, end)


def available(store: Store, now: datetime) -> float:
    with store.reading() as tx:
        return nodes.availability(tx, MONTH, now)


def test_before_anything_ran_nothing_was_missed(store: Store) -> None:
    assert available(store, NOON) == 1


def test_what_is_up_now_was_up_all_the_time(store: Store) -> None:
    run(store, NOON, NOON + HOUR / 10, crash=True)
    assert available(store, NOON + HOUR / 10 + timedelta(seconds=29)) == 1


def test_a_crash_counts_from_when_it_was_last_seen(store: Store) -> None:
    run(store, NOON, NOON + HOUR / 4, crash=True)
    assert available(store, NOON + HOUR) == pytest.approx(0.25)


def test_the_month_counts_from_its_first_instant_if_there_were_runs_before(store: Store) -> None:
    run(store, MONTH - HOUR, MONTH - HOUR / 2)
    run(store, MONTH + HOUR / 2, MONTH + HOUR)
    assert available(store, MONTH + HOUR) == pytest.approx(0.5)


def test_one_node_is_enough_and_two_are_not_twice_as_much(store: Store) -> None:
    run(store, NOON, NOON + HOUR / 2, name="a")
    run(store, NOON + HOUR / 4, NOON + HOUR * 3 / 4, name="b")
    assert available(store, NOON + HOUR) == pytest.approx(0.75)


def test_a_machine_that_slept_was_not_up(store: Store) -> None:
    with store.transaction() as tx:
        one = nodes.start(tx, "a", NOON)
        nodes.beat(tx, one, NOON + timedelta(seconds=30))
        nodes.beat(tx, one, NOON + HOUR)
        assert [(node.id, node.name) for node in nodes.running(tx, NOON + HOUR)] == [(one, "a")]
        nodes.stop(tx, one, NOON + 2 * HOUR)
    assert available(store, NOON + 2 * HOUR) == pytest.approx((3600 + 30) / 7200)
    with store.transaction() as tx, pytest.raises(NotFound):
        nodes.beat(tx, nodes.RunId(77), NOON)


# ---- clocks -------------------------------------------------------------------------------------


def promise_of(next_at: datetime) -> Promise:
    running, hours = PromiseState.RUNNING, timedelta(hours=4)
    return Promise(Aim.RESPONSE, running, NOON, NOON + hours, hours, always=True, words="", next_at=next_at)


def test_what_is_due_comes_in_the_order_in_which_it_was_due_and_is_held(store: Store) -> None:
    first, second, third, later = (open_ticket(store).id for _ in range(4))
    for number, change in (
        (first, SetReminder(first, NOON + HOUR)),
        (second, SetTimer(second, TimerKind.ASK, NOON)),
        (third, SetPromise(third, promise_of(NOON + HOUR / 2))),
        (later, SetTimer(later, TimerKind.SETTLED, NOON + 3 * HOUR)),
    ):
        apply_plans(store, apply.Decided(a_plan(changes=(change,), ticket=number)))
    with store.transaction() as tx:
        due = clocks.due(tx, ["service"], NOON + HOUR, 10)
        assert [(one.ticket, one.what) for one in due] == [(second, "ask"), (third, "response"), (first, "reminder")]
        assert [one.ticket for one in clocks.due(tx, ["service"], NOON + HOUR, 1)] == [second]
        assert clocks.due(tx, ["another desk"], NOON + HOUR, 10) == ()
        if store.dialect_name == "postgresql":
            with store.transaction() as other:
                assert clocks.due(other, ["service"], NOON + HOUR, 10) == ()


def test_the_last_word_on_a_promise_or_timer_counts(store: Store) -> None:
    number, met = open_ticket(store).id, replace(promise_of(NOON), state=PromiseState.MET, next_at=None)
    timers = [SetTimer(number, TimerKind.ASK, NOON), SetTimer(number, TimerKind.ASK, None)]
    for changes in ((SetPromise(number, promise_of(NOON)), timers[0]), (SetPromise(number, met), *timers)):
        apply_plans(store, apply.Decided(a_plan(changes=changes, ticket=number)))
    with store.transaction() as tx:
        assert clocks.promises_of(tx, [number]) == {number: (met,)}
        assert clocks.due(tx, ["service"], NOON + HOUR, 10) == ()


def test_reading_a_stored_policy_compiles_no_pattern_that_nothing_was_searched_with(store: Store) -> None:
    """They were tried when the files were read; all of a country cost a process half a second and 36 MiB."""
    kept = a_policy(countries=countries_of([a_desk(privacy={"countries": ["de"]})]))
    with store.transaction() as tx:
        policies.put(tx, kept, NOON)
    pattern.cache_clear()
    with store.reading() as tx:
        assert policies.current(tx) == kept
    assert pattern.cache_info().misses == 0
