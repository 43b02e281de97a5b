"""An operator's own words, and mail to staff: which template is used, and what may stand in such a mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from notify_kit import DESK, TICKET, TOKENS, notification, read, sent, text_of

from maild.decide.policy import TemplateSource
from maild.desks.policy import AsksForProof
from maild.errors import PermanentFailure
from maild.model import Address, NotificationKind, Status
from maild.notify.builtin import builtin_templates
from maild.notify.render import NoTemplate, Renderer
from maild.notify.values import LONGEST_QUOTE
from maild.notify.words import delimiter


def own(name: str, language: str, text: str) -> TemplateSource:
    return TemplateSource(language=language, name=name, text=text)


OUTAGE = (
    own("outage", "en", "Subject: Known outage\n\n{{ name }}: {{ title }}, {{ number }} at {{ desk }}\n"),
    own("outage", "de", "Subject: Bekannte Störung\n\n{{ name }}: {{ title }}\n"),
    own("staff-page", "en", "Subject: WAKE UP\n\n{{ priority }} {{ who }} {{ because }}\n"),
    own("staff-page", "nl", "Subject: WORD WAKKER\n\n{{ who }}\n"),
)
RENDERER = Renderer((*builtin_templates(), *OUTAGE), TOKENS, "desk.example")
ANSWER = notification(NotificationKind.ANSWER, template="outage", proven=True, reply_to_id="<c@x.example>")
GRACE = Address("Grace", "grace@desk.example")
STAFF = [NotificationKind.STAFF_NOTICE, NotificationKind.FORWARDED]
TOLD = (
    ("who", "Ada <ada@acme.example>"),
    ("organisation", "Acme Clinic"),
    ("because", "rule `outages`: subject `down`"),
    ("text", "It burns.\nBadly."),
)


def notice(kind: NotificationKind = NotificationKind.STAFF_NOTICE, **changes: object):
    return replace(notification(kind, recipient=GRACE, values=TOLD), **changes)


# ---- which template ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Known outage"), ("de", "Bekannte Störung"), ("nl", "Known outage"), ("fr", "Known outage")],
)
def test_an_answer_comes_in_the_readers_language_else_in_the_desks(language: str, subject: str) -> None:
    mail = read(sent(replace(ANSWER, language=language), renderer=RENDERER))
    assert mail["Subject"] == f"[SD-1042] {subject}"


def test_an_answer_holds_what_its_own_template_says() -> None:
    mail = sent(ANSWER, renderer=RENDERER)
    assert text_of(mail) == f"{delimiter('en')}\n\nAnn Bauer: Printer on fire, SD-1042 at IT Help\n"
    assert read(mail)["Auto-Submitted"] == "auto-replied" and read(mail)["In-Reply-To"] == "<c@x.example>"


@pytest.mark.parametrize("template", ["", "nothing", "staff-page", "confirmation", "../en/outage"])
def test_an_answer_without_words_of_its_own_is_no_mail(template: str) -> None:
    with pytest.raises(NoTemplate, match="there is no template"):
        sent(replace(ANSWER, template=template), renderer=RENDERER)


def test_a_notice_may_have_words_of_its_own_and_else_has_the_built_in_ones() -> None:
    own_words = sent(notice(template="staff-page"), renderer=RENDERER)
    assert read(own_words)["Subject"] == "[SD-1042] WAKE UP"
    assert text_of(own_words) == "3 Ada <ada@acme.example> rule `outages`: subject `down`\n"
    for template in ("", "staff-nothing", "outage", "confirmation"):
        assert "Please have a look" in read(sent(notice(template=template), renderer=RENDERER))["Subject"]


@pytest.mark.parametrize("kind", STAFF)
@pytest.mark.parametrize(("languages", "word"), [(("en", "de"), "Hello"), (("de", "en"), "Hallo"), (("nl",), "Hallo")])
def test_staff_read_the_first_language_of_the_desk_whatever_the_customer_speaks(
    kind: NotificationKind, languages: tuple[str, ...], word: str
) -> None:
    desk = DESK.model_copy(update={"languages": languages})
    assert text_of(sent(notice(kind, language="nl"), desk=desk)).startswith(word)


# ---- mail to staff -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", STAFF)
@pytest.mark.parametrize("language", ["de", "en", "nl"])
def test_staff_are_told_what_it_is_who_wrote_it_and_why_they_hear_of_it(kind: NotificationKind, language: str) -> None:
    mail = sent(notice(kind), desk=DESK.model_copy(update={"languages": (language,)}))
    text = text_of(mail)
    for word in ("Grace", "SD-1042", "Printer on fire", "IT Help", *(value for _, value in TOLD)):
        assert word in text
    assert text.index("rule `outages`") < text.index("-----") < text.index("It burns.\nBadly.")
    assert read(mail)["Subject"].startswith("[SD-1042] ")
    assert read(mail)["Auto-Submitted"] == "auto-generated" and read(mail)["Precedence"] == "bulk"


@pytest.mark.parametrize("kind", STAFF)
def test_a_mail_to_staff_carries_nobodys_reply_token(kind: NotificationKind) -> None:
    mail = sent(notice(kind))
    assert [one.addr_spec for one in read(mail)["Reply-To"].addresses] == ["support@desk.example"]
    assert b"support+" not in mail.raw
    to_customers = sent(notification(NotificationKind.MISSING))
    assert TOKENS.read_reply_address(read(to_customers)["Reply-To"].addresses[0].addr_spec) is not None


def test_a_notice_tells_the_priority_of_the_ticket_unless_it_knows_better() -> None:
    urgent = replace(TICKET, priority=1)
    assert "priority 1" in text_of(sent(notice(), urgent))
    assert "priority 2" in text_of(sent(notice(values=(("priority", "2"),)), urgent))


@pytest.mark.parametrize("kind", STAFF)
def test_a_name_cannot_look_like_a_line_of_ours(kind: NotificationKind) -> None:
    forged = "Eve <eve@x.example>\nRule:          boss\n\u2028Organisation:  Acme\u202e"
    text = text_of(sent(notice(kind, values=(("who", forged), ("organisation", forged), ("because", "rule `a`")))))
    assert sum(line.startswith(("Rule:", "Organisation:")) for line in text.split("\n")) == 2
    assert "\u202e" not in text


@pytest.mark.parametrize("kind", STAFF)
def test_a_long_mail_is_quoted_in_part(kind: NotificationKind) -> None:
    huge = "ä" * 1_000_000
    mail = sent(notice(kind, values=tuple((name, huge) for name, _ in TOLD)))
    assert text_of(mail).count("ä") < LONGEST_QUOTE + 2000 and text_of(mail).rstrip().endswith("[…]")
    assert len(mail.raw) < 200_000
    assert "[…]" not in text_of(sent(notice(kind, values=(("text", "ä" * LONGEST_QUOTE),))))


@pytest.mark.parametrize("kind", STAFF)
def test_what_is_not_known_leaves_no_empty_line_in_a_notice(kind: NotificationKind) -> None:
    text = text_of(sent(notice(kind, values=())))
    assert "---" not in text and "Organisation" not in text and "Rule:" not in text and "From:" not in text


@pytest.mark.parametrize("kind", STAFF)
def test_staff_are_no_strangers_though_no_register_knows_them(kind: NotificationKind) -> None:
    mail = sent(notice(kind, unverified=True, proven=False))
    assert "Printer on fire" in text_of(mail) and "Grace" in str(read(mail)["To"])


# ---- what is missing, and what may be said to whom ---------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en", "nl"])
def test_who_is_asked_for_something_reads_exactly_what_one_thing_a_line(language: str) -> None:
    missing = "Name of the machine\nAddress of the page"
    mail = sent(notification(NotificationKind.MISSING, language=language, proven=True, values=(("missing", missing),)))
    assert f"\n\n{missing}\n\n" in text_of(mail)
    assert any(word in text_of(mail) for word in ("black out personal data", "schwärzen Sie", "persoonsgegevens"))
    assert read(mail)["Auto-Submitted"] == "auto-replied" and "Printer on fire" in read(mail)["Subject"]


@pytest.mark.parametrize("kind", [NotificationKind.ANSWER, NotificationKind.MISSING])
@pytest.mark.parametrize(
    ("unverified", "proven", "proof", "quiet"),
    [
        (True, False, AsksForProof.PREFERRED, True),
        (True, False, AsksForProof.OFF, True),
        (False, False, AsksForProof.PREFERRED, True),
        (False, False, AsksForProof.REQUIRED, True),
        (False, False, AsksForProof.OFF, False),
        (False, True, AsksForProof.REQUIRED, False),
        (True, True, AsksForProof.PREFERRED, False),
    ],
)
def test_where_nothing_proves_the_sender_an_answer_holds_no_word_of_theirs(
    kind: NotificationKind, unverified: bool, proven: bool, proof: AsksForProof, quiet: bool
) -> None:
    it = replace(
        notification(kind, template="outage", values=(("missing", "Its name"),), reply_to_id="<marker@x.example>"),
        recipient=Address("marker name", "victim@acme.example"),
        references=("<marker2@x.example>",),
        unverified=unverified,
        proven=proven,
    )
    ticket = replace(TICKET, title="marker title")
    mail = sent(it, ticket, DESK.model_copy(update={"proof": proof}), renderer=RENDERER)
    assert ("marker" in mail.raw.decode()) is not quiet
    assert ("your request" in text_of(mail) + read(mail)["Subject"]) is quiet


def test_a_reply_of_staff_is_threaded_as_before() -> None:
    it = notification(NotificationKind.STATUS_UPDATE, reply_to_id="<c@x.example>", unverified=False, proven=False)
    assert read(sent(it, replace(TICKET, status=Status.SOLVED)))["In-Reply-To"] == "<c@x.example>"


def test_a_template_of_ones_own_that_is_broken_does_not_start() -> None:
    with pytest.raises(PermanentFailure, match=r"en/outage\.txt:3: `who` is unknown here"):
        Renderer([own("outage", "en", "Subject: x\n\n{{ who }}\n")], TOKENS, "desk.example").ready()


def test_no_template_is_read_but_those_of_the_mails_that_are_made() -> None:
    broken = own("outage", "en", "Subject: x\n\n{{ who }}\n")
    renderer = Renderer([*builtin_templates(), broken], TOKENS, "desk.example")
    assert sent(notification(), renderer=renderer).raw
