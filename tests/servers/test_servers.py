"""The servers that other tests rely on do what those tests think they do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.servers.postfix import Postfix
from tests.servers.requirement import need, wait_until
from tests.servers.swaks import swaks

RAW = b"Subject: dots\r\n\r\n.\r\n..two\r\n%FROM_ADDRESS% \\n\r\n"


@pytest.mark.postfix
def test_postfix_hands_mail_of_others_to_its_relay_and_retries_what_is_refused(
    postfix: Callable[..., Postfix],
) -> None:
    relay = postfix()
    server = postfix(relay=("127.0.0.1", relay.port))
    sent = swaks(server.port, RAW, sender="", recipients=["b@tickets.example"])
    assert sent.code == 0, sent.transcript
    (held,) = (path.read_bytes() for path in server.queue())
    assert all(line in held for line in (b"..two", b"%FROM_ADDRESS% \\n"))
    wait_until(lambda: server.log().count("status=deferred") >= 2, "a second attempt at LMTP, where nobody listens")
    assert swaks(server.port, sender="someone@tickets.example", recipients=["c@elsewhere.example"]).code == 0
    wait_until(lambda: "status=sent" in server.log(), "the mail to elsewhere goes to the relay")


@pytest.mark.postfix
def test_swaks_tells_when_nobody_listens() -> None:
    assert swaks(1).code != 0


def test_a_missing_program_skips_or_fails_as_the_switch_says(monkeypatch: pytest.MonkeyPatch) -> None:
    need(True, "nothing")
    monkeypatch.delenv("MAILD_TEST_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs an elephant"):
        need(False, "an elephant")
    monkeypatch.setenv("MAILD_TEST_REQUIRE", "1")
    with pytest.raises(pytest.fail.Exception, match="needs an elephant"):
        need(False, "an elephant")
