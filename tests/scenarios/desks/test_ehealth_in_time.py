"""What takes days at the e-health desk: deletions up to their completion notice. The desk's own files, a clock that the
test moves; signed mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from maild import pipeline
from maild.decide.runs import carrying
from maild.ingest.authenticity.answers import Answer, Found
from maild.ingest.header.scan import noted
from maild.model import ReceivedMail, Source, TicketId
from maild.model.workflows import Run
from maild.steps.runs import find_ground
from maild.steps.watch import NO_WATCH
from maild.store.runs import runs_of
from tests.cli.site import maild
from tests.ingest.authenticity.signing import USUAL, How, ed25519, signed
from tests.scenarios.desks.in_time import DAY, Clocked
from tests.seen import Seen

KEY = ed25519()
ANNA, JONAS, TIM = (f"{name}@lindenhof.example" for name in ("anna", "jonas", "tim"))
TEAM, MARIT = "second-line@ehealth.example", "marit@ehealth.example"
URL = "https://lindenhof.platform.example"
COMPLETE = f"Bitte auf {URL} das Konto 48151 löschen. Der Klient weiß, dass das unwiderruflich ist."
SIGNED = (*USUAL, "in-reply-to", "references", "content-transfer-encoding")


@dataclass
class Signed(Clocked):
    """Everybody's mail server signs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.house = replace(self.house, lookup=self._lookup)

    def _lookup(self, name: str) -> Answer:
        return Found((KEY.record(),)) if "domainkey" in name else Found(())

    def _processed(self, raw: bytes, sender: str, desk: str) -> TicketId:
        how = How(key=KEY, domain=sender.rpartition("@")[2], headers=SIGNED, signed_at=int(self.now.timestamp()))
        raw = signed(raw, how)
        to = re.findall(rb"^To: (.*)\r$", raw, re.MULTILINE)[0].decode()
        came = ReceivedMail(raw, Source.SMTP, sender, (parseaddr(to)[1],), self.now, "", None, *noted(raw))
        pipeline.receive(self.house.store, [came])
        while pipeline.process(self.house, "n/1", NO_WATCH):
            pass
        return TicketId(self.column("SELECT ticket_id FROM inbox_entry ORDER BY id DESC LIMIT 1")[0] or 0)

    def confirm(self, address: str, kind: str) -> None:
        """Somebody does what our question asks for."""
        mail = self.last(address, kind)
        (found,) = re.findall(r"^\d{4} (\d{4})\s*$", mail.get_content(), re.MULTILINE)
        more = {"To": parseaddr(mail["Reply-To"])[1], "In_Reply_To": str(mail["Message-ID"])}
        self.mail(address, f"Re: {mail['Subject']}", f"LÖSCHEN {found}", **more)

    def last(self, address: str, kind: str) -> Seen:
        mails = zip(self.told(address), self.mails_to(address), strict=True)
        return [mail for found, mail in mails if found == kind][-1]

    def staff(self, number: TicketId, deed: Any) -> None:
        def want(tx: Any) -> Any:
            known, ground = find_ground(tx, self.house, number)
            return deed(ground, known)

        pipeline.act(self.house, want)

    def carry_out(self, number: TicketId) -> None:
        self.staff(number, lambda ground, _: carrying.begin(ground, "ines", ground.run.digest))
        self.staff(number, lambda ground, known: carrying.done(ground, known, "ines", ground.run.digest))

    def run(self, number: TicketId) -> Run:
        with self.house.store.reading() as tx:
            return runs_of(tx, [number])[number][-1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Signed]:
    made = Signed(tmp_path / "desk", "ehealth")
    yield made
    made.close()


def test_an_account_is_deleted_within_five_working_days_and_everybody_reads_that_it_was(desk: Signed) -> None:
    """REQ-M6: staff are reminded, the requester and the contacts get the completion notice."""
    number = desk.mail(TIM, "Löschung eines Klientenkontos", COMPLETE)
    desk.wait(DAY)
    desk.confirm(TIM, "workflow-confirm")
    desk.staff(number, lambda ground, _: carrying.second(ground, "ines"))
    run = desk.run(number)
    assert run.state == "cooling" and run.due_at and run.due_at - desk.now <= timedelta(days=7)
    desk.wait(2 * DAY)
    assert desk.run(number).state == "ready"
    desk.wait(2 * DAY)
    assert desk.told(TEAM).count("staff-workflow") >= 3, "a second look, ready, and a reminder"
    assert desk.now < run.due_at
    desk.carry_out(number)
    for who in (TIM, ANNA, JONAS):
        notice = desk.last(who, "deletion-completed").get_content()
        assert "48151" in notice and "rückgängig" in notice
    assert desk.ticket(number).status == "solved"


def test_a_platform_is_deleted_on_its_day_with_reminders_before_and_a_notice_after(desk: Signed) -> None:
    """REQ-M7: on the first working day of a month that leaves the notice; the customer is reminded twice."""
    number = desk.mail(ANNA, "Plattform abschalten", f"Bitte {URL} löschen.")
    desk.confirm(ANNA, "workflow-confirm")
    desk.confirm(JONAS, "workflow-second")
    run = desk.run(number)
    assert run.state == "cooling" and run.ready_at and run.due_at
    assert (run.ready_at.date(), run.ready_at.hour) == (run.due_at.date(), 8), "a day, from nine in Berlin"
    assert f"{run.ready_at:%Y-%m-%d}" == "2027-01-04", "ten working days of notice, and the New Year is none"
    scheduled = desk.last(ANNA, "workflow-scheduled").get_content()
    assert "4. Januar" in scheduled and "Datenausgabe" in scheduled
    before = len(desk.told(ANNA))
    while desk.now < run.ready_at:
        desk.wait(DAY)
    assert desk.told(ANNA)[before:] == ["workflow-scheduled"] * 2, "two reminders"
    assert desk.run(number).state == "ready" and "staff-workflow" in desk.told(MARIT)
    desk.carry_out(number)
    assert {desk.told(who)[-1] for who in (ANNA, JONAS)} == {"deletion-completed"}


def test_nothing_is_deleted_for_somebody_who_has_left_in_the_meantime(desk: Signed) -> None:
    """REQ-M7: the rights of all who agreed are looked at again on the day."""
    number = desk.mail(ANNA, "Plattform abschalten", f"Bitte {URL} löschen.")
    desk.confirm(ANNA, "workflow-confirm")
    desk.confirm(JONAS, "workflow-second")
    directory = desk.folder / "directory.yaml"
    his = "addresses: [jonas@lindenhof.example]\n        register: "
    directory.write_text(directory.read_text().replace(f"{his}authorised", f"{his}inactive"))
    assert maild("--settings", desk.folder / "maild.yaml", "reload").code == 0
    desk.wait(60 * DAY)
    assert desk.run(number).state == "disarmed" and "jonas" in desk.run(number).why
