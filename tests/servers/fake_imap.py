"""A small scripted IMAP server, for what cannot be had from a real one: refusing one mail, dying over one, no IDLE.

It knows one folder and just the commands maild sends. What a test changes in it counts from the next command on.
"""

from __future__ import annotations

import re
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Script:
    """What the server has and how it behaves. `refuses` are UIDs answered NO, `dies_over` end the connection."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 7
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    login_answer: str = "OK done"
    refuses: set[int] = field(default_factory=set)
    dies_over: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        self.say("* OK fake")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.server.script.commands.append(command)
            answer = self.answer(command)
            if not answer:
                return
            self.say(f"{tag} {answer}")

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, command: str) -> str:
        """Send the untagged part; the tagged answer, "" to hang up."""
        verb = command.removeprefix("UID ").split(" ")[0].lower()
        return getattr(self, verb, lambda _: "BAD unknown command")(command)

    def capability(self, command: str) -> str:
        self.say(f"* CAPABILITY {self.server.script.capabilities}")
        return "OK done"

    def authenticate(self, command: str) -> str:
        self.say("+ ")
        self.rfile.readline()
        return self.server.script.login_answer

    def login(self, command: str) -> str:
        return self.server.script.login_answer

    def examine(self, command: str) -> str:
        script = self.server.script
        self.say(f"* {len(script.mails)} EXISTS")
        if script.uidvalidity:
            self.say(f"* OK [UIDVALIDITY {script.uidvalidity}] valid")
        return "OK [READ-ONLY] done"

    def search(self, command: str) -> str:
        self.say(" ".join(["* SEARCH", *map(str, self.named(command.split()[-1]))]))
        return "OK done"

    def named(self, wanted: str) -> list[int]:
        """The UIDs of a set like `3,5` or `4:*` that exist; `n:*` always names the last mail."""
        last = max(self.server.script.mails, default=0)
        ranges = [part.replace("*", str(last)).split(":") for part in wanted.split(",")]
        pairs = [sorted((int(ends[0]), int(ends[-1]))) for ends in ranges]
        return [uid for uid in sorted(self.server.script.mails) if any(low <= uid <= high for low, high in pairs)]

    def fetch(self, command: str) -> str:
        script = self.server.script
        for uid in self.named(command.split()[2]):
            text = script.mails[uid]
            if "SIZE" in command:
                self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(text)})")
            elif uid in script.dies_over:
                return ""
            elif uid in script.refuses:
                return "NO this mail is beyond repair"
            else:
                self.body(uid, text, command)
        return "OK done"

    def body(self, uid: int, text: bytes, command: str) -> None:
        part = re.search(r"<0\.(\d+)>", command)
        text, item = (text[: int(part[1])], "BODY[]<0>") if part else (text, "BODY[]")
        self.say(f"* {uid} FETCH (UID {uid} {item} {{{len(text)}}}")
        self.wfile.write(text + b")\r\n")


class Server(socketserver.ThreadingTCPServer):
    """The listener. `port` is a free one of the loopback."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.script = script
        self.faults: list[BaseException | None] = []
        self.port: int = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client may hang up at any time; anything else is a fault of this server, told at the end."""
        if not isinstance(sys.exception(), OSError):
            self.faults.append(sys.exception())


@contextmanager
def fake_imap(script: Script) -> Iterator[Server]:
    """A server that plays `script`, for the length of a test."""
    with Server(script) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            assert not server.faults
