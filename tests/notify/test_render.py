"""Notifications as finished mail, read again by other parsers than the code that wrote them."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from urllib.parse import unquote

import mailparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_kit import DESK, GREETED, NOON, NULL_SENDER, TICKET, TOKENS, VERP, notification, read, sent, text_of

from maild.decide.asked.command_words import PHRASES, Action
from maild.decide.facts import ReplyToken
from maild.decide.policy import TemplateSource
from maild.decide.told.telling import FIRST
from maild.decide.told.tokens import Tokens
from maild.errors import PermanentFailure
from maild.model import Address, NotificationKind, Status
from maild.notify.audience import NUMBERLESS, TO_STAFF
from maild.notify.names import BUILT_IN
from maild.notify.render import NoTemplate, Renderer, subject_with_token
from maild.notify.words import delimiter

ALWAYS = {"from", "to", "reply-to", "subject", "date", "message-id"}
ALWAYS |= {"mime-version", "content-type"}
AUTOMATIC = {"auto-submitted", "x-auto-response-suppress", "precedence", "x-maild-loop"}
BY_PERSON = notification(
    NotificationKind.REPLY, by_person=True, values=(("text", "Please restart it."), ("staff", "Eva"))
)


def both(mail: EmailMessage) -> list[str]:
    """What its parts say."""
    return [part.get_content() for part in mail.iter_parts()]


def names(raw: bytes) -> list[str]:
    """Header names, counted by hand: no parser's opinion on what a header is."""
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [line.partition(b":")[0].decode().lower() for line in lines if line[:1] not in b" \t"]


@pytest.mark.parametrize("kind", BUILT_IN)
@pytest.mark.parametrize("language", ["de", "en", "nl"])
def test_every_kind_of_mail_exists_in_every_language(kind: NotificationKind, language: str) -> None:
    mail = read(sent(notification(kind, language=language, values=(("about", "New printers everywhere"),))))
    assert (
        mail["Subject"].removeprefix("Re: ").startswith("[SD-1042] ") is (kind not in NUMBERLESS)
        and len(mail["Subject"]) > 15
    )
    assert ("SD-1042" in mail.as_string()) is (kind not in NUMBERLESS)
    assert mail["From"] == '"IT Help" <support@desk.example>' or mail["From"] == "IT Help <support@desk.example>"
    assert kind is NotificationKind.STAFF_ANSWER or all("IT Help" in text for text in both(mail))
    assert mail.defects == []


def test_automatic_mail_says_that_it_is() -> None:
    mail = read(sent())
    assert (mail["Auto-Submitted"], mail["Precedence"]) == ("auto-replied", "bulk")
    assert mail["X-Auto-Response-Suppress"] == "All" and TOKENS.is_our_loop_mark(mail["X-Maild-Loop"])


@pytest.mark.parametrize("kind", [NotificationKind.STATUS_UPDATE, NotificationKind.DELETION_COMPLETED])
def test_news_that_answers_no_mail_is_auto_generated(kind: NotificationKind) -> None:
    assert read(sent(notification(kind)))["Auto-Submitted"] == "auto-generated"


def test_the_words_of_a_member_of_staff_are_a_persons_mail() -> None:
    mail = sent(BY_PERSON, renderer=NULL_SENDER)
    assert set(names(mail.raw)) == ALWAYS
    assert mail.mail_from == "support@desk.example"
    assert text_of(mail) == f"{delimiter('en')}\n\nPlease restart it.\n\n-- \nEva\nIT Help\n"


def test_automatic_mail_leaves_from_the_null_sender_where_the_relay_wants_that() -> None:
    assert sent(renderer=NULL_SENDER).mail_from == "" and sent().mail_from == "support@desk.example"


def test_a_bounce_comes_back_to_an_address_that_names_its_mail() -> None:
    mail = sent(renderer=VERP)
    tokens = Tokens(b"k" * 32, hostname="desk.example")
    assert mail.mail_from.startswith("support+mdb.sd-1042.")
    assert tokens.read_bounce_address(mail.mail_from.upper()) == mail.message_id
    assert tokens.read_bounce_address(mail.mail_from.replace("sd-1042", "sd-1043")) == ""
    assert sent(BY_PERSON, renderer=VERP).mail_from == "support@desk.example"


def test_a_desk_address_without_room_for_a_token_is_used_as_it_is() -> None:
    long = f"{'x' * 40}@desk.example"
    assert sent(desk=DESK.model_copy(update={"addresses": (long,)}), renderer=VERP).mail_from == long


def test_an_answer_comes_back_to_this_ticket_and_this_contact() -> None:
    reply_to = read(sent())["Reply-To"].addresses[0].addr_spec
    assert TOKENS.read_reply_address(reply_to) == ReplyToken(TICKET.id, 7)


def test_every_attempt_sends_the_same_bytes() -> None:
    assert sent() == sent()


def test_a_mail_joins_the_thread_it_answers() -> None:
    mail = read(sent(notification(reply_to_id="<c@x.example>", references=("<a@x.example>", "<b@x.example>"))))
    assert mail["In-Reply-To"] == "<c@x.example>"
    assert mail["References"] == "<a@x.example> <b@x.example> <c@x.example>"


def test_what_a_member_of_staff_gets_about_a_ticket_is_one_thread_below_its_first_mail() -> None:
    first = sent(notification(NotificationKind.STAFF_TICKET, event=FIRST))
    later = [read(sent(notification(kind, event="later"))) for kind in TO_STAFF]
    assert {(mail["In-Reply-To"], mail["References"]) for mail in later} == {(first.message_id,) * 2}
    told = read(sent(notification(NotificationKind.STAFF_ANSWER, reply_to_id="<own@desk.example>")))
    assert told["In-Reply-To"] == "<own@desk.example>", "what they wrote themselves stands between"
    assert told["References"] == f"{first.message_id} <own@desk.example>"


def test_two_readers_threads_and_a_customers_are_apart() -> None:
    assert read(sent(notification(NotificationKind.STAFF_TICKET, event=FIRST)))["References"] is None
    assert read(sent(notification(NotificationKind.STATUS_UPDATE)))["References"] is None
    heidi = notification(NotificationKind.STAFF_TICKET, recipient=Address("Heidi", "heidi@desk.example"))
    assert read(sent(heidi))["References"] != read(sent(notification(NotificationKind.STAFF_TICKET)))["References"]


def test_ids_that_are_none_are_not_quoted() -> None:
    hostile = ("<a@x>\r\nBcc: <v@x>", "no id", "<ä@x.example>", "<a b@x>", f"<{'a' * 300}@x>", "", "<@>", "<a@x><b@x>")
    mail = sent(notification(reply_to_id=hostile[0], references=hostile))
    assert set(names(mail.raw)) == ALWAYS | AUTOMATIC


def test_a_long_thread_keeps_its_first_and_its_latest_ids() -> None:
    ids = tuple(f"<{number}.{'x' * 40}@x.example>" for number in range(500))
    mail = read(sent(notification(reply_to_id="<last@x.example>", references=ids)))
    quoted = mail["References"].split()
    assert quoted[0] == ids[0] and quoted[-2:] == [ids[-1], "<last@x.example>"]
    assert len(quoted) <= 20 and len(mail["References"]) <= 920


def test_somebody_unverified_reads_no_word_that_a_stranger_chose() -> None:
    marker = "buy-now"
    hostile = notification(
        NotificationKind.CONFIRMATION_UNVERIFIED,
        recipient=Address(f"{marker} name", "victim@clinic.example"),
        reply_to_id=f"<{marker}@x.example>",
        references=(f"<{marker}2@x.example>",),
        values=(("subject", marker), ("name", marker), ("title", marker), ("text", marker)),
    )
    mail = sent(hostile, replace(TICKET, title=f"{marker} title"))
    other = sent(hostile, replace(TICKET, title="something else"))
    assert marker not in mail.raw.decode() and mail.raw == other.raw
    assert "\r\nTo: victim@clinic.example\r\n" in mail.raw.decode()
    assert marker not in text_of(mail) and marker not in str(read(mail)["Subject"])


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Printer", "[SD-1042] Printer"),
        ("Re: [SD-1042] Printer", "Re: [SD-1042] Printer"),
        ("Re: AW: Printer", "Re: [SD-1042] Printer"),
        ("[sd-1042][SD-1042] Printer", "[SD-1042] Printer"),
        ("[SD-[SD-1042]1042] Printer", "[SD-1042] [SD- 1042] Printer"),
        ("[ [SD-1]SD-1042] Printer", "[SD-1042] Printer"),
        ("[SD-7] somebody else's", "[SD-1042] somebody else's"),
        ("[XY-7] another system's", "[SD-1042] [XY-7] another system's"),
        ("", "[SD-1042] "),
        ("one\r\nBcc: x@y.example", "[SD-1042] one Bcc: x@y.example"),
    ],
)
def test_a_subject_carries_the_ticket_once_and_no_other_ticket(title: str, subject: str) -> None:
    assert subject_with_token(title, TICKET) == subject


@given(title=st.lists(st.sampled_from(["[", "]", "SD", "sd", "-", "1042", "7", " ", "\n", "[SD-1042]"])).map("".join))
def test_no_title_can_smuggle_a_token_in(title: str) -> None:
    assert subject_with_token(title, TICKET).upper().count("[SD-1042]") == 1


EVERYTHING = st.text(st.characters(codec=None, exclude_categories=()))


@given(title=EVERYTHING, name=EVERYTHING, text=EVERYTHING, reference=EVERYTHING, desk=EVERYTHING.filter(bool))
def test_no_text_in_any_field_makes_or_breaks_a_header(
    title: str, name: str, text: str, reference: str, desk: str
) -> None:
    it = replace(BY_PERSON, recipient=Address(name, "ann@clinic.example"), values=(("text", text), ("staff", name)))
    it = replace(it, by_person=False, reply_to_id=reference, references=(reference,))
    mail = sent(it, replace(TICKET, title=title), DESK.model_copy(update={"title": desk, "signature": text}))
    assert sorted(set(names(mail.raw)) - {"in-reply-to", "references"}) == sorted(ALWAYS | AUTOMATIC)
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 78
    assert mail.raw.isascii() and mail.raw.count(b"\n") == mail.raw.count(b"\r\n") == mail.raw.count(b"\r")


@given(title=EVERYTHING, name=EVERYTHING)
def test_two_other_parsers_read_the_same_mail(title: str, name: str) -> None:
    raw = sent(notification(recipient=Address(name, "ann@clinic.example")), replace(TICKET, title=title)).raw
    ours = mailparser.parse_from_bytes(raw)
    assert [address for _, address in ours.to] == ["ann@clinic.example"]
    assert [address for _, address in ours.from_] == ["support@desk.example"]
    assert ours.bcc == [] and ours.attachments == [] and len(ours.text_plain) == len(ours.text_html) == 1
    theirs = read(sent(notification(recipient=Address(name, "ann@clinic.example")), replace(TICKET, title=title)))
    assert [one.addr_spec for one in theirs["To"].addresses] == ["ann@clinic.example"]
    assert len(theirs.keys()) == len(ALWAYS | AUTOMATIC)


@pytest.mark.parametrize(
    "title", ["größer", "Ünï" * 60, "日本語" * 30, "=?utf-8?q?Bcc:_x?=", "a" * 190, "😀" * 50, "a\u200eb"]
)
def test_a_title_is_read_as_it_was_written(title: str) -> None:
    mail = read(sent(ticket=replace(TICKET, title=title)))
    assert mail["Subject"] == f"[SD-1042] We have received your message: {title}"[:210]


@pytest.mark.parametrize(
    "name", ["Ann Bauer", 'Ann "A" Bauer', "Bauer, Ann", "Jörg", "=?utf-8?q?x?=", "a\\b", "<x@y>", "名" * 13]
)
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    read_back = read(sent(notification(recipient=Address(name, "ann@clinic.example"))))["To"].addresses
    assert [(one.display_name, one.addr_spec) for one in read_back] == [(name, "ann@clinic.example")]


def test_text_from_outside_is_never_a_template() -> None:
    code = "{{ 7*7 }}{% for x in [1] %}{{ number }}{% endfor %}{# gone? #}"
    it = replace(BY_PERSON, recipient=Address(code, "ann@clinic.example"), values=(("text", code),))
    mail = sent(it, replace(TICKET, title=code))
    assert f"\n\n{code}\n\n" in text_of(mail) and code in read(mail)["Subject"] and "49" not in text_of(mail)


def test_a_notification_cannot_override_what_the_desk_says() -> None:
    mail = sent(
        notification(values=(("signature", "Mallory"), ("number", "SD-1"), ("desk", "Mallory"), ("title", "M")))
    )
    assert "Mallory" not in text_of(mail) and "SD-1042" in text_of(mail) and "Printer" in read(mail)["Subject"]


@pytest.mark.parametrize(
    ("wanted", "desk_languages", "got"),
    [("nl", ("de",), "Goedendag"), ("fr", ("de",), "Guten Tag"), ("", ("fr",), "Hello"), ("../de", ("fr",), "Hello")],
)
def test_a_mail_speaks_the_readers_language_or_the_desks_or_english(
    wanted: str, desk_languages: tuple[str, ...], got: str
) -> None:
    desk = DESK.model_copy(update={"languages": desk_languages})
    assert f"\n\n{got} Ann Bauer,\n" in text_of(sent(notification(language=wanted), desk=desk))


def test_a_missing_template_is_an_error_that_says_what_to_do() -> None:
    only = TemplateSource(language="en", name="reply", text="Subject: x\n\ny\n")
    with pytest.raises(NoTemplate, match="maild check"):
        Renderer([only], TOKENS, "desk.example").render(GREETED, TICKET, DESK, 7, NOON)


@pytest.mark.parametrize(
    ("status", "language", "words"),
    [
        ("solved", "en", "is solved"),
        ("waiting", "de", "brauchen wir kurz Ihre Hilfe"),
        ("open", "nl", "in behandeling"),
        ("closed", "de", "abgeschlossen"),
        ("new", "fr", "it is now new"),
    ],
)
def test_a_status_is_told_in_the_readers_words(status: str, language: str, words: str) -> None:
    it = notification(NotificationKind.STATUS_UPDATE, language=language, values=(("status", status),))
    assert words in text_of(sent(it))


def test_a_status_update_without_a_word_tells_the_tickets_own() -> None:
    solved = replace(TICKET, status=Status.SOLVED)
    assert "Solved: Printer on fire" in read(sent(notification(NotificationKind.STATUS_UPDATE), solved))["Subject"]


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.example", "a b@c.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y", "a@b>x",
     "<a@b.example>", "a@b c", "\ud800@b.example", "a\u2028@b.example", f"{'a' * 65}@b.example", f"a@{'b' * 254}"],
)  # fmt: skip
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    with pytest.raises(PermanentFailure):
        sent(notification(recipient=Address("Ann", address)))


@pytest.mark.parametrize(
    "address", ["a@b.example", '"a b"@c.example', "a+b@xn--bcher-kva.example", "a@[192.0.2.1]", "o'x@b.example"]
)
def test_unusual_addresses_are_written_as_they_are(address: str) -> None:
    mail = sent(notification(recipient=Address("Ann", address)))
    assert mail.recipient == address and f'To: "Ann" <{address}>\r\n' in mail.raw.decode()


def test_an_international_address_is_written_as_utf8() -> None:
    assert (
        'To: "Ann" <jörg@b.example>\r\n'.encode() in sent(notification(recipient=Address("Ann", "jörg@b.example"))).raw
    )


def test_automatic_mail_stays_small_whatever_it_answers() -> None:
    huge = "x" * 1_000_000
    it = notification(recipient=Address(huge, "ann@clinic.example"), values=(("subject", huge), ("text", huge)))
    assert len(sent(it, replace(TICKET, title=huge)).raw) < 50_000


def test_nobody_turns_our_mails_around() -> None:
    turned = "\u202egnp.exe \u2066x\u2069"
    it = replace(BY_PERSON, recipient=Address(turned, "ada@acme.example"), values=(("text", turned), ("name", turned)))
    mail = read(sent(it, replace(TICKET, title=turned)))
    shown = f"{mail['Subject']} {mail['To']} {both(mail)}"
    assert "gnp.exe" in shown
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("language", "stop", "leave"),
    [("de", "nicht mehr folgen", "abmelden"), ("en", "unfollow", "remove me"), ("nl", "ontvolgen", "afmelden")],
)
def test_who_follows_is_told_how_to_stop_in_their_own_words_and_their_program_too(
    language: str, stop: str, leave: str
) -> None:
    followed = sent(notification(NotificationKind.FOLLOWED, language=language))
    along = sent(notification(NotificationKind.STATUS_UPDATE, language=language, values=(("follower", "yes"),)))
    for mail, word, shown in ((followed, "unfollow", stop), (along, "remove me", leave)):
        link = str(read(mail)["List-Unsubscribe"])
        address, _, asked = link.removeprefix("<mailto:").removesuffix(">").partition("?subject=")
        assert TOKENS.read_reply_address(unquote(address)) == ReplyToken(TICKET.id, 7)
        assert unquote(asked) == word and text_of(mail).count(shown) == 1
        assert PHRASES[word] == PHRASES[shown] and PHRASES[word][0] in (Action.UNFOLLOW, Action.REMOVE)


def test_a_persons_mail_to_who_follows_says_it_in_words_alone_as_it_is_no_lists() -> None:
    mail = sent(replace(BY_PERSON, values=(("text", "Done."), ("follower", "yes"))))
    assert read(mail)["List-Unsubscribe"] is None and "remove me" in text_of(mail)


def test_only_who_follows_is_offered_to_stop() -> None:
    for kind in BUILT_IN:
        link = read(sent(notification(kind)))["List-Unsubscribe"]
        assert (link is not None) is (kind is NotificationKind.FOLLOWED)
