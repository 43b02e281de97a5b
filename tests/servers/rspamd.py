"""A private rspamd without any rules but GTUBE, learning into a folder of its own; and a fake one.

The real one (Debian: rspamd) is given a list of three top-level domains: compiling the real list takes it 15 seconds
of CPU. It asks no network: no module that would is loaded. For what it will not do on command there is a fake.
"""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.requirement import DIES_WITH_US, free_port, need, wait_until

# X is always a test for "reject"; Y and Z stand for "add header" and "rewrite subject" where they are switched on.
GTUBE = "{}JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
REJECT, ADD_HEADER, REWRITE = (GTUBE.format(letter) for letter in "XYZ")
PASSWORD = "open sesame"
CONFIG = """
options {{
    filters = ""; explicit_modules = []; enable_test_patterns = true; allow_raw_input = true; max_message = 2000000;
    control_socket = "{home}/control.sock mode=0600"; tempdir = "{home}"; hs_cache_dir = "{home}/";
    url_tld = "{home}/tld"; cache_file = "{home}/symbols.cache"; history_file = ""; rrd = ""; stats_file = "";
    dns {{ timeout = 0.1s; retransmits = 1; nameserver = ["127.0.0.1:9"]; }}
}}
logging {{ type = "file"; filename = "{home}/log"; level = "info"; }}
metric {{ name = "default"; actions {{ reject = 15; add_header = 6; greylist = 4; }} }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; mime = true; }}
worker "controller" {{
    bind_socket = "127.0.0.1:{controller}"; count = 1; password = "{password}"; static_dir = "{home}";
}}
classifier "bayes" {{
    tokenizer {{ name = "osb"; }}
    backend = "sqlite3"; min_tokens = 1; min_learns = 1;
    statfile {{ symbol = "BAYES_HAM"; path = "{home}/ham.sqlite"; spam = false; }}
    statfile {{ symbol = "BAYES_SPAM"; path = "{home}/spam.sqlite"; spam = true; }}
}}
"""


@dataclass(frozen=True, slots=True)
class RunningRspamd:
    """A running rspamd. `controller` wants PASSWORD, `url` wants none."""

    url: str
    controller: str


@contextmanager
def a_rspamd() -> Iterator[RunningRspamd]:
    """Start an rspamd of our own, and end it."""
    need(shutil.which("rspamd"), "rspamd (apt install rspamd)")
    home, port, controller = Path(tempfile.mkdtemp(prefix="maild-rspamd-")), free_port(), free_port()
    (home / "tld").write_text("com\nexample\norg\n")
    settings = CONFIG.format(home=home, port=port, controller=controller, password=PASSWORD)
    (home / "rspamd.conf").write_text(settings)
    with (home / "out").open("wb") as out:
        command = [*DIES_WITH_US, "rspamd", "-f", "-i", "-c", str(home / "rspamd.conf")]
        process = subprocess.Popen(command, cwd=home, stdout=out, stderr=out, start_new_session=True)
    try:
        ready = (port, controller)
        wait_until(lambda: process.poll() is not None or all(map(pongs, ready)), "rspamd answers", 60)
        assert process.poll() is None, (home / "out").read_text()
        yield RunningRspamd(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{controller}")
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def pongs(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET /ping HTTP/1.0\r\n\r\n")
        return client.recv(20).startswith(b"HTTP/1")
    return False


# ---- the fake ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """What one request said."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Script:
    """What it answers, and what it was asked. `answer` as bytes is sent as it is, in place of any HTTP."""

    answer: object = field(default_factory=lambda: {"action": "no action", "score": 0, "required_score": 15})
    status: int = 200
    asked: list[Asked] = field(default_factory=list)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeRspamd

    def do_POST(self) -> None:
        script = self.server.script
        body = self.rfile.read(int(self.headers["Content-Length"]))
        script.asked.append(Asked(self.path, dict(self.headers), body))
        if isinstance(script.answer, bytes):
            self.wfile.write(script.answer)
            return
        said = json.dumps(script.answer).encode()
        self.send_response(script.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test that fails says what it needs."""


class FakeRspamd(http.server.ThreadingHTTPServer):
    """The listener, on `port` of the loopback."""

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may hang up at any time."""


@contextmanager
def a_fake_rspamd(**script: object) -> Iterator[FakeRspamd]:
    """An rspamd that plays a script, for the length of a test."""
    with FakeRspamd(Script(**script)) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
