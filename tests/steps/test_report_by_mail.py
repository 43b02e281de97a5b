"""Who may instruct for a customer gets its log of requests by mail; whoever else asks gets a ticket, and no data."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count

from maild import pipeline
from maild.decide.policy import Policy
from maild.directory import Directory, OrganisationRecord, PersonRecord
from maild.ingest.authenticity.answers import Answer, Found
from maild.model import NotificationKind, Register
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store import inbox, outbox, register
from maild.store.engine import Store
from tests.builders import NOON, SUPPORT, TOKENS, a_desk
from tests.ingest.authenticity.signing import How, ed25519, signed
from tests.store.kit import a_received_mail, keep

KEY = ed25519()
ADA, BOB, DORA = "ada@acme.example", "bob@acme.example", "dora@beta.example"
MALLORY = "mallory@elsewhere.example"
OPENED = ((ADA, "Printer burns"), (BOB, "Screen is black"), (DORA, "Her secret"))
TEMPLATES = builtin_templates()
RENDERER = Renderer(TEMPLATES, TOKENS, "mx.desk.example")
KINDS = (NotificationKind.REPORT, NotificationKind.OVERVIEW)


def person(address: str, standing: Register) -> PersonRecord:
    return PersonRecord(name=address.partition("@")[0].title(), addresses=(address,), register=standing)


DIRECTORY = Directory(
    organisations=(
        OrganisationRecord(
            key="acme",
            name="Acme Clinic",
            contacts=(person(ADA, Register.AUTHORISED), person(BOB, Register.REGISTERED)),
        ),
        OrganisationRecord(key="beta", name="Beta", contacts=(person(DORA, Register.AUTHORISED),)),
    )
)


class World:
    """A desk that knows two customers, each with a ticket; the keys of all domains are in its DNS."""

    def __init__(self, store: Store) -> None:
        self.store, self.numbers = store, count(1)
        policy = Policy(version="v1", desks=(a_desk(languages=("en", "de")),), templates=TEMPLATES)
        self.house = House(store, lambda: NOON, policy, TOKENS, RENDERER, lookup=self.lookup)
        with store.transaction() as tx:
            register.import_directory(tx, DIRECTORY, NOON)
        for who, subject in OPENED:
            self.takes(who, subject, "It is broken.")

    def lookup(self, _: str) -> Answer:
        return Found((KEY.record(),))

    def takes(self, who: str, subject: str, text: str = "", *, proven: bool = True) -> str:
        """One mail, signed by its sender's domain or by nobody; what became of it."""
        domain = who.partition("@")[2]
        lines = (
            f"From: {who}", f"To: {SUPPORT.address}", f"Subject: {subject}", "Date: Fri, 20 Nov 2026 11:59:00 +0000",
            f"Message-ID: <m{next(self.numbers)}@{domain}>", "", text, "",
        )  # fmt: skip
        raw = "\r\n".join(lines).encode()
        how = How(key=KEY, domain=domain, signed_at=int(NOON.timestamp()))
        keep(self.store, a_received_mail(raw=signed(raw, how) if proven else raw, mail_from=who))
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass
        with self.store.reading() as tx:
            return str(inbox.list_entries(tx)[0].disposition)

    def mails(self, *kinds: NotificationKind) -> list[EmailMessage]:
        with self.store.reading() as tx:
            entries = [one for one in outbox.list_entries(tx) if not kinds or one.kind in kinds]
            raws = [outbox.show(tx, one.id).raw for one in entries]
        return [message_from_bytes(raw, policy=default) for raw in raws]


def files(mail: EmailMessage) -> dict[str, str]:
    return {str(part.get_filename()): part.get_content() for part in mail.iter_attachments()}


def an_authorised_contact_gets_the_log_as_a_table_and_as_a_page(world: World) -> None:
    assert world.takes(ADA, "Protokoll 2026-11") == "answered"
    (mail,) = world.mails(NotificationKind.REPORT)
    assert ADA in mail["To"] and mail["Auto-Submitted"] == "auto-replied"
    found = files(mail)
    assert list(found) == ["report-2026-11-01-2026-11-30.csv", "report-2026-11-01-2026-11-30.html"]
    for text in found.values():
        assert "Printer burns" in text and "Screen is black" in text and "secret" not in text and "broken" not in text
    body = mail.get_body(("plain",))
    assert body and "Acme Clinic" in body.get_content()


def a_period_without_requests_is_told_so(world: World) -> None:
    assert world.takes(DORA, "report 2025") == "answered"
    table, page = files(world.mails(NotificationKind.REPORT)[0]).values()
    assert table.count("\n") == 1 and "There were none." in page


REFUSED = {
    "only registered": (BOB, "report", True),
    "not proven": (ADA, "report", False),
    "a stranger": (MALLORY, "report", True),
    "says more": (ADA, "report 2026 about our printers", True),
    "no period": (ADA, "report 2026-13", True),
    "on a ticket": (ADA, "Re: [SD-1001] report", True),
}


def test_whoever_else_asks_is_read_by_a_person_and_no_data_goes_out(store: Store) -> None:
    world = World(store)
    for why, (who, subject, proven) in REFUSED.items():
        before = len(world.mails())
        assert world.takes(who, subject, proven=proven) in ("new ticket", "follow-up"), why
        new = world.mails()[: len(world.mails()) - before]
        assert not [mail for mail in new if files(mail) or "Screen is black" in mail.as_string()], why
    assert world.mails(*KINDS) == []


def test_who_may_instruct_for_a_customer_gets_its_log_and_no_other(store: Store) -> None:
    world = World(store)
    an_authorised_contact_gets_the_log_as_a_table_and_as_a_page(world)
    a_period_without_requests_is_told_so(world)
