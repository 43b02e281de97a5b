"""What a type alone cannot say about settings: one small check for each thing that may not be so.

In: the typed values and the `Document` they came from; out: problems with their lines. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from maild.config import (
    check_backup,
    check_borders,
    check_directories,
    check_listeners,
    check_mailboxes,
    check_screening,
    check_webhooks,
)
from maild.decide.policy import Policy
from maild.errors import Problem
from maild.ingest.header.addresses import normal_address
from maild.settings import ImapAccount, MaildirSource, Settings
from maild.settings.here import is_loopback
from maild.yaml.file import Document, Step
from maild.yaml.suggest import did_you_mean

SCHEMES = ("sqlite", "postgresql")


def settings_problems(settings: Settings, document: Document) -> Iterator[Problem]:
    """Everything wrong within maild.yaml itself."""
    for check in CHECKS:
        for message, path in check(settings):
            yield document.problem(message, *path)


Finding = tuple[str, tuple[Step, ...]]


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database
    scheme = url.partition(":")[0]
    if scheme not in SCHEMES:
        yield f"`{scheme[:40]}` is no database maild knows{did_you_mean(scheme, SCHEMES)}", ("database",)
    elif scheme == "sqlite" and not url.removeprefix("sqlite:///").strip("/"):
        yield "a file is missing: write sqlite:///maild.db", ("database",)
    elif scheme == "sqlite" and not url.startswith("sqlite:///"):
        yield "three slashes stand before the file: sqlite:///maild.db", ("database",)
    elif scheme == "postgresql" and ":" in urlsplit(url).netloc.rpartition("@")[0]:
        yield (
            "a password does not belong in here: put it into a file and name it as `database_password_file`",
            ("database",),
        )


def _plain_text(settings: Settings) -> Iterator[Finding]:
    """Without TLS everybody on the way reads mail and passwords."""
    relay = settings.relay
    if relay is not None and relay.tls == "none" and not is_loopback(relay.host):
        yield f"`none` is possible for this machine only, not for {relay.host}: use starttls or tls", ("relay", "tls")
    if relay is not None and relay.user and relay.password_file is None:
        yield "a `user` needs a `password_file` beside it", ("relay", "user")
    for number, account in enumerate(settings.imap):
        if not account.tls and not is_loopback(account.host):
            message = f"`false` is possible for this machine only, not for {account.host}: mail and password need TLS"
            yield message, ("imap", number, "tls")


def _listeners(settings: Settings) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for kind, listeners in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        for number, listener in enumerate(listeners):
            if kind == "smtp" and listener.socket is not None:
                yield (
                    "a unix socket is for LMTP: give `host` and `port`, or move it to `lmtp`",
                    (kind, number, "socket"),
                )
            place = str(listener.socket or (listener.host, listener.port))
            other = taken.setdefault(place, f"{kind} {number + 1}")
            if other != f"{kind} {number + 1}" and (listener.socket or listener.port):
                yield f"listener {other} takes this place already", (kind, number)


def _sizes(settings: Settings) -> Iterator[Finding]:
    limits = settings.limits
    if limits.message_size > limits.in_flight:
        yield "a mail of `message_size` would never fit into `in_flight`: raise one or lower the other", ("limits",)
    if limits.cpu_alone < limits.cpu_in_company:
        yield "`cpu_alone` is the second, longer chance: at least `cpu_in_company`", ("limits", "cpu_alone")


def recipient_problems(settings: Settings, policy: Policy, document: Document | None) -> Iterator[Problem]:
    """A mailbox's mail is for a desk; without the document the account is named instead of the line."""
    known = sorted(policy.own_addresses())
    sources: list[tuple[str, int, ImapAccount | MaildirSource]] = [
        ("imap", number, one) for number, one in enumerate(settings.imap)
    ]
    sources += [("maildirs", number, one) for number, one in enumerate(settings.maildirs)]
    for kind, number, source in sources:
        address = normal_address(source.recipient)
        if address is None or policy.desk_of(address) is None:
            message = f"no desk has the address `{source.recipient}`{did_you_mean(source.recipient, known)}"
            if document is None:
                yield Problem(kind, 0, 0, f"{source.name}: {message}")
            else:
                yield document.problem(message, kind, number, "recipient")


CHECKS = (
    _database,
    _plain_text,
    _listeners,
    _sizes,
    check_listeners.problems,
    check_mailboxes.problems,
    check_screening.problems,
    check_backup.problems,
    check_directories.problems,
    check_borders.problems,
    check_webhooks.problems,
)
