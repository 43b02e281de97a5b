"""A provider of tokens on the loopback: refresh tokens that rotate and die, authorisation codes with PKCE, client
credentials, and the endpoint by which Dovecot asks whose token it is shown (RFC 7662)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

CLIENT, SECRET = "maild-test", "client-s3cret"


@dataclass
class Provider:
    """What the server knows and how it behaves. `fails` are answers (status, body) given before any others; `hangs`:
    it answers nothing until `released`. A refresh token works once if it `rotates`, and its successor is told."""

    rotates: bool = True
    expires_in: object = 3600
    refresh_expires_in: int = 0
    refresh_tokens: set[str] = field(default_factory=lambda: {"first-refresh"})
    users: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    fails: list[tuple[int, str]] = field(default_factory=list)
    hangs: bool = False
    user: str = "someone"
    forms: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, form: dict[str, str]) -> tuple[int, str]:
        self.forms.append(form)
        if self.fails:
            return self.fails.pop(0)
        if form.get("client_secret") not in (None, SECRET) or form.get("client_id") != CLIENT:
            return refusal("invalid_client", "who are you?")
        return getattr(self, form["grant_type"], self.unknown)(form)

    def unknown(self, form: dict[str, str]) -> tuple[int, str]:
        return refusal("unsupported_grant_type", "")

    def refresh_token(self, form: dict[str, str]) -> tuple[int, str]:
        if form["refresh_token"] not in self.refresh_tokens:
            return refusal("invalid_grant", f"the token {form['refresh_token']} has been revoked")
        if self.rotates:
            self.refresh_tokens.remove(form["refresh_token"])
        return self.grant(self.rotates)

    def client_credentials(self, form: dict[str, str]) -> tuple[int, str]:
        return self.grant(False) if form.get("client_secret") else refusal("invalid_client", "a secret is missing")

    def authorization_code(self, form: dict[str, str]) -> tuple[int, str]:
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if self.codes.pop(form["code"], "") != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return refusal("invalid_grant", "this code is none of yours")
        return self.grant(True)

    def grant(self, with_refresh: bool) -> tuple[int, str]:
        token = f"access-{os.urandom(12).hex()}"
        self.given.append(token)
        self.users[token] = self.user
        told = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        if with_refresh:
            fresh = f"refresh-{os.urandom(12).hex()}"
            self.refresh_tokens.add(fresh)
            told["refresh_token"] = fresh
        if self.refresh_expires_in:
            told["refresh_token_expires_in"] = self.refresh_expires_in
        return 200, json.dumps(told)

    def whose(self, token: str) -> tuple[int, str]:
        user = self.users.get(token)
        return 200, json.dumps({"active": True, "email": user} if user else {"active": False})


def refusal(error: str, words: str) -> tuple[int, str]:
    return 400, json.dumps({"error": error, "error_description": words})


class Handler(http.server.BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        provider = self.server.provider
        if provider.hangs:
            provider.released.wait(30)
            return
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        path = urlsplit(self.path).path
        if path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/token")
            self.end_headers()
        else:
            self.say(*(provider.whose(form.get("token", "")) if path == "/whose" else provider.answer(form)))

    def do_GET(self) -> None:
        self.do_POST()

    def say(self, code: int, text: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


class TokenServer(http.server.ThreadingHTTPServer):
    """The listener on a free port of the loopback."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.provider = Provider()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"


@contextmanager
def running_token_server() -> Iterator[TokenServer]:
    with TokenServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.provider.released.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def token_server() -> Iterator[TokenServer]:
    """A provider of a test's own."""
    with running_token_server() as server:
        yield server
