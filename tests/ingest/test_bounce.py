"""Reports about our mail: about whom, whether for good, and which mail of ours."""

from __future__ import annotations

import pytest

from maild.ingest.parse import parse
from maild.model import AutomaticKind, Bounce, BouncedRecipient, Message
from tests.ingest.letters import letter, mixed

DAEMON = b"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nSubject: Undelivered Mail\r\n"
RETURNED = b"Content-Type: message/rfc822\r\n\r\nFrom: support@desk.example\r\nMessage-ID: <ours@desk.example>\r\n\r\nx"


def report(*blocks: str, returned: bytes = RETURNED) -> Message:
    """A delivery status notification with these blocks for recipients."""
    status = "Reporting-MTA: dns; mx.example\r\n\r\n" + "\r\n\r\n".join(blocks)
    return parse(
        mixed(
            b"\r\nI am sorry.",
            b"Content-Type: message/delivery-status\r\n\r\n" + status.encode(),
            returned,
            kind="report; report-type=delivery-status",
            fields=DAEMON,
        )
    )


def bounce(message: Message) -> Bounce:
    assert message.automatic is not None
    assert message.automatic.kind is AutomaticKind.BOUNCE
    assert message.bounce is not None
    return message.bounce


def test_a_failure_names_the_recipient_the_status_and_our_mail() -> None:
    block = "Final-Recipient: rfc822; Gone@X.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    found = bounce(report(block + "Diagnostic-Code: smtp; 550\r\n no such user"))
    gone = BouncedRecipient("gone@x.example", True, "5.1.1", "smtp; 550 no such user")
    assert found == Bounce((gone,), "<ours@desk.example>")


def test_a_failure_whose_recipient_is_unreadable_is_a_bounce_all_the_same() -> None:
    block = "Final-Recipient: rfc822; @mx.example\r\nAction: failed"
    assert bounce(report(block)).recipients == ()
    to = RETURNED.replace(b"Message-ID", b"To: gone@x.example\r\nMessage-ID")
    assert [each.address for each in bounce(report(block, returned=to)).recipients] == ["gone@x.example"]


@pytest.mark.parametrize(
    ("block", "permanent"),
    [
        ("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.2.2", True),
        ("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 4.4.7", False),
        ("Final-Recipient: rfc822; a@x.example\r\nAction: delayed\r\nStatus: 4.4.1", False),
        ("Original-Recipient: rfc822;a@x.example\r\nAction: failed", True),
        ("FINAL-RECIPIENT: RFC822;<a@x.example>\r\nACTION: Failed\r\nDiagnostic-Code: X; 5.7.1 no", True),
    ],
)
def test_a_delay_is_not_the_end(block: str, permanent: bool) -> None:
    found = bounce(report(block)).recipients
    assert [(each.address, each.permanent) for each in found] == [("a@x.example", permanent)]


def test_each_recipient_is_reported_once() -> None:
    blocks = [
        f"Final-Recipient: rfc822; {name}@x.example\r\nAction: failed\r\nStatus: 5.0.0" for name in ("a", "b", "a")
    ]
    assert [each.address for each in bounce(report(*blocks)).recipients] == ["a@x.example", "b@x.example"]


def test_a_report_of_success_is_automatic_but_no_bounce() -> None:
    message = report("Final-Recipient: rfc822; a@x.example\r\nAction: delivered\r\nStatus: 2.0.0")
    assert message.bounce is None
    assert message.automatic is not None
    assert message.automatic.kind is not AutomaticKind.BOUNCE


def test_a_read_receipt_is_automatic_but_no_bounce() -> None:
    raw = mixed(b"\r\nread", kind="report; report-type=disposition-notification")
    message = parse(raw)
    assert message.bounce is None
    assert message.automatic is not None


def test_returned_headers_alone_name_our_mail_too() -> None:
    message = report(
        "Final-Recipient: rfc822; a@x.example\r\nAction: failed",
        returned=b"Content-Type: text/rfc822-headers\r\n\r\nMessage-Id: <ours@desk.example>\r\n",
    )
    assert bounce(message).original_message_id == "<ours@desk.example>"


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (["From: MAILER-DAEMON@x.example", "Subject: failure notice"],
         "I wasn't able to deliver.\n<gone@x.example>:\nno (#5.1.1)\nMessage-ID: <ours@desk.example>\n"),
        (["From: postmaster@x.example", "Return-Path: <>", "Subject: Undeliverable: your mail"],
         "did not reach gone@x.example\n550 5.1.1 unknown\nMessage-ID: <ours@desk.example>\n"),
        (["From: Mailsystem <system@x.example>", "Auto-Submitted: auto-replied", "Subject: Unzustellbar"],
         "nicht zugestellt: gone@x.example 5.1.1\nMessage-ID: <ours@desk.example>\n"),
        (["From: MAILER-DAEMON <>", "Subject: Mail delivery failed"],
         "<gone@x.example>: 5.1.1\n\nMessage-Id: <ours@desk.example>\n"),
    ],
)  # fmt: skip
def test_home_made_reports_need_two_witnesses(fields: list[str], body: str) -> None:
    found = bounce(parse(letter(*fields, body=body)))
    assert [(each.address, each.permanent, each.status) for each in found.recipients] == [
        ("gone@x.example", True, "5.1.1")
    ]
    assert found.original_message_id == "<ours@desk.example>"


def test_exim_names_the_failed_in_a_header() -> None:
    found = bounce(parse(letter("From: a@x.example", "X-Failed-Recipients: gone@x.example, Away@y.example")))
    assert [each.address for each in found.recipients] == ["gone@x.example", "away@y.example"]


@pytest.mark.parametrize(
    "fields",
    [
        ["From: anna@x.example", "Subject: Undeliverable: your mail"],
        ["From: anna@x.example", "Subject: Fwd: failure notice"],
        ["From: admin@x.example", "Subject: New printer"],
        ["From: admin@x.example", "Subject: Mail delivery failed again"],
    ],
)
def test_people_who_write_about_bounces_are_people(fields: list[str]) -> None:
    message = parse(letter(*fields, body="My mail came back.\n"))
    assert message.bounce is None
    assert message.automatic is None
