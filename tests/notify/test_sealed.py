"""Questions about requests with legal weight: in no language does anything in them confirm, however it is quoted, and
each reader has a number and an address of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from notify_kit import DESK, TICKET, TOKENS, html_of, notification, read, sent, text_of

from maild.decide.told.tokens import seals_in
from maild.model import Address, NotificationKind, TicketId
from maild.notify.audience import SEALED
from maild.workflows.model import Safeguards
from maild.workflows.phrases import ASKED, confirms

SEAL = "0123abcd\n2026-11-30T10:00:00+00:00"
WORDS = dict(Safeguards().word)
ANN, BEN = Address("Ann Bauer", "ann@clinic.example"), Address("Ben", "ben@clinic.example")


def question(kind: NotificationKind, language: str, reader: Address = ANN, ticket: int = 1042):
    values = (("about", "Deletion"), ("objects", "account: 4711"), ("word", WORDS[language]), ("who", "Ada"))
    it = notification(kind, language=language, recipient=reader, values=values, invitation=SEAL, proven=True)
    return sent(it, replace(TICKET, id=TicketId(ticket)), DESK.model_copy(update={"languages": (language,)}))


@pytest.mark.parametrize("kind", sorted(SEALED))
@pytest.mark.parametrize("language", ["de", "en", "nl"])
def test_nothing_in_a_question_confirms_it_and_what_it_asks_for_does(kind: NotificationKind, language: str) -> None:
    mail, words = question(kind, language), tuple(WORDS.values())
    code = TOKENS.code(TICKET.id, ANN.address, SEAL)
    assert code[:ASKED] in text_of(mail) and code[-ASKED:] in text_of(mail)
    for said in (text_of(mail), html_of(mail), str(read(mail)["Subject"]), mail.raw.decode()):
        assert not confirms(said, words, code)
    assert confirms(f"{WORDS[language]} {code[-ASKED:]}", words, code)


def test_every_reader_ticket_and_question_has_a_number_and_an_address_of_its_own() -> None:
    codes = {TOKENS.code(TicketId(n), who.address, seal) for n in (1, 2) for who in (ANN, BEN) for seal in (SEAL, "x")}
    tags = {TOKENS.seal_tag(TicketId(n), contact, seal) for n in (1, 2) for contact in (7, 8) for seal in (SEAL, "x")}
    assert (len(codes), len(tags)) == (8, 8)


def test_the_answer_goes_to_an_address_that_only_the_question_had() -> None:
    mail = question(NotificationKind.WORKFLOW_CONFIRM, "en")
    (to,) = read(mail)["Reply-To"].addresses
    assert seals_in([to.addr_spec.upper()]) == (TOKENS.seal_tag(TICKET.id, 7, SEAL),)
    assert TOKENS.read_reply_address(to.addr_spec) is None and seals_in(["support+mdt1.x@desk.example"]) == ()
    with pytest.raises(ValueError, match="no room"):
        TOKENS.seal_address(f"{'s' * 40}@desk.example", TICKET.id, 7, SEAL)
