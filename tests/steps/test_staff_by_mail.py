"""A day of a desk whose staff work by mail: signed bytes in, finished mail out, on a real database."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from functools import cache
from typing import Any, cast

import pytest
from sqlalchemy import insert, text

from maild import pipeline
from maild.decide.policy import Policy
from maild.ingest.authenticity.answers import Answer, Found
from maild.model import Register
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store.engine import Store
from maild.store.schema import contact, staff, team
from tests.builders import ADA, NOON, TOKENS, a_desk
from tests.ingest.authenticity.signing import How, ed25519, signed
from tests.store.kit import a_received_mail, keep

KEY = ed25519()
GRACE, HEIDI, LINE = "grace@desk.example", "heidi@desk.example", "line@desk.example"
MALLORY = "mallory@elsewhere.example"


@cache
def built_in() -> Renderer:
    """Compiling all templates takes longer than a day at this desk."""
    return Renderer(builtin_templates(), TOKENS, "mx.desk.example")


class Day:
    """One desk, its staff, one customer; `write` is what somebody's mail program does."""

    def __init__(self, store: Store, **desk: object) -> None:
        self.store, self.sent = store, 0
        made = a_desk(**({"team": "first-line", "languages": ("en", "de", "nl")} | desk))
        policy = Policy(version="v1", desks=(made,), templates=builtin_templates())
        self.house = House(store, lambda: NOON, policy, TOKENS, built_in(), lookup=self.lookup)
        with store.transaction() as tx:
            tx.execute(insert(contact).values(address=ADA.address, register=Register.REGISTERED, created_at=NOON))
            tx.execute(insert(team).values(name="first-line", address=LINE, title="First line"))
            for name, address in (("grace", GRACE), ("heidi", HEIDI)):
                row = {"name": name, "address": address, "title": name.title(), "active": True}
                tx.execute(insert(staff).values(**row, teams=("first-line",)))

    def lookup(self, name: str) -> Answer:
        return Found((KEY.record(),)) if "domainkey" in name else Found(())

    def write(
        self, sender: str, to: str, words: str, subject: str = "Printer", *, proven: bool = True, **more: Any
    ) -> None:
        self.sent += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Date"], mail["Message-ID"] = (
            "Fri, 20 Nov 2026 11:59:00 +0000",
            f"<w{self.sent}@{sender.partition('@')[2]}>",
        )
        for name, value in more.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(words)
        raw = mail.as_bytes(policy=default.clone(linesep="\r\n"))
        raw = signed(raw, How(key=KEY, domain=sender.partition("@")[2])) if proven else raw
        keep(self.store, a_received_mail(raw=raw, mail_from=sender, recipients=(to,)))
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.store.reading() as tx:
            return [tuple(row) for row in tx.execute(text(query))]

    def mails(self, kind: str = "") -> list[Message]:
        which = f"AND kind = '{kind}'" if kind else ""
        found = self.rows(f"SELECT raw FROM outbox_entry WHERE state <> 'suppressed' {which} ORDER BY id")
        return [message_from_bytes(bytes(cast("bytes", raw)), policy=default) for (raw,) in found]

    def for_customers(self) -> str:
        """Every byte that goes to somebody who does not work here."""
        found = self.rows("SELECT recipient, raw FROM outbox_entry WHERE state <> 'suppressed'")
        return " ".join(
            body(message_from_bytes(bytes(cast("bytes", raw)), policy=default)) + bytes(cast("bytes", raw)).decode()
            for to, raw in found
            if not str(to).endswith("@desk.example")
        )

    @property
    def status(self) -> list[object]:
        return [status for (status,) in self.rows("SELECT status FROM ticket ORDER BY id")]


def body(mail: Message) -> str:
    part = cast("EmailMessage", mail).get_body(("plain",))
    return str(part.get_content()) if part else ""


def address_in(mail: Message, header: str) -> str:
    """The one address that a header names."""
    (found,) = cast("Any", mail[header]).addresses
    return str(found.addr_spec)


def staff_address(mail: Message) -> str:
    return address_in(mail, "Reply-To")


@pytest.fixture
def day(store: Store) -> Day:
    made = Day(store)
    made.write(ADA.address, "support@desk.example", "It burns, says Ada.", Cc="bob@acme.example")
    return made


def test_a_new_ticket_reaches_the_team_with_what_it_takes_to_answer(day: Day) -> None:
    (mail,) = day.mails("staff-ticket")
    assert address_in(mail, "To") == LINE and "[SD-1001]" in mail["Subject"]
    assert staff_address(mail).startswith("support+mds1") and mail["Auto-Submitted"]
    assert all(word in body(mail) for word in ("SD-1001", "It burns, says Ada.", ADA.address, "bob@acme.example"))


def test_what_staff_reply_to_it_reaches_the_customer_and_the_customers_answer_whoever_took_it(day: Day) -> None:
    (mail,) = day.mails("staff-ticket")
    quoted = "\n".join(f"> {line}" for line in body(mail).splitlines())
    answer = f"#assign me\n\nPlease unplug it.\n\nOn Friday Service wrote:\n{quoted}\n"
    day.write(GRACE, staff_address(mail), answer, f"Re: {mail['Subject']}", In_Reply_To=str(mail["Message-ID"]))
    (reply,) = day.mails("reply")
    assert address_in(reply, "To") == ADA.address and address_in(reply, "From") == "support@desk.example"
    assert "Please unplug it." in body(reply) and reply["In-Reply-To"] == "<w1@acme.example>"
    assert day.rows("SELECT status, assignee FROM ticket") == [("waiting", "grace")]
    day.write(ADA.address, address_in(reply, "Reply-To"), "Done, says Ada.", f"Re: {reply['Subject']}")
    _, news = day.mails("staff-ticket")
    assert address_in(news, "To") == GRACE and "Done, says Ada." in body(news)
    assert day.status == ["open"]


def test_a_note_and_all_that_goes_wrong_stay_inside(day: Day) -> None:
    to = staff_address(day.mails("staff-ticket")[0])
    day.write(GRACE, to, "#note\nxyzzy: he never pays.\n")
    day.write(GRACE, to, "#slove\nxyzzy, it works now.\n")
    day.write(GRACE, to, "#solved\nIt works now.\n")
    assert "It works now." in day.for_customers() and "xyzzy" not in day.for_customers()
    assert "mds1" not in day.for_customers()
    (told,) = day.mails("staff-answer")
    assert "#slove" in body(told) and "#solved" in body(told) and staff_address(told).startswith("support+mds1")
    assert [kind for (kind,) in day.rows("SELECT kind FROM article ORDER BY id")] == [
        "incoming",
        "note",
        "note",
        "outgoing",
    ]
    assert day.status == ["solved"]


def test_what_went_wrong_is_said_again_by_replying_to_what_was_said_of_it(day: Day) -> None:
    day.write(GRACE, staff_address(day.mails("staff-ticket")[0]), "#slove\nIt works now.\n")
    day.write(GRACE, staff_address(day.mails("staff-answer")[0]), "#solved\nIt works now.\n")
    assert day.status == ["solved"] and len(day.mails("reply")) == 1


def test_a_second_question_is_split_off_and_confirmed_to_whoever_asked_it(day: Day) -> None:
    day.write(GRACE, staff_address(day.mails("staff-ticket")[0]), "#split A new printer\n> May we have a new one?\n")
    assert day.rows("SELECT title, status FROM ticket ORDER BY id") == [("Printer", "new"), ("A new printer", "new")]
    _, confirmed = day.mails("confirmation")
    assert "SD-1002" in confirmed["Subject"] and address_in(confirmed, "To") == ADA.address


@pytest.mark.parametrize(
    ("sender", "proven"),
    [(GRACE, False), (ADA.address, True), (MALLORY, True)],
    ids=["unproven", "customer", "stranger"],
)
def test_in_other_hands_the_address_moves_nothing_and_tells_nothing(day: Day, sender: str, proven: bool) -> None:
    to = staff_address(day.mails("staff-ticket")[0])
    day.write(sender, to, "#solved\nxyzzy", "Hello", proven=proven)
    assert day.status[0] == "new" and len(day.mails("reply")) == 0
    assert "xyzzy" not in day.for_customers()
    assert day.rows("SELECT kind FROM article WHERE ticket_id = 1001") == [("incoming",)]


def test_a_colleague_who_is_not_there_answers_nobody(day: Day) -> None:
    (mail,) = day.mails("staff-ticket")
    away: dict[str, Any] = {"Auto_Submitted": "auto-replied", "In_Reply_To": str(mail["Message-ID"])}
    day.write(GRACE, staff_address(mail), "I am away until Monday.", "Out of office", **away)
    day.write(GRACE, "support@desk.example", "I am away until Monday!", "Out of office", **away)
    assert len(day.mails("staff-ticket")) == 1 and day.status == ["new"]
    assert [what for (what,) in day.rows("SELECT disposition FROM inbox_entry ORDER BY id")][1:] == [
        "ignored",
        "ignored",
    ]


def test_a_team_whose_address_leads_back_to_the_desk_makes_no_circle(store: Store) -> None:
    day = Day(store)
    day.write(ADA.address, "support@desk.example", "It burns.")
    (mail,) = day.mails("staff-ticket")
    keep(store, a_received_mail(raw=mail.as_bytes(), mail_from="", recipients=("support@desk.example",)))
    while pipeline.process(day.house, "n/1", NO_WATCH):
        pass
    assert len(day.mails("staff-ticket")) == 1 and len(day.status) == 1


def test_a_ticket_system_at_the_teams_address_that_confirms_everything_is_told_no_more(day: Day) -> None:
    (mail,) = day.mails("staff-ticket")
    day.write(LINE, staff_address(mail), "We have received your request.", f"Re: {mail['Subject']}")
    day.write("noreply@line.example", staff_address(mail), "We have received your request!", "Your request")
    assert len(day.mails("staff-ticket")) == 1


def test_more_new_tickets_of_an_hour_than_anybody_else_is_sent_reach_the_team(day: Day) -> None:
    for number in range(25):
        day.write(f"c{number}@customer{number}.example", "support@desk.example", f"It burns in room {number}.")
    assert len(day.mails("staff-ticket")) == 26


def test_a_desk_without_a_team_tells_nobody(store: Store) -> None:
    day = Day(store, team="")
    day.write(ADA.address, "support@desk.example", "It burns.")
    assert day.mails("staff-ticket") == []
