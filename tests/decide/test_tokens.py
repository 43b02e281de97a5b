"""Signed reply addresses, Message-IDs and loop marks: what we made is read back, anything else is nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.facts import ReplyToken
from maild.decide.tokens import LEAK_PREFIX, LONGEST_LOCAL, Tokens
from maild.model import Status, Ticket, TicketId

DESK = "support@desk.example"
OURS = Tokens(b"o" * 32)
THEIRS = Tokens(b"t" * 32)
IDS = st.integers(min_value=0, max_value=2**40)


def a_ticket(number: int = 1042) -> Ticket:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    return Ticket(TicketId(number), "SD", "it", "Printer", Status.NEW, 3, "", "", False, noon, noon)


def changed_somewhere(text: str, alphabet: str) -> list[str]:
    """Every text that differs from this one in exactly one character, and every one that lacks one."""
    other = [text[:at] + new + text[at + 1 :] for at in range(len(text)) for new in alphabet if new != text[at]]
    return other + [text[:at] + text[at + 1 :] for at in range(len(text))]


@given(ticket=IDS, contact=IDS)
def test_a_reply_address_names_its_ticket_and_contact_to_us_alone(ticket: int, contact: int) -> None:
    address = OURS.reply_address(DESK, TicketId(ticket), contact)
    assert OURS.read_reply_address(address) == ReplyToken(TicketId(ticket), contact)
    assert THEIRS.read_reply_address(address) is None


@given(ticket=IDS, contact=IDS)
def test_a_reply_address_is_a_short_lower_case_ascii_address(ticket: int, contact: int) -> None:
    local, _, domain = OURS.reply_address(DESK, TicketId(ticket), contact).rpartition("@")
    assert domain == "desk.example" and local.startswith(f"support+{LEAK_PREFIX}")
    assert local.isascii() and local == local.lower() and len(local) <= LONGEST_LOCAL


def test_no_character_of_a_reply_address_may_change() -> None:
    local, _, domain = OURS.reply_address(DESK, TicketId(1042), 7).rpartition("@")
    tag = local.removeprefix("support+")
    for changed in changed_somewhere(tag, "abcdefghijklmnopqrstuvwxyz0123456789.+-=\u212a\u0131é\x00"):
        assert OURS.read_reply_address(f"support+{changed}@{domain}") is None, changed


@given(ticket=IDS, contact=IDS, other=IDS)
def test_a_reply_address_does_not_move_to_another_ticket_or_contact(ticket: int, contact: int, other: int) -> None:
    mine = OURS.reply_address(DESK, TicketId(ticket), contact).split(".")
    for place, moved in ((1, (other, contact)), (2, (ticket, other))):
        foreign = OURS.reply_address(DESK, TicketId(moved[0]), moved[1]).split(".")
        forged = ".".join([*mine[:place], foreign[place], *mine[place + 1 :]])
        assert OURS.read_reply_address(forged) in (None, ReplyToken(TicketId(ticket), contact))


def test_a_mac_made_for_one_purpose_is_worth_nothing_for_another() -> None:
    mark = OURS.loop_mark().partition(".")[2]
    message_id = OURS.message_id("SD-1042", "confirmation", "a@b.example", "desk.example")
    for mac in (mark, message_id.partition("@")[0].rpartition(".")[2]):
        stem = OURS.reply_address(DESK, TicketId(1042), 7).rpartition("@")[0].rpartition(".")[0]
        assert OURS.read_reply_address(f"{stem}.{mac}@desk.example") is None
        assert OURS.is_our_loop_mark(f"1.{mac}") is (mac == mark)


def test_a_reply_address_survives_case_folding_and_shouting() -> None:
    address = OURS.reply_address(DESK, TicketId(1042), 7)
    assert OURS.read_reply_address(address.upper()) == ReplyToken(TicketId(1042), 7)


def test_a_desk_with_a_very_long_local_part_gets_its_plain_address() -> None:
    long = f"{'s' * 60}@desk.example"
    assert OURS.reply_address(long, TicketId(1042), 7) == long


@given(st.text())
def test_no_text_at_all_is_taken_for_a_mark_of_ours(text: str) -> None:
    assert OURS.read_reply_address(text) is None
    assert OURS.read_reply_address(f"support+{text}@desk.example") is None
    assert not OURS.is_our_loop_mark(text)
    assert not OURS.is_our_message_id(text)


@pytest.mark.parametrize("address", ["", "@", "+@", "a+mdt1aa...@b", "\ud800+\ud800@x", "support+mdt1aa.b.c.d@x" * 99])
def test_a_malformed_reply_address_is_nothing(address: str) -> None:
    assert OURS.read_reply_address(address) is None


def test_a_retired_secret_is_read_but_signs_nothing() -> None:
    rotated = Tokens(b"n" * 32, b"o" * 32)
    old, new = (tokens.reply_address(DESK, TicketId(1042), 7) for tokens in (OURS, rotated))
    assert rotated.read_reply_address(old) == rotated.read_reply_address(new) == ReplyToken(TicketId(1042), 7)
    assert OURS.read_reply_address(new) is None
    assert rotated.is_our_loop_mark(OURS.loop_mark()) and rotated.loop_mark() != OURS.loop_mark()


def test_the_loop_mark_is_recognised_by_its_own_instance_only() -> None:
    assert OURS.is_our_loop_mark(f"  {OURS.loop_mark()}\r\n")
    assert not THEIRS.is_our_loop_mark(OURS.loop_mark())
    assert not any(map(OURS.is_our_loop_mark, changed_somewhere(OURS.loop_mark(), "abc234.é")))


def test_every_attempt_of_one_mail_has_the_same_message_id() -> None:
    first, second = (OURS.message_id("SD-1042", "confirmation", "a@b.example", "desk.example") for _ in range(2))
    assert first == second and first.startswith("<sd-1042.") and first.endswith("@desk.example>")


def test_message_ids_differ_by_ticket_occasion_recipient_and_instance() -> None:
    ids = {
        tokens.message_id(f"SD-{number}", event, recipient, "desk.example")
        for tokens in (OURS, THEIRS)
        for number in (1042, 1043)
        for event in ("confirmation", "status:solved:81")
        for recipient in ("a@b.example", "c@b.example")
    }
    assert len(ids) == 16


def test_our_message_ids_are_recognised_and_no_changed_one_is() -> None:
    message_id = OURS.message_id("SD-1042", "confirmation", "a@b.example", "desk.example")
    assert OURS.is_our_message_id(message_id) and OURS.is_our_message_id(message_id.replace("desk.", "DESK."))
    assert not THEIRS.is_our_message_id(message_id)
    inner = message_id.strip("<>")
    assert not any(OURS.is_our_message_id(f"<{changed}>") for changed in changed_somewhere(inner, "a7.x@"))


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tokens(b"short")


def test_the_secret_does_not_show_in_a_traceback() -> None:
    assert "ooo" not in repr(OURS)
