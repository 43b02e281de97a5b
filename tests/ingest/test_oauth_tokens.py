"""Access tokens: had, kept, renewed; and whatever a provider may do instead of giving one."""

from __future__ import annotations

import json
import stat
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from http.client import IncompleteRead
from io import BytesIO
from pathlib import Path
from typing import IO, cast
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import LoginError

from maild.errors import SourceUnavailable
from maild.ingest.imap.oauth import Tokens
from maild.ingest.imap.oauth.endpoint import Grant, Refused, ask, grant_of, parsed
from maild.ingest.imap.oauth.keeping import Kept, TokenFile
from tests.ingest.imap_ledger import NOON, account
from tests.servers.token_server import CLIENT, SECRET, TokenServer


class Place:
    """An account's tokens in a folder of the test, with a clock that stands at NOON until told otherwise."""

    def __init__(self, server: TokenServer, folder: Path, **oauth: object) -> None:
        values = {"token_url": server.token_url, "client_id": CLIENT} | oauth
        self.now, self.secret = NOON, SECRET
        self.account = account(143, password_file=None, oauth=values)
        self.folder, self.file = folder, TokenFile(folder, "main")
        self.tokens = self.anew()

    def anew(self) -> Tokens:
        """As after a restart."""
        return Tokens(self.account, self.folder, lambda: self.secret, clock=lambda: self.now, seconds=0.3)

    def kept(self) -> str:
        found = self.file.read()
        return found.refresh_token if found else ""


@pytest.fixture
def place(token_server: TokenServer, tmp_path: Path) -> Place:
    """An account that a person has logged in today."""
    made = Place(token_server, tmp_path / "state" / "oauth")
    made.tokens.keep(Grant("unused", refresh_token="first-refresh"))
    return made


def test_a_token_is_used_until_a_minute_before_it_runs_out(place: Place, token_server: TokenServer) -> None:
    first, fresh = place.tokens.access()
    assert (first, fresh) == (token_server.provider.given[0], True)
    place.now += timedelta(seconds=3539)
    assert place.tokens.access() == (first, False)
    place.now += timedelta(seconds=1)
    assert place.tokens.access() == (token_server.provider.given[1], True)


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [("1800", 1800), (None, 300), (-5, 300), ("soon", 300), (10**30, 300)]
)
def test_a_token_of_unclear_age_is_not_used_for_long(
    place: Place, token_server: TokenServer, expires_in: object, seconds: int
) -> None:
    token_server.provider.expires_in = expires_in
    place.tokens.access()
    place.now += timedelta(seconds=seconds - 61)
    assert not place.tokens.access()[1]
    place.now += timedelta(seconds=1)
    assert place.tokens.access()[1]


def test_a_rotated_token_is_on_the_disk_for_us_alone_before_it_is_used(place: Place, token_server: TokenServer) -> None:
    place.tokens.access()
    assert place.kept() in token_server.provider.refresh_tokens
    assert place.kept() != "first-refresh"
    assert stat.S_IMODE(place.file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert place.anew().access()[0] == token_server.provider.given[1]
    assert sorted(path.name for path in place.folder.iterdir()) == ["main.json", "main.lock"]


def test_a_token_that_does_not_rotate_keeps_its_age(place: Place, token_server: TokenServer) -> None:
    token_server.provider.rotates = False
    place.now += timedelta(days=30)
    place.tokens.access()
    assert place.file.read() == Kept("first-refresh", NOON)


def test_a_full_disk_does_not_lose_a_rotated_token(
    place: Place, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr("maild.ingest.imap.oauth.keeping.os.fsync", full)
        place.tokens.access()
    assert place.kept() == "first-refresh", "the old file is whole"
    assert place.tokens.access()[0] == token_server.provider.given[1]
    assert place.kept() in token_server.provider.refresh_tokens


def test_a_token_that_came_late_to_the_disk_does_not_replace_a_newer_login(
    place: Place, token_server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr("maild.ingest.imap.oauth.keeping.os.fsync", full)
        place.tokens.access()
    token_server.provider.refresh_tokens, token_server.provider.rotates = {"second-refresh"}, False
    place.now += timedelta(minutes=1)
    place.anew().keep(Grant("unused", refresh_token="second-refresh"))
    assert place.tokens.access()[1]
    assert place.kept() == "second-refresh"


def test_an_answer_that_breaks_off_is_asked_for_again_later(token_server: TokenServer) -> None:
    class BreakingOff:
        def open(self, *_: object, **__: object) -> None:
            raise HTTPError(token_server.token_url, 400, "no", Message(), cast(IO[bytes], Cut()))

    class Cut(BytesIO):
        def read(self, *_: object) -> bytes:
            raise IncompleteRead(b"first-ref")

    with pytest.MonkeyPatch.context() as patched, pytest.raises(SourceUnavailable, match="does not answer"):
        patched.setattr("maild.ingest.imap.oauth.endpoint.opener", lambda *_: BreakingOff())
        ask(token_server.token_url, {"refresh_token": "first-refresh"})


def test_a_revoked_login_is_told_with_what_to_do_and_without_the_token(place: Place, token_server: TokenServer) -> None:
    token_server.provider.refresh_tokens.clear()
    with pytest.raises(LoginError, match=r"invalid_grant.*log in again: maild login main") as told:
        place.tokens.access()
    assert "first-refresh" not in str(told.value)


def test_without_a_login_nothing_is_asked(token_server: TokenServer, tmp_path: Path) -> None:
    with pytest.raises(LoginError, match="nobody has logged in: maild login main"):
        Place(token_server, tmp_path).tokens.access()
    assert not token_server.provider.forms


def test_a_login_by_a_person_counts_for_a_running_daemon(place: Place, token_server: TokenServer) -> None:
    token_server.provider.refresh_tokens = {"second-refresh"}
    with pytest.raises(Refused):
        place.tokens.access()
    place.anew().keep(Grant("unused", refresh_token="second-refresh"))
    assert place.tokens.access()[1]


def test_an_application_of_its_own_needs_no_login(token_server: TokenServer, tmp_path: Path) -> None:
    place = Place(token_server, tmp_path, grant="client_credentials", scope="mail.read")
    assert place.tokens.access()[0] == token_server.provider.given[0]
    assert token_server.provider.forms[0] == {
        "grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, "scope": "mail.read",
    }  # fmt: skip
    place.secret = "wrong-s3cret"
    place.tokens.forget(token_server.provider.given[0])
    with pytest.raises(LoginError, match="invalid_client: who are you") as told:
        place.tokens.access()
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, "<html>oops first-refresh</html>"), "answers 500"),
        ((503, '{"error": "invalid_grant"}'), "answers 503"),
        ((429, '{"error": "slow_down"}'), "answers 429 .slow_down"),
        ((200, ""), "no usable token"),
        ((200, "[" * 60_000), "no usable token"),
        ((200, '{"access_token": "a\\r\\nb"}'), "no usable token"),
        ((200, '{"access_token": 7}'), "no usable token"),
        ((200, "[]"), "no usable token"),
        ((400, '{"error": ["x"], "error_description": "first-refresh"}'), "answers 400"),
    ],
)
def test_an_answer_that_is_no_token_is_asked_for_again_later(
    place: Place, token_server: TokenServer, answer: tuple[int, str], told: str
) -> None:
    token_server.provider.fails = [answer]
    with pytest.raises(SourceUnavailable, match=told) as error:
        place.tokens.access()
    assert "first-refresh" not in str(error.value)
    assert place.tokens.access()[1]


def test_a_provider_that_hangs_or_is_away_costs_a_time_limit(place: Place, token_server: TokenServer) -> None:
    token_server.provider.hangs = True
    with pytest.raises(SourceUnavailable, match="does not answer: timed out"):
        place.tokens.access()
    with pytest.raises(SourceUnavailable, match=r"does not answer: .*refused"):
        ask("http://127.0.0.1:1/token", {})


def test_secrets_go_nowhere_but_where_the_admin_said(token_server: TokenServer) -> None:
    with pytest.raises(SourceUnavailable, match="answers 302"):
        ask(f"{token_server.url}/elsewhere", {"client_secret": SECRET})
    with pytest.raises(LoginError, match="must be https"):
        ask("http://login.example/token", {"client_secret": SECRET})
    assert not token_server.provider.forms


def test_a_certificate_nobody_vouches_for_is_not_talked_to(tmp_path: Path) -> None:
    import socket
    import ssl
    import threading

    from tests.servers.dovecot import make_certificate

    make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        try:
            context.wrap_socket(peer, server_side=True).close()
        except (ssl.SSLError, OSError):
            peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(SourceUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        ask(f"https://localhost:{listener.getsockname()[1]}/token", {})
    thread.join(10)
    listener.close()


@pytest.mark.parametrize(("days", "warned"), [(75, False), (77, True)])
def test_a_login_that_runs_out_is_told_two_weeks_ahead(place: Place, days: int, warned: bool) -> None:
    place.now += timedelta(days=days)
    expected = "the login of account main runs out on 2027-02-19: maild login main" if warned else ""
    assert place.tokens.warning() == expected


def test_what_the_provider_says_of_a_logins_end_counts(place: Place, token_server: TokenServer) -> None:
    token_server.provider.refresh_expires_in = 10 * 86400
    place.tokens.access()
    assert "runs out on 2026-12-01" in place.tokens.warning()
    kept = place.file.read()
    assert kept and kept.expires_at == datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_client_secret_that_runs_out_is_told_two_weeks_ahead(token_server: TokenServer, tmp_path: Path) -> None:
    ends = date(2026, 12, 5)
    place = Place(token_server, tmp_path, grant="client_credentials", client_secret_expires=ends)
    assert "client secret of account main runs out on 2026-12-05" in place.tokens.warning()
    place.now -= timedelta(days=1)
    assert place.tokens.warning() == ""


def test_a_file_that_is_none_of_ours_is_told_of(place: Place) -> None:
    for text in ("", "[]", "{}", '{"refresh_token": "x", "given_at": 7}', json.dumps({"refresh_token": "x"})):
        place.file.path.write_text(text)
        with pytest.raises(SourceUnavailable, match=r"main\.json cannot be read: remove it"):
            place.tokens.access()
        assert place.tokens.warning() == ""


@given(st.one_of(st.binary(max_size=200), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["access_token", "expires_in", "refresh_token", "error"]), inner),
).map(lambda told: json.dumps(told).encode())))  # fmt: skip
def test_whatever_an_endpoint_answers_becomes_a_grant_or_a_retry(text: bytes) -> None:
    try:
        grant = grant_of(parsed(text))
    except SourceUnavailable:
        return
    assert grant.access_token.isascii()
    assert 0 < grant.expires_in <= 10 * 366 * 86400
