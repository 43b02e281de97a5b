"""What verdicts and the block list make of a mail: quarantine without ticket or answer, or a note, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.decide.facts import SentMail
from maild.decide.mail import screening
from maild.decide.triage import decide
from maild.model import Bounce, BouncedRecipient, Disposition, EntryId, Finding, OutboxId, Verdict
from tests.builders import ADA, SUPPORT, a_case, a_contact, a_message

EICAR = Verdict("clamd", Finding.VIRUS, "Eicar-Signature")
GTUBE = Verdict("rspamd", Finding.SPAM, "reject, score 15 of 15 (GTUBE)")
FLAGGED = Verdict("header X-Spam-Flag", Finding.SPAM, "YES")
SILENT = Verdict("clamd", Finding.UNSCANNED, "Connection refused")
PARTLY = Verdict("clamd", Finding.CLEAN, "only the first 9 of its 99 bytes were scanned")
CLEAN = Verdict("rspamd", Finding.CLEAN)
ANY = st.builds(
    Verdict, st.sampled_from(["clamd", "rspamd"]), st.sampled_from(list(Finding)), st.sampled_from(["", "why"])
)


def a_screened_case(*verdicts: Verdict, blocked: str = "", cleared: bool = False, **changes):
    case = a_case(changes.pop("message", a_message()))
    facts = replace(case.facts, screened=verdicts, blocked=blocked, contacts=(a_contact(),), **changes)
    return replace(case, facts=facts, cleared=cleared)


def codes(plan) -> list[str]:
    return [reason.code for reason in plan.reasons]


@pytest.mark.parametrize(
    ("verdicts", "blocked", "expected"),
    [
        ((EICAR,), "", ["virus"]),
        ((GTUBE, EICAR), "", ["virus", "screened"]),
        ((GTUBE,), "", ["spam"]),
        ((FLAGGED, GTUBE, CLEAN), "", ["spam", "spam"]),
        ((FLAGGED, SILENT), "", ["spam", "unscanned"]),
        ((CLEAN,), ADA.address, ["blocked"]),
        ((GTUBE,), ADA.address, ["spam"]),
        ((), "acme.example", ["blocked"]),
        ((SILENT,), "acme.example", ["blocked", "unscanned"]),
    ],
)
def test_what_is_found_is_quarantined_with_its_type_and_nothing_else_happens(verdicts, blocked, expected) -> None:
    plan = decide(a_screened_case(*verdicts, blocked=blocked))
    assert (plan.disposition, codes(plan)) == (Disposition.QUARANTINED, expected)
    assert (plan.changes, plan.notifications, plan.suppressed, plan.ticket) == ((), (), (), None)


@pytest.mark.parametrize("verdicts", [(EICAR,), (GTUBE,), (FLAGGED, EICAR), ()])
def test_what_a_person_has_cleared_is_not_judged(verdicts) -> None:
    plan = decide(a_screened_case(*verdicts, blocked=ADA.address, cleared=True))
    assert plan.disposition is Disposition.NEW_TICKET
    assert not [reason for reason in plan.reasons if reason.step == "screening"]


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (SILENT, "screening: not scanned by clamd: Connection refused"),
        (PARTLY, "screening: clamd says clean: only the first 9 of its 99 bytes were scanned"),
    ],
)
def test_what_was_not_scanned_is_a_note_on_the_ticket(verdict: Verdict, says: str) -> None:
    plan = decide(a_screened_case(verdict, CLEAN))
    assert plan.disposition is Disposition.NEW_TICKET
    assert [f"{one.step}: {one.text}" for one in plan.reasons if one.step == "screening"] == [says]


def test_a_second_copy_of_a_virus_is_a_virus_and_one_of_spam_a_duplicate() -> None:
    assert codes(decide(a_screened_case(EICAR, duplicate_of=EntryId(7)))) == ["virus"]
    assert decide(a_screened_case(GTUBE, duplicate_of=EntryId(7))).disposition is Disposition.DUPLICATE


def test_a_virus_that_names_us_as_its_sender_is_a_virus() -> None:
    forged = a_message(sender=SUPPORT)
    assert codes(decide(a_screened_case(EICAR, message=forged))) == ["virus"]
    assert codes(decide(a_screened_case(GTUBE, message=forged))) == ["own-loop"]


def test_a_bounce_of_our_mail_is_recorded_even_if_it_quotes_spam() -> None:
    bounce = a_message(bounce=Bounce((BouncedRecipient("x@gone.example", permanent=True),), "<ours@desk.example>"))
    sent = SentMail(OutboxId(4), None, "x@gone.example")
    plan = decide(a_screened_case(GTUBE, message=bounce, bounced=sent, blocked=ADA.address))
    assert plan.disposition is Disposition.BOUNCE_RECORDED
    assert codes(decide(a_screened_case(EICAR, message=bounce, bounced=sent))) == ["virus"]


def test_spam_without_a_readable_sender_is_spam() -> None:
    assert codes(decide(a_screened_case(GTUBE, message=a_message(sender=None)))) == ["spam"]


@pytest.mark.parametrize("sender", [None, ADA])
def test_only_the_sender_can_be_blocked_not_whom_they_write_to(sender) -> None:
    plan = decide(a_screened_case(blocked="elsewhere.example", message=a_message(sender=sender)))
    assert "blocked" not in codes(plan)


@settings(max_examples=50)
@given(st.lists(ANY, max_size=5), st.sampled_from(["hold", "pass"]))
def test_held_is_only_what_nobody_has_judged_yet(verdicts: list[Verdict], missing: str) -> None:
    findings = {one.finding for one in verdicts}
    silent = Finding.UNSCANNED in findings and not findings & {Finding.VIRUS, Finding.SPAM}
    assert bool(screening.must_wait(verdicts, missing)) == (silent and missing == "hold")


@settings(max_examples=50)
@given(st.lists(ANY, max_size=30))
def test_every_set_of_verdicts_has_a_plan(verdicts: list[Verdict]) -> None:
    plan = decide(a_screened_case(*verdicts))
    bad = {one.finding for one in verdicts} & {Finding.VIRUS, Finding.SPAM}
    assert (plan.disposition is Disposition.QUARANTINED) == bool(bad)
    assert bool(plan.changes) != bool(bad) and len(plan.reasons) < 20


def test_a_held_mail_is_tried_soon_at_first_and_every_quarter_of_an_hour_at_last() -> None:
    minutes = [screening.next_try(timedelta(minutes=age)) / timedelta(minutes=1) for age in (0, 1, 10, 60, 9999, -5)]
    assert minutes == [pytest.approx(5 / 60), 0.5, 5, 15, 15, pytest.approx(5 / 60)]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("a@x.example", ("a@x.example", "x.example")),
        ("a@b.c.example", ("a@b.c.example", "b.c.example", "c.example")),
        ("a@localhost", ("a@localhost", "localhost")),
        ("a@[192.0.2.1]", ("a@[192.0.2.1]", "[192.0.2.1]")),
        ("", ("",)),
    ],
)
def test_an_address_is_blocked_by_itself_or_a_domain_above_it(address: str, names: tuple[str, ...]) -> None:
    assert screening.names_of(address) == names


@pytest.mark.parametrize(
    ("written", "entry"),
    [
        ("Ada@X.Example", "ada@x.example"),
        ("X.Example", "x.example"),
        ("@x.example", "x.example"),
        (" bücher.example ", "xn--bcher-kva.example"),
        ("com", None),
        ("@com", None),
        ("", None),
        ("@", None),
        ("a b", None),
        ("[192.0.2.1]", None),
        ("a@b@c.example", None),
        ("x.example/", None),
    ],
)
def test_the_block_list_takes_addresses_and_domains_and_no_top_level_domain(written: str, entry: str | None) -> None:
    assert screening.blockable(written) == entry


@given(st.text(max_size=60))
def test_any_text_is_either_blockable_for_good_or_not_at_all(written: str) -> None:
    entry = screening.blockable(written)
    assert entry is None or screening.blockable(entry) == entry


@given(st.text(max_size=60))
def test_any_address_has_few_names(address: str) -> None:
    assert 1 <= len(screening.names_of(address)) <= screening.MOST_LABELS + 2


def test_facts_without_screening_are_as_before() -> None:
    assert decide(a_case()) == decide(a_screened_case())
