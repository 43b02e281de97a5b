"""Logging in by token: a person's consent, XOAUTH2 and OAUTHBEARER against a real server, and a server's refusals."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import structlog

from maild.errors import PermanentFailure, SourceUnavailable
from maild.ingest.imap import Tokens, token_login
from maild.ingest.imap.login import status
from maild.ingest.imap.oauth import Consent
from maild.ingest.imap.oauth.endpoint import Grant, Refused
from maild.settings import ImapAccount
from tests.ingest.imap_ledger import Ledger, account, mail, watching
from tests.servers.dovecot import Dovecot
from tests.servers.requirement import wait_until
from tests.servers.token_server import CLIENT, SECRET, TokenServer


def box(port: int, server: TokenServer, user: str = "someone", **oauth: object) -> ImapAccount:
    values = {"token_url": server.token_url, "client_id": CLIENT, "authorize_url": f"{server.url}/authorize?x=1"}
    return account(port, user, password_file=None, oauth=values | oauth)


def browser(server: TokenServer, url: str) -> str:
    """What the browser's address bar shows after the person has logged in at the provider."""
    asked = dict(parse_qsl(urlsplit(url).query))
    server.provider.codes["c0de"] = asked["code_challenge"]
    return f"{asked['redirect_uri']}/?{urlencode({'code': 'c0de', 'state': asked['state']})}"


def test_the_page_to_open_says_all_that_the_provider_asks_for(token_server: TokenServer) -> None:
    consent = Consent(box(143, token_server, "Someone@example.com", scope="mail offline_access"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(consent.url).query).items()}
    assert asked.items() >= {
        "x": "1", "response_type": "code", "client_id": CLIENT, "redirect_uri": "http://localhost",
        "scope": "mail offline_access", "code_challenge_method": "S256", "login_hint": "Someone@example.com",
    }.items()  # fmt: skip
    assert len(asked["code_challenge"]) == 43
    assert consent.url != Consent(box(143, token_server)).url


@pytest.mark.parametrize("whole", [True, False], ids=["address", "code alone"])
def test_what_a_person_pastes_becomes_a_refresh_token(token_server: TokenServer, whole: bool) -> None:
    consent = Consent(box(143, token_server))
    pasted = browser(token_server, consent.url)
    grant = consent.redeem(f" {pasted if whole else 'c0de'}\n", SECRET)
    assert grant.refresh_token in token_server.provider.refresh_tokens


def test_an_address_of_another_login_does_not_count(token_server: TokenServer) -> None:
    mine, theirs = Consent(box(143, token_server)), Consent(box(143, token_server))
    with pytest.raises(PermanentFailure, match="another login"):
        mine.redeem(browser(token_server, theirs.url), SECRET)
    with pytest.raises(Refused, match="invalid_grant: this code is none of yours"):
        mine.redeem("c0de", SECRET)


@pytest.mark.parametrize(
    ("pasted", "told"), [("", "nothing was pasted"), ("http://localhost/?state=", "another login")]
)
def test_what_is_no_answer_is_told(token_server: TokenServer, pasted: str, told: str) -> None:
    with pytest.raises(PermanentFailure, match=told):
        Consent(box(143, token_server)).redeem(pasted, "")


def test_a_no_at_the_provider_is_told_in_its_words(token_server: TokenServer) -> None:
    consent = Consent(box(143, token_server))
    state = parse_qs(urlsplit(consent.url).query)["state"][0]
    with pytest.raises(PermanentFailure, match="the provider says: access_denied: you said no"):
        consent.redeem(f"http://localhost/?error=access_denied&error_description=you+said%0D%0Ano&state={state}", "")


def test_a_provider_without_refresh_tokens_is_told_what_to_ask_for(token_server: TokenServer) -> None:
    token_server.provider.fails = [(200, '{"access_token": "abc"}')]
    with pytest.raises(PermanentFailure, match="offline_access"):
        Consent(box(143, token_server)).redeem("c0de", "")


def test_maild_login_keeps_what_the_daemon_needs(
    token_server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from maild.cli import login

    (tmp_path / "maild.yaml").write_text(
        f"""
imap:
  - name: main
    host: 127.0.0.1
    tls: false
    user: someone
    recipient: support@tickets.example
    oauth: {{ token_url: "{token_server.token_url}", authorize_url: "{token_server.url}/a", client_id: {CLIENT} }}
"""
    )

    class Person(io.StringIO):
        def readline(self, *_: object) -> str:
            (url,) = (word for word in capsys.readouterr().out.split() if word.startswith(token_server.url))
            return browser(token_server, url) + "\n"

    monkeypatch.setenv("MAILD_SETTINGS", str(tmp_path / "maild.yaml"))
    monkeypatch.setattr("sys.stdin", Person())
    assert login.app(["main"], standalone_mode=False) in (None, 0)
    assert "maild may read main now" in capsys.readouterr().out
    kept = json.loads((tmp_path / "var" / "oauth" / "main.json").read_text())
    assert kept["refresh_token"] in token_server.provider.refresh_tokens


@pytest.mark.dovecot
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_real_server_takes_the_token_and_a_dead_one_is_replaced(
    dovecot: Dovecot, mailbox: str, tmp_path: Path, mechanism: str
) -> None:
    server = dovecot.tokens
    server.provider.user, server.provider.refresh_tokens = mailbox, {"first-refresh"}
    place, ledger = box(dovecot.port, server, mailbox, mechanism=mechanism), Ledger()
    tokens = Tokens(place, tmp_path, lambda: SECRET)
    tokens.keep(Grant("unused", refresh_token="first-refresh"))
    dovecot.append(mailbox, mail("one"))
    with watching(place, ledger, login=token_login(place, tokens)) as watcher:
        wait_until(lambda: ledger.subjects == ["one"], "the mail")
        server.provider.users.clear()
        dovecot.append(mailbox, mail("two"))
        watcher.wake()
        wait_until(lambda: ledger.subjects == ["one", "two"], "the mail after a new login")
    assert ledger.state.error == ""


@pytest.mark.dovecot
@pytest.mark.parametrize(("mechanism", "word"), [("xoauth2", "40"), ("oauthbearer", "invalid_token")])
def test_a_real_servers_refusal_comes_out_in_its_words_without_the_token(
    dovecot: Dovecot, mailbox: str, tmp_path: Path, mechanism: str, word: str
) -> None:
    server = dovecot.tokens
    server.provider.user, server.provider.refresh_tokens = "somebody else", {"first-refresh"}
    place, ledger = box(dovecot.port, server, mailbox, mechanism=mechanism), Ledger()
    tokens = Tokens(place, tmp_path, lambda: SECRET)
    tokens.keep(Grant("unused", refresh_token="first-refresh"))
    with structlog.testing.capture_logs() as logs, watching(place, ledger, login=token_login(place, tokens)):
        wait_until(lambda: ledger.states, "the refusal")
    assert "Authentication failed" in ledger.state.error
    assert not any(token in str(logs) + ledger.state.error for token in server.provider.given)
    assert word in ledger.state.error


@pytest.mark.parametrize(
    ("challenge", "told"),
    [
        (b'{"status":"invalid_token","schemes":"bearer"}', "invalid_token"),
        (b'{"status":401}', "401"),
        (b"", ""),
        (b"[" * 5000, ""),
        (b'["status"]', ""),
        (b"\xff\xfe", ""),
    ],
)
def test_an_error_challenge_is_read_with_care(challenge: bytes, told: str) -> None:
    assert status(challenge) == told
    assert status(base64.b64encode(challenge)) == ""


def test_a_provider_that_is_away_is_no_refused_login(token_server: TokenServer, tmp_path: Path) -> None:
    place = box(143, token_server)
    tokens = Tokens(place, tmp_path, lambda: SECRET)
    tokens.keep(Grant("unused", refresh_token="first-refresh"))
    token_server.provider.fails = [(500, "")]
    with pytest.raises(SourceUnavailable):
        tokens.access()
