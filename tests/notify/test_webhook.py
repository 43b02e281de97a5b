"""A finished call: what its body says and does not say, how it is signed, what answers mean."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model import Call, CallKind, DeliveryResult, NotificationKind, OutgoingCall, Proof, Register
from maild.notify.webhook import Cause, NoKey, asked_to_wait, finished, headers, key_of, meaning, signature
from tests.builders import NOON, a_ticket

CALL = Call("crm", "ticket-opened:81", "a new customer")
BY_ADA = Cause("ada@acme.example", Proof.PROVEN, Register.REGISTERED)


def hmac_by_hand(key: bytes, text: bytes) -> str:
    """RFC 2104, without the module that the program uses."""
    key = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    return base64.b64encode(hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()).decode()


def test_a_body_says_what_happened_to_which_ticket_and_who_wrote() -> None:
    ticket = a_ticket(tags=("vip",), fields=(("vm", "vm-12"),), category="network", assignee="grace", unverified=True)
    call = finished(CALL, "msg_1", ticket, BY_ADA, NOON.astimezone(timezone(timedelta(hours=5))))
    assert (call.id, call.webhook) == ("msg_1", "crm")
    assert json.loads(call.body) == {
        "type": "ticket-opened",
        "id": "msg_1",
        "timestamp": "2026-11-20T12:00:00.000Z",
        "ticket": {
            "number": "SD-1001",
            "desk": "service",
            "title": "The printer is on fire",
            "status": "new",
            "priority": 3,
            "type": "",
            "module": "",
            "category": "network",
            "assignee": "grace",
            "tags": ["vip"],
            "fields": {"vm": "vm-12"},
            "unverified": True,
        },
        "rule": "a new customer",
        "mail": {"from": "ada@acme.example", "proof": "proven", "register": "registered"},
    }


def test_a_call_about_no_ticket_and_no_mail_says_so() -> None:
    told = json.loads(finished(Call("crm", "tick", "a rule"), "msg_1", None, None, NOON).body)
    assert (told["type"], told["ticket"], told["mail"]) == ("tick", None, None)


@given(st.text())
def test_whatever_a_title_holds_the_body_is_json_in_utf_8(title: str) -> None:
    body = finished(CALL, "msg_1", a_ticket(title=title + "\ud800\0"), BY_ADA, NOON).body
    assert "\0" not in json.loads(body.decode("utf-8"))["ticket"]["title"]


@given(st.binary(min_size=1, max_size=100), st.binary())
def test_the_signature_is_what_a_receiver_computes(key: bytes, body: bytes) -> None:
    expected = hmac_by_hand(key, b"msg_1.1795176000." + body)
    assert headers(OutgoingCall("msg_1", "crm", body), key, NOON) == {
        "Content-Type": "application/json",
        "User-Agent": "maild",
        "webhook-id": "msg_1",
        "webhook-timestamp": "1795176000",
        "webhook-signature": f"v1,{expected}",
    }


def test_a_signature_that_another_program_has_made() -> None:
    # printf 'msg_1.1795176000.{"a":1}' | openssl dgst -sha256 -hmac 's3cret' -binary | base64
    assert signature(b"s3cret", "msg_1", "1795176000", b'{"a":1}') == "v1,QB5cFDH/svkVSE2S5b95LCB/UhsFLsafjkGyWAtdP6A="


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode(), b"0123456789abcdef01234567"),
        ("whsec", b"whsec"),
        ("three wörds here", "three wörds here".encode()),
    ],
)
def test_a_secret_stands_for_a_key(secret: str, key: bytes) -> None:
    assert key_of(secret) == key


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64!", "whsec_abc", "whsec_ä"])
def test_a_secret_that_only_looks_like_base64_is_refused_and_not_quoted(secret: str) -> None:
    with pytest.raises(NoKey, match="no Base64") as told:
        key_of(secret)
    assert secret.removeprefix("whsec_") in ("", "abc") or secret not in str(told.value)


@pytest.mark.parametrize(
    ("result", "statuses"),
    [
        (DeliveryResult.SENT, (200, 201, 202, 204, 299)),
        (DeliveryResult.DEFERRED, (408, 425, 429, 500, 502, 503, 504, 599)),
        (DeliveryResult.REFUSED, (300, 301, 302, 307, 308, 304, 400, 401, 403, 404, 410, 413, 422)),
    ],
)
def test_what_a_status_means(result: DeliveryResult, statuses: tuple[int, ...]) -> None:
    assert {status: meaning(status) for status in statuses} == dict.fromkeys(statuses, result)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("120", NOON + timedelta(seconds=120)),
        (" 0 ", NOON),
        ("999999999999999999999", NOON + timedelta(hours=4)),
        ("Fri, 20 Nov 2026 12:10:00 GMT", NOON + timedelta(minutes=10)),
        ("Fri, 20 Nov 2026 11:00:00 GMT", NOON),
        ("Fri, 20 Nov 2099 12:10:00 GMT", NOON + timedelta(hours=4)),
        ("Fri, 20 Nov 2026 12:10:00 -0000", NOON + timedelta(minutes=10)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_how_long_a_receiver_may_let_us_wait(written: str, until: datetime | None) -> None:
    assert asked_to_wait(written, NOON) == until


@given(st.text())
def test_no_retry_after_breaks_anything(written: str) -> None:
    until = asked_to_wait(written, NOON)
    assert until is None or NOON <= until <= NOON + timedelta(hours=4)


def test_what_wants_a_call_is_no_kind_of_notification() -> None:
    assert not {kind.value for kind in CallKind} & {kind.value for kind in NotificationKind}
