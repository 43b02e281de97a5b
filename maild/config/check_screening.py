"""What may be wrong with the settings of screening. `problems` is pure; `troubles` looks at this machine.

Laws: what is wrong in any weather is a problem, and nothing starts; what another program may put right in a moment (a
socket that clamd has yet to make) is a trouble, which `maild check` tells and a start after a power cut survives.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from maild.patterns.regex import is_pattern, pattern
from maild.settings import Clamd, Rspamd, Settings
from maild.settings.here import is_loopback
from maild.yaml.file import Step

Finding = tuple[str, tuple[Step, ...]]
HERE = ("screening",)


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything that cannot work, whatever runs where."""
    screening = settings.screening
    for number, header in enumerate(screening.headers):
        if complaint := _pattern_problem(header.value):
            yield complaint, (*HERE, "headers", number, "value")
    if screening.rspamd:
        yield from _rspamd(screening.rspamd)
    if screening.clamd:
        yield from _clamd(screening.clamd)


def troubles(settings: Settings) -> Iterator[str]:
    """What is not as it should be on this machine now, or will let something through."""
    clamd = settings.screening.clamd
    if clamd is not None and clamd.socket is not None:
        folder = clamd.socket.parent
        if not folder.is_dir():
            yield f"screening.clamd.socket: there is no folder {folder}: does clamd run, with this LocalSocket?"
        elif not os.access(folder, os.X_OK):
            yield f"screening.clamd.socket: {folder} cannot be entered: let the user that runs maild into its group"
    for name, scanner in (("rspamd", settings.screening.rspamd), ("clamd", clamd)):
        if scanner is not None and scanner.largest < settings.limits.message_size:
            yield f"screening.{name}.largest: of a mail larger than {scanner.largest} bytes only that much is scanned"


def _pattern_problem(written: str) -> str:
    if not is_pattern(written):
        return f"a pattern stands between slashes: /{written}/, or /{written}/i for any case"
    try:
        pattern(written)
    except ValueError as error:
        return str(error)
    return ""


def _rspamd(rspamd: Rspamd) -> Iterator[Finding]:
    for name, url in (("url", rspamd.url), ("controller", rspamd.controller)):
        if (url or name == "url") and (complaint := _url_problem(url)):
            yield complaint, (*HERE, "rspamd", name)


def _url_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"this is no URL ({error}): write http://127.0.0.1:11333"
    if parts.scheme not in ("http", "https") or not host:
        return "write it as http://127.0.0.1:11333 or https://host:port"
    if parts.path.strip("/") or parts.query or parts.fragment:
        return "only host and port belong here: the paths are rspamd's own"
    if "@" in parts.netloc:
        return "a password does not belong in here: put it into a file and name it as `password_file`"
    if parts.scheme == "http" and not is_loopback(host):
        return f"http is possible for this machine only, not for {host}: mail and password need https"
    return ""


def _clamd(clamd: Clamd) -> Iterator[Finding]:
    if clamd.socket is None and not is_loopback(clamd.host):
        message = f"clamd knows no TLS, mail would go to {clamd.host} in the clear: use its socket, or a tunnel to here"
        yield message, (*HERE, "clamd", "host")
    if clamd.socket is None and clamd.port == 0:
        yield "0 is no port clamd listens on: 3310 is usual", (*HERE, "clamd", "port")
