"""Traps of imapclient that maild goes round: each of them is shown once, and what maild does about it.

Where the first half of such a test fails after an update, the library has changed, and the guard may go.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from maild.ingest.imap import TimeLimits, password_login
from maild.ingest.imap.answers import outlines_of
from maild.ingest.imap.session import ImapSession
from maild.settings import ImapAccount
from tests.ingest.imap_ledger import Ledger, account, mail, watching
from tests.servers.cut_proxy import Cut, cutting
from tests.servers.dovecot import Dovecot
from tests.servers.fake_imap import FULL, Script, Server, fake_imap
from tests.servers.requirement import wait_until


@pytest.fixture
def server() -> Iterator[Server]:
    with fake_imap(Script({uid: mail(f"m{uid}") for uid in (1, 2, 30)}, capabilities=FULL)) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[ImapSession]:
    """A session of maild's with an open folder."""
    made = ImapSession(account(server.port), "INBOX", limits=TimeLimits(1, 0.3))
    password_login("someone", "open-sesame")(made)
    made.examine()
    yield made
    made.close()


def test_a_range_is_never_asked_for_by_fetch_since_the_library_fails_after_the_server_did_it(server: Server) -> None:
    client = IMAPClient("127.0.0.1", server.port, ssl=False)
    client.plain_login("someone", "x")
    client.select_folder("INBOX")
    with pytest.raises(ValueError, match="1:2"):
        client.add_flags("1:2", [b"$Maild"])  # type: ignore[arg-type]
    assert server.script.inbox.flags[1] == {"$Maild"}
    client.shutdown()


def test_the_last_mail_always_answers_and_is_not_taken_for_a_new_one(session: ImapSession) -> None:
    assert session.client.search(["UID", "31:*"]) == [30]
    assert list(session.uids_after(30, session.examine())) == [[]]


def test_a_dead_line_looks_idle_to_the_library_and_is_noticed(server: Server, session: ImapSession) -> None:
    session.client.idle()
    session.cut()
    assert session.client.idle_check(timeout=5) == []
    begun = time.monotonic()
    with pytest.raises((IMAPClientAbortError, OSError)):
        session.client.idle_done()
    assert time.monotonic() - begun < 1


def test_idling_on_a_dead_line_ends_at_once_with_an_error(session: ImapSession) -> None:
    session.cut()
    begun = time.monotonic()
    with pytest.raises((IMAPClientAbortError, OSError)):
        session.idle(60)
    assert time.monotonic() - begun < 1


def test_news_that_comes_with_the_servers_consent_to_idle_is_found_soon(server: Server) -> None:
    ledger = Ledger()
    with watching(account(server.port), ledger):
        wait_until(lambda: ledger.state.tally, "all is read")
        server.script.consent = "+ idling\r\n* 4 EXISTS"
        server.script.inbox.mails[31] = mail("new")
        wait_until(lambda: "new" in ledger.subjects, "the mail", seconds=5)


def test_no_folder_name_becomes_a_command() -> None:
    for name in ("a\r\nA1 LOGOUT", "a\x00b", "a\nb"):
        with pytest.raises(ValueError, match="pattern"):
            account(143, folders=(name,))
        with pytest.raises(ValueError, match="pattern"):
            account(143, after="move", move_to=name)
    for name in ("a\x01b", "a\r\nb"):
        with pytest.raises(ValueError, match="pattern"):
            account(143, name)


def test_a_silent_server_costs_a_time_limit_and_not_for_ever(server: Server) -> None:
    with cutting(server.port, [Cut(5, "hang")]) as proxy, pytest.raises((TimeoutError, IMAPClientError)):
        ImapSession(account(proxy.port), "INBOX", limits=TimeLimits(1, 0.2))


@pytest.mark.dovecot
def test_a_silent_tls_handshake_costs_a_time_limit(dovecot: Dovecot) -> None:
    box: ImapAccount = account(0, tls=True, host="localhost")
    with cutting(dovecot.tls_port, [Cut(50, "hang")]) as proxy, pytest.raises(TimeoutError):
        ImapSession(box.model_copy(update={"port": proxy.port}), "INBOX", dovecot.trust(), TimeLimits(0.3, 0.3))


def test_times_keep_their_zone(session: ImapSession) -> None:
    (outline,) = session.outlines([30]).values()
    assert outline.arrived and outline.arrived.isoformat() == "2026-11-21T11:00:00+00:00"


def test_a_server_without_move_is_not_asked_to(server: Server, session: ImapSession) -> None:
    server.script.capabilities = "IMAP4rev1"
    plain = IMAPClient("127.0.0.1", server.port, ssl=False)
    plain.plain_login("someone", "x")
    with pytest.raises(IMAPClientError, match="does not support MOVE"):
        plain.move([1], "Done")
    plain.shutdown()
    assert not session.offers("MOVE")


def test_a_mail_that_is_gone_is_just_missing(session: ImapSession) -> None:
    assert session.bodies([1, 7]).keys() == {1}
    assert session.outlines([7]) == {}
    assert session.still_there([1, 7]) == {1}


def test_a_folder_that_is_read_only_is_no_broken_connection(server: Server, session: ImapSession) -> None:
    server.script.read_only = True
    with pytest.raises(IMAPClientError, match="reading only") as told:
        session.select()
    assert not isinstance(told.value, IMAPClientAbortError)
    assert session.examine().exists == 3


def test_commands_of_two_pieces_do_not_wait_for_each_other(session: ImapSession) -> None:
    begun = time.monotonic()
    for _ in range(20):
        session.still_there([1])
    assert time.monotonic() - begun < 0.4, "20 x 40 ms of delayed acknowledgements"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'1 (UID 7 RFC822.SIZE 44 INTERNALDATE "21-Nov-2026 11:00:00 +0100")', {7: (44, 10)}),
        (b'1 (INTERNALDATE "21-nov-2026 11:00:00 -0100" RFC822.SIZE 44 UID 7)', {7: (44, 12)}),
        (b'1 (FLAGS (\\Seen UID 9 RFC822.SIZE 3) uid 7 rfc822.size 44 INTERNALDATE "")', {7: (44, None)}),
        (b"1 (UID 7 MODSEQ (5) RFC822.SIZE 44 INTERNALDATE NIL)", {7: (44, None)}),
        (b"1 (UID 7 FLAGS (\\Seen))", {}),
        (b"1 (RFC822.SIZE 44)", {}),
        (b"1 (UID 99999999999 RFC822.SIZE 44)", {}),
        (b'1 (UID 7 RFC822.SIZE 44 INTERNALDATE "31-Feb-2026 11:00:00 +0000")', {7: (44, None)}),
        (b'1 (UID 7 RFC822.SIZE 44 INTERNALDATE "01-Jan-0001 00:00:00 +2359")', {7: (44, None)}),
        (None, {}),
        ((b"1 (UID 7 {3}", b"abc"), {}),
    ],
)
def test_outlines_are_read_from_what_the_server_says(line: object, expected: dict[int, tuple[int, int | None]]) -> None:
    found = outlines_of([line])
    hours = {uid: (one.size, one.arrived.hour if one.arrived else None) for uid, one in found.items()}
    assert hours == expected


@given(st.lists(st.one_of(st.binary(), st.from_regex(rb"1 \([A-Z0-9 .()\"\\+:-]*\)"))))
def test_no_line_of_a_server_breaks_the_reading_of_outlines(lines: list[bytes]) -> None:
    assert all(outline.size >= 0 for outline in outlines_of(lines).values())


def test_a_password_the_library_cannot_send_is_told_of_without_a_letter_of_it() -> None:
    ledger = Ledger()
    with (
        fake_imap(Script(capabilities="IMAP4rev1")) as server,
        watching(account(server.port), ledger, password="geh\u00e4im"),
    ):
        wait_until(lambda: ledger.state.error, "the trouble is told")
    assert ledger.state.error == "the server takes user and password in ASCII only, and one of them is not"
