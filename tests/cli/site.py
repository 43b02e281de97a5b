"""A place with the shipped example configuration, and the command line run inside this process."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

from maild import pipeline
from maild.cli.app import run
from maild.clock import system_clock
from maild.config import load_settings
from maild.ingest.header.scan import noted
from maild.model import ReceivedMail, Source
from maild.steps.opening import open_house
from maild.steps.watch import NO_WATCH

CONFIG = Path(__file__).parent.parent.parent / "config"
SUPPORT = "support@desk.example"


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """One JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Site:
    """A folder with a configuration. `maild(...)` is the command line on it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Site:
        shutil.copytree(CONFIG, folder / "config", ignore=shutil.ignore_patterns("var"))
        return cls(folder)

    @property
    def settings(self) -> Path:
        return self.folder / "config" / "maild.yaml"

    def maild(self, *words: str | Path, stdin: str = "") -> Done:
        return maild("--settings", self.settings, *words, stdin=stdin)

    def write(self, name: str, raw: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(raw)
        return path

    def take_in(self, *mails: bytes, mail_from: str = "ada@acme.example") -> None:
        """Receive and decide, as the daemon would."""
        house = open_house(load_settings(self.settings))
        received = [
            ReceivedMail(raw, Source.SMTP, mail_from, (SUPPORT,), system_clock(), "", None, *noted(raw))
            for raw in mails
        ]
        try:
            pipeline.receive(house.store, received)
            while pipeline.process(house, "test/1", NO_WATCH):
                pass
        finally:
            house.store.close()


def maild(*words: str | Path, stdin: str | bytes = "") -> Done:
    """The command line, as a pipe sees it."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    source = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
    logs, mask = structlog.get_config(), os.umask(0o022)
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", source):
        code = run([str(word) for word in words])
    # What a command sets for its own process is here for a moment only.
    structlog.configure(**logs)
    os.umask(mask)
    raw = out.buffer.getvalue()
    return Done(code, raw.decode("utf-8", "replace"), err.buffer.getvalue().decode(), raw)


def a_mail(
    sender: str = "Ada Archer <ada@acme.example>", subject: str = "Printer", text: str = "It burns.", **more: str
):
    """A mail as a person's program writes it; header names with _ for -."""
    mail = EmailMessage()
    usual = {"From": sender, "To": SUPPORT, "Subject": subject, "Date": "Fri, 20 Nov 2026 09:00:00 +0100"}
    for name, value in (usual | {name.replace("_", "-"): value for name, value in more.items()}).items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail


def raw(mail: EmailMessage) -> bytes:
    return mail.as_bytes(policy=SMTP)
