"""What happens at the desk of a service agreement as hours and days pass: its shipped files, with a clock that a test
moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from maild import pipeline
from maild.decide.work import estimates
from maild.errors import ExitCode
from maild.model import Address, Delivery, DeliveryResult, OutboxEntry, PromiseState, Status
from maild.model.announcements import Announcement, News
from maild.steps import retention
from maild.steps.announcing import audience, tell
from maild.steps.opening import open_house
from maild.store import register
from tests.cli.site import Done, maild
from tests.scenarios.desks.in_time import DAY, HOUR, MONDAY, Clocked
from tests.scenarios.desks.test_agreement import CLARA, EMIL, NORA, OWEN, SECOND_LINE, THIRD_LINE, address


def at(clocked: Clocked, *words: str) -> Done:
    """The command line, at the time it is there."""
    with patch.dict(open_house.__kwdefaults__, {"clock": lambda: clocked.now}):
        return maild("--settings", clocked.folder / "maild.yaml", *words)


def deliver(clocked: Clocked) -> None:
    """The relay takes everything."""

    def took(entries: Sequence[OutboxEntry]) -> list[Delivery]:
        return [Delivery(one.id, clocked.now, DeliveryResult.SENT, "250 ok") for one in entries]

    while pipeline.deliver(clocked.house, "n/1", took):
        pass


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    made = Clocked(tmp_path / "agreement", "agreement")
    yield made
    made.close()


def test_at_half_past_four_a_blocker_is_due_in_the_evening_and_a_major_the_day_after_next(clocked: Clocked) -> None:
    """REQ-L1, REQ-L11: the Blocker's clock runs at night, the others in the desk's hours."""
    clocked.now = MONDAY + 6.5 * HOUR  # 16:30 in Berlin
    blocker = clocked.mail(EMIL, "Niemand kommt hinein", "Seit eben.")
    major = clocked.mail(EMIL, "Tagebuch speichert nicht", "Bei einer Kollegin speichert das Tagebuch nicht.")
    assert clocked.promises(blocker)["response"].due_at == clocked.now + 4 * HOUR
    assert clocked.promises(major)["response"].due_at == MONDAY + 2 * DAY + 6.5 * HOUR
    assert "20:30" in clocked.mails_to(address(EMIL))[0].get_content()


def test_only_a_proposed_solution_stops_the_clock_and_else_the_next_line_takes_over(clocked: Clocked) -> None:
    """REQ-L3, REQ-L5: neither confirmation nor answer counts; second line at half time, third when it is over."""
    number = clocked.mail(EMIL, "Niemand kommt hinein", "Seit eben.")
    clocked.now += HOUR
    clocked.reply(number, "lena", "Wir sehen nach.")
    clocked.again(number, EMIL, "Es geht noch immer nicht.")
    clocked.wait(HOUR + timedelta(minutes=1))
    assert clocked.told(SECOND_LINE) == ["service-level"] and clocked.ticket(number).assignee == "second-line"
    clocked.wait(2 * HOUR)
    assert clocked.told(THIRD_LINE) == ["service-level"] and clocked.ticket(number).assignee == "third-line"
    assert clocked.promises(number)["response"].missed_at is not None

    other = clocked.mail(EMIL, "Niemand kommt hinein", "Schon wieder.")
    clocked.now += HOUR
    clocked.reply(other, "malik", "Bitte neu anmelden.", solves=True)
    clocked.wait(DAY)
    kept = clocked.promises(other)["response"]
    assert (kept.state, kept.missed_at) == (PromiseState.MET, None)
    assert clocked.told(THIRD_LINE) == ["service-level"], "nobody is told of what was solved in time"


def test_an_offer_lapses_after_thirty_days_and_its_customer_is_told(clocked: Clocked) -> None:
    """REQ-L12: nothing was done meanwhile, and staff see the ticket again."""
    number = clocked.mail(NORA, "Änderungswunsch: Exportknopf", "Was würde ein Knopf für den Export kosten?")
    with clocked.house.store.reading() as tx:
        contacts = register.list_contacts(tx, "sonnenhof")
    clocked.act(number, "lena", lambda hand: estimates.estimate(hand, "1600 EUR", estimates.DAYS, contacts))
    clocked.wait(30 * DAY - HOUR)
    assert dict(clocked.ticket(number).fields)["estimate"] == "waiting"
    clocked.wait(2 * HOUR)
    ticket = clocked.ticket(number)
    assert (dict(ticket.fields)["estimate"], ticket.status) == ("lapsed", Status.OPEN)
    assert clocked.told(address(NORA))[-1] == "estimate-lapsed"
    late = clocked.mail(CLARA, f"Re: [{ticket.number}] Änderungswunsch", "Einverstanden")
    assert late == number and dict(clocked.ticket(number).fields)["estimate"] == "lapsed"


def test_the_end_of_a_terminated_contract_is_reckoned(clocked: Clocked) -> None:
    """REQ-L13: one month, to the end of a month: a letter of 23 November ends the contract with 31 December."""
    number = clocked.mail(CLARA, "Kündigung", "Hiermit kündigen wir den Vertrag.")
    ends = clocked.promises(number)["solution"]
    assert ends.words.endswith("+ 1 month to the end of a month → Thu 2026-12-31 23:59 Europe/Berlin")
    clocked.reply(number, "paula", "Wozu möchten Sie kündigen?")
    clocked.wait(3 * DAY)
    assert clocked.promises(number)["solution"].due_at == ends.due_at, "no question of ours moves the day"


def test_whoever_announces_a_release_is_reminded_of_its_notes_before_two_weeks_are_over(clocked: Clocked) -> None:
    """REQ-L8: customers hear of the release a working day ahead, staff of the notes that are owed."""
    begins = clocked.now + 3 * DAY
    release = Announcement("agreement", News.RELEASE, "Version 4.2", begins, begins + HOUR, (), "")
    with clocked.house.store.reading() as tx:
        people = audience(tx, clocked.house, release).now
    list(tell(clocked.house, release, people, Address("Lena", "lena@carespace.example")))
    assert clocked.told(address(CLARA)) == clocked.told(address(OWEN)) == ["announcement"]
    clocked.wait(3 * DAY + HOUR)
    assert clocked.told("lena@carespace.example") == []
    clocked.wait(13 * DAY)
    (mail,) = clocked.mails_to("lena@carespace.example")
    assert "Version 4.2" in mail["Subject"]


def test_tickets_are_kept_for_fifteen_years_and_then_only_their_skeletons(clocked: Clocked) -> None:
    """REQ-L6: number, times and status stay, the words do not."""
    number = clocked.mail(NORA, "Nur eine Frage", "Das Wort ist Holunderstrauch.")
    clocked.reply(number, "lena", "Gern.", solves=True)
    query = "SELECT count(*) FROM article WHERE text LIKE '%Holunderstrauch%'"
    clocked.now += 15 * 365 * DAY - 30 * DAY
    assert retention.tidy(clocked.house) == 0 and clocked.column(query) == [1]
    clocked.now += 90 * DAY
    assert retention.tidy(clocked.house) == 1 and clocked.column(query) == [0]
    assert clocked.ticket(number).number == f"CS-{number}"


def test_what_has_been_over_for_a_year_lies_in_the_archive_and_comes_back_at_a_price(clocked: Clocked) -> None:
    """REQ-L6: off-line after twelve months, unless the customer asked to keep it; brought back on request, the price
    announced first; a late mail opens a ticket of its own."""
    words = "SELECT ticket_id FROM article WHERE text LIKE '%Holunderstrauch%'"
    theirs = clocked.mail(NORA, "Nur eine Frage", "Das Wort ist Holunderstrauch.")
    kept = clocked.mail(OWEN, "Nur eine Frage", "Auch hier: Holunderstrauch.")
    for number in (theirs, kept):
        clocked.reply(number, "lena", "Gern.", solves=True)
    deliver(clocked)
    assert at(clocked, "archive", "keep", "tideway", "--why", "Brief vom 2. Mai").code == 0
    clocked.wait(350 * DAY)
    assert retention.tidy(clocked.house) == 0
    clocked.wait(20 * DAY)
    assert retention.tidy(clocked.house) == 1 and clocked.column(words) == [kept]
    assert "archive return" in at(clocked, "show", str(theirs)).out

    late = clocked.again(theirs, NORA, "Was war noch die Antwort?")
    assert late not in (theirs, kept) and clocked.column("SELECT ticket_id FROM event WHERE kind = 'link'") == [
        late,
        theirs,
    ]
    refused = at(clocked, "archive", "return", str(theirs), "--as", "lena")
    assert refused.code == ExitCode.USAGE and "14 EUR" in refused.err
    with clocked.house.store.reading() as tx:
        contacts = register.list_contacts(tx, "sonnenhof")
    clocked.act(late, "lena", lambda hand: estimates.estimate(hand, "14 EUR", estimates.DAYS, contacts))
    agreed = ("archive", "return", str(theirs), "--agreed", str(late), "--as", "lena")
    assert "waiting" in at(clocked, *agreed).err
    clocked.again(late, CLARA, "Einverstanden")
    assert at(clocked, *agreed).code == 0
    assert sorted(clocked.column(words)) == [theirs, kept]
    assert retention.tidy(clocked.house) == 0, "it stays at hand for another year"
