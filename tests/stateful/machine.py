"""The machine: what people, machines, staff, the DNS and the clock may do, in any order. Hypothesis chooses.

Each rule is one thing that somebody does; what it comes to is maild's, and is judged in `World.over`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from hypothesis import event
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from maild.decide.who import approvals, taking_part
from maild.decide.who.welcome import welcome
from maild.decide.work import staff
from maild.directory.entries import Entry, Kind
from maild.model import Address, ProposalKind, Register
from maild.steps.proposals import background
from maild.store import proposals, register
from tests.stateful.cast import CUSTOMERS, DESKS, EVA, EVERYBODY, GRACE, HOMES, HOST, MALLORY, SUE
from tests.stateful.letters import Dns, Letter, Level
from tests.stateful.snapshot import Case, Sent, Wish
from tests.stateful.world import POLICY, World

T = TypeVar("T")
COUNTED: Counter[str] = Counter()
CHECKS: Counter[str] = Counter()
INDEX = some.integers(0, 30)
FEWEST = 7
"""So many addresses of contacts stay, so that the world does not run empty."""
STATES = some.sampled_from([Register.REGISTERED, Register.AUTHORISED])
PEOPLE = some.sampled_from(EVERYBODY)
MOSTLY_PROVEN = some.sampled_from(
    [*[Level.PROVEN] * 6, *[Level.NONE] * 2, *[Level.SIGNED] * 2, Level.WEAK, Level.FAILED]
)
COPIES = some.lists(some.sampled_from((*EVERYBODY, "carl@elsewhere.example")), max_size=2, unique=True).map(tuple)
WISHES = some.sampled_from(["", "", "", "restart", "restart", "new contact", "leaving"])
WORDS = some.sampled_from(["", "", "yes", "no", "remove me", "status", "follow", "names", "restart"])
HOW = some.sampled_from(
    [{"token"}, {"number"}, {"references"}, {"token", "references", "number"}, {"references", "number"}]
)
COMMANDS = ("status", "status organisation", "follow", "unfollow", "remove me", "help")
NAMED = {"new contact": (EVA, SUE, "fred@acme.example"), "leaving": CUSTOMERS, "names": (EVA, "fred@acme.example")}


class Life(RuleBasedStateMachine):
    """One life of the world."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: Counter[str] = Counter()
        self.world = World(self.counted, CHECKS)

    def teardown(self) -> None:
        for name in self.counted:
            event(name)
        COUNTED.update(self.counted)
        COUNTED["lives"] += 1
        self.world.close()

    # ---- what there is to choose from ------------------------------------------------------------------

    def a_case(self, index: int) -> Case:
        return late(tuple(self.world.state.cases.values()), index)

    def a_mail(self, index: int) -> Sent:
        return late(self.world.mails, index)

    def questions(self) -> list[Sent]:
        """Mails of ours that want a yes."""
        return [one for one in self.world.mails if one.kind in ("consent", "invitation", "welcome", "successor")]

    def open_wishes(self) -> list[Wish]:
        return [one for one in self.world.state.wishes().values() if one.state in ("held", "open", "invited")]

    def trusted(self) -> list[str]:
        return [one.address for one in self.world.state.contacts.values() if one.trusted]

    def has_cases(self) -> bool:
        return bool(self.world.state.cases)

    def has_mails(self) -> bool:
        return bool(self.world.mails)

    # ---- people write ----------------------------------------------------------------------------------

    def send(self, sender: str, to: str, **more: object) -> None:
        more.setdefault("text", f"Hello.\n\n{{mark}}\n\n{signed_off(sender)}")
        number = len(self.world.letters) + 1
        letter = Letter(number, sender, to, self.world.now, **more)
        object.__setattr__(letter, "text", letter.text.replace("{mark}", letter.marks[1]))
        self.world.takes(letter)

    @rule(who=PEOPLE, desk=some.sampled_from(list(DESKS)), level=MOSTLY_PROVEN, wish=WISHES, cc=COPIES, whom=INDEX)
    def writes(self, who: str, desk: str, level: Level, wish: str, cc: tuple[str, ...], whom: int) -> None:
        """Somebody writes for the first time."""
        self.send(who, f"{desk}@{HOST}", subject=wish, text=new_text(wish, whom), level=level, cc=cc)

    @rule(who=some.sampled_from(CUSTOMERS), desk=some.sampled_from(list(DESKS)), level=MOSTLY_PROVEN, wish=WISHES)
    def asks_for_something(self, who: str, desk: str, level: Level, wish: str) -> None:
        self.send(who, f"{desk}@{HOST}", subject=wish or "restart", text=new_text(wish, len(who)), level=level)

    @precondition(has_mails)
    @rule(mail=INDEX, how=HOW, level=MOSTLY_PROVEN, says=WORDS, cc=COPIES, whom=INDEX)
    def answers(self, mail: int, how: set[str], level: Level, says: str, cc: tuple[str, ...], whom: int) -> None:
        """Whoever got a mail of ours answers it."""
        about = self.a_mail(mail)
        self.reply(about.recipient, about, how, level, says, cc, whom)

    @precondition(has_mails)
    @rule(who=PEOPLE, mail=INDEX, how=HOW, level=MOSTLY_PROVEN, says=WORDS, cc=COPIES, whom=INDEX)
    def answers_what_was_forwarded(
        self, who: str, mail: int, how: set[str], level: Level, says: str, cc: tuple[str, ...], whom: int
    ) -> None:
        """Somebody answers a mail of ours that somebody else got."""
        self.reply(who, self.a_mail(mail), how, level, says, cc, whom)

    @precondition(lambda self: bool(self.questions()))
    @rule(
        who=some.sampled_from((*CUSTOMERS, "")), mail=INDEX, how=HOW, level=MOSTLY_PROVEN,
        says=some.sampled_from(["yes", "yes", "no", "names"]),
    )  # fmt: skip
    def decides(self, who: str, mail: int, how: set[str], level: Level, says: str) -> None:
        """Somebody, mostly whoever was asked, answers a question of ours."""
        about = late(self.questions(), mail)
        self.reply(who if mail % 3 == 0 and who else about.recipient, about, how, level, says, (), mail)

    @rule(
        who=some.sampled_from(CUSTOMERS), desk=some.sampled_from(list(DESKS)), by=some.sampled_from(CUSTOMERS),
        level=MOSTLY_PROVEN, how=HOW,
    )  # fmt: skip
    def a_wish_is_agreed_to_by_anybody(self, who: str, desk: str, by: str, level: Level, how: set[str]) -> None:
        """What is held, and a yes to it that comes from wherever, with whatever proof."""
        self.send(who, f"{desk}@{HOST}", subject="restart", text=new_text("restart", 0), level=Level.PROVEN)
        if asked := self.questions():
            self.reply(by, asked[-1], how, level, "yes", (), 0)

    def reply(
        self, who: str, about: Sent, how: set[str], level: Level, says: str, cc: tuple[str, ...], whom: int
    ) -> None:
        number = self.world.state.cases[about.ticket].number if about.ticket in self.world.state.cases else ""
        names = {about.ticket} if about.ticket and number else set()
        desk = about.people["From"][0]
        self.send(
            who, about.reply_to if "token" in how else desk,
            subject=f"Re: [{number}]" if "number" in how and number else "Re:",
            references=(about.message_id,) if "references" in how else (),
            text=said(says, whom), says=says, level=level, cc=cc, names=frozenset(names),
            own_token="token" in how and about.recipient == who,
        )  # fmt: skip

    @precondition(has_cases)
    @rule(who=PEOPLE, case=INDEX, desk=some.sampled_from([*DESKS, "", "", ""]), level=MOSTLY_PROVEN,
          says=some.sampled_from(["", "", "restart", "new contact", *COMMANDS]))  # fmt: skip
    def guesses(self, who: str, case: int, desk: str, level: Level, says: str) -> None:
        """Somebody writes the number of a ticket that they have seen, or thought of."""
        about = self.a_case(case)
        wish, command = (says, "") if says in ("restart", "new contact") else ("", says)
        text = f"{command}\n" if command else new_text(wish, case)
        subject = f"[{about.number}] {wish}".strip()
        to = f"{desk or about.desk}@{HOST}"
        self.send(who, to, subject=subject, text=text, says=command, level=level, names=frozenset({about.id}))

    @rule(who=PEOPLE, desk=some.sampled_from(list(DESKS)), level=MOSTLY_PROVEN, word=some.sampled_from(COMMANDS))
    def commands(self, who: str, desk: str, level: Level, word: str) -> None:
        self.send(who, f"{desk}@{HOST}", text=f"{word}\n", says=word, level=level)

    @rule(who=PEOPLE, desk=some.sampled_from(list(DESKS)), level=MOSTLY_PROVEN, count=some.integers(3, 9))
    def writes_again_and_again(self, who: str, desk: str, level: Level, count: int) -> None:
        for _ in range(count):
            self.send(who, f"{desk}@{HOST}", level=level)

    # ---- machines, and copies --------------------------------------------------------------------------

    @precondition(has_mails)
    @rule(mail=INDEX, kind=some.sampled_from(["auto-reply", "bounce"]), says=some.sampled_from(["", "yes", "status"]))
    def a_machine_answers(self, mail: int, kind: str, says: str) -> None:
        about = self.a_mail(mail)
        names = frozenset({about.ticket}) if about.ticket else frozenset()
        self.send(
            about.recipient if kind == "auto-reply" else "mailer-daemon@elsewhere.example", about.reply_to,
            subject="Out of office", text=said(says, 0), says=says, references=(about.message_id,), names=names,
            automatic=kind, about=about.message_id, about_whom=about.recipient,
        )  # fmt: skip

    @rule(who=some.sampled_from((*CUSTOMERS, MALLORY)), desk=some.sampled_from(list(DESKS)))
    def a_machine_writes(self, who: str, desk: str) -> None:
        self.send(who, f"{desk}@{HOST}", subject="restart", automatic="auto-reply")

    @precondition(lambda self: bool(self.world.letters))
    @rule(index=INDEX, level=some.sampled_from([*Level, None, None]))
    def the_same_comes_again(self, index: int, level: Level | None) -> None:
        """The same bytes, or the same letter with another word for its sender."""
        one = late(self.world.letters, index)
        self.world.takes(replace(one, level=level or one.level), again=True)

    # ---- staff -----------------------------------------------------------------------------------------

    @precondition(has_cases)
    @rule(case=INDEX)
    def staff_answer(self, case: int) -> None:
        about = self.a_case(case)
        word = self.world.history.says(len(self.world.history.words), about.id, self.world.now)
        self.world.acts("answers", about.id, lambda tx, hand: staff.reply(hand, f"We answer: {word}"))

    @precondition(has_cases)
    @rule(case=INDEX, status=some.sampled_from(["waiting", "solved", "closed"]))
    def staff_set_a_status(self, case: int, status: str) -> None:
        self.world.acts("sets", self.a_case(case).id, lambda tx, hand: staff.set_property(hand, "status", status))

    @precondition(has_cases)
    @rule(case=INDEX)
    def staff_want_to_be_reminded(self, case: int) -> None:
        at = (self.world.now + timedelta(hours=2)).isoformat()
        self.world.acts("reminder", self.a_case(case).id, lambda tx, hand: staff.set_property(hand, "remind", at))

    @precondition(has_cases)
    @rule(case=INDEX, who=PEOPLE, whom=INDEX)
    def staff_let_somebody_in(self, case: int, who: str, whom: int) -> None:
        """Mostly somebody who waits."""
        about = self.a_case(case)
        waiting = [one.address for one in about.parts if one.waits]
        who = late(waiting, whom) if waiting and whom % 4 else who
        self.world.acts("lets in", about.id, lambda tx, hand: taking_part.let_in(hand, *_known(tx, who)))

    @precondition(has_cases)
    @rule(case=INDEX, whom=INDEX)
    def staff_take_somebody_out(self, case: int, whom: int) -> None:
        about = self.a_case(case)
        others = [one.address for one in about.parts if one.role != "requester"]
        if others:
            who = late(others, whom)
            self.world.acts("takes out", about.id, lambda tx, hand: taking_part.take_out(hand, who))

    @precondition(lambda self: bool(self.open_wishes()))
    @rule(wish=INDEX, yes=some.booleans(), why=some.sampled_from(["", "", "they said so on the telephone"]))
    def staff_decide(self, wish: int, yes: bool, why: str) -> None:
        one = late(self.open_wishes(), wish)

        def want(tx: object, hand: staff.Hand) -> object:
            found = proposals.find_proposal(tx, one.id, lock=True)
            case = approvals.Approval(hand, found, background(tx, found), self.world.house.tokens, why)
            return approvals.approve(case) if yes else approvals.decline(case)

        self.world.acts("approves" if yes else "declines", one.ticket, want)

    @precondition(has_cases)
    @rule(
        case=INDEX, who=PEOPLE,
        kind=some.sampled_from([ProposalKind.NEW_CONTACT, ProposalKind.LEAVING, ProposalKind.REQUESTER,
                                ProposalKind.NEW_AUTHORISED, ProposalKind.INSTRUCTION]),
    )  # fmt: skip
    def staff_propose(self, case: int, who: str, kind: ProposalKind) -> None:
        person = Address("", who)
        self.world.acts("proposes", self.a_case(case).id, lambda tx, hand: approvals.propose(hand, kind, person, ""))

    @rule(desk=some.sampled_from(list(DESKS)), of=some.sampled_from(list(HOMES)))
    def staff_welcome(self, desk: str, of: str) -> None:
        """A customer gets a ticket, an introduction, and a question."""
        where = POLICY.desk_named(desk)
        first = HOMES[of][0]

        def want(tx: object) -> object:
            main = next(iter(register.find_contacts(tx, [first])))
            by = Address("Grace Green", GRACE)
            return welcome(where, register.find_organisation(tx, of), main, by, self.world.now)

        if self.world.state.contacts[first].trusted:
            self.world.opens("welcomes", want)

    # ---- the register ----------------------------------------------------------------------------------

    @rule(of=some.sampled_from(list(HOMES)), whom=INDEX, state=STATES,
          hours=some.sampled_from([0, 0, 0, 5, 30]))  # fmt: skip
    def somebody_is_registered(self, of: str, whom: int, state: Register, hours: int) -> None:
        """A new contact, or another state for one that is there; authorised for some hours, where they are said."""
        address = HOMES[of][whom % len(HOMES[of])]
        until = self.world.now + timedelta(hours=hours) if hours and state is Register.AUTHORISED else None

        def change(tx: object, by: register.By) -> object:
            current = register.register_entries(tx, [address])
            newcomer = register.Newcomer(address, "", of, state)
            entry = register.entry_for(current, newcomer)
            fields = {**entry.fields, "register": state, "until": until}
            return register.put(tx, [Entry(Kind.CONTACT, address, fields, entry.source)], by)

        self.world.registers(f"{state}", change)

    @precondition(lambda self: len(self.trusted()) >= FEWEST)
    @rule(whom=INDEX)
    def somebody_leaves(self, whom: int) -> None:
        who = late(self.trusted(), whom)
        self.world.registers("leaves", lambda tx, by: register.leave(tx, who, by))

    # ---- time, DNS, eyes -------------------------------------------------------------------------------

    @rule(minutes=some.sampled_from([1, 6, 30, 61, 61, 6 * 60, 25 * 60, 31 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.world.waits(timedelta(minutes=minutes))

    @rule(says=some.sampled_from(Dns))
    def the_dns_changes(self, says: Dns) -> None:
        self.world.dns = says

    @precondition(has_cases)
    @rule(who=PEOPLE, case=INDEX)
    def somebody_looks(self, who: str, case: int) -> None:
        self.world.looks(who, self.a_case(case).id)


def _known(tx: object, who: str) -> tuple[Address, object]:
    contact = next(iter(register.find_contacts(tx, [who])), None)
    return Address("", who), contact


def late(things: Sequence[T], index: int) -> T:
    """One of them, the latest first."""
    return things[-1 - index % len(things)]


def new_text(wish: str, whom: int) -> str:
    named = NAMED.get(wish)
    return f"It is about {named[whom % len(named)]}\n\n{{mark}}\n" if named else "Hello.\n\n{mark}\n"


def said(says: str, whom: int) -> str:
    """An answer. Commands stand alone."""
    if says in COMMANDS:
        return f"{says}\n"
    return f"{says}\n\n{{mark}}\n" if says in ("yes", "no") else new_text(says, whom)


def signed_off(sender: str) -> str:
    return sender.partition("@")[0]
