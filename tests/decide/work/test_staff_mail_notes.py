"""Whatever happens to a ticket, and in whatever order: no mail to a customer holds a word of a note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from maild.decide.facts import Colleague, Conversation, Facts, KnownTicket, Worker
from maild.decide.plan import Plan, SetStatus, SetTicket
from maild.decide.triage import decide
from maild.decide.work import staff
from maild.model import Address, Attachment, Participant, Role, StaffMember, Team
from maild.rules.language import Rule
from tests.builders import (
    ADA,
    BOB,
    NOON,
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
)

SECRET = "xyzzy"
GRACE, LINE = Address("Grace", "grace@desk.example"), Team("line", "line@desk.example", "Line")
WORKERS = (Worker("grace", GRACE.address, "Grace"), Worker("line", LINE.address, "Line"))
STAFF = {worker.address for worker in WORKERS}
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(
    [
        {"rule": "tell", "on": ["new", "follow-up", "reply"], "when": {"text": "burns"}, "then": {"notify": "grace"}},
        {"rule": "answer", "on": ["follow-up"], "when": {"text": "burns"}, "then": {"category": "fire"}},
    ]
)
DESK = a_desk(team="line", languages=("en",), tells={"answer": ["team", "assignee", "followers"]})
POLICY = a_policy(desks=(DESK,), rules=RULES)
PEOPLE = a_known_ticket(a_contact(), a_contact(BOB))
GUEST = Participant(a_contact(STRANGER), Role.GUEST, NOON)
BEGINNING = replace(PEOPLE, participants=(*PEOPLE.participants, GUEST))


@dataclass
class Life:
    """A ticket as it changes, and every plan that changed it."""

    known: KnownTicket = BEGINNING
    plans: list[Plan] = field(default_factory=list)

    def take(self, plan: Plan) -> None:
        ticket = self.known.ticket
        for change in plan.changes:
            if isinstance(change, SetStatus):
                ticket = replace(ticket, status=change.status)
            if isinstance(change, SetTicket) and change.name == "assignee":
                ticket = replace(ticket, assignee=change.value)
        self.known = replace(self.known, ticket=ticket)
        self.plans.append(plan)

    @property
    def facts(self) -> Facts:
        people = tuple(part.contact for part in self.known.participants)
        written = Conversation(("<m1@acme.example>",), frozenset({ADA.address}))
        colleague = Colleague(StaffMember("grace", GRACE.address, "Grace", (), ("line",)), (LINE,))
        return Facts(
            people, (self.known,), authenticity=PROVEN, staff=WORKERS, colleague=colleague, conversation=written
        )

    @property
    def hand(self) -> staff.Hand:
        return staff.Hand(
            GRACE, self.known, DESK, ("<m1@acme.example>",), NOON, frozenset({ADA.address}), POLICY.rule_set, self.facts
        )

    def by_mail(self, text: str) -> None:
        to = Address("", TOKENS.staff_address(SUPPORT.address, self.known.ticket.id, LINE.address))
        file = Attachment(f"{SECRET}.txt", "text/plain", 1, "", "", "2")
        message = a_message(sender=GRACE, to=(to,), text=text, visible_text=text, attachments=(file,), subject=SECRET)
        self.take(decide(a_case(message, self.facts, policy=POLICY)))

    def by_customer(self, sender: Address) -> None:
        message = a_message(sender=sender, subject="[SD-1001] It burns")
        facts = replace(self.facts, colleague=None)
        case = a_case(message, facts, policy=POLICY)
        self.take(decide(replace(case, keys=replace(case.keys, earlier=self.known.ticket.id))))


Act = Callable[[Life], None]
ACTS: dict[str, Act] = {
    "note": lambda life: life.take(staff.note(life.hand, f"{SECRET} {SECRET}")),
    "note by mail": lambda life: life.by_mail(f"#note\n{SECRET}\n#solved"),
    "note with commands": lambda life: life.by_mail(f"#priority 1\n#solved\n#note {SECRET}\n{SECRET}"),
    "late note": lambda life: life.by_mail(f"Hello,\n{SECRET}\n#note"),
    "misspelt": lambda life: life.by_mail(f"#slove\n{SECRET}"),
    "with our own words": lambda life: life.by_mail(f"Hello\n> {SECRET}"),
    "reply": lambda life: life.take(staff.reply(life.hand, "It burns no more.")),
    "reply by mail": lambda life: life.by_mail("#solved\nIt burns no more."),
    "assign": lambda life: life.by_mail("#assign line"),
    "close": lambda life: life.take(staff.set_property(life.hand, "status", "closed")),
    "customer": lambda life: life.by_customer(ADA),
    "colleague": lambda life: life.by_customer(BOB),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=8))
def test_no_order_of_things_tells_a_customer_a_word_of_a_note(acts: list[str]) -> None:
    life = Life()
    for act in acts:
        ACTS[act](life)
    outside = [one for plan in life.plans for one in plan.notifications if one.recipient.address not in STAFF]
    assert all(SECRET not in repr(one) for one in outside)
    answers = sum(act.startswith("reply") for act in acts)
    texts = [dict(one.values).get("text", "") for one in outside if one.recipient.address == ADA.address]
    assert texts.count("It burns no more.") == answers, "and what is meant for the customer arrives"
