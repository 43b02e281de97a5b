"""Other rules, asked about mail that came before: the answer is what the whole road would have made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from maild import pipeline
from maild.decide.policy import Policy
from maild.errors import UnparsableMail
from maild.ingest.parse import parse
from maild.model import EntryId, ReceivedMail, Source
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.replaying import HEAD_ENDS, Outcome, replay
from maild.steps.watch import NO_WATCH
from maild.store.engine import Store, open_store
from maild.store.migrate import migrate
from tests.builders import NOON, SUPPORT, TOKENS, a_desk
from tests.rules.kit import rules
from tests.scenarios.world import a_mail

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
NASTY = a_mail(subject="down\x00 \u202e", text="a\u2028b \u0131stanbul STRASSE\r\nx").as_bytes()
OURS: tuple[dict[str, Any], ...] = (
    {"on": ["new", "follow-up"], "when": {"subject": ["*rechnung*", "invoice", "reset"]}, "then": {"priority": 1}},
    {"when": {"attachment": {"type": "application/*"}}, "then": {"tag": "file"}},
    {"when": {"text": "/(?P<word>[A-Z][a-z]+) (is|ist)/"}, "then": {"field": {"word": "{word}"}}},
    {"when": {"automatic": True}, "then": {"category": "machines"}},
    {"when": {"language": "de", "sender": "unknown"}, "then": {"tag": "german"}},
    {"when": {"subject": "newsletter"}, "then": {"ignore": "news"}},
)
OTHERS: tuple[dict[str, Any], ...] = (
    {"on": ["new", "follow-up"], "when": {"text": "/e/", "not": {"tag": "file"}}, "then": {"priority": 2}},
    {"when": {"header": {"x-mailer": "*"}}, "then": {"tag": "program"}},
    {"when": {"full_text": ["printer", "wrote", "schrieb"]}, "then": {"category": "quoted"}},
    {"when": {"recipients": "> 1"}, "then": {"tag": "crowd"}},
)


class Desk:
    """A database that has taken all the mails in, under one set of rules."""

    def __init__(self, store: Store, written: tuple[dict[str, Any], ...]) -> None:
        self.store = store
        policy = Policy(version="v", desks=(a_desk(),), rules=rules(*written).rules, templates=builtin_templates())
        renderer = Renderer(policy.templates, TOKENS, "mx.desk.example")
        self.house = House(store, lambda: NOON, policy, TOKENS, renderer)
        raws = (*(path.read_bytes() for path in MAILS), NASTY)
        mails = [ReceivedMail(raw, Source.SMTP, "x@y.example", (SUPPORT.address,), NOON) for raw in raws]
        pipeline.receive(store, mails)
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass

    def replayed(self, written: tuple[dict[str, Any], ...]) -> list[Outcome]:
        with self.store.reading() as tx:
            return list(replay(tx, rules(*written), NOON))

    def tickets(self) -> dict[EntryId, dict[str, str]]:
        """What became of each mail: of the ticket that it opened, as a draft calls it."""
        query = """SELECT i.id, t.priority, t.category, t.tags FROM inbox_entry i JOIN ticket t ON t.id = i.ticket_id
                   WHERE i.disposition IN ('new ticket', 'awaiting review')"""
        with self.store.reading() as tx:
            rows = tx.execute(text(query)).all()
        tags = {row.id: ", ".join(json.loads(row.tags)) for row in rows}
        return {row.id: {"priority": str(row.priority), "category": row.category, "tag": tags[row.id]} for row in rows}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    stores: list[Store] = []

    def made(*written: dict[str, Any]) -> Desk:
        store = open_store(f"sqlite:///{tmp_path}/{len(stores)}.db")
        migrate(store)
        stores.append(store)
        return Desk(store, written)

    yield made
    for store in stores:
        store.close()


def test_the_same_rules_make_nothing_different(make: Callable[..., Desk]) -> None:
    looked = make(*OURS).replayed(OURS)
    assert len(looked) > 20 and [one for one in looked if one.changes] == []
    assert [one for one in make(*OTHERS).replayed(OTHERS) if one.changes] == [], "headers are read from the raw mail"


def test_other_rules_make_of_old_mail_what_they_make_of_new_mail(make: Callable[..., Desk]) -> None:
    before, after = make(*OURS), make(*OTHERS)
    told = {one.entry: {change.name: change for change in one.changes} for one in before.replayed(OTHERS)}
    old, new = before.tickets(), after.tickets()
    compared = [number for number in old if number in new]
    assert len(compared) > 15 and sum(old[number] != new[number] for number in compared) > 10
    for number in compared:
        for name in ("priority", "category", "tag"):
            change = told[number].get(name)
            assert (change.new if change else old[number][name]) == new[number][name]
            assert (change.old if change else old[number][name]) == old[number][name]


def test_the_head_of_a_mail_tells_all_its_header_fields() -> None:
    for raw in (*(path.read_bytes() for path in MAILS), NASTY):
        end = HEAD_ENDS.search(raw)
        whole = headers_in(raw)
        assert end and (not whole or headers_in(raw[: end.end()]) == whole)


def headers_in(raw: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return parse(raw).headers
    except UnparsableMail:
        return ()


def test_a_mail_that_was_ignored_is_read_again(make: Callable[..., Desk]) -> None:
    desk = make({"then": {"ignore": "all of it"}})
    assert desk.tickets() == {}
    changed = [one for one in desk.replayed(OURS[:1]) if any(change.name == "priority" for change in one.changes)]
    assert changed and all({"ignore", "priority"} == {change.name for change in one.changes} for one in changed)


def test_a_change_names_the_rule_that_it_is_owed_to(make: Callable[..., Desk]) -> None:
    desk = make({"rule": "mine", "when": {"subject": "printer"}, "then": {"priority": 1}})
    owed = {change.because for one in desk.replayed(()) for change in one.changes}
    assert owed == {"no longer mine"}
    another = {"rule": "new", "then": {"priority": 2}}
    owed = {change.because for one in desk.replayed((another,)) for change in one.changes}
    assert owed == {"new"}
