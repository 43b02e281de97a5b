"""Signed reply addresses, Message-IDs and loop marks: what we made is read back, anything else is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.decide.facts import ReplyToken
from maild.decide.told.tokens import LEAK_PREFIX, LONGEST_LOCAL, Tokens, staff_token
from maild.model import Purpose, Status, Ticket, TicketId

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


# ---- what was signed once stays good: these are in people's mailboxes, whatever version reads them --------------

FIXED = Tokens(b"o" * 32, hostname="desk.example")
MESSAGE_ID = "<sd-1042.aqpnnak7n2.djx23kudk6ceyjw7@desk.example>"
REPLY_ADDRESS = "support+mdt1im.bas.h.yfhif4jmqeycoakv@desk.example"
BOUNCE_ADDRESS = "support+mdb.sd-1042.aqpnnak7n2.djx23kudk6ceyjw7@desk.example"


def test_marks_are_made_as_they_always_were() -> None:
    assert FIXED.reply_address(DESK, TicketId(1042), 7) == REPLY_ADDRESS
    assert FIXED.message_id("SD-1042", "confirmation", "a@b.example", "desk.example") == MESSAGE_ID
    assert FIXED.bounce_address(DESK, MESSAGE_ID) == BOUNCE_ADDRESS
    assert FIXED.loop_mark() == "1.dlxsw66pe6q7nj3x"
    assert FIXED.invitation(Purpose.REGISTER, "a@b.example", "n1") == "oe62cfpxg7s4x4bl3235kleebxewwmkc"
    assert repr(FIXED) == "Tokens(…)"


def test_marks_that_were_made_long_ago_are_read() -> None:
    assert FIXED.read_reply_address(REPLY_ADDRESS) == ReplyToken(TicketId(1042), 7)
    assert FIXED.read_bounce_address(BOUNCE_ADDRESS) == FIXED.read_bounce_address(BOUNCE_ADDRESS.upper()) == MESSAGE_ID
    assert FIXED.is_our_message_id(MESSAGE_ID) and FIXED.is_our_loop_mark("1.DLXSW66PE6Q7NJ3X")


@pytest.mark.parametrize(
    "address",
    [
        BOUNCE_ADDRESS.replace("mdb.", "mdt."),
        BOUNCE_ADDRESS.replace("mdb.", "mdb"),
        BOUNCE_ADDRESS.replace("1042", "1043"),
        BOUNCE_ADDRESS.replace("+", ""),
        REPLY_ADDRESS,
        DESK,
        "",
    ],
)
def test_a_bounce_address_that_we_did_not_make_names_no_mail(address: str) -> None:
    assert FIXED.read_bounce_address(address) == ""


def test_a_bounce_address_of_another_hostname_is_not_ours() -> None:
    assert OURS.read_bounce_address(BOUNCE_ADDRESS) == ""
    local = OURS.message_id("SD-1042", "confirmation", "a@b.example", "localhost")
    assert OURS.read_bounce_address(OURS.bounce_address(DESK, local)) == local


def test_a_desk_with_a_plus_or_a_quoted_at_sign_has_addresses_that_are_read_back() -> None:
    for desk in ("it+support@desk.example", '"a@b"@desk.example'):
        reply, bounce = FIXED.reply_address(desk, TicketId(1042), 7), FIXED.bounce_address(desk, MESSAGE_ID)
        assert reply.endswith("@desk.example") and bounce.endswith("@desk.example") and desk not in (reply, bounce)
        assert FIXED.read_reply_address(reply) == ReplyToken(TicketId(1042), 7)
        assert FIXED.read_bounce_address(bounce) == MESSAGE_ID


@pytest.mark.parametrize(("sign", "room"), [("reply", 64 - 30), ("bounce", 64 - 40)])
def test_a_local_part_of_64_bytes_is_the_longest(sign: str, room: int) -> None:
    for desk in ("s" * room + "@desk.example", "ü" * (room // 2) + "@desk.example"):
        for longer, fits in ((desk, True), (f"s{desk}", False)):
            made = (
                FIXED.reply_address(longer, TicketId(1042), 7)
                if sign == "reply"
                else FIXED.bounce_address(longer, MESSAGE_ID)
            )
            assert (made != longer) is fits


@pytest.mark.parametrize("number", [0, 1, 31, 32, 2**60 - 1])
def test_ids_of_up_to_60_bits_are_read_back(number: int) -> None:
    address = FIXED.reply_address("a@b", TicketId(number), number)
    assert FIXED.read_reply_address(address) == ReplyToken(TicketId(number), number)


def test_an_id_that_is_too_large_or_negative_makes_no_address_that_is_read() -> None:
    assert FIXED.read_reply_address(FIXED.reply_address("a@b", TicketId(2**60), 1)) is None
    with pytest.raises(ValueError, match="negative"):
        FIXED.reply_address("a@b", TicketId(-1), 0)


def test_every_secret_needs_32_bytes_and_no_more() -> None:
    Tokens(b"x" * 32, b"y" * 32)
    for secrets in ([b"x" * 31], [b"x" * 32, b"y" * 31], [b"x" * 31, b"y" * 32]):
        with pytest.raises(ValueError, match="32 bytes"):
            Tokens(*secrets)


def test_message_ids_and_bounces_of_a_retired_secret_are_still_ours() -> None:
    rotated = Tokens(b"n" * 32, b"o" * 32, hostname="desk.example")
    made = rotated.message_id("SD-1042", "confirmation", "a@b.example", "desk.example")
    assert rotated.is_our_message_id(MESSAGE_ID) and rotated.read_bounce_address(BOUNCE_ADDRESS) == MESSAGE_ID
    assert made != MESSAGE_ID and not FIXED.is_our_message_id(made)
    assert rotated.invitation(Purpose.REGISTER, "a@b.example", "n1") != FIXED.invitation(
        Purpose.REGISTER, "a@b.example", "n1"
    )


def test_invitations_differ_by_purpose_address_and_nonce() -> None:
    made = {
        FIXED.invitation(purpose, address, nonce)
        for purpose in (Purpose.REGISTER, Purpose.LOOK)
        for address in ("a@b.example", "c@b.example")
        for nonce in ("1", "2")
    }
    assert len(made) == 8 and all(len(each) == 32 for each in made)


def test_letters_that_no_charset_has_are_no_mark_and_stop_nothing() -> None:
    assert not FIXED.is_our_loop_mark("\ud800") and not FIXED.is_our_message_id("<a.\ud800@b>")
    assert FIXED.message_id("SD-1", "\ud800", "a@b.example", "desk.example")
    assert FIXED.invitation(Purpose.LOOK, "\ud800@b.example", "1")


# ---- staff addresses -------------------------------------------------------------------------------


def test_a_staff_address_says_its_ticket_and_holds_for_the_one_address_it_was_sent_to() -> None:
    made = OURS.staff_address(DESK, TicketId(1042), "Grace@desk.example")
    token = staff_token(made.upper())
    assert token and token.ticket == 1042 and OURS.read_reply_address(made) is None
    assert OURS.is_staff_tag(token, "grace@desk.example")
    assert not OURS.is_staff_tag(token, "heidi@desk.example")
    assert not THEIRS.is_staff_tag(token, "grace@desk.example")
    assert Tokens(b"n" * 32, b"o" * 32).is_staff_tag(token, "grace@desk.example"), "an earlier secret is read on"
    assert not OURS.is_staff_tag(replace(token, ticket=TicketId(1043)), "grace@desk.example")


@given(ticket=st.integers(0, 2**59), other=st.integers(0, 2**59))
def test_no_staff_address_of_one_ticket_is_one_of_another(ticket: int, other: int) -> None:
    made = staff_token(OURS.staff_address(DESK, TicketId(ticket), "grace@desk.example"))
    there = staff_token(OURS.staff_address(DESK, TicketId(other), "grace@desk.example"))
    assert made and there and (made == there) == (ticket == other)


@pytest.mark.parametrize(
    "address", ["", "@", "a+mds1@b", "a+mds1aa.b@c", "a+mds1aa.!.c@d", "a+mdt1aa.b.c@d", "\ud800@x"]
)
def test_what_is_no_staff_address_names_nothing(address: str) -> None:
    assert staff_token(address) is None
