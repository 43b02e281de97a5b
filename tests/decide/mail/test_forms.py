"""A form speaks for somebody: the mail is theirs, unproven, where the form names them for sure, and else the form's."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.facts import Facts
from maild.decide.mail.forms import MOST_LINES, Behind, behind_form
from maild.decide.triage import decide
from maild.desks.policy import Colleagues
from maild.ingest.header.addresses import normal_address
from maild.model import (
    Address,
    Automatic,
    AutomaticKind,
    Bounce,
    Disposition,
    Envelope,
    Message,
    Note,
    NotificationKind,
    Role,
)
from tests.builders import ADA, BOB, SUPPORT, a_case, a_desk, a_message, a_policy, an_envelope
from tests.effort import effort

FORM = Address("Web form", "forms@www.desk.example")
BY_HEADER = a_policy(desks=(a_desk(forms=({"from": FORM.address, "requester": "reply-to"},)),))
BY_FIELD = a_policy(desks=(a_desk(forms=({"from": FORM.address, "requester": {"field": "E-Mail"}},)),))


def by_header(*reply_to: Address, envelope: Envelope | None = None, **changes: Any) -> Behind:
    message = a_message(**({"sender": FORM, "reply_to": reply_to} | changes))
    return behind_form(message, envelope or an_envelope(), BY_HEADER)


def by_field(text: str, **changes: Any) -> Behind:
    return behind_form(a_message(**({"sender": FORM, "visible_text": text} | changes)), an_envelope(), BY_FIELD)


def told(message: Message) -> list[str]:
    return [note.text for note in message.notes if note.code == "form"]


def names_nobody(found: Behind) -> bool:
    (text,) = told(found.message)
    return (found.message.sender, found.form) == (FORM, None) and "names no requester for sure" in text


# ---- Reply-To --------------------------------------------------------------------------------------


def test_the_one_whom_reply_to_names_is_the_sender_and_a_note_says_that_nothing_proves_it() -> None:
    found = by_header(ADA)
    assert (found.message.sender, found.form) == (ADA, FORM)
    assert told(found.message) == [
        "the form forms@www.desk.example names ada@acme.example as the requester; nothing proves it"
    ]


@pytest.mark.parametrize(
    ("reply_to", "changes"),
    [
        pytest.param((), {}, id="nobody"),
        pytest.param((ADA, BOB), {}, id="two people"),
        pytest.param((ADA,), {"defects": ("Reply-To: stray ';'",)}, id="a header that can be read in two ways"),
        pytest.param((FORM,), {}, id="the form itself"),
        pytest.param((SUPPORT,), {}, id="the desk"),
        pytest.param((Address("", "support+t.1@desk.example"),), {}, id="a reply address of the desk"),
        pytest.param((Address("", '"a b@c"@acme.example"'),), {}, id="an address that no mail can be sent to"),
        pytest.param((ADA,), {"unreadable": "depth"}, id="a mail that was not read"),
    ],
)
def test_where_it_names_nobody_for_sure_the_form_stays_the_sender(
    reply_to: tuple[Address, ...], changes: dict[str, Any]
) -> None:
    assert names_nobody(by_header(*reply_to, **changes))


def test_defects_elsewhere_leave_no_doubt_about_reply_to() -> None:
    assert by_header(ADA, defects=("Date: unreadable",)).form == FORM


@pytest.mark.parametrize("sender", [BOB, Address("", "forms@desk.example"), Address("", "x@www.desk.example"), None])
def test_nobody_but_a_declared_form_speaks_for_others(sender: Address | None) -> None:
    message = a_message(sender=sender, reply_to=(ADA,), visible_text="E-Mail: ada@acme.example")
    for policy in (BY_HEADER, BY_FIELD, a_policy()):
        assert behind_form(message, an_envelope(), policy) == Behind(message)


def test_a_form_speaks_at_the_desk_that_declares_it_only() -> None:
    other = a_desk(desk="sales", prefix="SA", addresses=("sales@desk.example",))
    policy = BY_HEADER.model_copy(update={"desks": (*BY_HEADER.desks, other)})
    message = a_message(sender=FORM, reply_to=(ADA,))
    assert behind_form(message, an_envelope(recipient="sales@desk.example"), policy) == Behind(message)
    assert behind_form(message, an_envelope(recipient="nobody@desk.example"), policy) == Behind(message)
    assert behind_form(message, an_envelope(), policy).form == FORM


# ---- a field of the text ---------------------------------------------------------------------------

NAMED = {
    "plain": "Name: Ada\nE-Mail: ada@acme.example\n\nIt burns.",
    "capitals": "e-mail: ADA@ACME.example",
    "bold": "*E-Mail:* ada@acme.example",
    "required": "E-Mail *: ada@acme.example",
    "listed": "- E-Mail: ada@acme.example",
    "quoted": "> E-Mail: ada@acme.example",
    "in brackets": "E-Mail: <ada@acme.example>",
    "as a link": "E-Mail: ada@acme.example (mailto:ada@acme.example)",
    "as an old link": "E-Mail: ada@acme.example<mailto:ada@acme.example>",
    "in a table": "Name     Ada\nE-Mail   ada@acme.example",
    "behind a tab": "E-Mail\tada@acme.example",
    "wide colon": "E-Mail：ada@acme.example",
    "below": "E-Mail\nada@acme.example\nName\nAda",
    "below, with a gap": "E-Mail:\n\n  ada@acme.example",
    "other words nearby": "E-Mail-Newsletter: no\nE-Mails: 3\nE-Mail: ada@acme.example\nMy E-Mail: bob@acme.example",
    "in a sentence elsewhere": "E-Mail: ada@acme.example\nE-Mail does not work: bob@acme.example is full",
}  # fmt: skip
UNNAMED = {
    "nothing": "",
    "no such line": "Name: Ada\nada@acme.example",
    "no value": "E-Mail:\nName: Ada",
    "the last line": "E-Mail:",
    "no address": "E-Mail: ada at acme",
    "two lines": "E-Mail: ada@acme.example\nE-Mail: bob@acme.example",
    "twice the same": "E-Mail: ada@acme.example\nE-Mail: ada@acme.example",
    "an empty line and one in the words of the person": "E-Mail:\nText: x\nE-Mail: bob@acme.example",
    "two addresses": "E-Mail: ada@acme.example, bob@acme.example",
    "a link elsewhere": "E-Mail: ada@acme.example (mailto:bob@acme.example)",
    "a name": "E-Mail: Ada <ada@acme.example>",
    "words behind it": "E-Mail: ada@acme.example or by phone",
    "too far below": "E-Mail:\n\n\nada@acme.example",
    "the desk": "E-Mail: support@desk.example",
    "the form": "E-Mail: forms@www.desk.example",
    "beyond the lines that count": "\n" * MOST_LINES + "E-Mail: ada@acme.example",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in NAMED.items()])
def test_the_address_on_the_one_line_with_the_label_is_the_senders(text: str) -> None:
    found = by_field(text)
    assert (found.message.sender, found.form) == (Address("", "ada@acme.example"), FORM)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in UNNAMED.items()])
def test_a_text_that_leaves_a_doubt_names_nobody(text: str) -> None:
    assert names_nobody(by_field(text))


def test_where_a_field_is_declared_reply_to_names_nobody() -> None:
    assert names_nobody(by_field("Name: Ada", reply_to=(ADA,)))


def test_a_label_is_no_pattern() -> None:
    policy = a_policy(desks=(a_desk(forms=({"from": FORM.address, "requester": {"field": "E.Mail (x)"}},)),))
    lines = "E-Mail x: bob@acme.example\nE.Mail (x): ada@acme.example"
    found = behind_form(a_message(sender=FORM, visible_text=lines), an_envelope(), policy)
    assert found.message.sender == Address("", "ada@acme.example")


PIECES = st.sampled_from(
    [
        "E-Mail",
        ":",
        " ",
        "  ",
        "\t",
        "\n",
        "*",
        ">",
        "<",
        "(",
        "mailto:",
        "@",
        ".",
        "ada@acme.example",
        "ß",
        "\0",
        "\ud800",
    ]
)


@given(st.lists(PIECES | st.text(string.printable, max_size=4), max_size=40).map("".join))
def test_whatever_a_form_writes_is_read_and_no_address_is_made_up(text: str) -> None:
    found = by_field(text)
    if found.form is None:
        assert found.message.sender == FORM
    else:
        words = text.lower().replace("<", " ").replace("(", " ").replace("mailto:", " ").replace(">", " ").split()
        words = [word.strip("*_:)\xa0") for word in words]
        assert found.message.sender and found.message.sender.address in map(normal_address, words)


@pytest.mark.parametrize("piece", ["E-Mail", "E-Mail ", "E-Mail: a@", " ", "*", "(mailto:", "E-Mail:\n", "\n", "a@b"])
def test_a_hostile_text_costs_no_more_than_an_honest_one(piece: str) -> None:
    assert effort(lambda: by_field("E-Mail: " + piece * 100_000), 0.5) <= 0.5


# ---- whose mail it is then -------------------------------------------------------------------------


def automatic(kind: AutomaticKind) -> Automatic:
    return Automatic(kind, "Auto-Submitted: auto-generated")


@pytest.mark.parametrize("kind", [AutomaticKind.AUTO_GENERATED, AutomaticKind.BULK])
def test_a_person_pressed_the_button_whatever_the_forms_program_writes_into_the_header(kind: AutomaticKind) -> None:
    message = by_header(ADA, automatic=automatic(kind), suppress_reply="X-Auto-Response-Suppress: All").message
    assert (message.automatic, message.suppress_reply) == (None, "")


def test_a_person_is_answered_although_the_program_asks_for_silence() -> None:
    assert by_header(ADA, suppress_reply="X-Auto-Response-Suppress: All").message.suppress_reply == ""


@pytest.mark.parametrize(
    ("kind", "bounce"),
    [
        (AutomaticKind.AUTO_REPLY, None),
        (AutomaticKind.LIST, None),
        (AutomaticKind.BOUNCE, Bounce(())),
        (AutomaticKind.AUTO_GENERATED, Bounce(())),
    ],
)
def test_an_automatic_reply_and_a_bounce_stay_a_machines(kind: AutomaticKind, bounce: Bounce | None) -> None:
    message = by_header(ADA, automatic=automatic(kind), bounce=bounce, suppress_reply="x-loop").message
    assert (message.automatic, message.bounce, message.suppress_reply) == (automatic(kind), bounce, "x-loop")


def test_a_form_that_names_nobody_stays_the_machine_it_is() -> None:
    message = by_header(automatic=automatic(AutomaticKind.AUTO_GENERATED), suppress_reply="x-loop").message
    assert (message.automatic, message.suppress_reply) == (automatic(AutomaticKind.AUTO_GENERATED), "x-loop")


def test_the_form_takes_no_part_where_it_sends_itself_a_copy() -> None:
    message = by_header(ADA, to=(SUPPORT, FORM), cc=(BOB, FORM)).message
    assert (message.to, message.cc) == ((SUPPORT,), (BOB,))


def test_that_answers_go_elsewhere_is_no_news_of_a_form_and_all_else_is_told() -> None:
    notes = (Note("reply-to-differs", "x"), Note("encrypted", "y"))
    assert [note.code for note in by_header(ADA, notes=notes).message.notes] == ["form", "encrypted"]
    assert [note.code for note in by_header(notes=notes).message.notes] == ["form", "reply-to-differs", "encrypted"]


def test_a_strange_letter_in_the_address_is_shown_as_what_it_is() -> None:
    (text,) = told(by_header(Address("", "аda@acme.example")).message)
    assert r"names \u0430da@acme.example" in text


def test_the_ticket_is_the_requesters_and_nobody_else_joins_it() -> None:
    form = {"from": FORM.address, "requester": "reply-to"}
    policy = a_policy(desks=(a_desk(forms=(form,), colleagues=Colleagues.EVERYBODY),))
    sent = a_message(sender=FORM, reply_to=(BOB,), to=(SUPPORT, FORM), automatic=automatic(AutomaticKind.BULK))
    message = behind_form(sent, an_envelope(), policy).message
    plan = decide(a_case(message, Facts(), policy=policy))
    joins = [(one.address, one.role) for one in plan.changes if type(one).__name__ == "JoinTicket"]
    assert (plan.disposition, joins) == (Disposition.NEW_TICKET, [(BOB.address, Role.REQUESTER)])
    assert [(one.kind, one.recipient.address) for one in plan.notifications] == [
        (NotificationKind.CONFIRMATION_UNVERIFIED, BOB.address)
    ]
    assert "form" in [reason.code for reason in plan.reasons]
