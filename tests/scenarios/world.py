"""A world to send mail in: a real daemon on loopback, a relay that keeps what it is given, and people who write.

The daemon runs on the shipped example configuration; only ports, database and relay are the test's own. What
happened is read through the command line, as an operator would, or from the relay, as a recipient's server would.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import smtplib
import subprocess
import sys
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text

from maild.notify.sink import Sink
from tests.cli.site import Done, maild
from tests.seen import seen
from tests.servers.requirement import answers, free_port, wait_until

CONFIG = Path(__file__).parent.parent.parent / "config"
SUPPORT = "support@desk.example"
# Who writes here is who they say they are, but in the stories about those who are not.
BARE = {"profile": "bare"}
# A day's mail comes within seconds here; what the budgets do is tried in tests/storms.
ROOMY = dict.fromkeys(
    ("domain_an_hour", "strangers_of_a_domain_an_hour", "strangers_an_hour", "total_an_hour"), 1_000_000
)


def a_mail(sender: str = "Ada <ada@acme.example>", subject: str = "Printer", text: str = "It burns.", **headers: str):
    """A mail as a person's program writes it. Header names with _ for -; a header given as "" is left out."""
    mail = EmailMessage()
    usual = {
        "From": sender,
        "To": SUPPORT,
        "Subject": subject,
        "Date": "Fri, 20 Nov 2026 09:00:00 +0100",
        "Message-ID": f"<{os.urandom(8).hex()}@mail.example>",
    }
    for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail


@dataclass
class World:
    """One daemon with everything around it."""

    folder: Path
    sink: Sink
    database: str = "sqlite:///maild.db"
    more: dict[str, Any] = field(default_factory=dict)
    smtp_port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    daemon: subprocess.Popen[bytes] | None = None
    engine: Engine = field(init=False)
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name in ("desks", "rules", "directory.yaml", "articles"):
            source, target = CONFIG / name, self.folder / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        settings = {
            "state": "var",
            "database": self.database.replace("+psycopg", "").replace(":@", "@"),
            "hostname": "mx.desk.example",
            "smtp": [{"port": self.smtp_port, "border": BARE}],
            "lmtp": [{"socket": "lmtp.sock", "border": BARE}],
            "relay": {"host": "127.0.0.1", "port": self.sink.port, "tls": "none"},
            "budgets": ROOMY,
            **self.more,
        }
        for listener in settings["smtp"]:
            listener.setdefault("port", self.smtp_port)
        for listener in settings["lmtp"]:
            listener.update({"port": self.lmtp_port} if "port" in listener else {})
        self.settings.write_text(json.dumps(settings), encoding="utf-8")
        self.state = self.folder / settings["state"]
        self.engine = create_engine(self.database.replace("sqlite:///", f"sqlite:///{self.state}/"), poolclass=NullPool)

    def relay_through(self, port: int) -> None:
        """Hand mail to this port from the next start on."""
        settings = json.loads(self.settings.read_text(encoding="utf-8"))
        settings["relay"]["port"] = port
        self.settings.write_text(json.dumps(settings), encoding="utf-8")

    @property
    def settings(self) -> Path:
        return self.folder / "maild.yaml"

    # ---- the daemon -----------------------------------------------------------------------------

    def start(self, *words: str) -> None:
        """Start it and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "maild.daemon", "--settings", str(self.settings), *words]
            self.daemon = subprocess.Popen(command, stderr=log, stdout=log, start_new_session=True)
        wait_until(lambda: self._listens() or self._fell(), "the daemon listens", 30)
        assert not self._fell(), self.log()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, gently by default."""
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(how)
            self.daemon.wait(40)

    def _listens(self) -> bool:
        return answers(self.smtp_port)

    def _fell(self) -> bool:
        return self.daemon is not None and self.daemon.poll() is not None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    # ---- people ---------------------------------------------------------------------------------

    def send(self, mail: EmailMessage | bytes, *recipients: str, mail_from: str | None = None) -> None:
        """By SMTP, as somebody's server would."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=default.clone(linesep="\r\n"))
        sender = message_from_bytes(raw, policy=default)["From"] if mail_from is None else mail_from
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as client:
            client.sendmail(sender, recipients or (SUPPORT,), raw)

    # ---- what happened --------------------------------------------------------------------------

    def maild(self, *words: str, stdin: bytes = b"", fine: bool = True) -> str:
        """The command line."""
        done = self._run(words, stdin)
        assert done.code == 0 or not fine, done.err
        return done.out

    def exit_code(self, *words: str, stdin: bytes = b"") -> int:
        return self._run(words, stdin).code

    def _run(self, words: tuple[str, ...], stdin: bytes) -> Done:
        """In this process: a process of its own for each word to the daemon would be most of a story's time."""
        return maild("--settings", self.settings, *words, stdin=stdin)

    def json(self, *words: str) -> Any:
        return json.loads(self.maild(*words, "--json", fine=False))

    def until_quiet(self, count: int, seconds: float = 20) -> None:
        """Wait until so many inbox entries have ended, each with its disposition, and no mail is left to send."""
        wait_until(lambda: len(self.dispositions()) >= count, f"{count} mails decided; {self.log()[-2000:]}", seconds)
        wait_until(lambda: not self.unsent(), f"everything sent; {self.log()[-2000:]}", seconds)

    def rows(self, query: str) -> list[Any]:
        """Straight from the database, past all code of maild's own."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(query)))

    def dispositions(self) -> list[str]:
        """Oldest first."""
        ended = self.rows("SELECT disposition FROM inbox_entry WHERE disposition IS NOT NULL ORDER BY id")
        return [row.disposition for row in ended]

    def unsent(self) -> list[Any]:
        return self.rows("SELECT id FROM outbox_entry WHERE state IN ('queued', 'sending', 'deferred')")

    def mails_to(self, address: str) -> list[Message]:
        """As that person's mail server got them."""
        return [seen(kept.raw) for kept in self.sink.mails if address in kept.recipients]
