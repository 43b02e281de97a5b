"""Handing mail to a relay that misbehaves at every point of the conversation: what each attempt came to."""

from __future__ import annotations

import asyncio

import pytest
from notify_kit import NOON, notification, sent, waiting
from relay_kit import conversation, large, one_attempt, relay_to

from maild.model import Address, DeliveryResult, OutboxEntry, OutboxId
from maild.notify.sink import At, Fault, Kept, Sink
from maild.notify.smtp import Relay

R = DeliveryResult
WITHOUT_PIPELINING = ("8BITMIME", "SMTPUTF8")


def test_a_mail_arrives_as_it_was_made() -> None:
    delivery, sink = one_attempt(At.NOOP, "250 never asked")
    assert (delivery.result, delivery.answer, delivery.at) == (R.SENT, "250 2.0.0 kept", NOON)
    assert sink.mails == [Kept("support@desk.example", ("ann@clinic.example",), waiting().mail.raw)]


OUTCOMES = [
    (At.CONNECT, "421 busy", R.DEFERRED),
    (At.CONNECT, "554 go away", R.RELAY_REFUSED),
    (At.CONNECT, Fault.DROP, R.DEFERRED),
    (At.EHLO, "421 closing", R.DEFERRED),
    (At.EHLO, "550 who are you", R.RELAY_REFUSED),
    (At.EHLO, Fault.DROP, R.DEFERRED),
    (At.MAIL, "451 later", R.DEFERRED),
    (At.MAIL, "421 closing", R.DEFERRED),
    (At.MAIL, "550 not you", R.RELAY_REFUSED),
    (At.MAIL, Fault.DROP, R.DEFERRED),
    (At.RCPT, "450 greylisted", R.DEFERRED),
    (At.RCPT, "421 closing", R.DEFERRED),
    (At.RCPT, "550 5.1.1 no such user", R.REFUSED),
    (At.RCPT, Fault.DROP, R.DEFERRED),
    (At.DATA, "451 later", R.DEFERRED),
    (At.DATA, "554 no", R.REFUSED),
    (At.DATA, "nonsense", R.DEFERRED),
    (At.DATA, Fault.DROP, R.DEFERRED),
    (At.DOT, "451 disk full", R.DEFERRED),
    (At.DOT, "421 closing", R.DEFERRED),
    (At.DOT, "552 too large", R.REFUSED),
    (At.DOT, "354 what", R.AMBIGUOUS),
    (At.DOT, "nonsense", R.AMBIGUOUS),
    (At.DOT, Fault.DROP, R.AMBIGUOUS),
]


@pytest.mark.parametrize("offers", [Sink.offers, WITHOUT_PIPELINING], ids=["pipelining", "step by step"])
@pytest.mark.parametrize(("at", "what", "result"), OUTCOMES, ids=str)
def test_every_no_means_what_its_place_says(at: At, what: str | Fault, result: R, offers: tuple[str, ...]) -> None:
    delivery, _ = one_attempt(at, what, offers=offers)
    assert delivery.result is result
    if isinstance(what, str) and what[0] in "2345":
        assert what in delivery.answer
    assert delivery.answer and delivery.answer.isprintable()


SILENCES = [(At.CONNECT, R.DEFERRED), (At.EHLO, R.DEFERRED), (At.RCPT, R.DEFERRED), (At.DOT, R.AMBIGUOUS)]


@pytest.mark.parametrize(("at", "result"), SILENCES, ids=str)
def test_a_relay_that_says_nothing_is_not_waited_for_for_ever(at: At, result: R) -> None:
    delivery, _ = one_attempt(at, Fault.HANG, timeout=0.2)
    assert delivery.result is result and "Timeout" in delivery.answer


def test_a_line_that_breaks_before_the_dot_left_is_not_ambiguous() -> None:
    delivery, sink = one_attempt(At.CONTENT, Fault.DROP, large())
    assert delivery.result is R.DEFERRED and sink.mails == []


def test_a_relay_that_stops_reading_before_the_dot_is_not_ambiguous() -> None:
    delivery, _ = one_attempt(At.CONTENT, Fault.HANG, large(), timeout=0.5)
    assert delivery.result is R.DEFERRED


def test_a_large_mail_arrives_whole() -> None:
    delivery, sink = one_attempt(At.NOOP, "250 never asked", large())
    assert delivery.result is R.SENT and sink.mails[0].raw == large().mail.raw


def test_a_relay_nobody_listens_at_defers_everything() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.port, port = 1, sink.port
        gone = relay_to(sink)
        assert {one.result for one in await gone.deliver([waiting(n) for n in range(3)])} == {R.DEFERRED}
        assert not await gone.ready() and "not connected" in gone.trouble
        sink.port = port

    asyncio.run(conversation(story))


def test_mails_after_a_refused_one_go_on_the_same_line() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.on(At.RCPT, "550 no such user", times=1)
        results = [one.result for one in await relay.deliver([waiting(1), waiting(2), waiting(3)])]
        assert results == [R.REFUSED, R.SENT, R.SENT]
        assert sink.connections == 1 and len(sink.mails) == 2

    asyncio.run(conversation(story))


def test_a_server_that_says_go_on_after_a_no_gets_an_empty_text_for_nobody() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.on(At.RCPT, "550 no such user", times=1)
        assert [one.result for one in await relay.deliver([waiting(1)])] == [R.REFUSED]
        assert sink.mails == []
        assert [one.result for one in await relay.deliver([waiting(2)])] == [R.SENT]

    asyncio.run(conversation(story))


def test_lines_are_used_again_and_not_more_than_allowed() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        for _ in range(3):
            deliveries = await relay.deliver([waiting(n) for n in range(20)])
            assert [one.outbox for one in deliveries] == list(range(20))
        assert len(sink.mails) == 60 and 1 <= sink.connections <= 3

    asyncio.run(conversation(story, connections=3))


def test_a_kept_line_that_died_meanwhile_costs_no_mail_an_attempt() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        await relay.deliver([waiting(1)])
        sink.on(At.MAIL, Fault.DROP, times=1)
        assert (await relay.deliver([waiting(2)]))[0].result is R.SENT
        sink.on(At.MAIL, "421 idle too long", times=1)
        assert (await relay.deliver([waiting(3)]))[0].result is R.SENT
        sink.drop_all()
        assert (await relay.deliver([waiting(4)]))[0].result is R.SENT
        assert sink.connections == 4 and len(sink.mails) == 4

    asyncio.run(conversation(story))


def test_a_line_nobody_uses_is_closed_politely() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        await relay.deliver([waiting(1)])
        await sink.until(lambda: "QUIT" in sink.commands)
        assert (await relay.deliver([waiting(2)]))[0].result is R.SENT and sink.connections == 2

    asyncio.run(conversation(story, idle=0.05))


def test_a_relay_that_allows_fewer_lines_gets_all_mail_over_those() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        await relay.deliver([waiting(0)])
        sink.on(At.CONNECT, "421 too many connections from you")
        deliveries = await relay.deliver([waiting(n) for n in range(30)])
        assert {one.result for one in deliveries} == {R.SENT} and len(sink.mails) == 31

    asyncio.run(conversation(story, connections=4))


def test_an_outage_is_noticed_before_mail_is_claimed_and_so_is_its_end() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.on(At.CONNECT, "454 down", times=1)
        assert not await relay.ready() and "454 down" in relay.trouble
        assert not await relay.ready() and sink.connections == 1  # paused: not asked again at once
        assert (await relay.deliver([waiting(1)]))[0].result is R.SENT
        assert await relay.ready() and relay.trouble == ""

    asyncio.run(conversation(story))


def test_a_refused_password_refuses_no_recipient_and_does_not_show() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.on(At.AUTH, "535 5.7.8 bad credentials")
        found = await relay.deliver([waiting(1), waiting(2)])
        assert [one.result for one in found] == [R.RELAY_REFUSED] * 2
        assert "535" in found[0].answer and "hunter2" not in found[0].answer and sink.connections == 1
        sink.behave()
        assert (await relay.deliver([waiting(3)]))[0].result is R.SENT

    asyncio.run(conversation(story, user="maild", password="hunter2"))


def test_an_international_address_needs_a_relay_that_knows_them() -> None:
    mail = sent(notification(recipient=Address("Jörg", "jörg@clinic.example")))
    entry = OutboxEntry(OutboxId(1), None, mail, 1, NOON)
    known, sink = one_attempt(At.NOOP, "250", entry)
    unknown, _ = one_attempt(At.NOOP, "250", entry, offers=("8BITMIME",))
    assert known.result is R.SENT and sink.mails[0].recipients == ("jörg@clinic.example",)
    assert sink.mails[0].options == "BODY=8BITMIME SMTPUTF8" and sink.mails[0].raw == mail.raw
    assert unknown.result is R.REFUSED and "SMTPUTF8" in unknown.answer


@pytest.mark.parametrize(
    "address", ["", "a b@c.example", "a@b.example>\r\nRSET\r\nMAIL FROM:<x@y", "a\x00@b", "\ud800@b"]
)
def test_no_address_becomes_a_command(address: str) -> None:
    delivery, sink = one_attempt(At.NOOP, "250", waiting(recipient=address) if address.isprintable() else _raw(address))
    assert delivery.result is R.REFUSED and sink.mails == []
    assert not {"RSET", "RCPT"} & {command.split()[0] for command in sink.commands}


def _raw(address: str) -> OutboxEntry:
    mail = waiting().mail
    return OutboxEntry(OutboxId(1), None, mail.__class__("<1@x>", "", address, mail.raw), 1, NOON)


def test_a_delivery_that_is_cancelled_leaves_no_line_in_the_middle_of_a_mail() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        sink.on(At.DOT, Fault.HANG, times=1)
        sending = asyncio.create_task(relay.deliver([waiting(1)]))
        await sink.until(lambda: sink.count == 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert (await relay.deliver([waiting(2)]))[0].result is R.SENT and sink.connections == 2

    asyncio.run(conversation(story))


def test_the_sink_counts_without_keeping() -> None:
    async def story(sink: Sink, relay: Relay) -> None:
        await relay.deliver([waiting(n) for n in range(5)])
        assert sink.count == 5 and sink.mails == [] and sink.commands == []

    asyncio.run(conversation(story, Sink(keeps=False, delay=0.01)))
