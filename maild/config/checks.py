"""What a type alone cannot say about settings and directory: one small check for each thing that may not be so.

In: the typed values and the `Document` they came from; out: problems with their lines. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from maild.decide.policy import Policy
from maild.directory import Directory
from maild.errors import Problem
from maild.ingest.header.addresses import normal_address
from maild.settings import Settings
from maild.yaml.file import Document, Step
from maild.yaml.suggest import did_you_mean

SCHEMES = ("sqlite", "postgresql")


def settings_problems(settings: Settings, document: Document) -> Iterator[Problem]:
    """Everything wrong within maild.yaml itself."""
    for check in (_database, _plain_text, _listeners, _sizes, _accounts):
        for message, path in check(settings):
            yield document.problem(message, *path)


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


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


def _accounts(settings: Settings) -> Iterator[Finding]:
    names = [account.name for account in settings.imap]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield f"there is another account `{name}`: names are unique", ("imap", number, "name")


def recipient_problems(settings: Settings, policy: Policy, document: Document | None) -> Iterator[Problem]:
    """A mailbox's mail is for a desk; without the document the account is named instead of the line."""
    known = sorted(policy.own_addresses())
    for number, account in enumerate(settings.imap):
        address = normal_address(account.recipient)
        if address is None or policy.desk_of(address) is None:
            message = f"no desk has the address `{account.recipient}`{did_you_mean(account.recipient, known)}"
            if document is None:
                yield Problem("imap", 0, 0, f"account {account.name}: {message}")
            else:
                yield document.problem(message, "imap", number, "recipient")


def directory_problems(directory: Directory, document: Document) -> Iterator[Problem]:
    """Keys, names and addresses lead to one organisation, one person."""
    seen: dict[tuple[str, str], tuple[Step, ...]] = {}
    for kind, value, path in _identities(directory):
        first = seen.setdefault((kind, value), path)
        if first != path:
            line = document.place(first).line
            yield document.problem(f"the {kind} `{value}` stands in line {line} already", *path)


def _identities(directory: Directory) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    for at, organisation in enumerate(directory.organisations):
        yield "key", organisation.key, ("organisations", at, "key")
        for number, domain in enumerate(organisation.domains):
            yield "domain", domain, ("organisations", at, "domains", number)
        for number, person in enumerate(organisation.contacts):
            for place, address in enumerate(person.addresses):
                yield "address", address, ("organisations", at, "contacts", number, "addresses", place)
    for at, member in enumerate(directory.staff):
        yield "name", member.name, ("staff", at, "name")
        yield "address", member.address, ("staff", at, "address")
