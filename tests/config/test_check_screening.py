"""Mistakes in the settings of screening: each is told with its place and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config.check_screening import problems, troubles
from maild.settings import Settings


def of(**screening: object) -> Settings:
    return Settings.model_validate({"screening": screening})


def header(value: str) -> dict[str, object]:
    return {"headers": [{"name": "X-Spam", "value": value}]}


@pytest.mark.parametrize(
    ("screening", "place", "says"),
    [
        (header("yes"), ("headers", 0, "value"), "/yes/"),
        (header("/(/"), ("headers", 0, "value"), "no regular expression"),
        (header("/(?=a)/"), ("headers", 0, "value"), "look-around"),
        (header("/a/x"), ("headers", 0, "value"), "the only letter"),
        ({"rspamd": {"url": "ftp://127.0.0.1"}}, ("rspamd", "url"), "write it as http://"),
        ({"rspamd": {"url": ""}}, ("rspamd", "url"), "write it as http://"),
        ({"rspamd": {"url": "http://"}}, ("rspamd", "url"), "write it as http://"),
        ({"rspamd": {"url": "http://127.0.0.1:99999"}}, ("rspamd", "url"), "no URL"),
        ({"rspamd": {"url": "http://[::1"}}, ("rspamd", "url"), "no URL"),
        ({"rspamd": {"url": "http://127.0.0.1:11333/checkv2"}}, ("rspamd", "url"), "only host and port"),
        ({"rspamd": {"url": "http://x:y@127.0.0.1"}}, ("rspamd", "url"), "password_file"),
        ({"rspamd": {"url": "http://scan.example:11333"}}, ("rspamd", "url"), "need https"),
        ({"rspamd": {"url": "http://192.168.0.9:11333"}}, ("rspamd", "url"), "need https"),
        ({"rspamd": {"controller": "http://scan.example"}}, ("rspamd", "controller"), "need https"),
        ({"clamd": {"host": "scan.example"}}, ("clamd", "host"), "no TLS"),
        ({"clamd": {"port": 0}}, ("clamd", "port"), "3310"),
    ],
)
def test_a_mistake_is_told_with_its_place(screening: dict[str, object], place: tuple[str, ...], says: str) -> None:
    ((message, path),) = problems(of(**screening))
    assert path == ("screening", *place) and says in message


@pytest.mark.parametrize(
    "screening",
    [
        {},
        header("/^yes/i"),
        {"rspamd": {}, "clamd": {}},
        {"rspamd": {"url": "https://scan.example", "controller": "https://scan.example:11334/"}},
        {"rspamd": {"url": "http://localhost:11333"}},
        {"rspamd": {"url": "http://[::1]:11333"}},
        {"clamd": {"socket": "/run/clamav/clamd.ctl", "host": "ignored.example", "port": 0}},
    ],
)
def test_what_works_has_no_problem(screening: dict[str, object]) -> None:
    assert list(problems(of(**screening))) == []


def test_a_socket_that_is_yet_to_come_is_a_trouble_and_keeps_nobody_from_starting(tmp_path: Path) -> None:
    missing = of(clamd={"socket": str(tmp_path / "clamav" / "clamd.ctl")})
    assert list(problems(missing)) == []
    assert "there is no folder" in next(troubles(missing))
    (tmp_path / "clamav").mkdir()
    assert list(troubles(missing)) == []


def test_a_scanner_that_takes_less_than_we_do_is_told() -> None:
    (told,) = troubles(of(clamd={"largest": 1024}))
    assert told.startswith("screening.clamd.largest") and "only that much is scanned" in told
