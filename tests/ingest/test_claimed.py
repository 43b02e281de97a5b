"""Whom people see as the sender of a mail that names no certain one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.as_json import to_json
from maild.ingest.header.claimed import claimed_sender
from maild.ingest.header.headers import Headers
from maild.ingest.parse import parse
from maild.model import Address
from tests.ingest.letters import letter


@pytest.mark.parametrize(
    ("fields", "name", "address"),
    [
        (["From: MAILER-DAEMON (Mail Delivery System)"], "Mail Delivery System", "mailer-daemon"),
        (["From: Mail Delivery System <MAILER-DAEMON>"], "Mail Delivery System", "mailer-daemon"),
        (["From: root"], "", "root"),
        (["From: Mail Delivery System"], "Mail Delivery System", ""),
        (["From: Anna"], "Anna", ""),
        (["From: =?utf-8?q?J=C3=BCrgen?= <root>"], "Jürgen", "root"),
        (["From: a@x.example", "From: b@y.example"], "", "a@x.example"),
        (["From: ", "From: b@y.example"], "", "b@y.example"),
        (['From: "Lamps Co" <a@x.example>, "Ltd" <b@y.example>'], "Lamps Co", "a@x.example"),
        (["From: friends: a@x.example;"], "", "a@x.example"),
        (["From: boss@good.example <evil@bad.example>"], "boss@good.example", "evil@bad.example"),
        (['From: "Foo" <foo@bar@baz>'], "Foo", "foo@bar@baz"),
        (["Reply-To: Anna <a@x.example>"], "Anna", "a@x.example"),
        (["Sender: list@x.example", "Reply-To: a@x.example"], "", "list@x.example"),
        (["Return-Path: <a@x.example>"], "", "a@x.example"),
        (["From: undisclosed-recipients:;"], "undisclosed-recipients", ""),
    ],
)
def test_a_claim_is_what_a_mail_client_would_show(fields: list[str], name: str, address: str) -> None:
    message = parse(letter(*fields, "Subject: x"))
    assert (message.sender, message.claimed_sender) == (None, Address(name, address))
    assert to_json("x", message)["from"] == {"name": name, "address": address}


@pytest.mark.parametrize("fields", [[], ["From: "], ["From: <>"], ["Return-Path: <>"], ['From: ""']])
def test_who_claims_nothing_is_nobody(fields: list[str]) -> None:
    assert parse(letter(*fields, "Subject: x")).claimed_sender is None


def test_a_certain_sender_needs_no_claim() -> None:
    message = parse(letter("From: Anna <a@x.example>", "Reply-To: b@y.example"))
    assert (message.sender, message.claimed_sender) == (Address("Anna", "a@x.example"), None)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from('<>@(),;:"\\ ='), max_size=200))
def test_any_from_field_gives_a_line_of_text_or_nothing(value: str) -> None:
    found = claimed_sender(Headers([("From", value)]))
    assert found is None or not set(found.name + found.address) & set("\r\n\0")


def test_an_address_whose_letters_had_to_be_guessed_is_a_claim_and_a_name_in_them_is_none() -> None:
    guessed = parse("From: Ada <ada@b\xfccher.example>\nSubject: x\n\ny\n".encode("latin-1"))
    assert guessed.sender is None and guessed.claimed_sender is not None
    named = parse("From: J\xf6rg <joerg@acme.example>\nSubject: x\n\ny\n".encode("latin-1"))
    assert named.sender == Address("Jörg", "joerg@acme.example")
    written = parse("From: Ada <ada@bücher.example>\nSubject: x\n\ny\n".encode())
    assert written.sender == Address("Ada", "ada@xn--bcher-kva.example")
