"""Opening and closing: addresses, sockets in the way, and a shutdown that loses nothing."""

from __future__ import annotations

import asyncio
import socket
import stat
from pathlib import Path

import pytest
from smtp_peer import ours, run, serving, until

from maild.errors import ExitCode, SourceUnavailable
from maild.ingest.smtp import start_listeners
from maild.model import ReceivedMail, Source
from maild.settings import Listener, Settings


async def _nothing(mail: ReceivedMail) -> None:
    raise AssertionError("no mail was expected")


def test_all_listeners_of_the_settings_are_opened_and_say_where_they_are(tmp_path: Path) -> None:
    async def story() -> None:
        settings = Settings(
            state=tmp_path,
            smtp=(Listener(), Listener(host="::1")),
            lmtp=(Listener(socket=Path("lmtp.sock")), Listener()),
        )
        listeners = await start_listeners(settings, _nothing, ours)
        first, second, third, fourth = listeners.addresses
        assert (first.source, first.host, second.host) == (Source.SMTP, "127.0.0.1", "::1")
        assert (third.source, third.socket) == (Source.LMTP, tmp_path / "lmtp.sock")
        assert len({first.port, second.port, fourth.port, 0}) == 4
        assert str(third) == f"lmtp on {tmp_path}/lmtp.sock"
        for bound in (first, second, fourth):
            reader, writer = await asyncio.open_connection(bound.host, bound.port)
            assert (await reader.readline()).startswith(b"220 localhost ")
            writer.close()
        await listeners.close()

    run(story)


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            settings = Settings(
                state=tmp_path, lmtp=(Listener(socket=Path("l")), Listener(port=port)), smtp=(Listener(),)
            )
            with pytest.raises(
                SourceUnavailable, match=rf"127\.0\.0\.1:{port}: another program listens there"
            ) as caught:
                await start_listeners(settings, _nothing, ours)
            assert caught.value.exit_code is ExitCode.TEMPORARY
        # All of them open, or none.
        assert list(tmp_path.iterdir()) == []

    run(story)


NEEDS = [
    ({"tls": "starttls"}, "needs a `certificate`"),
    ({"tls": "tls", "certificate": "missing.pem"}, r"missing\.pem cannot be read"),
    ({"users": "missing"}, "make it with `maild password`"),
    ({"systemd": "smtp"}, "let systemd start maild"),
]


@pytest.mark.parametrize(("listener", "advice"), NEEDS)
def test_a_listener_that_lacks_what_it_needs_opens_no_other(
    listener: dict[str, str], advice: str, tmp_path: Path
) -> None:
    async def story() -> None:
        places = (Listener(socket=Path("l")), Listener.model_validate(listener))
        with pytest.raises(SourceUnavailable, match=advice):
            await start_listeners(Settings(state=tmp_path, lmtp=places), _nothing, ours)
        assert list(tmp_path.iterdir()) == []

    run(story)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "a..b"])
def test_an_address_this_host_does_not_have_is_named(host: str) -> None:
    async def story() -> None:
        with pytest.raises(SourceUnavailable, match="correct `host`"):
            await start_listeners(Settings(lmtp=(Listener(host=host),)), _nothing, ours)

    run(story)


def test_a_socket_left_by_a_dead_process_is_replaced_and_has_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"

    async def story() -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        async with serving("lmtp", path) as server:
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            assert (await (await server.connect()).reply()).startswith("220")
        assert not path.exists()
        assert list(tmp_path.iterdir()) == []

    run(story)


def test_a_socket_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"

    async def story() -> None:
        async with serving("lmtp", path) as server:
            with pytest.raises(SourceUnavailable, match="another process listens there"):
                async with serving("lmtp", path):
                    pass
            assert (await (await server.connect()).reply()).startswith("220")

    run(story)


def test_a_file_in_the_way_of_a_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    path.write_text("precious")

    async def story() -> None:
        with pytest.raises(SourceUnavailable, match="a file is in the way"):
            async with serving("lmtp", path):
                pass

    run(story)
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", ["missing/lmtp.sock", "x" * 200])
def test_a_place_where_no_socket_can_be_is_named(tmp_path: Path, name: str) -> None:
    async def story() -> None:
        with pytest.raises(SourceUnavailable, match=r"cannot listen on .*maild\.yaml"):
            async with serving("lmtp", tmp_path / name):
                pass

    run(story)


def test_a_shutdown_answers_the_mail_under_way_and_sends_the_others_away() -> None:
    async def story() -> None:
        async with serving() as server:
            idle, sending, committing = [await server.connect() for _ in range(3)]
            reached, go_on = asyncio.Event(), asyncio.Event()

            async def held(mail: ReceivedMail) -> None:
                reached.set()
                await go_on.wait()
                await server.keep(mail)

            server.accept = held
            await idle.greet()
            await sending.begin()
            await committing.begin()
            await committing.send(b"\r\ncommitting\r\n.\r\n")
            await reached.wait()
            drained = asyncio.create_task(server.listeners.drain(10))
            assert (await idle.rest()).startswith("421 4.3.2")
            with pytest.raises(OSError):
                await asyncio.open_connection("127.0.0.1", server.port)
            go_on.set()
            assert (await committing.rest()).split("\r\n")[0:2] == [
                "250 2.0.0 kept",
                "421 4.3.2 shutting down, try again later",
            ]
            assert not drained.done()
            await sending.send(b"\r\nsending\r\n.\r\n")
            assert (await sending.reply()).startswith("250")
            assert await drained
            assert [mail.raw for mail in server.kept] == [b"\r\ncommitting\r\n", b"\r\nsending\r\n"]

    run(story)


def test_a_shutdown_does_not_wait_for_ever() -> None:
    async def story() -> None:
        async with serving() as server:
            peer = await server.connect()
            await peer.begin()
            assert not await server.listeners.drain(0.05)
            await server.listeners.close()
            assert await peer.rest() == ""
            await until(lambda: server.listeners.sessions == 0)

    run(story)


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving("lmtp", tmp_path / "s") as server:
            await server.listeners.drain(1)
            await server.listeners.close()
            await server.listeners.close()

    run(story)
