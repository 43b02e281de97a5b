"""Reports about our mail: about whom, whether for good, and which mail of ours."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        ("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1 (bad mailbox)", True),
        ("Final-Recipient: x400; x\r\nOriginal-Recipient: rfc822; a@x.example\r\nAction: failed", True),
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


def test_the_address_we_wrote_to_counts_not_where_an_alias_led() -> None:
    """RFC 3464 2.3.1: Original-Recipient is what we gave; the final one is somebody's forwarding address."""
    block = "Original-Recipient: rfc822; team@x.example\r\nFinal-Recipient: rfc822; bob@y.example\r\nAction: failed"
    assert [each.address for each in bounce(report(block)).recipients] == ["team@x.example"]


def test_some_recipients_got_it_and_some_did_not() -> None:
    blocks = [
        "Final-Recipient: rfc822; ok@x.example\r\nAction: relayed\r\nStatus: 2.0.0",
        "Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1",
        "Final-Recipient: rfc822; later@x.example\r\nAction: delayed\r\nStatus: 4.4.1",
    ]
    found = bounce(report(*blocks)).recipients
    assert [(each.address, each.permanent) for each in found] == [("gone@x.example", True), ("later@x.example", False)]


def test_a_status_of_success_names_nobody_even_where_no_action_is_told() -> None:
    blocks = [
        "Final-Recipient: rfc822; ok@x.example\r\nStatus: 2.0.0",
        "Final-Recipient: rfc822; a@x.example\r\nStatus: 5.0.0",
    ]
    assert [each.address for each in bounce(report(*blocks)).recipients] == ["a@x.example"]


# ---- what mail servers write, in our own words and addresses: (fields, text, [(address, permanent, status)]) -------

COPY = "\n--- Below this line is a copy of the message.\n\nTo: us@desk.example\nMessage-ID: <ours@desk.example>\n"
SERVERS = {
    "qmail, two recipients": (
        ["From: MAILER-DAEMON@mx.example", "Subject: failure notice"],
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver.\n\n"
        "<gone@x.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 <gone@x.example> no\n\n"
        "<full@x.example>:\nRemote host said: 452 4.2.2 mailbox full\n" + COPY,
        [("gone@x.example", True, "5.1.1"), ("full@x.example", False, "4.2.2")],
    ),
    "Exim, which gave up": (
        ["From: Mail Delivery System <Mailer-Daemon@mx.example>", "Subject: Mail delivery failed: returning message",
         "X-Failed-Recipients: gone@x.example"],
        "A message that you sent could not be delivered. This is a permanent error.\n\n  gone@x.example\n"
        "    retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n"
        "Return-path: <us@desk.example>\nMessage-ID: <ours@desk.example>\n",
        [("gone@x.example", False, "")],
    ),
    "Exim, of two recipients": (
        ["From: Mailer-Daemon@mx.example", "Subject: Mail delivery failed",
         "X-Failed-Recipients: full@x.example, gone@x.example"],
        "The following addresses failed:\n\n  full@x.example\n    host mx said: 452 4.2.2 full\n  gone@x.example\n"
        "    host mx said: 550 5.1.1 unknown\n",
        [("full@x.example", False, "4.2.2"), ("gone@x.example", True, "5.1.1")],
    ),
    "what the returned mail says is not the report's": (
        ["From: MAILER-DAEMON@mx.example", "Subject: failure notice"],
        "<gone@x.example>:\n550 5.1.1 unknown\n" + COPY + "\nPlease call:\nbob@y.example: 452 4.2.2 for printers\n",
        [("gone@x.example", True, "5.1.1")],
    ),
    "a helper in a sentence about delivery": (
        ["From: MAILER-DAEMON@mx.example", "Subject: failure notice"],
        "There was an error delivering your mail to <gone@x.example>.\n550 5.1.1\n"
        "If delivery fails again, the support of help@mx.example will assist you.\n",
        [("gone@x.example", True, "5.1.1")],
    ),
    "Exim, which warns": (
        ["From: Mailer-Daemon@mx.example", "Subject: Warning: message 1a-2b delayed 24 hours"],
        "The address to which the message has not yet been delivered is:\n\n  later@x.example\n    host mx.x.example\n"
        "    Delay reason: 450 greylisted\n\nMessage-ID: <ours@desk.example>\n",
        [("later@x.example", False, "")],
    ),
    "Postfix, whose text names a helper": (
        ["From: MAILER-DAEMON@mx.example", "Subject: Undelivered Mail Returned to Sender"],
        "This is the mail system at host mx.example.\nFor further assistance, please contact <help@mx.example>\n\n"
        "<gone@x.example>: host mx.x.example[192.0.2.5] said: 550 No such user (in reply to RCPT TO)\n" + COPY,
        [("gone@x.example", True, "")],
    ),
    "Postfix, behind an alias": (
        ["From: MAILER-DAEMON@mx.example", "Subject: Undelivered Mail Returned to Sender"],
        "<bob@inner.example> (expanded from <gone@x.example>): user unknown\n" + COPY,
        [("gone@x.example", True, "")],
    ),
    "sendmail": (
        ["From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Subject: Returned mail: see transcript"],
        "   ----- The following addresses had permanent fatal errors -----\n<gone@x.example>\n"
        "    (reason: 550 5.1.1 <gone@x.example>... User unknown)\n" + COPY,
        [("gone@x.example", True, "5.1.1")],
    ),
    "Exchange 2003": (
        ["From: System Administrator <postmaster@x.example>", "Subject: Undeliverable: Printer", "Return-Path: <>"],
        "Your message\n\n  To:      gone@x.example\n  Subject: Printer\n\ndid not reach the following recipient(s):\n\n"
        "gone@x.example on Mon, 16 Nov 2026 09:00:00 +0100\n    The recipient name is not recognized\n",
        [("gone@x.example", True, "")],
    ),
    "Exchange in German": (
        ["From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>",
         "Subject: Unzustellbar: Drucker"],
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\n"
        "gone@x.example<mailto:gone@x.example>\nDie E-Mail-Adresse wurde nicht gefunden.\n\n"
        "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n",
        [("gone@x.example", True, "5.1.10")],
    ),
    "Domino": (
        ["From: Postmaster@x.example", "Subject: DELIVERY FAILURE: User gone not listed in Domino Directory"],
        "Your document: Printer\nwas not delivered to: gone@x.example\n"
        "because: User gone (gone@x.example) not listed in Domino Directory\n",
        [("gone@x.example", True, "")],
    ),
    "GroupWise": (
        ["From: Mailer-Daemon@x.example", "Subject: Message status - undeliverable"],
        "The message that you sent was undeliverable to the following:\n\tgone@x.example (user not found)\n",
        [("gone@x.example", True, "")],
    ),
    "GMX": (
        ["From: GMX Mailer Daemon <mailer-daemon@gmx.example>", "Subject: Mail delivery failed: returning message"],
        "The following address failed:\n\n  \"gone@x.example\":\nSMTP error from remote server after RCPT command:\n"
        "host: mx.x.example\n5.1.1 <gone@x.example> User unknown\n\n"
        "--- The header of the original message is following. ---\n\nMessage-ID: <ours@desk.example>\n",
        [("gone@x.example", True, "5.1.1")],
    ),
    "T-Online": (
        ["From: <MAILER-DAEMON@mailout.example>", "Subject: mail failed, returning to sender"],
        "|------------------------- Message log follows: -------------------------|\n"
        " no valid recipients were found for this message\n"
        "|------------------------- Failed addresses follow: ---------------------|\n"
        " <gone@x.example> ... unknown user\n|---- Message text follows: ----|\nReceived: from us\n"
        "Message-ID: <ours@desk.example>\n",
        [("gone@x.example", True, "")],
    ),
    "Gmail": (
        ["From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
         "Subject: Delivery Status Notification (Delay)"],
        "Delivery to the following recipient has been delayed:\n\n     later@x.example\n\n"
        "Message will be retried for 2 more day(s)\n\n----- Original message -----\nMessage-ID: <ours@desk.example>\n",
        [("later@x.example", False, "")],
    ),
    "Yahoo": (
        ["From: MAILER-DAEMON@yahoo.example", "Subject: Failure Notice"],
        "Sorry, we were unable to deliver your message to the following address.\n\n<gone@x.example>:\n"
        "Remote host said: 554 delivery error: dd This user doesn't have an account [0]\n",
        [("gone@x.example", True, "")],
    ),
    "French": (
        ["From: Postmaster <postmaster@x.example>", "Subject: Échec de la remise du message", "Return-Path: <>"],
        "Votre message n'a pas pu être remis au destinataire suivant :\n\ngone@x.example\nUtilisateur inconnu\n"
        "550 5.1.1\n",
        [("gone@x.example", True, "5.1.1")],
    ),
    "Japanese": (
        ["From: Mail Delivery Subsystem <mailer-daemon@x.example>", "Subject: 配信エラーのお知らせ"],
        "次のあて先へのメッセージは配信できませんでした。\n\n<gone@x.example>: 550 Unknown user\n",
        [("gone@x.example", True, "")],
    ),
    "KDDI": (
        ["From: Mail Administrator <postmaster@mobile.example>", "Subject: Mail System Error - Returned Mail"],
        "Could not be delivered to: <gone@x.example>\n550 User unknown\n",
        [("gone@x.example", True, "")],
    ),
    "Barracuda": (
        ["From: MAILER-DAEMON@gate.example", "Subject: **Message you sent blocked by our bulk email filter**"],
        "Your message to: gone@x.example\nwas blocked by our Spam Firewall.\n550 5.7.1\n",
        [("gone@x.example", True, "5.7.1")],
    ),
    "hMailServer": (
        ["From: mailer-daemon@x.example", "Subject: Message undeliverable: Printer"],
        "Your message did not reach some or all of the intended recipients.\n\n   Subject: Printer\n\n"
        "The following recipient(s) could not be reached:\n\ngone@x.example\n   Error Type: SMTP\n"
        "   Remote server replied: 550 unknown\n",
        [("gone@x.example", True, "")],
    ),
    "DragonFly": (
        ["From: MAILER-DAEMON <>", "Subject: Mail delivery failed"],
        "This is the DragonFly Mail Agent.\n\nThere was an error delivering your mail to <gone@x.example>.\n\n"
        "mx.x.example [192.0.2.7] did not like our RCPT TO:\n550 5.1.1 unknown\n\nMessage headers follow.\n\n"
        "Message-Id: <ours@desk.example>\n",
        [("gone@x.example", True, "5.1.1")],
    ),
    "a status pasted into the text": (
        ["From: MAILER-DAEMON@mx.example", "Subject: Returned mail: User unknown"],
        "content-type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; gone@x.example\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; later@x.example\nAction: delayed\nStatus: 4.4.1\n",
        [("gone@x.example", True, "5.1.1"), ("later@x.example", False, "4.4.1")],
    ),
    "James, whose subject says little": (
        ["From: postmaster@x.example", "Subject: [BOUNCE]"],
        "Hi. This is the James mail server at x.example.\nI'm afraid I wasn't able to deliver your message:"
        "\n\ngone@x.example\n\nThe MIME structure of this message seems to be corrupted.\n",
        [("gone@x.example", True, "")],
    ),
    "Notes": (
        ["From: PostMaster@x.example", "Subject: Undeliverable message"],
        "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\ngone@x.example\n\n"
        "------- Returned Message --------\n\nFrom: us@desk.example\n",
        [("gone@x.example", True, "")],
    ),
    "InterScan, which has no address": (
        ['From: "InterScan MSS"', "Subject: Mail could not be delivered"],
        "Sent <<< RCPT TO:<gone@x.example>\nReceived >>> 550 5.1.1 unknown\n\nUnable to deliver message.",
        [("gone@x.example", True, "5.1.1")],
    ),
    "SurfControl": (
        ["From: Mail Admin <postmaster@x.example>", "Subject: Undeliverable: Printer"],
        "Your message could not be sent.\nA transcript of the attempts to send the message follows.\n\n"
        "Addressed To: gone@x.example\n\nThe recipient is unknown.\n",
        [("gone@x.example", True, "")],
    ),
    "a mobile carrier": (
        ["From: post_master@mobile.example", "Subject: Undeliverable Message"],
        "Message could not be delivered to mobile.\nError: No valid recipients for this MM\nTo: gone@x.example\n",
        [("gone@x.example", True, "")],
    ),
    "an address like an internet address": (
        ["From: MAILER-DAEMON@mx.example", "Subject: failure notice"],
        "<gone@x.example>:\n10.5.1.1 said: 451 busy, try again\n",
        [("gone@x.example", False, "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("server", SERVERS)
def test_what_mail_servers_write_for_people_is_read(server: str) -> None:
    fields, text, wanted = SERVERS[server]
    found = bounce(parse(letter("To: us@desk.example", "Content-Type: text/plain; charset=utf-8", *fields, body=text)))
    assert [(each.address, each.permanent, each.status) for each in found.recipients] == wanted
    assert found.original_message_id == ("<ours@desk.example>" if "<ours@" in text else "")
    assert all(len(each.diagnostic) <= 500 and "\n" not in each.diagnostic for each in found.recipients)


# ---- Amazon SES ------------------------------------------------------------------------------------


def notice(event: str, told: object, fields: list[str] | None = None, wrapped: bool = False) -> Message:
    mail = {"messageId": "0100-ses", "destination": ["gone@x.example"], "headers": [
        {"name": "Message-ID", "value": "<ours@desk.example>"}]}  # fmt: skip
    said = json.dumps({"notificationType": event, event[0].lower() + event[1:]: told, "mail": mail})
    text = json.dumps({"Type": "Notification", "Message": said}) if wrapped else said
    sender = ["From: AWS <no-reply@sns.amazonaws.com>", "Subject: AWS Notification Message"]
    return parse(letter(*(fields or sender), body=f"{text}\n\n--\nIf you wish to stop receiving …\n"))


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(("kind", "permanent"), [("Permanent", True), ("Transient", False), ("Undetermined", False)])
def test_amazon_tells_bounces_as_json(kind: str, permanent: bool, wrapped: bool) -> None:
    gone = {"emailAddress": "Gone@X.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 unknown"}
    found = bounce(notice("Bounce", {"bounceType": kind, "bouncedRecipients": [gone]}, wrapped=wrapped))
    one = BouncedRecipient("gone@x.example", permanent, "5.1.1", "smtp; 550 unknown")
    assert found == Bounce((one,), "<ours@desk.example>")


def test_amazons_json_is_read_where_a_server_has_folded_it() -> None:
    gone = {"emailAddress": "gone@x.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 " + "unknown " * 50}
    said = json.dumps({"notificationType": "Bounce", "mail": {}, "bounce": {"bouncedRecipients": [gone]}})
    text = "\n".join(said[at : at + 7] for at in range(0, len(said), 7))
    found = bounce(parse(letter("From: AWS <no-reply@sns.amazonaws.com>", "Subject: AWS Notification", body=text)))
    assert [(each.address, each.status) for each in found.recipients] == [("gone@x.example", "5.1.1")]


def test_amazon_tells_delays_successes_and_complaints_too() -> None:
    delay = bounce(notice("DeliveryDelay", {"delayedRecipients": [{"emailAddress": "a@x.example"}]}))
    assert [(each.address, each.permanent) for each in delay.recipients] == [("a@x.example", False)]
    for event in ("Delivery", "Complaint"):
        message = notice(event, {})
        assert message.bounce is None
        assert message.automatic is not None


def test_a_complaint_that_microsoft_passes_on_is_no_bounce() -> None:
    returned = b"Content-Type: message/rfc822\r\n\r\nX-HmXmrOriginalRecipient: ann@x.example\r\n" + INNER
    fields = b"From: staff@mail.example\r\nSubject: complaint about message from 192.0.2.1\r\n"
    message = parse(mixed(returned, fields=fields))
    assert message.bounce is None
    assert message.automatic is not None


def test_a_person_who_pastes_such_a_notice_is_a_person() -> None:
    message = notice("Bounce", {"bouncedRecipients": []}, ["From: anna@clinic.example", "Subject: what is this?"])
    assert message.automatic is None


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a":' * 50_000, "{}", '{"notificationType":"Bounce"}',
    '{"notificationType":"Bounce","mail":[]}', '{"notificationType":["Bounce"],"mail":{}}', '{"Message":"{"}',
    '{"notificationType":"Bounce","mail":{"headers":7,"destination":7},"bounce":7}',
    '{"notificationType":"Bounce","mail":{},"bounce":{"bouncedRecipients":[7,null,{"emailAddress":{}}]}}',
    '{"notificationType":"Bounce","mail":{},"n":' + "9" * 10_000 + "}"])  # fmt: skip
def test_json_that_is_no_notice_harms_nobody(text: str) -> None:
    message = parse(letter("From: no-reply@sns.amazonaws.com", "Subject: x", body=text))
    assert message.automatic is not None
    assert message.bounce is None or message.bounce.recipients == ()


# ---- which mail of ours ----------------------------------------------------------------------------

FAILED = "Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1"
INNER = b"From: support@desk.example\r\nMessage-ID: <ours@desk.example>\r\nSubject: x\r\n\r\nHello.\r\n"


@pytest.mark.parametrize(
    "returned",
    [
        RETURNED,
        b"Content-Type: text/rfc822-headers\r\n\r\n" + INNER,
        b"Content-Type: message/rfc822-headers\r\n\r\n" + INNER,
        b"Content-Type: message/global\r\n\r\n" + INNER,
        b"Content-Type: message/partial; number=1; id=x\r\n\r\n" + INNER,
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(INNER),
        b"Content-Type: message/rfc822\r\n\r\n" + base64.encodebytes(INNER * 3),
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + INNER.replace(b"=", b"=3D").replace(b"ours@desk", b"ours=40desk"),
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\nMessage-ID:\r\n <ours@desk.example>\r\n\r\nx",
        b"Content-Type: text/plain; name=headers.txt\r\nContent-Disposition: attachment\r\n\r\n" + INNER,
        b"Content-Type: text/plain\r\n\r\n> From: support@desk.example\r\n> Message-ID: <ours@desk.example>\r\n",
        b"Content-Type: text/plain\r\n\r\n     Message-Id: <ours@desk.example>\r\n",
        b"Content-Type: text/plain\r\n\r\n | Message-ID:\r\n |  <ours@desk.example>\r\n",
        b"Content-Type: text/plain\r\n\r\nOriginal-Message-ID: <ours@desk.example>\r\n",
        b"Content-Type: text/plain\r\n\r\nX-Original-Message-ID: <ours@desk.example>\r\n",
    ],
)  # fmt: skip
def test_our_mail_is_found_however_it_comes_back(returned: bytes) -> None:
    assert bounce(report(FAILED, returned=returned)).original_message_id == "<ours@desk.example>"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (b"In-Reply-To: <ours@desk.example>\r\n", "<ours@desk.example>"),
        (b"References: <first@desk.example> <ours@desk.example>\r\n", "<ours@desk.example>"),
        (b"X-Original-Message-ID: <ours@desk.example>\r\nIn-Reply-To: <other@x.example>\r\n", "<ours@desk.example>"),
        (b"Message-ID: <report@mx.example>\r\n", ""),
    ],
)
def test_a_report_that_returns_nothing_may_still_say_what_it_answers(fields: bytes, found: str) -> None:
    status = b"Content-Type: message/delivery-status\r\n\r\n" + FAILED.encode()
    message = parse(mixed(b"\r\nSorry.", status, kind="report; report-type=delivery-status", fields=DAEMON + fields))
    assert bounce(message).original_message_id == found


def test_what_came_back_counts_more_than_what_the_report_answers() -> None:
    status = b"Content-Type: message/delivery-status\r\n\r\n" + FAILED.encode()
    fields = DAEMON + b"In-Reply-To: <other@x.example>\r\n"
    message = parse(mixed(b"\r\n", status, RETURNED, kind="report; report-type=delivery-status", fields=fields))
    assert bounce(message).original_message_id == "<ours@desk.example>"


# ---- no bounces ------------------------------------------------------------------------------------

STATUS_PART = b"Content-Type: message/delivery-status\r\n\r\n" + FAILED.encode()
PERSON = b"From: Anna Berg <anna@clinic.example>\r\nSubject: Fwd: Undelivered Mail Returned to Sender\r\n"


@pytest.mark.parametrize("part", [STATUS_PART, b"Content-Type: message/rfc822\r\n\r\n" + DAEMON + b"\r\nx"])
def test_a_person_who_forwards_a_report_is_a_person(part: bytes) -> None:
    message = parse(mixed(b"\r\nWhat is this?", part, fields=PERSON))
    assert message.bounce is None
    assert message.automatic is None


def test_a_report_in_a_plain_multipart_is_a_bounce_where_a_machine_sent_it() -> None:
    found = bounce(parse(mixed(b"\r\nSorry.", STATUS_PART, RETURNED, fields=DAEMON)))
    assert [each.address for each in found.recipients] == ["a@x.example"]
    assert found.original_message_id == "<ours@desk.example>"


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("admin@clinic.example", "Mail delivery failed again", "All our mails are rejected: 550 5.7.1 denied."),
        ("it@clinic.example", "Undeliverable: newsletter", "These bounce since Monday: <bob@x.example>: 550 5.1.1"),
        ("anna@clinic.example", "Mail returned", "It says: user unknown, mailbox full."),
        ("a@x.example, b@x.example", "Delivery failed", "The parcel was returned to sender."),
        ("mail@bauer.example", "Returned mail", "Our letter was returned to sender."),
        ("system@house.example", "Failure notice", "The system was not delivered."),
        ("exchange@club.example", "Mail failure", "Message rejected by the server."),
    ],
)
def test_people_who_quote_reports_are_people(sender: str, subject: str, text: str) -> None:
    message = parse(letter(f"From: {sender}", f"Subject: {subject}", body=text))
    assert message.bounce is None
    assert message.automatic is None


def test_a_postmaster_with_a_mail_client_is_a_person() -> None:
    text = "Your server says: This is the mail system at host mx.example. <bob@x.example>: 550 5.1.1 user unknown\n"
    fields = ["From: Postmaster <postmaster@clinic.example>", "Subject: Undelivered Mail Returned to Sender"]
    assert parse(letter(*fields, body=text)).bounce is not None
    assert parse(letter(*fields, "User-Agent: Mozilla Thunderbird", body=text)).bounce is None


# ---- hostile reports -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["<a@b.example>:\n" * 4_000, "a@" * 30_000, "a" * 60_000 + "@b.example", "<" * 60_000, "Message-ID: " * 5_000,
     "Message-ID:\n> \n" * 4_000, "Original-Message-ID:" + " " * 60_000, "expanded from " * 4_000, "-- " * 20_000,
     "to: a@b.example " * 4_000, "final-recipient:\n" * 4_000, "a.b@" + "c." * 30_000, "> " * 30_000 + "<x@y>",
     "Status: " + "5." * 30_000, "final-recipient: rfc822;" + "\"a" * 20_000],
)  # fmt: skip
@pytest.mark.timeout(5)
def test_no_report_takes_long_to_read(text: str) -> None:
    for fields in (["From: MAILER-DAEMON@mx.example", "Subject: failure notice"], ["X-Failed-Recipients: a@b.example"]):
        message = parse(letter(*fields, body=text))
        assert message.bounce is None or len(message.bounce.recipients) <= 100


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["<a@x.example>:", "\n", "\n\n", "550 5.1.1 ", "Final-Recipient: rfc822; ", "@", "{",
    "Action: failed\n", "Status: 4.", "Message-ID: <", "> ", "Received: from x", "é", "\t", "ours@desk.example>",
    "delivery failed"]), max_size=40).map("".join))  # fmt: skip
def test_whatever_a_report_says_its_recipients_are_addresses_and_its_lines_one(text: str) -> None:
    found = bounce(parse(letter("From: MAILER-DAEMON@mx.example", "Subject: failure notice", body=text)))
    for each in found.recipients:
        assert each.address.count("@") == 1
        assert len(each.diagnostic.splitlines()) <= 1
    assert len({each.address for each in found.recipients}) == len(found.recipients)
