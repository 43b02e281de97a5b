"""What a command by mail comes to: who may say it, what is done and told; and whose mail takes its ordinary way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maild.decide.asked.overview import read
from maild.decide.asked.self_service import answer
from maild.decide.case import Case
from maild.decide.facts import Facts, KnownTicket, Listed, TicketByNumber
from maild.decide.mail.again import Before, decide_again
from maild.decide.mail.follow_up import Belongs
from maild.decide.people_changes import SetParticipant, SetPreference
from maild.decide.plan import Plan, SetProof
from maild.decide.triage import decide
from maild.decide.who.trust import of
from maild.desks.policy import Sees
from maild.model import (
    UNPROVEN,
    Address,
    Answers,
    Authenticity,
    Disposition,
    EntryId,
    Means,
    NotificationKind,
    Participant,
    Proof,
    Reason,
    Register,
    Role,
    TicketId,
)
from tests.builders import (
    ADA,
    BOB,
    FORGED,
    NOON,
    PROVEN,
    STRANGER,
    a_case,
    a_contact,
    a_desk,
    a_message,
    a_policy,
    a_ticket,
    an_envelope,
)

PENDING = Authenticity(Proof.PENDING, Means.SIGNATURE, "dns", "the key of acme.example cannot be had: no answer")
MEMBER, MANAGER = Register.REGISTERED, Register.AUTHORISED
DESK = a_desk(languages=("en", "de"))
OPEN_DESK = a_desk(languages=("en", "de"), members_see=Sees.ALL)


def a_command(
    word: str, register: Register = MEMBER, facts: Facts | None = None, desk: Any = DESK, **more: Any
) -> Case:
    """A mail of Ada's that says this word alone."""
    known = facts or Facts(contacts=(a_contact(register=register),), authenticity=PROVEN)
    message = a_message(**({"subject": word, "visible_text": "", "text": ""} | more.pop("message", {})))
    return a_case(message, known, policy=a_policy(desks=(desk,)), **more)


def told(plan: Plan) -> tuple[NotificationKind, dict[str, str]]:
    (mail,) = plan.notifications
    return mail.kind, dict(mail.values)


# ---- who may ask -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["status", "help", "language de", "name: Nora Berg", "follow", "unfollow"])
@pytest.mark.parametrize(
    ("register", "proof"),
    [(MEMBER, UNPROVEN), (MANAGER, UNPROVEN), (MEMBER, PENDING), (Register.UNVERIFIED, PROVEN)],
)
def test_who_is_not_both_known_and_proven_opens_a_ticket(word: str, register: Register, proof: Authenticity) -> None:
    facts = Facts(contacts=(a_contact(register=register),), authenticity=proof, overview=(listed(1, Role.REQUESTER),))
    plan = decide(a_command(word, facts=facts))
    assert plan.disposition is Disposition.NEW_TICKET
    assert not [change for change in plan.changes if isinstance(change, SetPreference)]
    assert not {mail.kind for mail in plan.notifications} & {NotificationKind.OVERVIEW, NotificationKind.HELP}


def test_inactive_and_unknown_people_open_a_ticket_and_forgers_nothing() -> None:
    left = Facts(contacts=(a_contact(register=Register.INACTIVE),), authenticity=PROVEN)
    assert decide(a_command("status", facts=left)).disposition is Disposition.NEW_TICKET
    assert decide(a_command("status", facts=Facts(authenticity=PROVEN))).disposition is Disposition.NEW_TICKET
    forged = Facts(contacts=(a_contact(),), authenticity=FORGED)
    assert decide(a_command("status", facts=forged)).disposition is Disposition.QUARANTINED


@pytest.mark.parametrize("answers", [Answers.PARKED, Answers.NONE, Answers.FILED])
@pytest.mark.parametrize("word", ["status", "unfollow"])
def test_old_mail_that_is_read_again_changes_nothing(word: str, answers: Answers) -> None:
    plan = decide(a_command(word, envelope=an_envelope(answers=answers)))
    assert plan.disposition is Disposition.NEW_TICKET
    assert not [change for change in plan.changes if isinstance(change, SetPreference)]


def test_a_mail_that_has_a_ticket_already_stays_there() -> None:
    case = a_command("follow", MANAGER)
    known = KnownTicket(a_ticket(), (Participant(a_contact(), Role.REQUESTER),))
    released = replace(case.keys, earlier=TicketId(1001))
    plan = decide(replace(case, keys=released, facts=replace(case.facts, tickets=(known,))))
    assert plan.disposition is Disposition.FOLLOW_UP


def test_an_answer_goes_to_its_sender_by_name_threaded_and_once() -> None:
    plan = decide(a_command("help", message={"references": ("<m0@acme.example>",)}))
    (mail,) = plan.notifications
    assert (plan.disposition, plan.ticket, plan.changes, plan.suppressed) == (Disposition.ANSWERED, None, (), ())
    assert (mail.recipient, mail.desk, mail.event, mail.ticket) == (ADA, "service", "command:c1", None)
    assert (mail.reply_to_id, mail.references) == ("<m1@acme.example>", ("<m0@acme.example>",))
    assert (mail.proven, mail.unverified) == (True, False)


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("suppress-header", {"message": {"suppress_reply": "X-Auto-Response-Suppress: All"}}),
        ("null-sender", {"envelope": an_envelope(mail_from="")}),
        ("old-mail", {"envelope": an_envelope(received_at=NOON - timedelta(days=4))}),
    ],
)
def test_what_silences_a_confirmation_silences_an_answer_and_what_was_asked_for_is_done(
    code: str, more: dict[str, Any]
) -> None:
    plan = decide(a_command("language de", **more))
    assert (plan.disposition, plan.notifications) == (Disposition.ANSWERED, ())
    assert [one.reason.code for one in plan.suppressed] == [code]
    assert plan.changes == (SetPreference(ADA.address, "language", "de"),)


SAID = [
    ("status", DESK, "status", "it asks how things stand: open tickets shown (mine): 0"),
    ("help", DESK, "help", "it asks which words are understood"),
    ("language de", DESK, "language", "it asks to be written to in the language de"),
    ("language fr", DESK, "help", "it asks for the language fr, which desk service does not write"),
    ("name: Nora Berg", DESK, "name", "it asks to be called Nora Berg"),
    ("follow", OPEN_DESK, "follow", "it asks to follow their organisation"),
    ("follow", DESK, "help",
     "it asks to follow an organisation all of whose tickets its sender does not see"),
    ("unfollow", DESK, "unfollow", "it asks to follow their organisation no more"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "desk", "code", "text"), SAID)
def test_the_reasons_say_what_was_asked_for_and_who_asked(word: str, desk: Any, code: str, text: str) -> None:
    plan = decide(a_command(word, desk=desk))
    assert [plan.reasons[0], plan.reasons[1].code] == [Reason("command", code, text), "proven-registered"]
    assert len(plan.reasons) == 2


def test_an_answer_is_known_by_the_mail_it_answers_also_one_that_is_not_sent() -> None:
    plan = decide(a_command("help", message={"content_key": "0123456789abcdefg", "suppress_reply": "All"}))
    (silent,) = plan.suppressed
    assert (silent.kind, silent.event) == (NotificationKind.HELP, "command:0123456789abcdef")
    assert (silent.recipient, plan.reasons[-1]) == (ADA.address, silent.reason)


def test_an_answer_is_in_the_readers_own_language() -> None:
    facts = Facts(contacts=(a_contact(register=MEMBER, language="de"),), authenticity=PROVEN)
    assert decide(a_command("help", facts=facts)).notifications[0].language == "de"


# ---- help, language, follow ------------------------------------------------------------------------


def test_help_names_the_languages_of_the_desk() -> None:
    assert told(decide(a_command("Hilfe"))) == (NotificationKind.HELP, {"languages": "en, de"})


def test_a_language_of_the_desk_is_kept_and_told_in_that_language() -> None:
    plan = decide(a_command("Sprache deutsch"))
    assert plan.changes == (SetPreference(ADA.address, "language", "de"),)
    assert told(plan) == (NotificationKind.SETTING_CHANGED, {"what": "language"})
    assert plan.notifications[0].language == "de"


def test_another_language_is_answered_with_help_and_a_word_that_is_none_is_read_by_a_person() -> None:
    plan = decide(a_command("language fr"))
    assert (told(plan)[0], plan.changes) == (NotificationKind.HELP, ())
    assert decide(a_command("language bar")).disposition is Disposition.NEW_TICKET
    frisian = a_desk(languages=("en", "frr"))
    assert told(decide(a_command("language frr", desk=frisian)))[0] is NotificationKind.SETTING_CHANGED


def test_a_name_is_kept_as_it_is_written_and_told_by_that_name() -> None:
    plan = decide(a_command("name: Nora van Berg"))
    assert plan.changes == (SetPreference(ADA.address, "name", "Nora van Berg"),)
    assert told(plan) == (NotificationKind.SETTING_CHANGED, {"what": "name"})
    assert plan.notifications[0].recipient == Address("Nora van Berg", ADA.address)


@pytest.mark.parametrize(
    ("register", "desk", "organisation", "follows"),
    [
        (MANAGER, DESK, "acme", True),
        (MEMBER, OPEN_DESK, "acme", True),
        (MEMBER, DESK, "acme", False),
        (MANAGER, OPEN_DESK, "", False),
    ],
)
def test_only_who_sees_all_tickets_of_an_organisation_follows_it(
    register: Register, desk: Any, organisation: str, follows: bool
) -> None:
    facts = Facts(contacts=(a_contact(register=register, organisation=organisation),), authenticity=PROVEN)
    plan = decide(a_command("follow", facts=facts, desk=desk))
    changed = (SetPreference(ADA.address, "follows", "on"),)
    assert plan.changes == (changed if follows else ())
    assert told(plan)[0] is (NotificationKind.SETTING_CHANGED if follows else NotificationKind.HELP)


def test_everybody_may_stop_to_follow_also_by_answering_a_notice() -> None:
    plan = decide(a_command("unfollow"))
    assert plan.changes == (SetPreference(ADA.address, "follows", "off"),)
    assert told(plan) == (NotificationKind.SETTING_CHANGED, {"what": "unfollow"})
    case, _ = on_a_ticket("unfollow", Participant(a_contact(), Role.CC))
    assert decide(case).changes == plan.changes


# ---- status ----------------------------------------------------------------------------------------


def listed(number: int, role: Role | None, **more: Any) -> Listed:
    return Listed(a_ticket(id=TicketId(number), **more), role, BOB.name)


FOUND = (listed(4, Role.REQUESTER), listed(3, Role.CC), listed(2, None), listed(1, Role.GUEST))


@pytest.mark.parametrize(
    ("word", "register", "desk", "scope", "numbers"),
    [
        ("status", MEMBER, DESK, "mine", [4, 3, 1]),
        ("status mine", MEMBER, DESK, "mine", [4]),
        ("status cc", MEMBER, DESK, "cc", [3, 1]),
        ("status organisation", MEMBER, DESK, "mine", [4, 3, 1]),
        ("status organisation", MEMBER, OPEN_DESK, "organisation", [4, 3, 2, 1]),
        ("status organisation", MANAGER, DESK, "organisation", [4, 3, 2, 1]),
        ("status", MANAGER, OPEN_DESK, "mine", [4, 3, 1]),
    ],
)
def test_an_overview_shows_what_its_reader_may_see_and_says_what_that_is(
    word: str, register: Register, desk: Any, scope: str, numbers: list[int]
) -> None:
    facts = Facts(contacts=(a_contact(register=register),), authenticity=PROVEN, overview=FOUND)
    plan = decide(a_command(word, facts=facts, desk=desk))
    kind, values = told(plan)
    assert (kind, values["scope"], values["count"]) == (NotificationKind.OVERVIEW, scope, str(len(numbers)))
    assert [one.number for one in read(values["tickets"])] == [f"SD-{number}" for number in numbers]
    assert {one.requester for one in read(values["tickets"])} == {BOB.name if scope == "organisation" else ""}
    assert plan.disposition is Disposition.ANSWERED and plan.changes == ()


@pytest.mark.parametrize(
    ("word", "asks"),
    [("status", "mine"), ("status cc", "cc"), ("Status Firma", "organisation"), ("help", ""), ("Printer", "")],
)
def test_the_store_is_asked_for_an_overview_by_a_mail_that_wants_one_alone(word: str, asks: str) -> None:
    assert a_command(word).keys.asks == asks
    assert a_command(word, message={"visible_text": "The printer burns."}).keys.asks == ""


def test_a_word_on_a_ticket_is_a_question_about_it() -> None:
    """And a name there may be the answer to a question of ours."""
    for word in ("status", "help", "name: Nora Berg"):
        case, _ = on_a_ticket(word, Participant(a_contact(), Role.REQUESTER))
        assert decide(case).disposition is Disposition.FOLLOW_UP


def test_a_problem_below_the_word_is_a_ticket() -> None:
    plan = decide(a_command("Hilfe", message={"visible_text": "Der Drucker brennt.", "text": "Der Drucker brennt."}))
    assert plan.disposition is Disposition.NEW_TICKET


# ---- leaving a ticket ------------------------------------------------------------------------------


def on_a_ticket(
    word: str, *parts: Participant, proof: Authenticity = PROVEN, desk: Any = DESK, sender: Address = ADA
) -> tuple[Case, KnownTicket]:
    """The word as the text of a reply on a ticket that these people take part in."""
    known = KnownTicket(a_ticket(), parts)
    contacts = tuple(part.contact for part in parts if part.contact.address == sender.address)
    named = (TicketByNumber("SD-1001", known.ticket.id),)
    facts = Facts(contacts=contacts, tickets=(known,), by_number=named, authenticity=proof)
    message = {"sender": sender, "subject": "Re: [SD-1001] Printer", "visible_text": word, "text": word}
    return a_command("", facts=facts, desk=desk, message=message), known


def bob(role: Role = Role.REQUESTER, **more: Any) -> Participant:
    return Participant(a_contact(BOB), role, **more)


def test_who_reads_along_may_leave_under_all_their_addresses() -> None:
    both = tuple(
        replace(a_contact(who, MEMBER, person="ada"), address=who.address)
        for who in (ADA, replace(ADA, address="a.lovelace@acme.example"))
    )
    parts = (Participant(both[0], Role.CC), Participant(both[1], Role.FOLLOWER), bob())
    case, known = on_a_ticket("Bitte aus dem Verteiler nehmen", *parts)
    plan = decide(case)
    assert plan.changes == tuple(
        SetParticipant(known.ticket.id, part.contact.address, part.role, has_left=True) for part in parts[:2]
    )
    assert (plan.disposition, plan.ticket) == (Disposition.ANSWERED, known.ticket.id)
    assert plan.reasons[0] == Reason("command", "remove", f"{ADA.address} asks to take part in SD-1001 no more")
    assert told(plan) == (NotificationKind.SETTING_CHANGED, {"what": "remove"})


def a_guest(**more: Any) -> Participant:
    return Participant(a_contact(STRANGER, Register.UNVERIFIED, organisation=""), Role.GUEST, since=NOON, **more)


def test_a_guest_who_is_proven_may_leave_and_keeps_what_was_said_of_them() -> None:
    case, known = on_a_ticket("remove me", a_guest(), bob(), sender=STRANGER)
    plan = decide(case)
    assert plan.changes == (SetParticipant(known.ticket.id, STRANGER.address, Role.GUEST, NOON, has_left=True),)
    assert plan.notifications[0].recipient == STRANGER


STAYS: list[tuple[str, tuple[Participant, ...], Authenticity, Any]] = [
    ("the requester", (Participant(a_contact(), Role.REQUESTER),), PROVEN, DESK),
    (
        "the requester who reads along, too",
        (Participant(a_contact(), Role.CC), Participant(a_contact(), Role.REQUESTER)),
        PROVEN,
        DESK,
    ),
    ("who reads along and cannot prove it", (Participant(a_contact(), Role.CC), bob()), UNPROVEN, DESK),
    ("who reads along while the DNS is silent", (Participant(a_contact(), Role.CC), bob()), PENDING, DESK),
    (
        "the same where proof is off",
        (Participant(a_contact(), Role.CC), bob()),
        PENDING,
        a_desk(proof="off"),
    ),
]


@pytest.mark.parametrize(("parts", "proof", "desk"), [row[1:] for row in STAYS], ids=[row[0] for row in STAYS])
def test_others_write_an_article_like_any_other(parts: Any, proof: Authenticity, desk: Any) -> None:
    case, _ = on_a_ticket("remove me", *parts, proof=proof, desk=desk)
    plan = decide(case)
    assert plan.disposition is Disposition.FOLLOW_UP
    assert not [change for change in plan.changes if isinstance(change, SetParticipant) and change.has_left]


def test_who_sees_a_ticket_and_takes_no_part_has_nothing_to_leave() -> None:
    case, known = on_a_ticket("remove me", bob())
    manager = replace(case.facts, contacts=(a_contact(register=MANAGER),))
    assert decide(replace(case, facts=manager)).disposition is Disposition.FOLLOW_UP
    assert known.requester and known.requester.organisation == "acme"


def test_at_a_desk_without_proof_a_contact_is_answered_by_name() -> None:
    case, _ = on_a_ticket(
        "remove me", Participant(a_contact(), Role.CC), bob(), proof=UNPROVEN, desk=a_desk(proof="off")
    )
    assert decide(case).notifications[0].recipient == ADA


def test_a_sender_whom_the_store_does_not_know_is_no_concern_of_commands() -> None:
    case = a_command("status", facts=Facts(authenticity=PROVEN))
    assert answer(case, DESK, of(case, DESK), None) is None
    assert answer(a_command("status"), DESK, of(a_command("status"), DESK), None) is not None


def test_a_forged_mail_leaves_nothing() -> None:
    case, known = on_a_ticket(
        "remove me", Participant(a_contact(), Role.CC), bob(), proof=FORGED, desk=a_desk(proof="off")
    )
    found = Belongs(known, Reason("follow-up", "x", "x"))
    assert answer(case, case.policy.desks[0], of(case, case.policy.desks[0]), found) is None


def test_where_proof_is_off_the_register_is_enough_to_leave() -> None:
    parts = (Participant(a_contact(), Role.CC), bob())
    case, _ = on_a_ticket("remove me", *parts, proof=UNPROVEN, desk=a_desk(proof="off"))
    assert decide(case).disposition is Disposition.ANSWERED


def test_an_unproven_guest_who_may_leave_is_not_called_by_a_name_somebody_chose() -> None:
    case, _ = on_a_ticket("remove me", a_guest(), bob(), proof=UNPROVEN, desk=a_desk(proof="off"), sender=STRANGER)
    (mail,) = decide(case).notifications
    assert (mail.recipient.name, mail.reply_to_id) == ("", "")


def test_who_has_left_is_told_so_again_and_who_names_no_ticket_opens_one() -> None:
    case, _ = on_a_ticket("remove me", Participant(a_contact(), Role.CC, has_left=True), bob())
    plan = decide(case)
    assert (plan.disposition, plan.changes, len(plan.notifications)) == (Disposition.ANSWERED, (), 1)
    assert decide(a_command("remove me")).disposition is Disposition.NEW_TICKET


def test_a_stranger_with_the_number_leaves_nothing() -> None:
    case, _ = on_a_ticket("remove me", bob(), sender=STRANGER)
    assert decide(case).disposition is Disposition.AWAITING_REVIEW


# ---- once more, when the proof is there ------------------------------------------------------------


def again(case: Case, ticket: TicketId, *, opened: bool) -> Plan:
    proven = replace(case.facts, authenticity=PROVEN, duplicate_of=EntryId(7))
    desk = case.policy.desks[0]
    return decide_again(replace(case, facts=proven), desk, Before(EntryId(7), ticket, opened=opened))


def test_a_command_whose_proof_came_later_is_carried_out_then_and_its_ticket_stays() -> None:
    facts = Facts(contacts=(a_contact(register=MANAGER),), authenticity=PENDING)
    plan = again(a_command("follow", facts=facts), TicketId(1001), opened=True)
    assert [type(change) for change in plan.changes] == [SetProof, SetPreference]
    assert told(plan) == (NotificationKind.SETTING_CHANGED, {"what": "follow"})
    assert (plan.disposition, plan.ticket) == (None, TicketId(1001))


def test_who_wanted_to_leave_leaves_then() -> None:
    case, known = on_a_ticket("remove me", Participant(a_contact(), Role.CC), bob(), proof=PENDING)
    plan = again(case, known.ticket.id, opened=False)
    assert plan.changes[1:] == (SetParticipant(known.ticket.id, ADA.address, Role.CC, has_left=True),)
    assert told(plan)[0] is NotificationKind.SETTING_CHANGED


def test_whose_proof_never_came_changes_nothing() -> None:
    facts = Facts(contacts=(a_contact(register=MANAGER),), authenticity=PENDING)
    case = a_command("follow", facts=facts)
    plan = decide_again(case, DESK, Before(EntryId(7), TicketId(1001), opened=True))
    assert [type(change) for change in plan.changes] == [SetProof]
