"""Time passes, and rules have their say about tickets: once, and again only after something has changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from maild.decide.plan import OpenTicket, SetTicket
from maild.decide.policy import Policy, TemplateSource
from maild.desks.hours import ALWAYS, Hours
from maild.model import Status, Ticket, TicketId
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.timed import ask_rules
from maild.store import hits, outbox
from maild.store.apply import Decided
from maild.store.engine import Store
from maild.store.rows import tickets_by_id
from tests.builders import NOON, TOKENS, a_desk, a_policy
from tests.rules.kit import RULES
from tests.store.kit import a_plan, an_article, apply_plans, open_ticket

DAY = timedelta(days=1)
CLOSE = {
    "rule": "close what is quiet",
    "on": ["time"],
    "when": {"quiet": "> 5 days"},
    "then": {"status": "closed", "tag": "forgotten"},
}
ASK = {"rule": "do you still need it", "on": ["time"], "when": {"quiet": "> 3 days"}, "then": {"answer": "still"}}
OLD = {"rule": "old", "on": ["time"], "when": {"age": "> 2 days", "priority": 3}, "then": {"tag": "old"}}
BY_DAY = TypeAdapter(Hours).validate_json('{"zone": "UTC", "week": {"mon-sun": "09:00-17:00"}}')
STILL = TemplateSource(language="en", name="still", text="Subject: {{ title }}?\n\nDo you still need {{ number }}?\n")


@dataclass
class Desk:
    """One database, one set of rules, and a clock that a test moves."""

    store: Store
    rules: tuple[dict[str, Any], ...]
    now: datetime = NOON
    version: str = "v1"
    hours: Hours = ALWAYS
    ticket: TicketId = field(init=False)

    def __post_init__(self) -> None:
        self.ticket = open_ticket(self.store).id

    @property
    def house(self) -> House:
        desk = a_desk(hours=self.hours)
        policy: Policy = a_policy(
            desks=(desk,), version=self.version, rules=RULES.validate_python(self.rules), templates=(STILL,)
        )
        return House(self.store, lambda: self.now, policy, TOKENS, Renderer((STILL,), TOKENS, "mx.desk.example"))

    def pass_time(self, by: timedelta) -> int:
        """How many tickets rules had a say about."""
        self.now += by
        return self.store.retrying(lambda tx: ask_rules(tx, self.house))

    def write(self) -> None:
        """Ada writes again."""
        self.now += timedelta(minutes=1)
        plan = a_plan(changes=(an_article(self.ticket),), ticket=self.ticket, disposition=None)
        apply_plans(self.store, Decided(plan), now=self.now)

    def stand(self) -> Ticket:
        with self.store.reading() as tx:
            return tickets_by_id(tx, [self.ticket])[self.ticket]

    def mails(self) -> list[str]:
        with self.store.reading() as tx:
            return [outbox.show(tx, one.id).raw.decode() for one in outbox.list_entries(tx)]

    def hits(self, rule: str) -> int:
        with self.store.reading() as tx:
            stat = hits.stats(tx, NOON).get(rule)
            return stat.hits if stat else 0


def test_nothing_happens_before_its_time(store: Store) -> None:
    desk = Desk(store, (CLOSE,))
    assert desk.pass_time(5 * DAY) == 0 and desk.stand().status is Status.NEW
    assert desk.pass_time(timedelta(seconds=1)) == 1 and desk.stand().status is Status.CLOSED
    assert desk.stand().tags == ("hardware", "forgotten")


def test_what_was_done_is_done_once_however_often_the_clock_strikes(store: Store) -> None:
    desk = Desk(store, (ASK,))
    assert [desk.pass_time(4 * DAY) for _ in range(3)] == [1, 0, 0]
    assert len(desk.mails()) == 1 and "Do you still need SD-1001?" in desk.mails()[0]
    assert desk.hits("do you still need it") == 1


def test_a_new_silence_is_another_occasion_and_age_is_not(store: Store) -> None:
    desk = Desk(store, (ASK, OLD))
    desk.pass_time(4 * DAY)
    desk.write()
    assert desk.pass_time(2 * DAY) == 0
    assert desk.pass_time(2 * DAY) == 1
    assert (desk.hits("do you still need it"), desk.hits("old")) == (2, 1)


def test_what_did_not_hold_is_asked_again_once_the_ticket_has_changed(store: Store) -> None:
    desk = Desk(store, (OLD | {"when": {"age": "> 2 days", "category": "billing"}},))
    assert desk.pass_time(3 * DAY) == 0
    desk.now += timedelta(minutes=1)
    plan = a_plan(changes=(SetTicket(desk.ticket, "category", "billing"),), ticket=desk.ticket, disposition=None)
    apply_plans(store, Decided(plan), now=desk.now)
    assert desk.pass_time(timedelta(minutes=1)) == 1


def test_what_did_not_hold_is_asked_again_under_another_policy(store: Store) -> None:
    desk = Desk(store, (OLD | {"when": {"age": "> 2 days", "priority": 1}},))
    assert desk.pass_time(3 * DAY) == 0
    desk.rules, desk.version = (OLD,), "v2"
    assert desk.pass_time(timedelta(minutes=1)) == 1


def test_tickets_without_a_say_do_not_stand_in_the_way_of_the_rest(store: Store) -> None:
    desk = Desk(store, (OLD | {"when": {"age": "> 2 days", "priority": 1}},))
    for _ in range(120):
        open_ticket(store)
    changes = (replace(one, priority=1) if isinstance(one, OpenTicket) else one for one in a_plan().changes)
    urgent = a_plan(changes=tuple(changes))
    apply_plans(store, Decided(urgent))
    assert desk.pass_time(3 * DAY) == 0, "the first hundred have nothing to say"
    assert desk.pass_time(timedelta(minutes=1)) == 1


def test_a_rule_that_holds_by_day_only_is_asked_again_in_the_morning(store: Store) -> None:
    by_day = OLD | {"when": {"age": "> 2 days", "hours": "inside"}}
    desk = Desk(store, (by_day,), hours=BY_DAY)
    assert desk.pass_time(timedelta(days=3, hours=10)) == 0
    assert desk.pass_time(timedelta(hours=12)) == 1


def test_closed_tickets_are_left_alone_unless_a_rule_asks_for_them(store: Store) -> None:
    desk = Desk(store, (CLOSE, OLD))
    desk.pass_time(6 * DAY)
    assert desk.stand().status is Status.CLOSED
    reopened = {"rule": "r", "on": ["time"], "when": {"age": "> 1 day", "status": "closed"}, "then": {"tag": "kept"}}
    desk.rules, desk.version = (OLD, reopened), "v2"
    desk.pass_time(DAY)
    assert "kept" in desk.stand().tags


def test_a_desk_without_rules_on_time_asks_the_database_nothing(store: Store) -> None:
    desk = Desk(store, ({"rule": "r", "then": {"tag": "x"}},))
    assert desk.pass_time(99 * DAY) == 0
