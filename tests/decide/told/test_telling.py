"""Who of the staff hears of a mail: by the desk's policy, each once, and nobody of their own doing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from maild.decide.facts import Facts, KnownTicket, Worker
from maild.decide.plan import Plan
from maild.decide.told.telling import FIRST
from maild.decide.triage import decide
from maild.desks.telling import Tells
from maild.model import (
    Address,
    Automatic,
    AutomaticKind,
    Notification,
    NotificationKind,
    Participant,
    Role,
)
from maild.rules.language import Rule
from tests.builders import (
    ADA,
    BOB,
    PROVEN,
    STRANGER,
    SUPPORT,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
)

LINE, GRACE = Worker("line", "line@desk.example", "First line"), Worker("grace", "grace@desk.example", "Grace")
MANAGER, HEIDI = Worker("account-manager", "max@desk.example", "Max"), Worker("heidi", "heidi@desk.example", "Heidi")
STAFF = (LINE, GRACE, MANAGER, HEIDI)
ASSIGN = {"rule": "mine", "when": {"subject": ["printer"]}, "then": {"assign": "grace", "type": "incident"}}
EVERYBODY = ("team", "assignee", "account-manager", "followers")


def told(
    known: KnownTicket | None = None,
    rules: tuple[object, ...] = (),
    staff: tuple[Worker, ...] = STAFF,
    **changes: object,
) -> list[Notification]:
    """What staff are told of a mail of Ada's: a new one, or an answer on this ticket."""
    return [one for one in plan_of(known, rules, staff, **changes).notifications if is_told(one)]


def is_told(one: Notification) -> bool:
    return one.kind is NotificationKind.STAFF_TICKET


def plan_of(known: KnownTicket | None, rules: tuple[object, ...], staff: tuple[Worker, ...], **changes: Any) -> Plan:
    desk = a_desk(**{"team": "line", "languages": ("en",)} | changes.pop("desk", {}))
    policy = a_policy(desks=(desk,), rules=TypeAdapter(tuple[Rule, ...]).validate_python(rules))
    people = (a_contact(), *changes.pop("people", ()))
    facts = Facts(people, (known,) if known else (), authenticity=changes.pop("proof", PROVEN), staff=staff)
    case = a_case(a_message(**changes), facts, policy=policy)
    if known:
        case = replace(case, keys=replace(case.keys, earlier=known.ticket.id))
    return decide(case)


def who(found: list[Notification]) -> list[tuple[str, str]]:
    return [(dict(one.values)["news"], one.recipient.address) for one in found]


def on_ticket(assignee: str = "") -> KnownTicket:
    return a_known_ticket(a_contact(), assignee=assignee)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, [("new", LINE.address)]),
        (on_ticket("grace"), [("answer", GRACE.address)]),
        (on_ticket(), [("answer", LINE.address)]),
    ],
    ids=["new", "somebody works on it", "nobody does"],
)
def test_the_team_hears_of_a_new_ticket_and_who_works_on_it_of_answers(
    known: KnownTicket | None, expected: list[tuple[str, str]]
) -> None:
    assert who(told(known)) == expected


def test_whoever_a_rule_gives_the_ticket_to_hears_of_it_once() -> None:
    assert who(told(rules=(ASSIGN,))) == [("new", LINE.address), ("assigned", GRACE.address)]
    both = {"tells": {"new_ticket": ["team", "assignee"]}}
    assert who(told(rules=(ASSIGN,), desk=both)) == [("new", LINE.address), ("new", GRACE.address)]


def test_several_roles_of_one_address_make_one_mail() -> None:
    same = (LINE, replace(MANAGER, address=LINE.address))
    assert who(told(staff=same, desk={"tells": {"new_ticket": EVERYBODY}})) == [("new", LINE.address)]


def test_staff_who_follow_a_ticket_hear_of_answers_where_the_desk_says_so() -> None:
    known = on_ticket("grace")
    heidi = a_contact(Address("Heidi", HEIDI.address), organisation="")
    followed = replace(known, participants=(*known.participants, Participant(heidi, Role.FOLLOWER)))
    everybody = {"tells": {"answer": EVERYBODY}}
    heard = who(told(followed, desk=everybody))
    assert heard == [("answer", one.address) for one in (LINE, GRACE, MANAGER, HEIDI)]
    assert [address for _, address in who(told(known, desk=everybody))].count(HEIDI.address) == 0


def test_no_team_no_mail_and_an_empty_list_tells_nobody() -> None:
    assert told(desk={"team": ""}) == [] and told(desk={"tells": {"new_ticket": []}}) == []
    assert told(staff=()) == [], "a team that is gone"


def test_nobody_is_told_of_their_own_mail_nor_a_desk_by_a_desk() -> None:
    assert told(staff=(replace(LINE, address=ADA.address),)) == []
    plan = plan_of(None, (), (replace(LINE, address=SUPPORT.address),))
    assert not [one for one in plan.notifications if is_told(one)]
    assert [one.reason.code for one in plan.suppressed if one.kind is NotificationKind.STAFF_TICKET] == ["own-address"]


def test_that_a_customer_is_away_is_no_news() -> None:
    away = Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")
    assert told(on_ticket(), automatic=away) == []


def test_the_mail_says_all_that_it_takes_to_begin() -> None:
    (first, _) = told(rules=(ASSIGN,), cc=(BOB,), people=(a_contact(BOB),))
    values = dict(first.values)
    assert values == {
        "news": "new",
        "who": f"Ada Lovelace <{ADA.address}>",
        "organisation": "acme",
        "priority": "3",
        "type": "incident",
        "people": f"Bob <{BOB.address}>",
        "text": "It burns.",
    }
    assert not first.unverified and first.ticket is None and not first.by_person


def test_whoever_waits_for_staff_does_not_look_as_if_they_read_along() -> None:
    (waits,) = told(cc=(BOB,), desk={"colleagues": "everybody"})
    assert dict(waits.values)["people"] == f"Bob <{BOB.address}> (unverified, reads along once you allow it)"
    (alone,) = told(cc=(BOB,))
    assert dict(alone.values)["people"] == f"Bob <{BOB.address}> (does not read along)", (
        "this desk leaves strangers out"
    )


def test_the_mail_names_everybody_who_reads_along_but_not_its_sender() -> None:
    ada, bob = a_contact(), a_contact(BOB)
    for asked, copied in ((ada, bob), (bob, ada)):
        known = a_known_ticket(asked)
        known = replace(known, participants=(*known.participants, Participant(copied, Role.CC)))
        (mail,) = told(known, sender=ADA)
        assert dict(mail.values)["people"].endswith(f"<{BOB.address}>")


def test_the_first_mail_of_a_ticket_is_known_by_its_event_and_no_later_one_has_it() -> None:
    assert [mail.event == FIRST for mail in (*told(), *told(on_ticket()))] == [True, False]


@pytest.mark.parametrize(("language", "word"), [("en", "not proven"), ("de", "nicht bewiesen"), ("pl", "not proven")])
def test_a_sender_who_proves_nothing_is_shown_as_such(language: str, word: str) -> None:
    (mail,) = told(sender=STRANGER, proof=Facts().authenticity, desk={"languages": (language,)})
    assert dict(mail.values)["who"] == f"Mallory <{STRANGER.address}> ({word})"


def test_who_shall_be_told_needs_a_team_to_be_told() -> None:
    with pytest.raises(ValidationError, match="no `team`: name one"):
        a_desk(tells=Tells(answer=()))
    with pytest.raises(ValidationError, match="account-manager"):
        a_desk(team="line", tells={"answer": ["boss"]})
