"""Storms: whoever answers our mail, and however often, nobody gets more than the budgets of law 9, and it ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import pytest

from maild.model import OutboxState
from maild.settings import Budgets
from maild.store import outbox
from tests.builders import NOON
from tests.storms.personas import everybody, hundred, is_known
from tests.storms.town import Post, Sent, Town, a_post, a_town, dispositions

DESK = "one.of.many@desk.example"
OTHER = "one.of.many@firm.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUDGETS = Budgets()


def most_within(sent: Iterable[Sent], window: timedelta) -> int:
    """The most mails in any window of this length."""
    times = sorted(one.at for one in sent)
    return max((sum(start <= at < start + window for at in times[place : place + 200])
                for place, start in enumerate(times)), default=0)  # fmt: skip


def by_address(town: Town) -> dict[str, list[Sent]]:
    found: dict[str, list[Sent]] = defaultdict(list)
    for one in town.sent:
        found[one.recipient].append(one)
    return found


def test_a_hundred_autoresponders_over_a_thousand_days_get_no_more_than_their_budgets() -> None:
    personas = hundred()
    known = [one.address for one in personas if is_known(one.number)]
    with a_town(DESK, known=known) as town:
        town.people = everybody(personas)
        for one in personas:
            for round_number in range(1000 // 100):
                at = NOON + timedelta(days=round_number * 100 + one.number % 5)
                town.post(a_post(one.address, DESK, f"Question {round_number} about the printer"), at)
        town.run(NOON + timedelta(days=1000 + 100))
        for address, sent in by_address(town).items():
            registered = address in known
            hour, day = most_within(sent, HOUR), most_within(sent, DAY)
            assert day <= (BUDGETS.registered_a_day if registered else BUDGETS.unverified_a_day), address
            assert hour <= BUDGETS.registered_an_hour, address
        human = 100 * 10
        assert len(town.sent) <= 12 * human, Counter(one.recipient for one in town.sent).most_common(5)
        assert sum(dispositions(town.houses[DESK]).values()) == town.received
        print(f"\n{town.received} mails in, {len(town.sent)} out, {human} of them by hand; 1100 days")


def test_an_exchange_with_each_of_them_ends_by_itself() -> None:
    personas = hundred()
    with a_town(DESK, known=[one.address for one in personas if is_known(one.number)]) as town:
        town.people = everybody(personas)
        for one in personas:
            town.post(a_post(one.address, DESK, "One question, once"))
        town.run(NOON + 60 * DAY)
        early = len(town.sent)
        town.run(NOON + 1000 * DAY)
        assert town.sent[-1].at < NOON + 60 * DAY and len(town.sent) == early
        print(f"\n100 questions, {early} mails out, the last after {(town.sent[-1].at - NOON) / DAY:.1f} days")


def stripped(town: Town, me: str) -> object:
    """The relay on the way to the other house: it leaves From, To, Subject and the text, and nothing else."""

    def carry(sent: Sent) -> Iterable[Post]:
        text = sent.mail.get_content()  # type: ignore[attr-defined]
        return (a_post(sent.house, me, str(sent.mail["Subject"]), text),)

    return carry


def renamed(town: Town, me: str) -> object:
    """A worse one: it rewrites the subject as well."""

    def carry(sent: Sent) -> Iterable[Post]:
        return (a_post(sent.house, me, f"Message {town.received}", f"Message {town.received}"),)

    return carry


@pytest.mark.parametrize("relay", [stripped, renamed])
@pytest.mark.parametrize("known", [(), (DESK, OTHER)], ids=["strangers", "registered with each other"])
def test_two_mailds_behind_a_relay_that_strips_headers_stop_answering_each_other(relay, known) -> None:
    with a_town(DESK, OTHER, known=known) as town:
        town.people = {OTHER: relay(town, OTHER), DESK: relay(town, DESK)}
        town.post(a_post(OTHER, DESK, "Hello from a form"))
        town.run(NOON + DAY)
        within_a_day = len(town.sent)
        town.run(NOON + 1000 * DAY)
        for sent in by_address(town).values():
            assert most_within(sent, HOUR) <= BUDGETS.registered_an_hour
            assert most_within(sent, DAY) <= BUDGETS.registered_a_day
        assert within_a_day <= 40 and town.sent[-1].at < NOON + 60 * DAY
        print(f"\n{within_a_day} mails on the first day, {len(town.sent)} in all, the last after "
              f"{(town.sent[-1].at - NOON) / DAY:.1f} days")  # fmt: skip


def test_a_bomb_of_forged_senders_gets_few_answers_and_none_with_a_word_of_the_attacker() -> None:
    with a_town(DESK) as town:
        for number in range(2000):
            town.post(a_post(f"victim{number % 900}@v{number % 90}.example", DESK, "MARKER buy pills", "MARKER"),
                      NOON + timedelta(seconds=number // 4))  # fmt: skip
        town.run(NOON + DAY)
        assert len(town.sent) <= BUDGETS.strangers_an_hour + 24 * 4 * 20
        assert all(b"MARKER" not in one.raw for one in town.sent)
        assert max(Counter(one.recipient for one in town.sent).values()) == 1
        with town.houses[DESK].store.reading() as tx:
            silent = outbox.list_entries(tx, OutboxState.SUPPRESSED, limit=10_000)
        assert len(silent) + len(town.sent) == 2000 and all(one.reasons for one in silent)


def test_a_registered_monitor_that_sends_the_same_alarm_all_day_hears_of_it_in_digests() -> None:
    monitor = "monitor@known.example"
    with a_town(DESK, known=[monitor]) as town:
        for number in range(288):
            town.post(a_post(monitor, DESK, f"ALARM {number}: disk full on node {number % 5}", f"{number}"),
                      NOON + timedelta(minutes=5 * number))  # fmt: skip
        town.run(NOON + 3 * DAY)
        subjects = [str(one.mail["Subject"]) for one in town.sent]
        digests = [one for one in subjects if "more messages" in one]
        assert len(digests) == 2
        assert len(subjects) <= 3 + 2 * 3
        assert dispositions(town.houses[DESK]) == {"new ticket": 288}


def test_times_of_mails_are_in_order() -> None:
    with a_town(DESK, known=["a@known.example"]) as town:
        town.post(a_post("a@known.example", DESK, "One"), NOON + DAY)
        town.post(a_post("a@known.example", DESK, "Two"), NOON)
        town.run(NOON + 2 * DAY)
        assert all(one.at <= other.at for one, other in pairwise(town.sent)) and len(town.sent) == 2
