"""Requests with legal weight, from the first mail to the last, on a real database. The workflow: the requester confirms
within two working days, staff agree within one, everybody may stop it for one more; it is due within five."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from maild.store.engine import Store
from tests.workflows.house import ADA, BOB, CARL, COMPLETE, GRACE, MALLORY, SUPPORT, Office, body, digits

DAY = timedelta(days=1)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.fixture
def asked(office: Office) -> Office:
    """Ada has asked, with all facts."""
    office.write(COMPLETE)
    return office


@pytest.fixture
def agreed(asked: Office) -> Office:
    """Ada has confirmed, and Grace agreed."""
    asked.confirm()
    asked.agree()
    return asked


def test_an_honest_request_is_asked_about_confirmed_looked_at_told_and_carried_out(office: Office) -> None:
    office.write("Please delete https://x.acme.example id 4711.")
    assert office.state == "collecting" and office.told() == ["missing"]
    assert "that they know" in body(office.last("missing")) and "the account" not in body(office.last("missing"))
    office.answer(office.last("missing"), "Yes, the client knows that it is irreversible.")
    assert office.state == "confirming" and office.told() == ["missing", "workflow-confirm"]
    office.confirm()
    assert office.state == "seconding" and "staff-workflow" in office.told(GRACE)
    office.agree()
    assert office.state == "cooling"
    assert [office.told(who)[-1] for who in (ADA, BOB, CARL)] == ["workflow-scheduled"] * 3
    office.wait(DAY + timedelta(hours=7))
    assert office.state == "ready"
    office.begin()
    office.done()
    assert office.state == "done" and [office.told(who)[-1] for who in (ADA, BOB)] == ["deletion-completed"] * 2
    assert "The account: 4711" in body(office.last("deletion-completed"))


def test_the_question_holds_nothing_that_confirms_it(asked: Office) -> None:
    mail = asked.last("workflow-confirm")
    asked.answer(mail, body(mail))
    assert asked.state == "stopped", "whoever sends our own words back sends the one that stops, too"


def quoted(mail: Any) -> str:
    return "\n".join(f"> {line}" for line in body(mail).splitlines())


CONFIRM_NOTHING: dict[str, dict[str, Any]] = {
    "an unsigned mail": {"proven": False},
    "an answer to the desk's plain address": {"to": SUPPORT},
    "a machine's answer": {"Auto_Submitted": "auto-replied"},
    "a colleague's mail": {"sender": BOB},
    "a stranger's mail": {"sender": MALLORY},
}


@pytest.mark.parametrize("case", CONFIRM_NOTHING)
def test_what_is_not_the_requesters_own_proven_answer_confirms_nothing(asked: Office, case: str) -> None:
    mail = asked.last("workflow-confirm")
    more = CONFIRM_NOTHING[case]
    asked.answer(
        mail, f"CONFIRM {digits(mail)}", more.get("sender", ADA), **{k: v for k, v in more.items() if k != "sender"}
    )
    assert asked.state == "confirming"


def test_words_that_are_not_those_confirm_nothing(asked: Office) -> None:
    mail = asked.last("workflow-confirm")
    for words in ("Yes", "CONFIRM", digits(mail), "CONFIRM 0000", f"ok\n\n{quoted(mail)}\n> CONFIRM {digits(mail)}"):
        asked.answer(mail, words)
        assert asked.state == "confirming", words


def test_an_old_answer_confirms_no_new_question(asked: Office) -> None:
    first = asked.last("workflow-confirm")
    asked.restore()
    asked.now += timedelta(minutes=1)
    asked.renew()
    asked.answer(first, f"CONFIRM {digits(first)}")
    assert asked.state == "confirming"
    asked.confirm()
    assert asked.state == "seconding"


@pytest.mark.parametrize("who", [ADA, BOB, CARL])
def test_anybody_concerned_stops_it_with_one_word_until_somebody_begins(agreed: Office, who: str) -> None:
    agreed.answer(agreed.last("workflow-scheduled", who), "Stop!", who, proven=False)
    assert agreed.state == "stopped" and agreed.told(who)[-1] == "workflow-ended"
    assert agreed.told(GRACE)[-1] == "staff-workflow"
    with pytest.raises(Exception, match="no request"):
        agreed.begin()


def test_a_stranger_stops_nothing(agreed: Office) -> None:
    agreed.answer(agreed.last("workflow-scheduled"), "Stop!", MALLORY)
    agreed.write("Stop!", MALLORY, Subject="[SD-1001] Please delete")
    assert agreed.state == "cooling"


def test_once_somebody_has_begun_it_is_too_late_to_stop(agreed: Office) -> None:
    agreed.wait(2 * DAY)
    agreed.begin()
    agreed.answer(agreed.last("workflow-scheduled"), "Stop!")
    assert agreed.state == "executing"


def test_whoever_begins_presents_the_hash_of_what_was_agreed_to(agreed: Office) -> None:
    agreed.wait(2 * DAY)
    with pytest.raises(ValueError, match="not the hash"):
        agreed.begin("0123456789ab")
    agreed.begin(agreed.run.digest[:12] if agreed.run else "")
    assert agreed.state == "executing"


def test_nothing_is_begun_before_everything_is_agreed_to(asked: Office) -> None:
    for step in (asked.confirm, asked.agree, lambda: None):
        with pytest.raises(ValueError, match="the request is"):
            asked.begin()
        step()


def test_whoever_has_left_meanwhile_has_not_agreed_to_it(agreed: Office) -> None:
    agreed.let_go(ADA)
    agreed.wait(2 * DAY)
    assert agreed.state == "disarmed" and "may no longer ask for it" in (agreed.run.why if agreed.run else "")


def test_whoever_leaves_when_it_is_ready_stops_it_from_being_begun(agreed: Office) -> None:
    agreed.wait(2 * DAY)
    agreed.let_go(ADA)
    with pytest.raises(ValueError, match="may no longer ask for it"):
        agreed.begin()


def test_nothing_is_armed_while_somebody_who_could_stop_it_was_not_reached(agreed: Office) -> None:
    agreed.lose("workflow-scheduled", BOB)
    agreed.wait(2 * DAY)
    assert agreed.state == "disarmed" and BOB in (agreed.run.why if agreed.run else "")
    agreed.renew()
    agreed.confirm()
    agreed.agree()
    agreed.wait(3 * DAY)
    assert agreed.state == "ready", "asked anew, and all were reached"


@pytest.mark.parametrize("days", [1, 2, 3])
def test_without_an_answer_nothing_happens_and_its_requester_is_told(asked: Office, days: int) -> None:
    asked.wait(days * DAY)
    assert asked.state == ("confirming" if days < 3 else "lapsed")
    assert (asked.told()[-1] == "workflow-ended") is (days == 3)


def test_nobody_who_may_not_ask_begins_anything_and_those_who_may_are_told(office: Office) -> None:
    office.write(COMPLETE, proven=False)
    assert office.run is None and office.told(BOB) == ["workflow-suspect"] == office.told(CARL)
    assert "workflow-suspect" in office.told() and "4711" not in body(office.last("workflow-suspect", BOB))


def test_only_an_authorised_contact_begins_what_only_they_may(store: Store) -> None:
    office = Office(store, workflow={"start": "authorised"})
    office.write(COMPLETE)
    assert office.run is None and office.told(BOB) == ["workflow-suspect"]


def test_another_authorised_contact_agrees_and_the_requester_is_not_their_own_second(store: Store) -> None:
    guards = {"confirm_days": 2, "second": "authorised", "second_days": 1, "inform": True}
    office = Office(store, workflow={"safeguards": guards, "start": "authorised"})
    office.write(COMPLETE, BOB)
    office.confirm(BOB)
    assert office.state == "seconding" and office.told(CARL) == ["workflow-second"]
    assert "workflow-second" not in office.told(BOB) and "workflow-second" not in office.told(ADA)
    with pytest.raises(ValueError, match="another authorised contact"):
        office.agree()
    office.confirm(CARL, "workflow-second", proven=False)
    assert office.state == "seconding"
    office.confirm(CARL, "workflow-second")
    assert office.state == "ready"


def test_what_is_refused_is_refused_with_words(store: Store) -> None:
    say = {"en": "Professionals' accounts are never deleted; you can deactivate them yourself."}
    office = Office(store, workflow={"refuse": [{"words": ["therapist*"], "say": say}]})
    office.write(f"{COMPLETE} It is a therapist's account.")
    assert office.state == "refused" and "deactivate them yourself" in body(office.last("workflow-ended"))


def test_the_clock_reminds_whoever_carries_it_out_and_says_when_it_is_overdue(agreed: Office) -> None:
    before = len(agreed.told(GRACE))
    for _ in range(8):
        agreed.wait(DAY)
    assert agreed.told(GRACE)[before:] == ["staff-workflow"] * 4, "ready, two reminders, overdue"
    assert "should have been carried out" in body(agreed.last("staff-workflow", GRACE))


def test_after_a_downtime_nobody_is_reminded_of_what_is_over(agreed: Office) -> None:
    before = len(agreed.told(GRACE))
    agreed.wait(8 * DAY)
    assert agreed.told(GRACE)[before:] == ["staff-workflow"] * 2, "ready, overdue"
    assert "should have been carried out" in body(agreed.last("staff-workflow", GRACE))


def test_after_a_restore_nothing_is_armed_and_staff_ask_anew(agreed: Office) -> None:
    agreed.wait(2 * DAY)
    assert agreed.state == "ready"
    agreed.restore()
    assert agreed.state == "disarmed"
    with pytest.raises(ValueError, match="asks anew"):
        agreed.begin()
    agreed.renew()
    assert agreed.state == "confirming"


def test_facts_that_change_later_change_nothing_of_what_was_agreed_to(agreed: Office) -> None:
    before = agreed.run
    agreed.write("https://other.acme.example id 9999", Subject="Re: [SD-1001] Please delete")
    assert before and agreed.run and (agreed.run.objects, agreed.run.digest) == (before.objects, before.digest)


def test_its_history_says_who_did_what(agreed: Office) -> None:
    told = "\n".join(agreed.history())
    assert "account-deletion begins" in told and "account-deletion is seconding" in told
    assert "account-deletion is cooling" in told


def test_nobody_is_asked_anew_who_may_no_longer_ask_for_it(agreed: Office) -> None:
    """Found by 100,000 steps: the question went to nobody, and the request waited for its answer."""
    agreed.let_go(ADA)
    agreed.wait(2 * DAY)
    assert agreed.state == "disarmed"
    with pytest.raises(ValueError, match="may not ask for account-deletion"):
        agreed.renew()
    assert agreed.state == "disarmed" and len(agreed.mails("workflow-confirm")) == 1
