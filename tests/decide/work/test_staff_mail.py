"""Staff work by mail: their words go out, their commands are carried out, and nothing else of theirs leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.case import Case
from maild.decide.facts import Colleague, Conversation, Facts, Latest, Worker
from maild.decide.plan import AddArticle, IndexMessageIds, OpenTicket, Plan, SetStatus, SetTicket
from maild.decide.triage import decide
from maild.decide.work.staff_words import Fault, Wrong
from maild.decide.work.staff_words import said as said_of
from maild.ingest.reply.visible import visible_text
from maild.model import (
    Address,
    ArticleId,
    ArticleKind,
    Attachment,
    Authenticity,
    Automatic,
    AutomaticKind,
    Disposition,
    Message,
    NotificationKind,
    Proof,
    StaffMember,
    Status,
    Team,
    TicketId,
)
from maild.notify.audience import AT_WORK, TO_BE_ANSWERED
from tests.builders import (
    ADA,
    FORGED,
    PROVEN,
    STRANGER,
    SUPPORT,
    TOKENS,
    a_case,
    a_contact,
    a_desk,
    a_known_ticket,
    a_message,
    a_policy,
    an_envelope,
)

GRACE = Address("Grace", "grace@desk.example")
HEIDI = Worker("heidi", "heidi@desk.example", "Heidi")
LINE = Team("first-line", "line@desk.example", "First line")
TICKET = TicketId(1001)
MEMBER = StaffMember("grace", GRACE.address, "Grace", (), ("first-line",))
COLLEAGUE = Colleague(MEMBER, (LINE,))
THREAD = Conversation(("<first@acme.example>",), frozenset({ADA.address}))
KNOWN = a_known_ticket(a_contact(), assignee="")
WORKERS = (HEIDI, Worker("grace", GRACE.address, "Grace"))
FACTS = Facts(tickets=(KNOWN,), authenticity=PROVEN, staff=WORKERS, colleague=COLLEAGUE, conversation=THREAD)
POLICY = a_policy(desks=(a_desk(languages=("en", "de"), team="first-line"),))
OUR_MAIL = "Organisation:  acme\nReply above this line, please.\nSecret category: escalations"


def staff_address(reader: str = GRACE.address, ticket: TicketId = TICKET) -> str:
    return TOKENS.staff_address(SUPPORT.address, ticket, reader)


def a_mail(text: str, **changes: object) -> Message:
    usual = {"sender": GRACE, "to": (Address("", staff_address()),), "text": text, "visible_text": text}
    usual |= {"message_id": "<g1@desk.example>", "subject": "Re: [SD-1001] The printer is on fire"}
    return a_message(**(usual | changes))


def a_staff_case(text: str, facts: Facts = FACTS, **changes: object) -> Case:
    message = a_mail(text, **changes)
    envelope = an_envelope(mail_from=GRACE.address, recipient=message.to[0].address)
    return a_case(message, facts, envelope=envelope, policy=POLICY)


def said(text: str, facts: Facts = FACTS, **changes: object) -> Plan:
    return decide(a_staff_case(text, facts, **changes))


def articles(plan: Plan) -> list[AddArticle]:
    return [change for change in plan.changes if isinstance(change, AddArticle)]


def to_customers(plan: Plan) -> list[str]:
    """Everything that a mail of this plan could say to somebody who does not work here."""
    staff = {GRACE.address, HEIDI.address, LINE.address}
    told = [one for one in plan.notifications if one.recipient.address not in staff]
    return [" ".join((one.reply_to_id, *one.references, *(value for _, value in one.values))) for one in told]


def answers(plan: Plan) -> list[tuple[str, str]]:
    """What its author is told."""
    return [
        (dict(one.values)["what"], dict(one.values)["text"])
        for one in plan.notifications
        if one.kind is NotificationKind.STAFF_ANSWER and one.recipient.address == GRACE.address
    ]


# ---- an answer --------------------------------------------------------------------------------------


def test_an_answer_is_sent_on_to_the_customer_from_the_desk() -> None:
    plan = said("Please restart it.")
    (told,) = plan.notifications
    assert (told.kind, told.recipient.address, told.by_person) == (NotificationKind.REPLY, ADA.address, True)
    assert dict(told.values)["text"] == "Please restart it." and told.reply_to_id == "<first@acme.example>"
    assert (plan.disposition, plan.ticket, plan.actor) == (Disposition.FOLLOW_UP, TICKET, GRACE.address)
    (article,) = articles(plan)
    assert (article.kind, article.author, article.proof) == (ArticleKind.OUTGOING, GRACE, Proof.PROVEN)


def test_a_mail_to_the_team_is_answered_by_whoever_is_in_it() -> None:
    plan = said("Please restart it.", to=(Address("", staff_address(LINE.address)),))
    assert [one.kind for one in plan.notifications] == [NotificationKind.REPLY]


def test_an_own_message_id_of_staff_leads_to_the_ticket_and_stands_in_no_mail_to_customers() -> None:
    plan = said("Please restart it.")
    assert IndexMessageIds(TICKET, ("<g1@desk.example>",)) in plan.changes
    assert articles(plan)[0].message_id == "" and "g1@desk" not in " ".join(to_customers(plan))


def test_two_answers_of_one_moment_are_two_mails() -> None:
    events = {said("Hello.", content_key=key).notifications[0].event for key in ("c1", "c2")}
    assert len(events) == 2


def test_files_lie_with_the_request_and_their_author_hears_that_they_were_not_sent() -> None:
    file = Attachment("log.txt", "text/plain", 10, "m", "s", "2")
    plan = said("See the log.", attachments=(file,))
    assert articles(plan)[0].attachments == (file,)
    ((what, text),) = answers(plan)
    assert what == "done" and "log.txt" in text


# ---- commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("#priority 2", [("priority", "2")]),
        ("#assign heidi", [("assignee", "heidi")]),
        ("#assign me", [("assignee", "grace")]),
        ("#zuweisen mir", [("assignee", "grace")]),
        ("#Type: incident\n#category hosting", [("type", "incident"), ("category", "hosting")]),
    ],
)
def test_commands_set_what_they_name_and_tell_the_customer_nothing(text: str, changes: list[tuple[str, str]]) -> None:
    plan = said(text)
    assert [(one.name, one.value) for one in plan.changes if isinstance(one, SetTicket)] == changes
    assert to_customers(plan) == [] and articles(plan) == [] and answers(plan) == []


@pytest.mark.parametrize(
    ("text", "statuses", "kinds"),
    [
        ("#solved\nRestarted.", [Status.SOLVED], ["reply"]),
        ("#solved", [Status.SOLVED], ["status-update"]),
        ("#waiting\nWhich one?", [Status.WAITING], ["reply"]),
        ("#open\nWe look into it.", [Status.WAITING, Status.OPEN], ["reply"]),
        ("#third-party\nThe maker looks into it.", [Status.WAITING, Status.THIRD_PARTY], ["reply"]),
        ("#close\nBye.", [Status.WAITING, Status.CLOSED], ["reply", "status-update"]),
        ("Which one?", [Status.WAITING], ["reply"]),
    ],
)
def test_a_status_that_is_named_goes_before_what_an_answer_does(
    text: str, statuses: list[Status], kinds: list[str]
) -> None:
    plan = said(text)
    assert [one.status for one in plan.changes if isinstance(one, SetStatus)] == statuses
    assert [one.kind for one in plan.notifications] == kinds


def test_a_line_of_a_shell_is_no_command() -> None:
    (told,) = said("Please run this:\n# systemctl restart printer\n#1 is the one upstairs.").notifications
    assert dict(told.values)["text"].count("#") == 2


def test_several_commands_stand_above_an_answer() -> None:
    plan = said("#priority 1\n#assign me\n\n#solved\n\nRestarted.\nHave a nice day.")
    assert [type(one) for one in plan.changes[:2]] == [SetTicket, SetTicket]
    (told,) = plan.notifications
    assert dict(told.values)["text"] == "Restarted.\nHave a nice day."


def test_whoever_gets_a_ticket_is_told_and_whoever_takes_it_is_not() -> None:
    (told,) = said("#assign heidi").notifications
    assert (told.kind, told.recipient.address) == (NotificationKind.STAFF_TICKET, HEIDI.address)
    assert dict(told.values)["news"] == "assigned"
    assert said("#assign me").notifications == ()


LATEST = Latest(
    ArticleId(7), ADA, "The printer is on fire", "It burns. And may we have a new one?", Proof.PROVEN, False
)
SPLITTING = replace(FACTS, conversation=replace(THREAD, latest=LATEST))


@pytest.mark.parametrize(
    ("text", "title", "question"),
    [
        ("#split\n> And may we have a new one?", "The printer is on fire", "And may we have a new one?"),
        ("#split A new printer\nMay we have a new one?", "A new printer", "May we have a new one?"),
        ("#split A new printer", "A new printer", LATEST.text),
    ],
)
def test_a_second_question_gets_a_ticket_of_its_own_and_its_requester_hears_of_it(
    text: str, title: str, question: str
) -> None:
    plan = said(text, SPLITTING)
    (opened,) = [change for change in plan.changes if isinstance(change, OpenTicket)]
    (article,) = articles(plan)
    assert (plan.disposition, plan.ticket, opened.title) == (Disposition.NEW_TICKET, None, title)
    assert (article.kind, article.author, article.text) == (ArticleKind.INCOMING, ADA, question)
    assert [one.recipient.address for one in plan.notifications] == [ADA.address]


def test_with_a_note_in_it_nothing_is_split_off() -> None:
    plan = said("#split\n#note\nHe always asks twice.", SPLITTING)
    assert [one.kind for one in articles(plan)] == [ArticleKind.NOTE] and to_customers(plan) == []


# ---- notes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["#note\nHe owes us money.", "#note He owes us money.", "# Notiz: He owes us money.", "＃note He owes us money.",
     "Hello,\n#note\nHe owes us money.", "#solved\n#note\nHe owes us money.", "#slove\n#note He owes us money."],
)  # fmt: skip
def test_a_note_keeps_all_of_a_mail_inside(text: str) -> None:
    plan = said(text)
    assert to_customers(plan) == []
    (kept,) = articles(plan)
    assert kept.kind is ArticleKind.NOTE and "He owes us money." in kept.text
    assert not [one for one in plan.changes if isinstance(one, SetStatus)]


def test_beside_a_note_the_ticket_may_be_set_and_a_status_is_left_out_aloud() -> None:
    plan = said("#note\n#priority 1\n#solved\nHe called twice.")
    assert [one.value for one in plan.changes if isinstance(one, SetTicket)] == ["1"]
    ((what, text),) = answers(plan)
    assert what == "done" and "#solved" in text


# ---- what does not work -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("#slove\nIt works.", "#slove"),
        ("#priority high\nIt works.", "#priority high"),
        ("#priority\nIt works.", "#priority"),
        ("#solved all of it\nIt works.", "#solved"),
        ("#assign ghost\nIt works.", "ghost"),
        ("It works.\n#solved", "#solved"),
        ("It works.\n#nota he never pays", "#nota"),
        ("#split\nIt works.", "no mail of a customer"),
        ("#split\n#solved\nIt works.", "#split goes with no other"),
        ("#open\n" * 11 + "It works.", "more than 10"),
        ("It works.\n" + "# x\n" * 501 + "#note", "more than 10"),
        ("#solved/closed\nIt works.", "#solved"),
        (f"It works.\n{OUR_MAIL}", "quot"),
        ("It works.\n> Organisation:  acme", "quot"),
        (f"It works.\n{staff_address()}", "quot"),
        (f"It works.\n{'-' * 65}\nthe mail", "quot"),
    ],
)
def test_what_does_not_work_sends_nothing_and_its_author_hears_why(text: str, word: str) -> None:
    plan = said(text)
    assert to_customers(plan) == [] and [one.kind for one in articles(plan)] == [ArticleKind.NOTE]
    assert not [one for one in plan.changes if isinstance(one, SetStatus | SetTicket)]
    ((what, told),) = answers(plan)
    assert what == "undone" and word in told
    assert "It works." in articles(plan)[0].text


OURS = (
    "-- please write above this line --\n\nHello Grace,\n\na new request has reached Service.\n\n"
    "Request:       SD-1001, priority 3\nCategory:      secret\n"
)
HEADS = [
    "From: Service <support@desk.example>\nSent: Friday, 20 November 2026 12:00\nTo: Grace\n"
    "Subject: [SD-1001] New: The printer\n\n",
    "-----Original Message-----\nFrom: Service\nSent: Friday\nTo: Grace\nSubject: [SD-1001] New: The printer\n\n",
    "On Fri, 20 Nov 2026 at 12:00, Service <support@desk.example> wrote:\n",
    "",
]


@pytest.mark.parametrize("head", HEADS)
def test_a_mail_that_is_nothing_but_our_own_is_no_answer(head: str) -> None:
    plan = said(f"{head}{OURS}")
    assert to_customers(plan) == [] and [what for what, _ in answers(plan)] == ["undone"]


@pytest.mark.parametrize("head", HEADS)
def test_above_our_own_mail_an_answer_is_found_in_any_program(head: str) -> None:
    whole = f"Please restart it.\n\n{head}{OURS}"
    (told,) = said(whole, visible_text=visible_text(whole)).notifications
    assert dict(told.values)["text"] == "Please restart it."


def test_a_mail_without_a_word_or_a_command_is_no_answer() -> None:
    for text in ("\n", "#note"):
        ((_, told),) = answers(said(text))
        assert "neither a command" in told


def test_whatever_staff_answer_has_the_line_by_which_a_quotation_of_it_is_known() -> None:
    assert AT_WORK <= TO_BE_ANSWERED


@pytest.mark.parametrize("text", ["#type incedent\nIt works.", "#priority 1\n#type incedent\n#note It works."])
def test_what_the_desk_does_not_know_is_not_done_by_halves(text: str) -> None:
    policy = a_policy(desks=(a_desk(languages=("en",), team="first-line", types=[{"type": "incident"}]),))
    plan = decide(replace(a_staff_case(text), policy=policy))
    ((what, told),) = answers(plan)
    assert what == "undone" and "incedent" in told and to_customers(plan) == []
    assert [one.kind for one in articles(plan)] == [ArticleKind.NOTE] and "It works." in articles(plan)[0].text
    assert not [one for one in plan.changes if isinstance(one, SetTicket)]


@pytest.mark.parametrize("language", ["en", "de", "nl", "pl"])
def test_everything_that_may_go_wrong_can_be_said(language: str) -> None:
    assert all(said_of(Fault(wrong, "#word"), language) for wrong in Wrong)


def test_a_forwarded_mail_is_no_answer() -> None:
    plan = said("Have a look at this.", subject="Fwd: prices")
    assert to_customers(plan) == [] and [what for what, _ in answers(plan)] == ["undone"]


# ---- anybody else -----------------------------------------------------------------------------------

NOT_PROVEN = Authenticity()


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        (replace(FACTS, authenticity=NOT_PROVEN), {}),
        (FACTS, {"to": (Address("", staff_address("other@desk.example")),)}),
        (FACTS, {"to": (Address("", staff_address().replace(".", ".b", 1)),)}),
        (replace(FACTS, colleague=Colleague(MEMBER)), {"to": (Address("", staff_address(LINE.address)),)}),
        (replace(FACTS, colleague=Colleague(replace(MEMBER, desks=("other",)), (LINE,))), {}),
        (replace(FACTS, colleague=None), {}),
        (replace(FACTS, colleague=None), {"sender": STRANGER}),
    ],
    ids=["unproven", "a colleague's", "of another ticket", "has left the team", "another desk", "no staff", "stranger"],
)  # fmt: skip
def test_in_other_hands_a_staff_address_is_worth_nothing(facts: Facts, changes: dict[str, object]) -> None:
    plan = said("#solved\nGive me the money.", facts, **changes)
    assert plan.ticket != TICKET, "it opens a ticket of its own, for a person to look at, like any bad token"
    assert not [one for one in plan.changes if isinstance(one, SetStatus | SetTicket)]
    assert all(one.recipient.address != ADA.address for one in plan.notifications)
    assert [one.kind for one in articles(plan)] == [ArticleKind.INCOMING]


def test_forged_mail_of_staff_goes_to_quarantine() -> None:
    assert said("#solved", replace(FACTS, authenticity=FORGED)).disposition is Disposition.QUARANTINED


def test_while_the_dns_is_silent_nothing_is_done_and_nothing_is_lost() -> None:
    plan = said("#solved", replace(FACTS, authenticity=replace(PROVEN, proof=Proof.PENDING)))
    assert plan.disposition is Disposition.QUARANTINED and plan.changes == () and plan.notifications == ()


@pytest.mark.parametrize("to", [staff_address(), SUPPORT.address])
def test_that_a_colleague_is_away_is_no_answer_to_anybody(to: str) -> None:
    away = Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted: auto-replied")
    plan = said("I am away. #solved", automatic=away, to=(Address("", to),), in_reply_to=("<sd@desk.example>",))
    assert plan.disposition is Disposition.IGNORED and plan.changes == () and plan.notifications == ()


def test_a_customer_with_a_staff_address_writes_as_they_always_may() -> None:
    facts = replace(FACTS, colleague=None, contacts=(a_contact(),))
    plan = said("#solved\nThank you.", facts, sender=ADA)
    assert plan.disposition in (Disposition.FOLLOW_UP, Disposition.NEW_TICKET, Disposition.AWAITING_REVIEW)
    assert not [one for one in plan.changes if isinstance(one, SetStatus) and one.status is Status.SOLVED]


# ---- no word of a note leaves -----------------------------------------------------------------------

SECRET = "xyzzy"
LINES = st.sampled_from(
    ["#solved", "#waiting", "#open", "#close", "#priority 2", "#priority 9", "#assign me", "#assign ghost", "#note",
     "#Note: so", "#nota", "#split", "Hello,", "", "It works now.", "> quoted", f"--- {'-' * 50}", "#type incident"]
)  # fmt: skip


@given(
    before=st.lists(LINES, max_size=5), after=st.lists(LINES, max_size=5), place=st.sampled_from(["#note", "#notiz:"])
)
def test_no_word_of_a_mail_with_a_note_in_it_ever_reaches_a_customer(
    before: list[str], after: list[str], place: str
) -> None:
    plan = said("\n".join((*before, f"{place} {SECRET}", SECRET, *after)))
    assert to_customers(plan) == []
    assert all(one.kind is ArticleKind.NOTE for one in articles(plan))


@given(lines=st.lists(LINES, min_size=1, max_size=6))
def test_of_a_mail_of_staff_customers_read_what_stands_below_its_commands_and_no_command(lines: list[str]) -> None:
    told = " ".join(to_customers(said("\n".join(lines))))
    assert "#" not in told and "quoted" not in told and "---" not in told
