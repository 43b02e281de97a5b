"""A story of a desk, as its folder tells it (`story.yaml`): who writes what, and what must have come of it.

In: the file; out: `Script`, or ConfigError with file, line and column. Nothing here knows any desk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from maild.demo.mails import BEGUN, Heard, Sent
from maild.desks.written import one_or_many
from maild.yaml.file import read
from maild.yaml.problems import build

FILE = "story.yaml"
BORDER = "mx.demo.example"
"""The server in front, in the demo: its word proves senders."""


def _rows(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, Mapping) else value


Rows = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_rows)]


class Scene(BaseModel):
    """One mail, and what must be so when it was decided and all has gone out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str = Field(description="What happens, in a sentence.")
    sender: str = Field(alias="from", description="Who writes, as `Name <address>`.")
    subject: str = Field(default="", description="The subject; of an answer that of the mail it answers.")
    text: str = Field(description="What they write.")
    cc: str = Field(default="", description="Who is in copy.")
    answers: str = Field(default="", description="Whose last mail from us they answer.")
    proven: bool = Field(default=True, description="Whether their server proves the address.")
    ticket: Rows = Field(default=(), description="How its ticket is then: `status: waiting`, or a field by its name.")
    told: Rows = Field(default=(), description="Who got a mail by it, and words that stand in it.")
    silent: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="Who must not have got one."
    )


class Script(BaseModel):
    """A story."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    story: str = Field(description="What it is about.")
    scenes: tuple[Scene, ...] = Field(min_length=1, description="Mail after mail.")


def read_script(folder: Path) -> Script:
    """Raises ConfigError."""
    return build(read(folder / FILE), Script)


def written(scene: Scene, number: int, desk: str, heard: Heard) -> Sent:
    """The mail of a scene, as its writer's program writes it."""
    parent = _parent(scene, heard)
    to = parseaddr(str(parent["Reply-To"]))[1] if parent else desk
    mail = EmailMessage()
    for name, value in _headers(scene, number, to, parent):
        mail[name] = value
    mail.set_content(scene.text)
    return Sent(parseaddr(scene.sender)[1], mail.as_bytes(policy=SMTP), to)


def _parent(scene: Scene, heard: Heard) -> Message | None:
    """The mail of ours that is answered."""
    return message_from_bytes(heard.last(scene.answers).raw, policy=default) if scene.answers else None


def _headers(scene: Scene, number: int, to: str, parent: Message | None) -> Iterator[tuple[str, str]]:
    domain = parseaddr(scene.sender)[1].rpartition("@")[2]
    yield from (("From", scene.sender), ("To", to), ("Date", format_datetime(BEGUN)))
    yield "Message-ID", f"<demo-{number}@{domain}>"
    if scene.cc:
        yield "Cc", scene.cc
    if scene.proven:
        yield "Authentication-Results", f"{BORDER}; dmarc=pass header.from={domain}"
    if parent:
        yield from ((name, str(parent["Message-ID"])) for name in ("In-Reply-To", "References"))
    yield "Subject", scene.subject or (f"Re: {parent['Subject']}" if parent else "")
