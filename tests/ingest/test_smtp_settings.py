"""What the configuration says about listeners that could not work, or not safely."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from smtp_peer import cheap_hash

from maild.config.check_listeners import file_problems, problems
from maild.settings import Listener, Settings
from tests.servers.certificates import make_certificate

CERTIFICATE = {"certificate": "cert.pem", "key": "cert.key"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"tls": "starttls"}, "tls", "needs a `certificate`"),
    ({"tls": "tls", "key": "cert.key"}, "tls", "needs a `certificate`"),
    (CERTIFICATE, "certificate", "say which"),
    ({"key": "cert.key"}, "key", "needs its `certificate`"),
    ({"require_tls": True}, "require_tls", "needs `tls: starttls`"),
    ({"socket": "s", "tls": "starttls"} | CERTIFICATE, "tls", "leave `tls` out"),
    ({"socket": "s", "proxy": ["10.0.0.1"]}, "proxy", "leave `proxy` out"),
    ({"host": "0.0.0.0", "users": "users"}, "users", "plain text"),
    ({"host": "mx.example", "users": "users"}, "users", "plain text"),
    ({"systemd": "smtp", "users": "users"}, "users", "plain text"),
    ({"systemd": "smtp", "port": 25}, "systemd", "leave `port` out"),
    ({"systemd": "smtp", "host": "::", "socket": "s"}, "systemd", "leave `host`, `socket` out"),
    ({"proxy": ["10.0.0.0/24", "10.0.0.1/24"]}, "proxy", "10.0.0.1/24 has host bits set"),
    ({"proxy": ["balancer.example"]}, "proxy", "write a network"),
    ({"proxy": ["0.0.0.0/0"]}, "proxy", "is everybody"),
]


@pytest.mark.parametrize(("listener", "word", "advice"), WRONG, ids=[f"{word}: {why}" for _, word, why in WRONG])
def test_what_cannot_work_is_named_with_what_to_do(listener: dict[str, Any], word: str, advice: str) -> None:
    settings = Settings(smtp=(Listener(port=25), Listener.model_validate(listener)))
    found = list(problems(settings))
    assert ("smtp", 1, word) in [path for _, path in found]
    assert any(advice in message for message, _ in found)


FINE: list[dict[str, Any]] = [
    {},
    {"host": "0.0.0.0", "port": 25, "tls": "starttls"} | CERTIFICATE,
    {"host": "::", "port": 465, "tls": "tls", "certificate": "both.pem", "users": "users"},
    {"port": 587, "users": "users"},
    {"host": "::1", "port": 587, "users": "users"},
    {"host": "localhost", "users": "users"},
    {"systemd": "smtp", "tls": "starttls", "require_tls": True} | CERTIFICATE,
    {"socket": "lmtp.sock", "users": "users"},
    {"host": "10.0.0.7", "proxy": ["10.0.0.0/24", "192.0.2.1", "2001:db8::/64"]},
]


@pytest.mark.parametrize("listener", FINE, ids=range(len(FINE)))
def test_what_works_is_not_complained_about(listener: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings(lmtp=(Listener.model_validate(listener),))
    assert list(problems(settings)) == []
    # As the loader leaves it: with every field set.
    whole = settings.model_copy(update={"lmtp": tuple(one.model_copy(update=dict(one)) for one in settings.lmtp)})
    assert list(problems(whole)) == []


def test_two_listeners_cannot_share_a_socket_of_systemd() -> None:
    settings = Settings(smtp=(Listener(systemd="mail"),), lmtp=(Listener(systemd="mail"),))
    assert [path for _, path in problems(settings)] == [("smtp", 0, "systemd"), ("lmtp", 0, "systemd")]


def test_files_that_listeners_need_are_tried(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    users = tmp_path / "users"
    listener = Listener(tls="tls", certificate=certificate, key=key, users=users)
    assert [path for _, path in file_problems(Settings(smtp=(listener,)))] == [("smtp", 0, "users")]
    users.write_text(f"anna:{cheap_hash('x')}\n")
    assert list(file_problems(Settings(smtp=(listener,)))) == []
    key.unlink()
    ((message, path),) = file_problems(Settings(smtp=(listener,)))
    assert path == ("smtp", 0, "certificate") and "cannot be read" in message
