"""Screening a batch: no transaction while a scanner is asked, no mail charged, no batch that outlives its claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maild import pipeline
from maild.decide.told.tokens import Tokens
from maild.model import Disposition, EntryId, Envelope, Finding, Verdict
from maild.notify.render import Renderer
from maild.settings import MailFrom, Screening
from maild.steps.house import House
from maild.steps.watch import NO_WATCH
from maild.store import inbox_views
from maild.store.engine import Store, open_store
from maild.store.states import InboxState
from tests.builders import NOON, TOKENS, a_policy
from tests.store.kit import a_received_mail, keep

CLEAN = Verdict("clamd", Finding.CLEAN)
SILENT = Verdict("clamd", Finding.UNSCANNED, "Connection refused")


class Saying:
    """Scanners that say what a test wants, of the mail that is so many in turn; raises what is an exception."""

    settings = Screening()

    def __init__(self, *answers: Verdict | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __bool__(self) -> bool:
        return True

    def screen(self, raw: bytes, envelope: Envelope) -> tuple[Verdict, ...]:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else CLEAN
        if isinstance(answer, Exception):
            raise answer
        return (answer,)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def a_house(store: Store, tmp_path: Path, scanners: Saying, **changes: Any) -> House:
    tokens = Tokens(b"a secret that only the tests know!!")
    renderer = Renderer(a_policy().templates, tokens, "mx.desk.example", MailFrom.FIXED)
    house = House(store, lambda: NOON, a_policy(), TOKENS, renderer, scanners=scanners)  # type: ignore[arg-type]
    return replace(house, **changes)


def mails(store: Store, many: int) -> tuple[EntryId, ...]:
    written = b"From: a@x.example\r\nTo: support@desk.example\r\nMessage-ID: <%d@x>\r\nPrecedence: bulk\r\n\r\nhello"
    return keep(store, *[a_received_mail(raw=written % number) for number in range(many)])


def look(store: Store, entry: EntryId) -> inbox_views.EntryView:
    with store.reading() as tx:
        return inbox_views.show(tx, entry)


def test_who_must_wait_waits_and_its_neighbours_go_on(store: Store, tmp_path: Path) -> None:
    held, decided = mails(store, 2)
    house = a_house(store, tmp_path, Saying(SILENT))
    assert pipeline.process(house, "n/1", NO_WATCH) == 2
    assert (look(store, held).state, look(store, held).cause) == (InboxState.WAITING, "unscanned")
    assert look(store, held).due_at == NOON + timedelta(seconds=5)
    assert look(store, decided).disposition is Disposition.NEW_TICKET


def test_a_fault_of_our_own_holds_one_mail_and_no_other(store: Store, tmp_path: Path) -> None:
    held, decided = mails(store, 2)
    pipeline.process(a_house(store, tmp_path, Saying(TypeError("words of the mail"))), "n/1", NO_WATCH)
    assert look(store, held).detail == "maild: a fault of its own, TypeError"
    assert look(store, decided).disposition is Disposition.NEW_TICKET


def test_slow_scanners_end_a_batch_before_its_claims_end_and_the_rest_is_free_at_once(
    store: Store, tmp_path: Path
) -> None:
    entries, scanners = mails(store, 3), Saying()
    pipeline.process(a_house(store, tmp_path, scanners, lease=timedelta(0)), "n/1", NO_WATCH)
    found = [look(store, one) for one in entries]
    assert scanners.asked == 0
    assert {(one.state, one.owner, one.attempts, one.due_at) for one in found} == {(InboxState.WAITING, "", 0, NOON)}
    pipeline.process(a_house(store, tmp_path, scanners), "n/1", NO_WATCH)
    assert scanners.asked == 3


def test_what_a_person_has_cleared_is_shown_to_nobody(store: Store, tmp_path: Path) -> None:
    (entry,) = mails(store, 1)
    with store.transaction() as tx:
        tx.exec_driver_sql("UPDATE inbox_entry SET cleared = 1")
    scanners = Saying(SILENT)
    pipeline.process(a_house(store, tmp_path, scanners), "n/1", NO_WATCH)
    assert (scanners.asked, look(store, entry).disposition) == (0, Disposition.NEW_TICKET)


def test_no_transaction_is_open_while_a_scanner_is_asked(store: Store, tmp_path: Path) -> None:
    class Writing(Saying):
        def screen(self, raw: bytes, envelope: Envelope) -> tuple[Verdict, ...]:
            with store.transaction() as tx:  # SQLite has one writer: in a transaction of ours this would not come back
                tx.exec_driver_sql("UPDATE setting SET value = value")
            return super().screen(raw, envelope)

    mails(store, 2)
    assert pipeline.process(a_house(store, tmp_path, Writing()), "n/1", NO_WATCH) == 2
