"""Which fields may stand once, which must be signed, and how old a signature may be: field by field, to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maild.ingest.authenticity.fields import header_of
from maild.ingest.authenticity.structure import (
    CLOCKS_DIFFER,
    FRESH,
    MOST_SIGNATURES,
    Candidate,
    Circumstances,
    Structure,
    structure_of,
)
from maild.ingest.parse import parse
from tests.ingest.authenticity.signing import USUAL, How, signed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
MAIL = (
    b"From: Ada <ada@acme.example>\r\nTo: support@desk.example\r\nSubject: Printer\r\n"
    b"Date: Fri, 20 Nov 2026 12:00:00 +0000\r\nMessage-ID: <m1@acme.example>\r\n"
    b"Content-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\nPlease come.\r\n"
)
HOW = How(signed_at=SECONDS)
RELAY = replace(HOW, domain="relay.example")


def structure(raw: bytes, own: str = "desk.example", at: datetime = NOW) -> Structure:
    return structure_of(header_of(raw), parse(raw), Circumstances((own,), NOW, at))


def only(raw: bytes, own: str = "desk.example", at: datetime = NOW) -> Candidate:
    (candidate,) = structure(raw, own, at).candidates
    return candidate


SINGLE = ["Sender", "Reply-To", "Cc", "References", "In-Reply-To", "Content-Transfer-Encoding", "Content-Disposition"]


@pytest.mark.parametrize("name", SINGLE)
def test_a_field_that_stands_twice_leaves_open_which_is_shown(name: str) -> None:
    field = f"{name}: 7bit\r\n".encode()
    assert only(field + signed(MAIL, HOW)).weak == ()
    assert only(field * 2 + signed(MAIL, HOW)).weak == (f"more than one {name}",)


def test_a_second_mime_version_does_so_too() -> None:
    assert only(b"MIME-Version: 1.0\r\n" + signed(MAIL, HOW)).weak == ("more than one MIME-Version",)


@pytest.mark.parametrize("name", ["MIME-Version", "Content-Transfer-Encoding", "In-Reply-To", "References"])
def test_what_is_there_must_be_signed_for_grave_steps(name: str) -> None:
    mail = MAIL if name.encode() in MAIL else name.encode() + b": 7bit\r\n" + MAIL
    headers = tuple(one for one in USUAL if one != name.lower())
    assert only(signed(mail, replace(HOW, headers=headers))).lax == (f"{name} is not signed",)
    assert only(signed(mail, replace(HOW, headers=(*headers, name.lower())))).lax == ()


TO_A_FRIEND = MAIL.replace(b"support@desk", b"friends@club").replace(b"Subject", b"Cc: support@desk.example\r\nSubject")
NOT_OURS = "no address of ours in a signed To or Cc"


def test_an_address_of_ours_in_cc_counts_where_cc_is_signed() -> None:
    assert only(signed(TO_A_FRIEND, replace(HOW, headers=(*USUAL, "cc")))).lax == ()
    assert only(signed(TO_A_FRIEND, HOW)).lax == (NOT_OURS,)


def test_one_address_is_ours_as_a_whole_domain_is() -> None:
    assert only(signed(MAIL, HOW), "support@desk.example").lax == ()
    assert only(signed(MAIL, HOW), "sales@desk.example").lax == (NOT_OURS,)


def test_a_mail_is_fresh_for_a_day_to_the_second() -> None:
    raw, day = signed(MAIL, HOW), timedelta(days=1)
    assert (day, timedelta(hours=12)) == (FRESH, CLOCKS_DIFFER)
    assert only(raw, at=NOW + day).lax == only(raw, at=NOW - day).lax == ()
    stale = ("not signed within a day", "not written within a day")
    assert only(raw, at=NOW + day + timedelta(seconds=1)).lax == stale


def test_a_mail_without_a_date_is_of_no_day() -> None:
    found = only(signed(MAIL.replace(b"Date", b"X-Date"), HOW))
    assert (found.weak, found.lax[-1]) == (("no Date",), "not written within a day")


def test_clocks_may_differ_by_half_a_day_to_the_second() -> None:
    half = 12 * 3600
    assert structure(signed(MAIL, replace(HOW, signed_at=SECONDS + half))).candidates
    found = structure(signed(MAIL, replace(HOW, signed_at=SECONDS + half + 1)))
    told = "the signature of acme.example does not count: it was made in the future"
    assert found == Structure((), (told,), unclear=True)


def test_a_signature_without_a_time_expires_all_the_same() -> None:
    found = structure(signed(MAIL, How(more=f"x={SECONDS - 1}; ")))
    told = "the signature of acme.example does not count: it has expired"
    assert found == Structure((), (told,), unclear=True)


def test_eight_signatures_are_looked_at_and_a_ninth_makes_it_unclear() -> None:
    raw = signed(MAIL, HOW)
    for _ in range(7):
        raw = signed(raw, RELAY)
    told = "the signature of relay.example does not speak for acme.example"
    found = structure(raw)
    assert (len(found.candidates), found.dismissed, found.unclear) == (1, (told,) * 7, False)
    assert MOST_SIGNATURES == 8
    assert structure(signed(raw, RELAY)) == Structure((), (told,) * 8, unclear=True)


def test_a_signature_that_cannot_be_read_may_be_the_authors() -> None:
    found = structure(b"DKIM-Signature: v=1\r\n" + MAIL)
    assert found == Structure((), ("a signature does not count: no a=",), unclear=True)


def test_there_is_nothing_to_prove_without_a_signature_or_without_an_author() -> None:
    assert structure(MAIL) == Structure() == Structure((), (), unclear=False)
    assert structure(signed(MAIL.replace(b"Ada <ada@acme.example>", b"nobody"), HOW)) == Structure()
