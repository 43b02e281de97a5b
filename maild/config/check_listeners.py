"""What may not be so about listeners: one small check for each thing, in words that say what to do.

`problems` is pure. `file_problems` tries the files that listeners name: only for `maild check`, since who runs other
commands need not be allowed to read a private key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_network

from maild.errors import SourceUnavailable
from maild.settings import Listener, Settings
from maild.settings.here import is_loopback
from maild.yaml.file import Step

Finding = tuple[str, tuple[Step, ...]]
Wrong = Iterator[tuple[str, str]]
"""What is wrong, and with which word of the listener."""


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything about listeners that cannot work, or is not safe, whatever the files hold."""
    for path, listener in _listeners(settings):
        for check in _CHECKS:
            yield from ((message, (*path, word)) for message, word in check(listener))
    names = Counter(listener.systemd for _, listener in _listeners(settings))
    for path, listener in _listeners(settings):
        if listener.systemd and names[listener.systemd] > 1:
            yield f"two listeners want systemd's socket `{listener.systemd}`: give each a name", (*path, "systemd")


def file_problems(settings: Settings) -> Iterator[Finding]:
    """Certificates, keys and files of users that cannot be used."""
    # Only here: it takes longer than all other commands need to start.
    from maild.ingest.smtp.tls import load
    from maild.ingest.smtp.users import Users

    for path, listener in _listeners(settings):
        try:
            if listener.tls != "none" and listener.certificate is not None:
                load(listener.certificate, listener.key)
        except SourceUnavailable as error:
            yield str(error), (*path, "certificate")
        try:
            if listener.users is not None:
                Users(listener.users).close()
        except SourceUnavailable as error:
            yield str(error), (*path, "users")


def _listeners(settings: Settings) -> Iterator[tuple[tuple[Step, ...], Listener]]:
    for kind, listeners in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        for number, listener in enumerate(listeners):
            yield (kind, number), listener


def _certificate(listener: Listener) -> Wrong:
    if listener.tls != "none" and listener.certificate is None:
        yield f"`{listener.tls}` needs a `certificate` beside it", "tls"
    if listener.tls == "none" and listener.certificate is not None:
        yield "a certificate is for `tls: starttls` or `tls: tls`: say which", "certificate"
    if listener.key is not None and listener.certificate is None:
        yield "a `key` needs its `certificate` beside it", "key"


def _required(listener: Listener) -> Wrong:
    if listener.require_tls and listener.tls == "none":
        yield "nobody could send mail: `require_tls` needs `tls: starttls` and a `certificate`", "require_tls"


def _unix(listener: Listener) -> Wrong:
    if listener.socket is not None and listener.tls != "none":
        yield "a unix socket stays on this machine and needs no TLS: leave `tls` out", "tls"
    if listener.socket is not None and listener.proxy:
        yield "no balancer comes by a unix socket: leave `proxy` out, or give `host` and `port`", "proxy"


def _login(listener: Listener) -> Wrong:
    here = listener.socket is not None or (not listener.systemd and is_loopback(listener.host))
    if listener.users is not None and listener.tls == "none" and not here:
        yield "passwords would travel in plain text: `users` needs `tls`, or a `host` of this machine's own", "users"


def _one_place(listener: Listener) -> Wrong:
    given = [word for word in ("host", "port", "socket") if getattr(listener, word) != getattr(_NONE_GIVEN, word)]
    if listener.systemd and given:
        words = ", ".join(f"`{word}`" for word in given)
        yield f"systemd opens the socket where its .socket unit says: leave {words} out", "systemd"


def _proxies(listener: Listener) -> Wrong:
    for network in listener.proxy:
        try:
            wide = ip_network(network).prefixlen == 0
        except ValueError as error:
            yield f"{error}: write a network such as 10.0.0.0/24, or an address", "proxy"
        else:
            if wide:
                yield f"`{network}` is everybody, and everybody could claim any address: name the balancers", "proxy"


_NONE_GIVEN = Listener()
_CHECKS: tuple[Callable[[Listener], Wrong], ...] = (_certificate, _required, _unix, _login, _one_place, _proxies)
