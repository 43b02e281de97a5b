"""A small scripted IMAP server, for what cannot be had from a real one: refusing one mail, dying over one, numbering a
folder anew under an open session, no IDLE, no MOVE.

It knows just the commands maild sends. What a test changes in it counts from the next command on.
"""

from __future__ import annotations

import re
import select
import shlex
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

FULL = "IMAP4rev1 AUTH=PLAIN IDLE UIDPLUS MOVE"
ARRIVED = "21-Nov-2026 11:00:00 +0000"
ANY_KEYWORD = r"\Deleted \*"


@dataclass
class Box:
    """A folder. `dates` are INTERNALDATEs where they are not ARRIVED; `history` is all that ever had a UID in it."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 7
    dates: dict[int, str] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    highest: int = 0
    history: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def uidnext(self) -> int:
        self.highest = max(self.highest, *self.mails, 0)
        self.history |= {(self.uidvalidity, uid): raw for uid, raw in self.mails.items()}
        return self.highest + 1

    def add(self, raw: bytes, date: str = ARRIVED, flags: set[str] | None = None) -> None:
        uid = self.uidnext
        self.mails[uid], self.dates[uid], self.flags[uid] = raw, date, set(flags or ())
        self.history[self.uidvalidity, uid] = raw

    def remove(self, uid: int) -> None:
        self.highest = self.uidnext - 1
        del self.mails[uid]

    def renumber(self, first: int = 1) -> None:
        """Another UIDVALIDITY, other UIDs, the same mails in the same order."""
        self.highest = self.uidnext - 1
        held = [(raw, self.dates.get(uid, ARRIVED), self.flags.get(uid)) for uid, raw in sorted(self.mails.items())]
        self.mails.clear()
        self.uidvalidity, self.highest = self.uidvalidity + 1, first - 1
        for raw, arrived, flags in held:
            self.add(raw, arrived, flags)


@dataclass
class Script:
    """What the server has and how it behaves. `refuses` are UIDs of INBOX answered NO, `dies_over` end the connection.

    `before` is called with each command before it is obeyed. `keywords` is PERMANENTFLAGS.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 7
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    login_answer: str = "OK done"
    refuses: set[int] = field(default_factory=set)
    dies_over: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    keywords: str = ANY_KEYWORD
    tells_uidnext: bool = True
    read_only: bool = False
    knows_status: bool = True
    consent: str = "+ idling"
    refuses_to_move: set[int] = field(default_factory=set)
    before: Callable[[str], None] = lambda _: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.inbox = Box(self.mails, self.uidvalidity)
        self.boxes = {"INBOX": self.inbox}


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    server: Server
    box: Box

    def handle(self) -> None:
        self.say("* OK fake")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            script = self.server.script
            if command == "IDLE":
                answer = self.idle()
            else:
                with script.lock:
                    script.before(command)
                    script.commands.append(command)
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

    def idle(self) -> str:
        """Tell how many mails there are whenever that changes, until the client has enough."""
        self.say(self.server.script.consent)
        known = len(self.box.mails)
        while not select.select([self.connection], [], [], 0.005)[0]:
            if len(self.box.mails) != known:
                known = len(self.box.mails)
                self.say(f"* {known} EXISTS")
        return "OK done" if self.rfile.readline() else ""

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
        return self.open(command) or "OK [READ-ONLY] done"

    def select(self, command: str) -> str:
        return self.open(command) or f"OK [READ-{'ONLY' if self.server.script.read_only else 'WRITE'}] done"

    def open(self, command: str) -> str:
        """The tagged answer where the folder cannot be opened."""
        script, name = self.server.script, shlex.split(command)[1]
        if name not in script.boxes:
            self.say("* OK nothing is selected now")
            return "NO [NONEXISTENT] there is no such folder"
        self.box = script.boxes[name]
        self.say(f"* {len(self.box.mails)} EXISTS")
        self.say(f"* OK [PERMANENTFLAGS ({script.keywords})] kept")
        if self.box.uidvalidity:
            self.say(f"* OK [UIDVALIDITY {self.box.uidvalidity}] valid")
        if script.tells_uidnext:
            self.say(f"* OK [UIDNEXT {self.box.uidnext}] next")
        return ""

    def status(self, command: str) -> str:
        script, name = self.server.script, shlex.split(command)[1]
        if not script.knows_status:
            return "BAD not of an open folder"
        self.say(f'* STATUS "{name}" (UIDVALIDITY {script.boxes[name].uidvalidity})')
        return "OK done"

    def search(self, command: str) -> str:
        words = command.split()[2:]
        tests = {"UID": self.named, "KEYWORD": self.keyword, "SINCE": self.since, "BEFORE": self.until}
        found = set(self.box.mails)
        for verb, value in zip(words[::2], words[1::2], strict=True):
            found &= set(tests[verb](value))
        self.say(" ".join(["* SEARCH", *map(str, sorted(found))]))
        return "OK done"

    def named(self, wanted: str) -> list[int]:
        """The UIDs of a set like `3,5` or `4:*` that exist; `n:*` always names the last mail."""
        last = max(self.box.mails, default=0)
        ranges = [part.replace("*", str(last)).split(":") for part in wanted.split(",")]
        pairs = [sorted((int(ends[0]), int(ends[-1]))) for ends in ranges]
        return [uid for uid in sorted(self.box.mails) if any(low <= uid <= high for low, high in pairs)]

    def keyword(self, wanted: str) -> list[int]:
        return [uid for uid in self.box.mails if wanted in self.box.flags.get(uid, ())]

    def since(self, day: str) -> list[int]:
        return [uid for uid in self.box.mails if self.day(uid) >= day_of(day)]

    def until(self, day: str) -> list[int]:
        return [uid for uid in self.box.mails if self.day(uid) < day_of(day)]

    def day(self, uid: int) -> date:
        return day_of(self.box.dates.get(uid, ARRIVED))

    def fetch(self, command: str) -> str:
        script = self.server.script
        for number, uid in enumerate(self.named(command.split()[2]), 1):
            text, date = self.box.mails[uid], self.box.dates.get(uid, ARRIVED)
            if "SIZE" in command:
                self.say(f'* {number} FETCH (UID {uid} RFC822.SIZE {len(text)} INTERNALDATE "{date}")')
            elif self.box is script.inbox and uid in script.dies_over:
                return ""
            elif self.box is script.inbox and uid in script.refuses:
                return "NO this mail is beyond repair"
            else:
                self.body(number, uid, text, command)
        return "OK done"

    def body(self, number: int, uid: int, text: bytes, command: str) -> None:
        part = re.search(r"<0\.(\d+)>", command)
        text, item = (text[: int(part[1])], "BODY[]<0>") if part else (text, "BODY[]")
        self.say(f"* {number} FETCH (UID {uid} {item} {{{len(text)}}}")
        self.wfile.write(text + b")\r\n")

    def store(self, command: str) -> str:
        for uid in self.named(command.split()[2]):
            self.box.flags.setdefault(uid, set()).update(command[command.index("(") + 1 : -1].split())
        return "OK done"

    def copy(self, command: str) -> str:
        _, _, wanted, name = shlex.split(command)
        script, uids = self.server.script, self.named(wanted)
        if name not in script.boxes:
            return "NO [TRYCREATE] there is no such folder"
        if script.refuses_to_move.intersection(uids):
            return "NO this mail stays"
        for uid in uids:
            script.boxes[name].add(
                self.box.mails[uid], self.box.dates.get(uid, ARRIVED), self.box.flags.get(uid, set()) - {r"\Deleted"}
            )
        return "OK copied"

    def move(self, command: str) -> str:
        if "MOVE" not in self.server.script.capabilities.split():
            return "BAD unknown command"
        answer = self.copy(command)
        for uid in self.named(command.split()[2]) if answer.startswith("OK") else ():
            self.box.remove(uid)
        return answer

    def expunge(self, command: str) -> str:
        words = command.split()
        for uid in self.named(words[2]) if words[0] == "UID" else list(self.box.mails):
            if r"\Deleted" in self.box.flags.get(uid, ()):
                self.box.remove(uid)
        return "OK done"


def day_of(text: str) -> date:
    """The day an INTERNALDATE or a date of SEARCH begins with."""
    return datetime.strptime(text[:11].strip() + " +0000", "%d-%b-%Y %z").date()


class Server(socketserver.ThreadingTCPServer):
    """The listener. `port` is a free one of the loopback."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

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
