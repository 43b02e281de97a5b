"""The gate of automatic mail: budgets over sliding windows, breakers, and a reason for all that does not go."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.told import breaker as breakers
from maild.decide.told.breaker import EVERYBODY, STRANGERS, of_address, of_bounces
from maild.decide.told.budgets import COUNTED, COUNTED_OF_STRANGERS, Wanted, likeness
from maild.decide.told.gate import Delayed, Gate, Held, Passes, Spent
from maild.model import Address, Breaker, Notification, NotificationKind, Stand, TicketId
from maild.settings import Budgets
from tests.builders import ADA, NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUDGETS = Budgets()


def a_wanted(
    address: str = ADA.address,
    subject: str = "fire",
    *,
    unverified: bool = False,
    ticket: int | None = None,
    kind: NotificationKind = NotificationKind.CONFIRMATION,
) -> Wanted:
    values = (("subject", subject),)
    mail = Notification(kind, "e", Address("", address), "en", values=values, unverified=unverified)
    return Wanted(mail, TicketId(ticket) if ticket else None)


def counted(it: Wanted) -> list[tuple[str, ...]]:
    return [key(it) for key in (*COUNTED, *(COUNTED_OF_STRANGERS if it.mail.unverified else ()))]


def a_gate(*sent: tuple[Wanted, int], now: datetime = NOON, stops: tuple[Breaker, ...] = ()) -> Gate:
    """A gate that has let each mail pass so many times within the hour."""
    counts: Counter[tuple[str, ...]] = Counter()
    for it, times in sent:
        counts.update(dict.fromkeys(counted(it), times))
    return Gate(Spent(counts, {one.scope: one for one in stops}), BUDGETS, now)


def passed(gate: Gate, many: list[Wanted]) -> int:
    return sum(isinstance(gate.ask(it), Passes) for it in many)


SUBJECTS = [f"topic {letter * 3}" for letter in "abcdefghijklmnopqrstuvwxyz"]


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        ([a_wanted(unverified=True)] * 5, 1),
        ([a_wanted(subject=subject) for subject in SUBJECTS], 20),
        ([a_wanted(subject=f"alarm {number} on node 7") for number in range(9)], 3),
        ([a_wanted(f"p{number}@one.example", f"x{number}") for number in range(600)], 500),
        ([a_wanted(f"p{number}@one.example", unverified=True) for number in range(400)], 30),
        ([a_wanted(f"p@d{number}.example", unverified=True) for number in range(400)], 300),
        ([a_wanted(f"p@d{number}.example") for number in range(6000)], 5000),
        ([a_wanted(subject=subject, ticket=7) for subject in SUBJECTS], 10),
    ],
    ids=[
        "stranger",
        "registered",
        "all but identical",
        "domain",
        "strangers of a domain",
        "strangers",
        "everybody",
        "thread",
    ],
)
def test_nobody_gets_more_than_the_budget(wanted: list[Wanted], most: int) -> None:
    assert passed(a_gate(), wanted) == most


def test_what_was_sent_before_counts_too() -> None:
    assert passed(a_gate((a_wanted(subject="other"), 19)), [a_wanted(subject=one) for one in SUBJECTS]) == 1


def test_every_mail_that_does_not_go_has_a_reason_in_words() -> None:
    verdict = a_gate((a_wanted(unverified=True), 1)).ask(a_wanted(unverified=True))
    assert isinstance(verdict, Held)
    assert verdict.reason.text == "an unverified address gets 1 automatic mail a day"


def test_a_registered_person_hears_of_the_rest_in_a_digest_and_a_stranger_does_not() -> None:
    gate = a_gate((a_wanted(), 3))
    held = gate.ask(a_wanted())
    assert isinstance(held, Held) and held.digest_at == NOON + HOUR
    assert gate.moved[of_address(ADA.address)] == Breaker(of_address(ADA.address), Stand.OPEN, NOON + HOUR)
    stranger = a_gate((a_wanted(unverified=True), 1)).ask(a_wanted(unverified=True))
    assert isinstance(stranger, Held) and stranger.digest_at is None


def test_who_answers_every_probe_gets_no_more_digests() -> None:
    tired = Breaker(of_address(ADA.address), Stand.OPEN, NOON + HOUR, trips=3)
    held = a_gate(stops=(tired,)).ask(a_wanted())
    assert isinstance(held, Held) and held.digest_at is None


def test_a_notice_with_legal_weight_is_delayed_and_never_held() -> None:
    gate = a_gate((a_wanted(), 60))
    verdict = gate.ask(a_wanted(kind=NotificationKind.DELETION_COMPLETED))
    assert isinstance(verdict, Delayed)
    assert (verdict.until, verdict.reason.code) == (NOON + HOUR, "budget-address")


def test_a_mail_to_an_address_that_bounces_waits_and_one_is_tried_when_the_pause_is_over() -> None:
    stop = Breaker(of_bounces(ADA.address), Stand.OPEN, NOON + HOUR)
    held = a_gate(stops=(stop,)).ask(a_wanted())
    assert isinstance(held, Held) and (held.reason.code, held.digest_at) == ("breaker-bounced", None)
    later = a_gate(now=NOON + HOUR, stops=(stop,))
    assert passed(later, [a_wanted(subject=one) for one in SUBJECTS[:5]]) == 1


def test_a_storm_of_strangers_does_not_keep_registered_people_from_their_confirmation() -> None:
    gate = a_gate()
    passed(gate, [a_wanted(f"p@d{number}.example", unverified=True) for number in range(400)])
    assert gate.moved[STRANGERS].stand is Stand.OPEN
    assert isinstance(gate.ask(a_wanted()), Passes)


@pytest.mark.parametrize("scope", [of_address(ADA.address), STRANGERS, EVERYBODY])
def test_half_open_lets_a_few_pass_and_then_waits_what_happens(scope: str) -> None:
    stop = Breaker(scope, Stand.OPEN, NOON)
    gate = a_gate(stops=(stop,))
    wanted = [a_wanted(f"p@d{n}.example", unverified=True) if scope == STRANGERS else a_wanted(subject=SUBJECTS[n])
              for n in range(26)]  # fmt: skip
    assert passed(gate, wanted) == {STRANGERS: 20, EVERYBODY: 20}.get(scope, 2)


def test_a_breaker_that_was_left_in_peace_closes_and_is_forgotten() -> None:
    half = breakers.stands(Breaker(of_address("a@b"), Stand.OPEN, NOON), NOON)
    assert half and half.stand is Stand.HALF_OPEN
    closed = breakers.stands(half, half.until)
    assert closed and (closed.stand, closed.trips) == (Stand.CLOSED, 1)
    assert breakers.lets_pass(closed)
    assert breakers.stands(closed, closed.until) is None


def test_each_trip_makes_the_pause_longer_up_to_an_end() -> None:
    stop, pauses = None, []
    for _ in range(8):
        stop = breakers.tripped(stop, of_address("a@b"), NOON)
        pauses.append((stop.until - NOON) / HOUR)
    assert pauses[:4] == [1, 4, 16, 64] and pauses[-1] == 64 * 24


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 7200)), max_size=120))
def test_no_order_of_mails_in_time_gives_an_unverified_address_two_in_a_day(steps) -> None:
    now, sent, stops = NOON, [], {}
    for who, unverified, seconds in steps:
        now += timedelta(seconds=seconds)
        it = a_wanted(f"p{who}@d.example", unverified=unverified)
        recent = [(other, at) for other, at in sent if at > now - DAY]
        counts: Counter[tuple[str, ...]] = Counter()
        for other, at in recent:
            for key in counted(other):
                counts[key] += key[0].endswith("day") or at > now - HOUR
        gate = Gate(Spent(counts, stops), BUDGETS, now)
        if isinstance(gate.ask(it), Passes):
            sent.append((it, now))
        stops = {**stops, **gate.moved}
    for it, at in sent:
        if it.mail.unverified:
            near = [one for one, when in sent if one.address == it.address and at - DAY < when < at]
            assert not near


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("disk 81 % full on node 7", "Disk 99 % full on node 12", True),
        ("fire", "Re: AW: fire", True),
        ("[SD-1] fire", "[SD-2] Re: [SD-1] fire", True),
        ("fire", "water", False),
        ("", "1", True),
    ],
)
def test_alike_is_what_differs_in_numbers_and_re_only(one: str, other: str, same: bool) -> None:
    assert (likeness(a_wanted(subject=one).mail) == likeness(a_wanted(subject=other).mail)) is same


def test_a_breaker_that_is_only_remembered_puts_no_digest_off() -> None:
    remembered = Breaker(of_address(ADA.address), Stand.HALF_OPEN, NOON - HOUR)
    gate = a_gate(*((a_wanted(ticket=7, subject=one), 1) for one in SUBJECTS[:10]), stops=(remembered,))
    held = gate.ask(a_wanted(ticket=7, subject="one more"))
    assert isinstance(held, Held) and (held.reason.code, held.digest_at) == ("budget-thread", NOON + HOUR)


def test_asking_an_open_breaker_again_and_again_moves_nothing() -> None:
    gate = a_gate(stops=(Breaker(STRANGERS, Stand.OPEN, NOON + HOUR),))
    assert passed(gate, [a_wanted(f"p@d{number}.example", unverified=True) for number in range(9)]) == 0
    assert gate.moved == {}
