"""What is wrong with mailboxes in maild.yaml is told with its place and what to do."""

from __future__ import annotations

import pytest

from maild.config.check_mailboxes import problems
from maild.settings import Settings

OAUTH = {"token_url": "https://login.example/token", "authorize_url": "https://login.example/a", "client_id": "maild"}


def box(**changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "name": "main", "host": "imap.example", "user": "u", "recipient": "support@desk.example", "password_file": "p",
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


def oauth(**changes: object) -> dict[str, object]:
    return box(password_file=None, oauth=OAUTH | changes)


def found(*accounts: dict[str, object], **more: object) -> list[tuple[str, tuple[object, ...]]]:
    settings = Settings.model_validate({"imap": accounts} | more)
    return [(message, tuple(path)) for message, path in problems(settings)]


@pytest.mark.parametrize(
    "account",
    [
        box(),
        oauth(),
        oauth(authorize_url=""),
        box(folders=("INBOX", "Support", "support"), after="move", move_to="Done"),
        oauth(grant="client_credentials", authorize_url="", client_secret_file="s", client_secret_expires="2027-01-01"),
        oauth(token_url="http://127.0.0.1:81/token", authorize_url="http://[::1]/"),
    ],
)
def test_what_is_right_is_not_spoken_of(account: dict[str, object]) -> None:
    assert found(account) == []


@pytest.mark.parametrize(
    ("account", "told", "place"),
    [
        (box(password_file=None), "how to log in is missing", ()),
        (box(oauth=OAUTH), "exclude each other", ("password_file",)),
        (oauth(token_url="http://login.example/token"), "no https address", ("oauth", "token_url")),
        (oauth(token_url=""), "no https address", ("oauth", "token_url")),
        (oauth(token_url="https://[::1"), "no https address", ("oauth", "token_url")),
        (oauth(authorize_url="ftp://x"), "no https address", ("oauth", "authorize_url")),
        (oauth(grant="client_credentials"), "needs a `client_secret_file`", ("oauth", "grant")),
        (oauth(client_secret_expires="2027-01-01"), "could expire", ("oauth", "client_secret_expires")),
        (box(folders=("INBOX", "Inbox")), "stands here twice", ("folders", 1)),
        (box(after="move"), "needs a `move_to`", ("after",)),
        (box(move_to="Done"), "counts with `after: move` only", ("move_to",)),
        (box(after="move", move_to="inbox"), "is read itself", ("move_to",)),
    ],
)
def test_each_mistake_is_told_at_its_place(account: dict[str, object], told: str, place: tuple[object, ...]) -> None:
    ((message, path),) = found(account)
    assert told in message
    assert path == ("imap", 0, *place)


def test_one_folder_is_read_by_one_account() -> None:
    ((message, path),) = found(box(), box(name="other", folders=("Sent", "inbox")))
    assert message == "account `main` reads this folder already"
    assert path == ("imap", 1, "folders", 1)


def test_names_of_maildirs_are_unique() -> None:
    maildir = {"name": "drop", "path": "/x", "recipient": "support@desk.example"}
    assert found(maildirs=[maildir, maildir]) == [
        ("there is another Maildir `drop`: names are unique", ("maildirs", 1, "name"))
    ]


def test_a_header_that_names_no_recipient_is_told_with_the_one_that_was_meant() -> None:
    ((message, path),) = found(box(recipient_headers=("To", "Delivered-Too")))
    assert path == ("imap", 0, "recipient_headers", 1)
    assert "did you mean `delivered-to`?" in message
