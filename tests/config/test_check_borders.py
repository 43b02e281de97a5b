"""What `maild check` says of borders: a bare From is never believed from strangers."""

from __future__ import annotations

import pytest

from maild.config.check_borders import problems
from maild.settings import Settings

OWN = {"profile": "own", "id": "mx.desk.example"}
BARE = {"profile": "bare"}
MAILBOX = {"name": "a", "host": "imap.example", "user": "u", "recipient": "support@desk.example"}


def found(**given: object) -> list[tuple[str, tuple[object, ...]]]:
    return [(message.split(":")[0].split(",")[0], path) for message, path in problems(Settings.model_validate(given))]


@pytest.mark.parametrize(
    "given",
    [
        {"smtp": [{"port": 25, "border": BARE}]},
        {"lmtp": [{"socket": "lmtp.sock", "border": BARE}]},
        {"lmtp": [{"socket": "lmtp.sock", "border": OWN}]},
        {"smtp": [{"host": "0.0.0.0", "border": OWN | {"peers": ["10.0.0.5", "10.1.0.0/16"]}}]},
        {"imap": [MAILBOX | {"border": {"profile": "google"}}]},
        {"maildirs": [{"name": "m", "path": "m", "recipient": "a@b.example", "border": OWN | {"hosts": ["mx1.b"]}}]},
    ],
)
def test_these_are_all_right(given: dict[str, object]) -> None:
    assert found(**given) == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"smtp": [{"host": "0.0.0.0", "border": BARE}]}, ("smtp", 0)),
        ({"smtp": [{"host": "desk.example", "border": BARE}]}, ("smtp", 0)),
        ({"smtp": [{"systemd": "smtp", "border": BARE}]}, ("smtp", 0)),
        ({"smtp": [{"border": BARE, "proxy": ["10.0.0.5"]}]}, ("smtp", 0)),
        ({"smtp": [{"border": BARE | {"peers": ["10.0.0.5"]}}]}, ("smtp", 0)),
        ({"imap": [MAILBOX | {"border": BARE}]}, ("imap", 0)),
        ({"maildirs": [{"name": "m", "path": "m", "recipient": "a@b.example", "border": BARE}]}, ("maildirs", 0)),
    ],
)
def test_whoever_can_be_reached_by_strangers_may_not_believe_a_bare_from(given, path: tuple[object, ...]) -> None:
    assert found(**given) == [("anybody could write in anybody's name", (*path, "border", "profile"))]


@pytest.mark.parametrize(
    ("border", "said", "word"),
    [
        ({"profile": "own"}, "`own` needs the `id` that your server writes first in Authentication-Results", "profile"),
        ({"profile": "google", "id": "x"}, "`google` brings its names along", "profile"),
        (OWN | {"peers": ["0.0.0.0/0"]}, "`0.0.0.0/0` is everybody", "peers"),
        (
            OWN | {"peers": ["mx.desk.example"]},
            "'mx.desk.example' does not appear to be an IPv4 or IPv6 network",
            "peers",
        ),
    ],
)
def test_what_cannot_work_is_named(border: dict[str, object], said: str, word: str) -> None:
    assert found(lmtp=[{"socket": "s", "border": border}]) == [(said, ("lmtp", 0, "border", word))]
