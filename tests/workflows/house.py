"""A desk with a workflow, and a clock that a test moves: signed mail in, finished mail out, as the daemon does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import text

from maild import pipeline
from maild.decide.facts import KnownTicket
from maild.decide.plan import Plan
from maild.decide.policy import Policy
from maild.decide.runs import carrying
from maild.decide.runs.ground import Ground
from maild.directory import Directory, OrganisationRecord, PersonRecord, StaffRecord
from maild.ingest.authenticity.answers import Answer, Found
from maild.model import Register, TicketId
from maild.model.workflows import Run
from maild.notify.builtin import builtin_templates
from maild.notify.render import Renderer
from maild.rules.language import Rule
from maild.settings.budgets import Budgets
from maild.steps.house import House
from maild.steps.runs import find_ground
from maild.steps.watch import NO_WATCH
from maild.store import register
from maild.store.engine import Store
from maild.store.runs import disarm_all, runs_of
from tests.builders import TOKENS, a_desk
from tests.ingest.authenticity.signing import USUAL, How, ed25519, signed
from tests.store.kit import a_received_mail, keep
from tests.workflows.kit import BERLIN, MONDAY, a_workflow

KEY = ed25519()
ADA, BOB, CARL = "ada@acme.example", "bob@acme.example", "carl@acme.example"
MALLORY, GRACE, SUPPORT = "mallory@elsewhere.example", "grace@desk.example", "support@desk.example"
COMPLETE = "Please delete https://x.acme.example id 4711. The client knows that it is irreversible."
MANY = 1_000_000
LIMITS = Budgets(**dict.fromkeys(Budgets.model_fields, MANY))
REGISTERS = {ADA: Register.REGISTERED, BOB: Register.AUTHORISED, CARL: Register.AUTHORISED}
PEOPLE = tuple(
    PersonRecord(name=address.partition("@")[0].title(), addresses=(address,), register=as_)
    for address, as_ in REGISTERS.items()
)
ACME = OrganisationRecord(key="acme", name="Acme", contacts=PEOPLE)
STAFF = (StaffRecord(name="grace", address=GRACE, title="Grace"),)
BEGINS = Rule.model_validate(
    {"rule": "deletions", "when": {"subject": ["delete*", "löschen"]}, "then": {"workflow": "account-deletion"}}
)
CODE = re.compile(r"^(\d{4}) (\d{4})\r?$", re.MULTILINE)


@cache
def built_in() -> Renderer:
    return Renderer(builtin_templates(), TOKENS, "mx.desk.example")


@dataclass
class Office:
    """One database, one desk, and the time it is there."""

    store: Store
    workflow: dict[str, Any] = field(default_factory=dict)
    desk: dict[str, Any] = field(default_factory=dict)
    now: datetime = MONDAY
    sent: int = 0
    kept: tuple[Run, ...] | None = None

    def __post_init__(self) -> None:
        with self.store.transaction() as tx:
            register.import_directory(tx, Directory(organisations=(ACME,), staff=STAFF), MONDAY)
        made = a_desk(**({"team": "grace", "hours": BERLIN, "languages": ("en", "de")} | self.desk))
        rules, flows = (BEGINS,), (a_workflow(**self.workflow),)
        policy = Policy(version="v1", desks=(made,), rules=rules, templates=builtin_templates(), workflows=flows)
        self.house = House(self.store, lambda: self.now, policy, TOKENS, built_in(), budgets=LIMITS, lookup=self.lookup)

    def lookup(self, name: str) -> Answer:
        return Found((KEY.record(),)) if "domainkey" in name else Found(())

    # ---- what happens --------------------------------------------------------------------------------

    def write(self, words: str, sender: str = ADA, *, to: str = SUPPORT, proven: bool = True, **more: str) -> None:
        """Somebody's mail comes in and is processed."""
        self.sent += 1
        usual = {
            "From": sender,
            "To": to,
            "Subject": "Please delete",
            "Date": format_datetime(self.now),
            "Message-ID": f"<w{self.sent}@{sender.partition('@')[2]}>",
        }
        mail = EmailMessage()
        for name, value in (usual | {name.replace("_", "-"): value for name, value in more.items()}).items():
            mail[name] = value
        mail.set_content(words)
        raw = mail.as_bytes(policy=default.clone(linesep="\r\n"))
        raw = signed(raw, self._how(sender)) if proven else raw
        keep(self.store, a_received_mail(raw=raw, mail_from=sender, recipients=(to,), received_at=self.now))
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass
        self.kept = None

    def _how(self, sender: str) -> How:
        """As large providers sign: with the time, and all that threads."""
        headers = (*USUAL, "in-reply-to", "references", "content-transfer-encoding")
        signed_at = int(self.now.timestamp())
        return How(key=KEY, domain=sender.partition("@")[2], headers=headers, signed_at=signed_at)

    def answer(self, mail: EmailMessage, words: str, sender: str = ADA, **more: Any) -> None:
        """Somebody answers a mail of ours, to the address that it says."""
        (to,) = cast("Any", mail["Reply-To"]).addresses
        usual = {"Subject": f"Re: {mail['Subject']}", "In_Reply_To": str(mail["Message-ID"])}
        self.write(words, sender, to=more.pop("to", to.addr_spec), **(usual | more))

    def confirm(self, sender: str = ADA, kind: str = "workflow-confirm", **more: Any) -> None:
        """Somebody does exactly what our question asks for."""
        mail = self.last(kind, sender)
        self.answer(mail, f"CONFIRM {digits(mail)}", sender, **more)

    def act(self, deed: Any, *words: str, number: int = 1001) -> None:
        """A member of staff does something."""

        def want(tx: Any) -> Plan:
            known, ground = find_ground(tx, self.house, TicketId(number))
            return cast("Plan", deed(ground, known, "grace", *words))

        pipeline.act(self.house, want)
        self.kept = None

    def agree(self) -> None:
        self.act(lambda ground, _known, by: carrying.second(ground, by))

    def begin(self, digest: str = "") -> None:
        self.act(lambda ground, _known, by: carrying.begin(ground, by, digest or ground.run.digest))

    def done(self, digest: str = "") -> None:
        self.act(lambda ground, known, by: carrying.done(ground, known, by, digest or ground.run.digest))

    def stop(self) -> None:
        self.act(lambda ground, _known, by: carrying.stop(ground, by, "It was a mistake."))

    def renew(self) -> None:
        self.act(lambda ground, _known, by: carrying.renew(ground, by))

    def wait(self, length: timedelta) -> None:
        """Time passes; the clock does everything that is due by then."""
        self.now += length
        while pipeline.tick(self.house):
            pass
        self.kept = None

    def let_go(self, address: str) -> None:
        """Somebody leaves the organisation."""
        with self.store.transaction() as tx:
            tx.execute(text(f"UPDATE contact SET register = 'inactive' WHERE address = '{address}'"))

    def lose(self, kind: str, address: str) -> None:
        """Mails of ours come back."""
        lost = "UPDATE outbox_entry SET state = 'failed' WHERE kind = :kind AND recipient = :address"
        with self.store.transaction() as tx:
            tx.execute(text(lost), {"kind": kind, "address": address})

    def restore(self) -> None:
        """A backup comes back: what a restored database must not do by itself, as far as requests go."""
        with self.store.transaction() as tx:
            disarm_all(tx, "a restore")
        self.kept = None

    # ---- what is then --------------------------------------------------------------------------------

    @property
    def run(self) -> Run | None:
        """The last request of the first ticket, looked up once after each thing that happens."""
        if self.kept is None:
            with self.store.reading() as tx:
                self.kept = runs_of(tx, [TicketId(1001)]).get(TicketId(1001), ())
        return self.kept[-1] if self.kept else None

    @property
    def state(self) -> str:
        return self.run.state.value if self.run else ""

    def ground(self) -> tuple[KnownTicket, Ground]:
        with self.store.transaction() as tx:
            return find_ground(tx, self.house, TicketId(1001))

    def told(self, address: str = ADA) -> list[str]:
        """Kinds of the mails that somebody got, in order."""
        return [kind for kind, _ in self.rows(address)]

    def last(self, kind: str, address: str = ADA) -> EmailMessage:
        return self.mails(kind, address)[-1]

    def mails(self, kind: str, address: str = ADA) -> list[EmailMessage]:
        raws = [raw for found, raw in self.rows(address) if found == kind]
        return [cast("EmailMessage", message_from_bytes(bytes(raw), policy=default)) for raw in raws]

    def rows(self, address: str) -> list[tuple[str, bytes]]:
        query = "SELECT kind, raw FROM outbox_entry WHERE state <> 'suppressed' AND recipient = :to ORDER BY id"
        with self.store.reading() as tx:
            return [(row.kind, row.raw) for row in tx.execute(text(query), {"to": address})]

    def history(self) -> list[str]:
        with self.store.reading() as tx:
            return [row.text for row in tx.execute(text("SELECT text FROM event ORDER BY id"))]


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def digits(mail: EmailMessage) -> str:
    """The last four of the number that a question shows."""
    (found,) = CODE.findall(body(mail))
    return str(found[1])
