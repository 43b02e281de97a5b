"""A private Postfix: own configuration, queue and data below /tmp, a free port, ended by its process ids.

It takes mail on `port` from the loopback, hands mail for `tickets.example` (or `domains`) to an LMTP server and
all other mail, bounces included, to a relay. What is refused for now is tried again about every second.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.requirement import DIES_WITH_US, free_port, need, wait_until

PROGRAM = "/usr/lib/postfix/sbin/master"

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = /tmp
myhostname = mta.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_error_sleep_time = 0
smtpd_discard_ehlo_keywords = etrn
disable_dns_lookups = yes
smtp_host_lookup = native
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = static:all
virtual_transport = {lmtp}
lmtp_destination_recipient_limit = 50
default_transport = {relay}
message_size_limit = 60000000
smtputf8_enable = yes
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
default_destination_concurrency_failed_cohort_limit = 0
"""

# No chroot (the field is "n"): the private queue has no copy of /etc in it.
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 1 1 qmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
proxymap   unix  - - n - - proxymap
smtp       unix  - - n - - smtp
error      unix  - - n - - error
retry      unix  - - n - - error
lmtp       unix  - - n - - lmtp
virtual    unix  - n n - - virtual
anvil      unix  - - n - 1 anvil
tlsmgr     unix  - - n 1000? 1 tlsmgr
postlog    unix-dgram n - n - 1 postlogd
"""

# What `postfix check` would lay out below the queue, and who owns it.
QUEUE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")

Target = tuple[str, int] | Path
NOBODY = ("127.0.0.1", 1)


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix."""

    home: Path
    port: int
    pid: int

    def queue(self) -> tuple[Path, ...]:
        """Mails that Postfix still holds, whatever their state."""
        folders = ("incoming", "active", "deferred", "hold", "corrupt")
        return tuple(path for name in folders for path in (self.home / "queue" / name).rglob("*") if path.is_file())

    def log(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace") if log.exists() else ""


def transport(name: str, target: Target) -> str:
    """Postfix's way to name a place to hand mail to: lmtp:inet:127.0.0.1:24, lmtp:unix:/path, smtp:[127.0.0.1]:25."""
    if isinstance(target, Path):
        return f"{name}:unix:{target}"
    host, port = target
    return f"lmtp:inet:{host}:{port}" if name == "lmtp" else f"{name}:[{host}]:{port}"


def write_home(home: Path, port: int, lmtp: Target, relay: Target, domains: str, more: str = "") -> Path:
    """Lay out configuration, queue and data. Postfix refuses a configuration that others may write.

    `more` are further lines for main.cf.
    """
    home.chmod(0o755)
    etc = home / "etc"
    for folder in (etc, home / "queue", home / "data", home / "queue/pid", *(home / "queue" / name for name in QUEUE)):
        folder.mkdir(mode=0o755)
    for folder in (home / "data", *(home / "queue" / name for name in QUEUE)):
        folder.chmod(0o700)
        shutil.chown(folder, "postfix")
    for name, mode in (("public", 0o710), ("maildrop", 0o730)):
        (home / "queue" / name).mkdir()
        shutil.chown(home / "queue" / name, "postfix", "postdrop")
        (home / "queue" / name).chmod(mode)
    settings = MAIN.format(home=home, lmtp=transport("lmtp", lmtp), relay=transport("smtp", relay), domains=domains)
    (etc / "main.cf").write_text(f"{settings}{more}\n")
    (etc / "master.cf").write_text(MASTER.format(port=port))
    # Postfix waits more than a second over a file that may still be written to: make it an old one.
    os.utime(etc / "main.cf", (1e9, 1e9))
    return etc


def greets(port: int) -> bool:
    """Whether an smtpd of ours says hello there; while it starts, a connection may be accepted and dropped."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            return b"220 mta.example" in client.recv(200)
    except OSError:
        return False


@contextmanager
def running_postfix(
    lmtp: Target = NOBODY, relay: Target = NOBODY, domains: str = "tickets.example", more: str = ""
) -> Iterator[Postfix]:
    """Start a Postfix of our own, and end it. `lmtp` and `relay` are (host, port), or for `lmtp` a socket's path.

    `more` are further lines for main.cf, such as "smtp_tls_security_level = encrypt".
    """
    home, port, process = _started(lmtp, relay, domains, more)
    try:
        yield Postfix(home, port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


def _started(lmtp: Target, relay: Target, domains: str, more: str) -> tuple[Path, int, subprocess.Popen[bytes]]:
    """A Postfix that greets. Somebody may have taken the port since it was found free: then once more, elsewhere."""
    said = ""
    for _ in range(3):
        home, port = Path(tempfile.mkdtemp(prefix="maild-postfix-")), free_port()
        command = [*DIES_WITH_US, PROGRAM, "-d", "-c", str(write_home(home, port, lmtp, relay, domains, more))]
        with (home / "errors").open("wb") as errors:
            process = subprocess.Popen(command, stdout=errors, stderr=errors, start_new_session=True)
        wait_until(lambda: process.poll() is not None or greets(port), "Postfix greets")  # noqa: B023 - waited for here
        if process.poll() is None:
            return home, port, process
        said = "\n".join(path.read_text() for path in (home / "errors", home / "log") if path.exists())
        shutil.rmtree(home)
    pytest.fail(f"Postfix ended at once ({process.returncode}): {said}")


@pytest.fixture
def postfix() -> Iterator[Callable[..., Postfix]]:
    """A function that starts a Postfix, called as `running_postfix` is; all end with the test."""
    need(Path(PROGRAM).exists(), "Postfix (apt install postfix)")
    need(os.geteuid() == 0, "root, to start Postfix")
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(running_postfix(*args, **kwargs))
