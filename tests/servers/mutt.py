"""mutt, a person's mail program: it writes, answers and shows threads, on a screen that a test can read.

In batch it writes a new mail; on a pseudo-terminal it is worked by the keys a person would press, and what it draws is
kept by a screen of our own, which knows the few sequences of a VT52 (terminfo(5)): the smallest terminal that can move
its cursor. Threads are those that headers make: the guesses from subjects are off (`strict_threads`).
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.servers.requirement import DIES_WITH_US

WIDTH, HEIGHT = 92, 40
"""In columns and lines; a VT52 tells its cursor's place by one character each, from the space on."""
SECONDS = 20
LISTED = re.compile(r"\s*\d+ (.{14}) ([ |`>-]*)(.*)")
MUTTRC = """
set from="{address}" realname="{name}" use_from use_envelope_from hostname="{host}"
set folder="imap://{login}@127.0.0.1:{imap}/" spoolfile="+INBOX" record="+INBOX" imap_pass="{password}"
set smtp_url="smtp://{login}@127.0.0.1:{smtp}/" smtp_pass="{password}" smtp_authenticators="plain"
set ssl_starttls=no ssl_force_tls=no imap_authenticators="login" imap_check_subscribed=no header_cache="" tunnel=""
set editor="{editor}" signature="{signature}" fast_reply include reply_to=yes quit=yes confirmappend=no
set abort_nosubject=no abort_unmodified=no copy=yes postpone=no move=no mark_old=no wait_key=no beep=no
set charset=utf-8 send_charset="us-ascii:utf-8" mailcap_path="/dev/null" timeout=1 sleep_time=0 connect_timeout=10
set ascii_chars strict_threads=yes hide_thread_subject=no sort=threads sort_aux=date help=no crypt_use_gpgme=no
set index_format="%4C %-14.14F %s" status_format="%m mails in %f" alias_file=/dev/null
alternative_order text/plain text/html
"""
# A person's editor: their words stand above the quotation, which is left where it is. mutt asks a question where the
# file seems to be written after its editor ended, so it is made to look older: clocks of files are finer than its own.
EDITOR = """#!/bin/sh
cat {words} - "$1" <<END >"$1.new" && touch -d "2 seconds ago" "$1.new" && mv "$1.new" "$1"

END
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail is read and handed in: two ports of the loopback."""

    imap: int
    smtp: int
    password: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of mutt's index. `tree` is what it draws before the subject: how deep, and below whom, the mail stands."""

    sender: str
    tree: str
    subject: str


class Mutt:
    """One person at their mail program, with settings and a signature of their own."""

    def __init__(self, home: Path, place: Place, login: str, name: str, address: str, signature: str) -> None:
        home.mkdir()
        self.home, self.login, self.name, self.address = home, login, name, address
        self._words = home / "words"
        editor = self._keep("editor", EDITOR.format(words=shlex.quote(str(self._words))))
        editor.chmod(0o700)
        # A signature without the break at its end would have mutt write to what was edited, and then ask about that.
        theirs = {"name": name, "address": address, "signature": self._keep("signature", f"{signature}\n")}
        where = {"imap": place.imap, "smtp": place.smtp, "password": place.password, "login": quote(login, safe="")}
        host = address.rpartition("@")[2]
        self._rc = self._keep("muttrc", MUTTRC.format(**theirs, **where, host=host, editor=editor))

    def _keep(self, name: str, text: str) -> Path:
        file = self.home / name
        file.write_text(text, encoding="utf-8")
        return file

    def write(self, text: str, subject: str, to: str, *cc: str) -> None:
        """A new mail."""
        copies = [word for one in cc for word in ("-c", one)]
        command = [*self._command(), "-s", subject, *copies, "--", to]
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, env=self._env())
        assert done.returncode == 0, done.stderr.decode(errors="replace")

    def answer(self, message_id: str, text: str, key: str = "r") -> None:
        """Answer a mail as a person does: the whole of it quoted, the signature below. `key` g answers everybody."""
        self._words.write_text(text, encoding="utf-8")
        pattern = re.sub(r"[^\w-]", ".", message_id.strip("<>"))
        screen = self._open(f"l~i {pattern}\\n{key}yq")
        screen.until_closed()

    def threads(self, count: int) -> list[Listed]:
        """What the screen shows of the mailbox, once so many mails are listed."""
        screen = self._open("")
        screen.until(lambda: any(line.startswith(f"{count} mails in") for line in screen.lines), f"{count} mails")
        screen.type("q")
        screen.until_closed()
        found = [LISTED.match(line) for line in screen.lines]
        return [Listed(one[1].strip(), one[2], one[3].strip()) for one in found if one]

    def _command(self) -> list[str]:
        return [*DIES_WITH_US, "mutt", "-n", "-F", str(self._rc)]

    def _env(self) -> dict[str, str]:
        return os.environ | {"TERM": "vt52", "LC_ALL": "C.UTF-8", "HOME": str(self.home), "TMPDIR": str(self.home)}

    def _open(self, keys: str) -> Screen:
        """Open the mailbox and press keys."""
        pressed = ["-e", f'push "{keys}"'] if keys else []
        return Screen([*self._command(), *pressed], self._env())


class Screen:
    """A program on a terminal: what it shows, and its keyboard."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._rows = [[" "] * WIDTH for _ in range(HEIGHT)]
        self._row = self._column = 0
        self._text, self._pending = codecs.getincrementaldecoder("utf-8")("replace"), ""
        self._end, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)

    @property
    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._rows]

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def until(self, shown: Callable[[], bool], what: str) -> None:
        """Read until the screen shows it."""
        end = time.monotonic() + SECONDS
        while not shown():
            if time.monotonic() > end or not self._read():
                self._give_up(what)

    def until_closed(self) -> None:
        """Read until the program has ended, by itself."""
        end = time.monotonic() + SECONDS
        while self._read():
            if time.monotonic() > end:
                self._give_up("its end")
        assert self._process.wait(SECONDS) == 0, self.lines
        os.close(self._end)

    def _give_up(self, what: str) -> None:
        self._process.kill()
        self._process.wait()
        pytest.fail(f"mutt did not come to {what}:\n" + "\n".join(self.lines))

    def _read(self) -> bool:
        """Whether there may be more: a terminal that nobody has open any longer is an error (pty(7))."""
        if not select.select([self._end], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._end, 65536)
        except OSError:
            return False
        self._pending += self._text.decode(data)
        while self._pending and (used := self._draw(self._pending)):
            self._pending = self._pending[used:]
        return bool(data)

    def _draw(self, text: str) -> int:
        """One character, or one sequence; how much of the text that was, 0 if there must be more of it first."""
        if text[0] != "\x1b":
            self._put(text[0])
            return 1
        if len(text) < (length := 4 if text[1:2] == "Y" else 2):
            return 0
        if text[1] == "Y":
            self._row, self._column = ord(text[2]) - 32, ord(text[3]) - 32
        else:
            self._obey(text[1])
        return length

    def _put(self, sign: str) -> None:
        if sign == "\n":
            self._row = min(self._row + 1, HEIGHT - 1)
        elif sign in "\r\b\t":
            self._column = {"\r": 0, "\b": max(self._column - 1, 0), "\t": (self._column // 8 + 1) * 8}[sign]
        elif sign >= " " and self._column < WIDTH:
            self._rows[self._row][self._column] = sign
            self._column += 1

    def _obey(self, sign: str) -> None:
        rows, columns = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}.get(sign, (0, 0))
        self._row, self._column = self._row + rows, self._column + columns
        if sign == "H":
            self._row = self._column = 0
        if sign in "JK":
            self._rows[self._row][self._column :] = [" "] * (WIDTH - self._column)
        if sign == "J":
            self._rows[self._row + 1 :] = [[" "] * WIDTH for _ in range(HEIGHT - self._row - 1)]
