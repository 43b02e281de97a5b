"""ingest through a running daemon, and the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from maild.config import load_settings
from maild.config.starter import starter_desks
from maild.daemon.node import running
from maild.errors import ExitCode
from tests.cli.site import Done, Site, a_mail, raw
from tests.servers.requirement import wait_until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with its daemon, which takes mail by LMTP alone."""
    site = Site.made(tmp_path_factory.mktemp("s"))
    site.settings.write_text(site.settings.read_text().replace("port: 2525", "port: 0"))
    with (site.folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "maild.cli", "serve", "--migrate", "--settings", str(site.settings)]
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        socket = site.folder / "config" / "var" / "lmtp.sock"
        wait_until(lambda: socket.exists() or daemon.poll() is not None, "the daemon listens", 40)
        assert daemon.poll() is None, (site.folder / "log").read_text()
        yield site
    finally:
        daemon.terminate()
        daemon.wait(30)


def ingest(site: Site, *words: str | Path, stdin: str = "") -> Done:
    return site.maild("ingest", *words, stdin=stdin)


def test_a_pipe_hands_a_mail_over_without_a_word(place: Site) -> None:
    done = ingest(place, "-", stdin=a_mail(subject="from a pipe").as_string())
    assert (done.code, done.out, done.err) == (0, "", "")


def test_ingest_waits_for_the_decision_and_says_why(place: Site) -> None:
    mail = place.write("wait.eml", raw(a_mail(subject="Platform DOWN for wait")))
    done = ingest(place, "--wait", mail)
    assert done.code == 0 and "new ticket" in done.out and "platform down" in done.out


def test_ingest_says_as_json_what_became_of_each_mail(place: Site) -> None:
    mail = place.write("json.eml", raw(a_mail(subject="json", Message_ID="<json@acme.example>")))
    lines = ingest(place, "--json", mail, mail).lines
    assert [line["disposition"] for line in lines] == ["new ticket", "duplicate"]
    assert lines[0]["ticket"].startswith("SD-") and lines[0]["notifications"][0]["to"] == "ada@acme.example"
    assert lines[1]["duplicate_of"] == lines[0]["inbox"]


def test_a_mail_for_nobody_is_refused_as_an_mta_expects(place: Site) -> None:
    mail = place.write("nobody.eml", raw(a_mail()))
    done = ingest(place, "--rcpt", "nobody@desk.example", mail)
    assert done.code == ExitCode.NO_USER and done.err.startswith("maild: ")


def test_the_null_sender_gets_no_answer(place: Site) -> None:
    mail = place.write("null.eml", raw(a_mail(subject="null sender")))
    (line,) = ingest(place, "--json", "--mail-from", "", mail).lines
    assert line["notifications"] == [] and line["not_sent"][0]["reason"]["code"] == "null-sender"


def test_reload_reaches_the_daemon(place: Site) -> None:
    desk = place.folder / "config" / "desks" / "service.yaml"
    desk.write_text(desk.read_text().replace("prefix: SD", "prefix: XY"))
    done = place.maild("reload")
    assert f"process {running(load_settings(place.settings).state)}" in done.out
    mail = place.write("prefix.eml", raw(a_mail(subject="prefix")))

    def renamed() -> bool:
        place.write("prefix.eml", raw(a_mail(subject=f"prefix {time.monotonic()}")))
        return str(ingest(place, "--json", mail).lines[0]["ticket"]).startswith("XY-")

    wait_until(renamed, "new tickets have the new prefix", 20)


def test_without_a_daemon_the_mta_shall_try_again(site: Site) -> None:
    mail = site.write("mail.eml", raw(a_mail()))
    for words in ([mail], ["--wait", mail], ["--json", mail]):
        done = ingest(site, *words)
        assert done.code == ExitCode.TEMPORARY and "maild serve" in done.err and done.err.count("\n") == 1


def test_broken_settings_are_told_to_the_mta_as_such(site: Site) -> None:
    site.settings.write_text("nonsense: 1\n")
    assert ingest(site, "-", stdin="From: a@b.example\n\nx").code == ExitCode.CONFIG


def test_the_demo_keeps_every_promise_and_leaves_no_process_behind(tmp_path) -> None:
    command = [sys.executable, "-m", "maild.cli", "demo", "--exit", "--keep", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout and "12 of 12 promises kept" in done.stdout
    assert running(tmp_path / "demo" / "var") is None


@pytest.mark.parametrize("desk", starter_desks())
def test_every_example_desk_plays_its_story_and_all_of_it_comes_out(desk: str, tmp_path) -> None:
    command = [sys.executable, "-m", "maild.cli", "demo", "--exit", "--desk", desk, "--keep", str(tmp_path / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "✗" not in done.stdout and "✓" in done.stdout, done.stdout + done.stderr


def test_a_demo_that_is_interrupted_takes_its_daemon_along(tmp_path) -> None:
    state = tmp_path / "demo" / "var"
    command = [sys.executable, "-m", "maild.cli", "demo", "--keep", str(tmp_path / "demo")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as demo:
        wait_until(lambda: demo.poll() is not None or running(state), "the demo's daemon runs", 40)
        daemon = running(state)
        os.kill(demo.pid, signal.SIGTERM)
        demo.communicate(timeout=40)
    assert daemon and running(state) is None and not Path(f"/proc/{daemon}").exists()
