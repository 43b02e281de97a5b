"""A private Postfix that takes mail durably and then holds it: the yardstick for taking mail.

Own configuration, queue and data below /tmp, a free port. HOLD leaves each mail in the queue after its fsync, so
that no later stage competes; in_flow_delay, which would brake it for want of a consumer, is off.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import home, running, wait_for_port
from bench.waiting import free_port

MASTER = Path("/usr/lib/postfix/sbin/master")
MAIN_CF = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {programs}
command_directory = /usr/sbin
maillog_file = {home}/log
maillog_file_prefixes = /tmp
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.desk.example
mydestination = desk.example
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_recipient_restrictions = check_recipient_access static:HOLD, permit_mynetworks, reject
disable_dns_lookups = yes
message_size_limit = 50000000
in_flow_delay = 0
"""
# name, type, private, unprivileged, chroot, wake-up, process limit, command
SERVICES = (
    ("127.0.0.1:{port}", "inet", "n", "-", "n", "-", "-", "smtpd"),
    ("cleanup", "unix", "n", "-", "n", "-", "0", "cleanup"),
    ("qmgr", "unix", "n", "-", "n", "300", "1", "qmgr"),
    ("rewrite", "unix", "-", "-", "n", "-", "-", "trivial-rewrite"),
    ("proxymap", "unix", "-", "-", "n", "-", "-", "proxymap"),
    ("anvil", "unix", "-", "-", "n", "-", "1", "anvil"),
    ("bounce", "unix", "-", "-", "n", "-", "0", "bounce"),
    ("defer", "unix", "-", "-", "n", "-", "0", "bounce"),
    ("trace", "unix", "-", "-", "n", "-", "0", "bounce"),
    ("error", "unix", "-", "-", "n", "-", "-", "error"),
    ("retry", "unix", "-", "-", "n", "-", "-", "error"),
    ("local", "unix", "-", "n", "n", "-", "-", "local"),
    ("smtp", "unix", "-", "-", "n", "-", "-", "smtp"),
    ("postlog", "unix-dgram", "n", "-", "n", "-", "1", "postlogd"),
)
OURS = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
SHARED = (("public", 0o710), ("maildrop", 0o730))


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix."""

    folder: Path
    port: int

    def held(self) -> int:
        """How many mails it has taken."""
        return sum(1 for path in (self.folder / "queue" / "hold").rglob("*") if path.is_file())


def missing() -> str:
    """What is wanting to run one; "" if nothing is."""
    if not MASTER.exists():
        return "Postfix is not installed"
    if shutil.which("smtp-source") is None:
        return "smtp-source (it comes with Postfix) is not installed"
    return "" if os.geteuid() == 0 else "Postfix starts as root only"


def lay_out(folder: Path, port: int) -> Path:
    """Configuration and queue; returns the configuration's folder."""
    for name in ("etc", "queue", "queue/pid"):
        (folder / name).mkdir()
    for path in (folder / "data", *(folder / "queue" / name for name in OURS)):
        path.mkdir(mode=0o700)
        shutil.chown(path, "postfix")
    for name, mode in SHARED:
        path = folder / "queue" / name
        path.mkdir()
        shutil.chown(path, "postfix", "postdrop")
        path.chmod(mode)
    lines = ("\t".join(service).format(port=port) for service in SERVICES)
    (folder / "etc" / "master.cf").write_text("\n".join(lines) + "\n")
    _write_old(folder / "etc" / "main.cf", MAIN_CF.format(home=folder, programs=MASTER.parent))
    return folder / "etc"


def _write_old(path: Path, text: str) -> None:
    """Postfix pauses before it reads a file that has just been written."""
    path.write_text(text)
    os.utime(path, (1e9, 1e9))


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """Start one, and end it."""
    port = free_port()
    with home("postfix") as folder:
        etc, log = lay_out(folder, port), folder / "log"
        with running((MASTER, "-d", "-c", etc), folder / "errors") as process:
            wait_for_port(process, port, log)
            yield Postfix(folder, port)
