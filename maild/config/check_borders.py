"""What may not be so about borders: who is believed about senders, and where. Pure.

Law 8 and design part 6: a bare From is believed from programs of this machine only.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from maild.settings import Border, Listener, Settings
from maild.settings.here import is_loopback
from maild.yaml.file import Step

Finding = tuple[str, tuple[Step, ...]]
PUBLIC = (
    "anybody could write in anybody's name: `bare` is for unix sockets and for a `host` of this machine's own "
    "(127.0.0.1) without `proxy`"
)


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything about borders that cannot work, or is not safe."""
    for path, border, private in _borders(settings):
        if border is None:
            continue
        if border.profile == "bare" and (border.peers or not private):
            yield PUBLIC, (*path, "border", "profile")
        if border.profile == "own" and not border.id:
            advice = "`own` needs the `id` that your server writes first in Authentication-Results"
            yield advice, (*path, "border", "profile")
        for network in border.peers:
            if complaint := _network_problem(network):
                yield complaint, (*path, "border", "peers")
        if border.profile != "own" and (border.id or border.hosts):
            yield f"`{border.profile}` brings its names along: leave `id` and `hosts` out", (*path, "border", "profile")


def _network_problem(network: str) -> str:
    try:
        wide = ip_network(network, strict=False).prefixlen == 0
    except ValueError as error:
        return f"{error}: write a network such as 10.0.0.0/24, or an address"
    return f"`{network}` is everybody: name the servers that hand mail over" if wide else ""


def _borders(settings: Settings) -> Iterator[tuple[tuple[Step, ...], Border | None, bool]]:
    """Each source's place, its border, and whether only programs of this machine can write to it."""
    for kind, listeners in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        for number, listener in enumerate(listeners):
            yield (kind, number), listener.border, _is_private(listener)
    for number, account in enumerate(settings.imap):
        yield ("imap", number), account.border, False
    for number, maildir in enumerate(settings.maildirs):
        yield ("maildirs", number), maildir.border, False


def _is_private(listener: Listener) -> bool:
    here = not listener.systemd and is_loopback(listener.host)
    return listener.socket is not None or (here and not listener.proxy)
