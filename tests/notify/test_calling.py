"""Calls are made of a real server: what each kind of answer comes to, and that nobody can hold us up."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from maild.model import CallEntry, Delivery, DeliveryResult, OutboxId, OutgoingCall
from maild.notify.calling import LONGEST_ANSWER, Caller, Target
from maild.notify.webhook import signature
from maild.settings import Webhook
from tests.builders import NOON
from tests.servers.certificates import make_certificate
from tests.servers.requirement import free_port
from tests.servers.webhook import Receiver, Reply, a_receiver

KEY = b"a key of both sides"
SENT, DEFERRED, REFUSED = DeliveryResult.SENT, DeliveryResult.DEFERRED, DeliveryResult.REFUSED


class Clock:
    """A clock that a test sets."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as receiver:
        yield receiver


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_caller(clock: Clock, tls: ssl.SSLContext | None = None, timeout: float = 10, **urls: str) -> Caller:
    hooks = [Webhook(name=name, url=url, secret_file=Path("secret"), timeout=timeout) for name, url in urls.items()]
    return Caller({hook.name: Target(hook, KEY) for hook in hooks}, clock, tls)


def an_entry(number: int = 1, webhook: str = "crm") -> CallEntry:
    return CallEntry(OutboxId(number), None, OutgoingCall(f"msg_{number}", webhook, b'{"a":"\xc3\xa4"}'), 1, NOON)


def called(receiver: Receiver, clock: Clock, *replies: Reply, timeout: float = 10) -> Delivery:
    receiver.replies[:] = replies
    caller = a_caller(clock, crm=receiver.url, timeout=timeout)
    (delivery,) = caller.call([an_entry()])
    caller.close()
    return delivery


def test_a_call_arrives_signed_as_it_was_finished(receiver: Receiver, clock: Clock) -> None:
    assert called(receiver, clock) == Delivery(OutboxId(1), NOON, SENT, "204 No Content")
    (told,) = receiver.told
    assert (told.path, told.body, told.id) == ("/hook?a=b", b'{"a":"\xc3\xa4"}', "msg_1")
    assert told.headers["content-type"] == "application/json"
    assert told.headers["webhook-signature"] == signature(KEY, "msg_1", told.headers["webhook-timestamp"], told.body)


@pytest.mark.parametrize(
    ("reply", "result", "answer"),
    [
        (Reply(200, body=b"thanks\r\n\r\nfor\0that"), SENT, "200 OK thanks for that"),
        (Reply(200, body=b"half", drips=True), SENT, "200 OK"),
        (Reply(200, body=b"x" * 2000, drips=True), SENT, ("200 OK " + "x" * LONGEST_ANSWER)[:LONGEST_ANSWER]),
        (Reply(400, body=b"x" * 1_000_000), REFUSED, ("400 Bad Request " + "x" * LONGEST_ANSWER)[:LONGEST_ANSWER]),
        (Reply(302, (("Location", "/elsewhere"),)), REFUSED, "302 Found"),
        (Reply(404, body=b"what?"), REFUSED, "404 Not Found what?"),
        (Reply(410), REFUSED, "410 Gone"),
        (Reply(429), DEFERRED, "429 Too Many Requests"),
        (Reply(500, body=b"\xff"), DEFERRED, "500 Internal Server Error \ufffd"),
    ],
)
def test_what_a_receiver_answers(
    receiver: Receiver, clock: Clock, reply: Reply, result: DeliveryResult, answer: str
) -> None:
    delivery = called(receiver, clock, reply, timeout=1)
    assert (delivery.result, delivery.answer.strip()) == (result, answer)
    assert len(receiver.told) == 1


def test_a_receiver_that_does_not_answer_is_tried_later(receiver: Receiver, clock: Clock) -> None:
    delivery = called(receiver, clock, Reply(hangs=True), timeout=1)
    assert delivery.result is DEFERRED and delivery.answer.startswith("no answer: TimeoutError")


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://nowhere.invalid/"])
def test_a_receiver_that_is_not_there_is_tried_later(clock: Clock, url: str) -> None:
    settled = url.format(port=free_port()).replace("http://nowhere", "https://nowhere")
    (delivery,) = a_caller(clock, crm=settled).call([an_entry()])
    assert delivery.result is DEFERRED and delivery.answer.startswith("no answer: ")


def test_a_webhook_that_the_settings_no_longer_name_is_refused_and_says_what_to_do(clock: Clock) -> None:
    (delivery,) = a_caller(clock).call([an_entry(7)])
    assert delivery.result is REFUSED
    assert "no webhook crm" in delivery.answer and "maild outbox retry 7" in delivery.answer


def test_a_receiver_that_asks_for_time_gets_it_and_rests(receiver: Receiver, clock: Clock) -> None:
    receiver.replies[:] = [Reply(503, (("Retry-After", "60"),))]
    caller = a_caller(clock, crm=receiver.url)
    (delivery,) = caller.call([an_entry()])
    assert (delivery.result, delivery.not_before) == (DEFERRED, NOON + timedelta(minutes=1))
    assert caller.resting() == {"crm"}
    clock.now += timedelta(minutes=1)
    assert caller.resting() == frozenset()


def test_silence_makes_rests_that_grow_and_one_answer_ends_them(receiver: Receiver, clock: Clock) -> None:
    caller = a_caller(clock, crm=receiver.url, other="http://127.0.0.1:1/")
    rests = []
    for _ in range(8):
        caller.call([an_entry(webhook="other"), an_entry()])
        assert caller.resting() == {"other"}
        since = clock.now
        while caller.resting():
            clock.now += timedelta(seconds=5)
        rests.append((clock.now - since).total_seconds())
    assert rests == [5, 10, 20, 40, 80, 160, 300, 300]
    clock.now -= timedelta(days=1)
    assert caller.resting() == frozenset()


def test_a_webhook_that_is_gone_is_an_alarm_in_the_log(receiver: Receiver, clock: Clock) -> None:
    with capture_logs() as logs:
        called(receiver, clock, Reply(410))
    assert [(one["log_level"], one["webhook"]) for one in logs] == [("error", "crm")]


def test_calls_go_side_by_side_so_that_one_that_hangs_holds_no_other(receiver: Receiver, clock: Clock) -> None:
    with a_receiver() as silent:
        silent.usual = Reply(hangs=True)
        caller = a_caller(clock, timeout=30, crm=receiver.url, silent=silent.url)
        entries = [an_entry(1, "silent"), an_entry(2), an_entry(3)]
        found: list[Delivery] = []
        thread = threading.Thread(target=lambda: found.extend(caller.call(entries)), daemon=True)
        thread.start()
        receiver.until(2)
        silent.until(1)
        assert not found
        caller.close()
        thread.join(15)
        assert not thread.is_alive()
    assert [(one.outbox, one.result) for one in found] == [(1, DEFERRED), (2, SENT), (3, SENT)]
    assert [one.result for one in caller.call(entries)] == [DEFERRED] * 3


def test_a_certificate_is_verified(tmp_path: Path, clock: Clock) -> None:
    certificate, key = make_certificate(tmp_path)
    with a_receiver((certificate, key)) as receiver:
        (refused,) = a_caller(clock, crm=receiver.url).call([an_entry()])
        trusted = ssl.create_default_context(cafile=str(certificate))
        (sent,) = a_caller(clock, trusted, crm=receiver.url).call([an_entry()])
    assert refused.result is DEFERRED and "CERTIFICATE_VERIFY_FAILED" in refused.answer
    assert sent.result is SENT and len(receiver.told) == 1


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert called(receiver, clock).result is SENT


def test_a_server_that_never_shakes_hands_is_left(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        caller = a_caller(clock, crm=f"https://127.0.0.1:{mute.getsockname()[1]}/", timeout=1)
        began = time.monotonic()
        (delivery,) = caller.call([an_entry()])
    assert delivery.result is DEFERRED and "no answer: TimeoutError" in delivery.answer
    assert time.monotonic() - began < 6
    assert not caller._open
