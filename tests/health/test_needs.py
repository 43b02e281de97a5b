"""What calls for a person, and from when on. Each row: a picture of the house, and what it should come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.health import NEEDS, Health, Need, needs
from maild.health.certificates import CertificateState
from maild.health.mailboxes import in_words
from maild.model import Breaker, MailboxState, Stand, Tally
from maild.settings import Alarms
from maild.store.backup.runs import SeriesState
from maild.store.health_views import Aside
from maild.store.inbox_views import InboxCounts
from maild.store.nodes import Run, RunId
from maild.store.outbox_views import OutboxCounts
from maild.store.spam import Held
from maild.store.troubles import Trouble
from tests.builders import NOON

ALARMS = Alarms()


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


def all_well(**changes: Any) -> Health:
    usual = {
        "daemon": 42,
        "nodes": (Run(RunId(1), "n-1", ago(days=9), NOON, None),),
        "availability": 1.0,
        "inbox": InboxCounts(3, 1, 0, 1000, ago(minutes=1)),
        "quarantine": (),
        "held": None,
        "outbox": OutboxCounts(2, 1, 0, 0, 0, ago(minutes=1)),
        "breakers": (),
        "mailboxes": (a_mailbox(),),
        "backups": (a_series(),),
        "restored": "",
        "restored_at": None,
        "certificates": (CertificateState(Path("mx.pem"), NOON + timedelta(days=15)),),
        "troubles": (),
        "policy": "v1",
        "policy_problem": "",
        "mail_goes": "to the relay",
    }
    return Health(**(usual | changes))


def a_mailbox(**changes: Any) -> MailboxState:
    tally = Tally(1204, processed=1100, waiting=3, quarantined=5, before=90, to_read=6)
    usual = {"node": "n-1", "looked_at": ago(seconds=12), "counted_at": ago(minutes=1), "tally": tally}
    return MailboxState("support", "INBOX", **(usual | changes))


def a_series(**changes: Any) -> SeriesState:
    good = ago(hours=20)
    return replace(SeriesState("day", "/backups", good, good, good, "", overdue=False), **changes)


def a_node(**changes: Any) -> Run:
    return replace(Run(RunId(1), "n-1", ago(days=9), NOON, None), **changes)


def found(health: Health, alarms: Alarms = ALARMS) -> tuple[Need, ...]:
    return needs(health, alarms, NOON)


def test_where_all_is_well_nobody_is_called() -> None:
    assert found(all_well()) == ()


def mailboxes(**changes: Any) -> dict[str, Any]:
    return {"mailboxes": (a_mailbox(**changes),)}


def a_tally(**changes: Any) -> dict[str, Any]:
    return mailboxes(tally=Tally(1204, **changes))


def trouble(part: str, **since: float) -> dict[str, Any]:
    return {"troubles": (Trouble("n-1", part, "it says\nso", ago(**since)),)}


QUIET: dict[str, dict[str, Any]] = {
    "a node runs elsewhere": {"daemon": None},
    "a daemon has just started and is no node yet": {"nodes": (), "mailboxes": ()},
    "a mailbox was read a quarter of an hour ago": mailboxes(looked_at=ago(minutes=15)),
    "a look failed, but the last good one is recent": mailboxes(error="NO busy", error_at=NOON),
    "a mailbox was never read, by a node that has just started": {
        **mailboxes(looked_at=None),
        "nodes": (a_node(started_at=ago(minutes=14)),),
    },
    "as many mails wait as are allowed": a_tally(to_read=300, waiting=200),
    "mails from before the first look": a_tally(before=1_000_000),
    "scanners found something": {"quarantine": (Aside("spam", 900, ago(days=20)), Aside("virus", 1, ago(days=1)))},
    "mail has waited for nearly too long to be decided": {"inbox": InboxCounts(1, 0, 0, 0, ago(minutes=10))},
    "mail has waited for nearly too long to go out": {"outbox": OutboxCounts(0, 0, 1, 0, 0, ago(minutes=60))},
    "one address gets no automatic mail": {"breakers": (Breaker("address:a@b.example", Stand.OPEN, NOON, 1, 0),)},
    "a crowd is on probation": {"breakers": (Breaker("strangers", Stand.HALF_OPEN, NOON, 1, 0),)},
    "a restore whose mail was released": {"restored": "x", "restored_at": ago(days=1)},
    "the relay is away for a moment": trouble("relay", minutes=4),
    "a backup failed, and the one before is recent": {"backups": (a_series(problem="no room"),)},
}


@pytest.mark.parametrize("changes", QUIET.values(), ids=QUIET)
def test_what_is_no_news_calls_nobody(changes: dict[str, Any]) -> None:
    assert found(all_well(**changes)) == ()


LOUD: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing runs": ({"nodes": (), "daemon": None, "mailboxes": ()}, "no-daemon", "maild serve"),
    "the files are broken": ({"policy_problem": "desks/x.yaml:3:1: odd"}, "policy", "desks/x.yaml:3:1"),
    "a mailbox was not read": (
        mailboxes(looked_at=ago(minutes=16)),
        "mailbox-silent",
        "support/INBOX: not read for 16",
    ),
    "a mailbox refuses us": (
        mailboxes(looked_at=ago(hours=3), error="[AUTHENTICATIONFAILED] no\x1b[2J", error_at=NOON),
        "mailbox-silent",
        "the server says: [AUTHENTICATIONFAILED] no",
    ),
    "a mailbox was never read": (mailboxes(looked_at=None), "mailbox-silent", "role `imap`"),
    "too many mails wait": (a_tally(to_read=301, waiting=200), "mailbox-growth", "501 mails"),
    "a mail is unexplained": (a_tally(unexplained=1), "mailbox-unexplained", "1 mails"),
    "a mail is not handed over": (a_tally(missed=1), "mailbox-missed", "another program"),
    "a secret runs out": (mailboxes(warning="the client secret ends on 2026-12-01"), "mailbox-warning", "2026-12-01"),
    "mail was set aside": (
        {"quarantine": (Aside("bug", 2, ago(minutes=3)), Aside("spam", 900, ago(days=20)))},
        "quarantine",
        "2 in quarantine, the oldest for 3 min",
    ),
    "mail waits for a scanner": (
        {"held": Held(3, ago(minutes=6), "rspamd:\nit took too long")},
        "not-scanned",
        "3 mails wait for a scanner, the oldest for 6 min: rspamd: it took too long",
    ),
    "mail did not go out": ({"outbox": OutboxCounts(0, 0, 0, 2, 1, None)}, "not-sent", "3 did not go out"),
    "mail waits to be decided": ({"inbox": InboxCounts(1, 0, 0, 0, ago(minutes=11))}, "inbox-waiting", "11 min"),
    "mail waits to go out": ({"outbox": OutboxCounts(0, 0, 1, 0, 0, ago(minutes=61))}, "outbox-waiting", "1 h"),
    "mail is parked": ({"outbox": OutboxCounts(0, 0, 0, 0, 0, None, 7)}, "parked", "7 mails are parked"),
    "a restore waits": (
        {"outbox": OutboxCounts(0, 0, 0, 0, 0, None, 7), "restored_at": ago(hours=2)},
        "parked",
        "restored 2 h ago",
    ),
    "a crowd gets nothing": ({"breakers": (Breaker("strangers", Stand.OPEN, NOON, 1, 0),)}, "breaker", "strangers"),
    "a backup is overdue": (
        {"backups": (a_series(overdue=True, good_at=ago(days=3), problem="no room"),)},
        "backup-overdue",
        "no good one for 3 d; the last try failed: no room",
    ),
    "there is no backup": (
        {"backups": (a_series(overdue=True, good_at=None),)},
        "backup-overdue",
        "has no good one yet",
    ),
    "a certificate ends soon": (
        {"certificates": (CertificateState(Path("mx.pem"), NOON + timedelta(days=13)),)},
        "certificate",
        "ends on 2026-12-03",
    ),
    "a certificate has ended": (
        {"certificates": (CertificateState(Path("mx.pem"), ago(days=2)),)},
        "certificate",
        "ended 2 d ago",
    ),
    "a certificate is none": (
        {"certificates": (CertificateState(Path("mx.pem"), None, "cannot be read"),)},
        "certificate",
        "cannot be read",
    ),
    "a part hangs": (trouble("stuck", seconds=1), "stuck", "it says so"),
    "there is no room": (trouble("room", seconds=1), "room", "no mail is taken"),
    "the relay is away for long": (trouble("relay", minutes=5), "relay", "maild doctor relay"),
    "something newer than this code": (trouble("scanner", seconds=1), "scanner", "look at its log"),
}


@pytest.mark.parametrize(("changes", "code", "told"), LOUD.values(), ids=LOUD)
def test_what_calls_for_a_person_has_a_code_and_says_what_to_do(changes: dict[str, Any], code: str, told: str) -> None:
    (need,) = found(all_well(**changes))
    assert need.code == code and told in need.says
    assert "\x1b" not in need.says and "\n" not in need.says


def test_thresholds_are_the_operators() -> None:
    strict = Alarms(mailbox_silent=0.1, mailbox_growth=8, inbox_waiting=0.5, outbox_waiting=0.5)
    codes = [need.code for need in found(all_well(), strict)]
    assert codes == ["mailbox-silent", "mailbox-growth", "inbox-waiting", "outbox-waiting"]


def test_whoever_has_more_to_say_adds_a_function() -> None:
    NEEDS.append(lambda _health, _alarms, _now: iter([Need("scanner", "rspamd does not answer")]))
    try:
        assert [need.code for need in found(all_well())] == ["scanner"]
    finally:
        NEEDS.pop()


@pytest.mark.parametrize(
    ("tally", "told"),
    [
        (
            Tally(1204, processed=1198, quarantined=5, unexplained=1),
            "1,204 on the server, 1,198 processed, 5 quarantined, 1 unexplained",
        ),
        (Tally(0), "empty"),
        (Tally(2, missed=1, before=1), "2 on the server, 1 not handed over, 1 older than the first look"),
    ],
)
def test_a_tally_in_words_leaves_out_what_there_is_none_of(tally: Tally, told: str) -> None:
    assert in_words(tally) == told
