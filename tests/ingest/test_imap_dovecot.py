"""Reading a mailbox of a real server: Dovecot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog

from maild.clock import system_clock
from maild.errors import StoreFull
from maild.ingest.imap import Pauses, TimeLimits, password_login
from maild.ingest.imap.reader import FolderReader
from maild.ingest.imap.session import ImapSession
from maild.model import Answers
from tests.ingest.imap_ledger import NOON, Ledger, account, mail, subject, watching
from tests.servers.cut_proxy import Cut, cutting
from tests.servers.dovecot import Dovecot
from tests.servers.requirement import wait_until

pytestmark = pytest.mark.dovecot


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def test_new_mail_is_pushed_long_before_the_next_look(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with watching(account(dovecot.port, mailbox, first_look="new"), ledger, clock=system_clock):
        wait_until(lambda: ledger.read, "the account is read")
        dovecot.append(mailbox, mail("one"))
        wait_until(lambda: ledger.subjects == ["one"], "the mail is pushed")
        dovecot.append(mailbox, mail("two"), mail("three"))
        wait_until(lambda: ledger.subjects == ["one", "two", "three"], "the next mails are pushed")
    (first, *_) = ledger.mails.values()
    assert first.recipients == ("support@tickets.example",)
    assert (first.mail_from, first.raw, first.answers) == (None, mail("one"), Answers.SENT)
    assert first.kept_at and timedelta() <= first.kept_at - first.received_at < timedelta(minutes=1)
    assert (first.message_id, first.parent_id) == ("<one@clinic.example>", "")
    assert first.source_key == f"imap:main:INBOX:{ledger.cursor[0]}:1"
    assert ledger.taken == 3


def test_the_first_look_leaves_old_mail_alone_even_if_it_finds_nothing_new(dovecot: Dovecot, mailbox: str) -> None:
    ledger, box = Ledger(), account(dovecot.port, mailbox, first_look="new")
    dovecot.append(mailbox, mail("old"))
    with watching(box, ledger):
        wait_until(lambda: ledger.read, "the first look")
    dovecot.append(mailbox, mail("while we were down"))
    with watching(box, ledger):
        wait_until(lambda: ledger.subjects == ["while we were down"], "mail that came while we were down")


def test_a_restart_goes_on_behind_what_is_stored(dovecot: Dovecot, mailbox: str) -> None:
    ledger, box = Ledger(), account(dovecot.port, mailbox)
    dovecot.append(mailbox, mail("one"), mail("two"))
    with watching(box, ledger):
        wait_until(lambda: len(ledger.mails) == 2, "both mails")
    dovecot.append(mailbox, mail("three"))
    with watching(box, ledger):
        wait_until(lambda: len(ledger.mails) == 3, "the third mail")
    assert ledger.taken == 3


def test_the_mailbox_is_left_as_it_was_and_seen_mail_counts(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    dovecot.append(mailbox, mail("read by a person"), mail("unread"))
    with dovecot.client(mailbox, "INBOX") as person:
        person.add_flags([1], [rb"\Seen"])
        with watching(account(dovecot.port, mailbox), ledger):
            wait_until(lambda: len(ledger.mails) == 2, "both mails")
        person.noop()
        assert person.get_flags([1, 2]) == {1: (rb"\Seen", rb"\Recent"), 2: (rb"\Recent",)}


def test_a_killed_server_process_costs_a_reconnect_and_no_mail(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with watching(account(dovecot.port, mailbox), ledger):
        wait_until(lambda: ledger.read, "the account is read")
        for name in names("m", 3):
            wait_until(dovecot.sessions, "a session to kill")
            dovecot.kill_sessions()
            dovecot.append(mailbox, mail(name))
        wait_until(lambda: sorted(ledger.subjects) == names("m", 3), "every mail")
    assert ledger.taken == 3


def test_a_server_that_is_away_is_not_asked_all_the_time(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with cutting(dovecot.port, [Cut(0)] * 1000) as proxy:
        used = time.process_time()
        with watching(account(proxy.port, mailbox), ledger, pauses=Pauses(0.05, 0.2)):
            wait_until(lambda: proxy.connections >= 6, "six attempts")
        # 0.05 + 0.1 + 3 * 0.2 s of pauses; without them these attempts would take a few milliseconds.
        assert time.process_time() - used < 1
        assert not ledger.read
        assert ledger.state.error


def test_twenty_cut_connections_lose_nothing_and_double_nothing(dovecot: Dovecot, mailbox: str) -> None:
    ledger, wanted = Ledger(), names("m", 20)
    dovecot.append(mailbox, *(mail(name, 9000) for name in wanted))
    cuts = [Cut(150 + 1237 * turn, ("fin", "rst")[turn % 2]) for turn in range(20)]
    with cutting(dovecot.port, cuts) as proxy:
        # A running clock: what broke three times counts as missed, and is asked for again after some seconds.
        with watching(account(proxy.port, mailbox, poll=0.2), ledger, clock=system_clock):
            wait_until(lambda: sorted(ledger.subjects) == sorted(wanted), "all mails", seconds=30)
        assert proxy.connections > len(cuts)
    assert all(stored.raw == mail(subject(stored.raw), 9000) for stored in ledger.mails.values())


def test_a_connection_that_dies_without_a_word_is_noticed(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    dovecot.append(mailbox, mail("before", 60_000))
    box = account(0, mailbox)
    with (
        cutting(dovecot.port, [Cut(3000, "hang")]) as proxy,
        watching(box.model_copy(update={"port": proxy.port}), ledger, limits=TimeLimits(1, 0.3)),
    ):
        wait_until(lambda: ledger.subjects == ["before"], "the mail, over a second connection")
        assert proxy.connections == 2


def test_a_folder_made_anew_is_read_anew_and_nothing_is_lost(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with dovecot.client(mailbox) as person:
        person.create_folder("Support")
        person.append("Support", mail("before"))
        with watching(account(dovecot.port, mailbox, folders=("Support",), poll=0.1), ledger):
            wait_until(lambda: ledger.subjects == ["before"], "the first mail")
            person.delete_folder("Support")
            person.create_folder("Support")
            person.append("Support", mail("after"))
            wait_until(lambda: ledger.subjects == ["before", "after"], "the mail in the new folder")
    assert len({key.split(":")[3] for key in ledger.mails if key}) == 2


def test_mail_expunged_between_search_and_fetch_is_no_obstacle(dovecot: Dovecot, mailbox: str) -> None:
    class Meddling(ImapSession):
        def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
            with dovecot.client(mailbox, "INBOX") as person:
                person.delete_messages([2])
                person.expunge()
            return super().bodies(uids)

    ledger, box = Ledger(), account(dovecot.port, mailbox)
    dovecot.append(mailbox, mail("one"), mail("gone"), mail("three"))
    reader = FolderReader(box, "INBOX", ledger, lambda: NOON, 1 << 20)
    session = Meddling(box, "INBOX")
    try:
        password_login(mailbox, dovecot.password)(session)
        assert reader.look(session) == 3
        assert reader.look(session) == 0
    finally:
        session.close()
    assert ledger.subjects == ["one", "three"]
    assert (ledger.missing, ledger.cursor[1]) == ((), 3)


def test_a_full_store_stops_the_cursor_and_the_mail_comes_when_there_is_room(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with watching(account(dovecot.port, mailbox), ledger):
        wait_until(lambda: ledger.read, "the account is read")
        before, ledger.refusing = ledger.cursor, StoreFull()
        dovecot.append(mailbox, mail("one"))
        wait_until(lambda: "full" in ledger.state.error, "the trouble is told")
        assert ledger.cursor == before
        ledger.refusing = None
        wait_until(lambda: ledger.subjects == ["one"], "the mail")


@pytest.mark.parametrize(("trusted", "expected"), [(True, ""), (False, "CERTIFICATE_VERIFY_FAILED")])
def test_only_a_server_with_a_trusted_certificate_is_talked_to(
    dovecot: Dovecot, mailbox: str, trusted: bool, expected: str
) -> None:
    ledger = Ledger()
    dovecot.append(mailbox, mail("one"))
    box = account(dovecot.tls_port, mailbox, tls=True, host="localhost")
    with watching(box, ledger, context=dovecot.trust() if trusted else None):
        wait_until(lambda: ledger.states, "an outcome")
        assert expected in ledger.state.error
        if trusted:
            wait_until(lambda: ledger.subjects == ["one"], "the mail")
            dovecot.append(mailbox, mail("two"))
            wait_until(lambda: ledger.subjects == ["one", "two"], "the mail pushed through TLS")
    assert trusted or not ledger.mails


def test_a_refused_login_is_told_in_the_servers_words_without_the_secret(dovecot: Dovecot, mailbox: str) -> None:
    ledger, secret = Ledger(), "wröng-secret"
    with structlog.testing.capture_logs() as logs, watching(account(dovecot.port, mailbox), ledger, password=secret):
        wait_until(lambda: ledger.states, "the refusal")
    assert "Authentication failed" in ledger.state.error
    assert logs
    assert secret not in str(logs) + str(ledger.states)
    assert mailbox not in str(logs)


def test_a_mail_beyond_twice_the_limit_is_taken_up_to_its_beginning(dovecot: Dovecot, mailbox: str) -> None:
    ledger, huge, big = Ledger(), mail("huge", 100_000), mail("big", 30_000)
    dovecot.append(mailbox, huge, big)
    with watching(account(dovecot.port, mailbox), ledger, size_limit=20_000):
        wait_until(lambda: len(ledger.mails) == 2, "both mails")
    cut, whole = (stored.raw for stored in ledger.mails.values())
    assert cut == f"X-Maild-Truncated: {len(huge)}\r\n".encode() + huge[: 64 << 10]
    assert whole == big


def test_closing_does_not_wait_for_the_server(dovecot: Dovecot, mailbox: str) -> None:
    ledger = Ledger()
    with watching(account(dovecot.port, mailbox), ledger) as watcher:
        wait_until(lambda: ledger.read, "the account is read")
        begun = time.monotonic()
        watcher.close()
        assert time.monotonic() - begun < 5
    assert ledger.state.error == ""
