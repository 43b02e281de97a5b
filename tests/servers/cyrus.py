"""A private Cyrus IMAP, a server of another make than Dovecot: own folder below /tmp, a free port, started once per
test worker and ended by its process id.

It runs from a folder that `fetch_cyrus.sh` has unpacked: $MAILD_TEST_CYRUS, else maild-test-cyrus below the temporary
folder. Any user name may log in, with any password but none; its INBOX appears with the first login.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers.requirement import DIES_WITH_US, answers, free_port, need, wait_until

# imapidlepoll: seconds between looks for those who IDLE, where idled's word is missed.
CONFIG = """
configdirectory: {home}/conf
partition-default: {home}/spool
defaultpartition: default
cyrus_user: nobody
cyrus_group: nogroup
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: alwaystrue
unixhierarchysep: yes
autocreate_quota: 0
autocreate_post: yes
idlesocket: {home}/run/idle
imapidlepoll: 1
duplicatesuppression: no
sync_log: no
"""
SERVICES = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {home}/imapd.conf -r"
  idled cmd="{bin}/idled -C {home}/imapd.conf"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {home}/imapd.conf" listen="127.0.0.1:{port}" prefork=1
}}
EVENTS {{
}}
"""


def unpacked() -> Path:
    """Where Cyrus is, if it is anywhere."""
    return Path(os.environ.get("MAILD_TEST_CYRUS") or Path(tempfile.gettempdir()) / "maild-test-cyrus")


@dataclass(frozen=True, slots=True)
class Cyrus:
    """A running Cyrus."""

    home: Path
    port: int
    password: str = "open-sesame"

    @contextmanager
    def client(self, user: str, folder: str = "") -> Iterator[IMAPClient]:
        """A person's mail program; with `folder`, opened for writing."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        try:
            client.plain_login(user, self.password)
            if folder:
                client.select_folder(folder)
            yield client
        finally:
            client.shutdown()

    def append(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, in this order."""
        with self.client(user) as client:
            for mail in mails:
                client.append(folder, mail)


def libraries(root: Path) -> dict[str, str]:
    """The environment in which the unpacked programs find what was unpacked with them."""
    places = sorted({str(path.parent) for path in root.glob("**/*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(places)}


def write_home(home: Path, root: Path, port: int) -> None:
    home.chmod(0o755)
    for name in ("conf", "spool", "run"):
        (home / name).mkdir()
        shutil.chown(home / name, "nobody", "nogroup")
    (home / "imapd.conf").write_text(CONFIG.format(home=home))
    (home / "cyrus.conf").write_text(SERVICES.format(home=home, bin=root / "usr/lib/cyrus/bin", port=port))


@contextmanager
def running_cyrus(root: Path) -> Iterator[Cyrus]:
    """Start a Cyrus of our own, and end it."""
    home, port = Path(tempfile.mkdtemp(prefix="maild-cyrus-")), free_port()
    write_home(home, root, port)
    command = [root / "usr/lib/cyrus/bin/master", "-C", home / "imapd.conf", "-M", home / "cyrus.conf"]
    with (home / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [*DIES_WITH_US, *command, "-p", home / "pid"], stdout=errors, stderr=errors, env=libraries(root)
        )
    try:
        wait_until(lambda: process.poll() is not None or answers(port), "Cyrus answers")
        if process.poll() is not None:
            pytest.fail(f"Cyrus did not start: {(home / 'errors').read_text()}")
        yield Cyrus(home, port)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Cyrus]:
    """The test worker's Cyrus. Tests stay apart by using user names of their own."""
    root = unpacked()
    need((root / "usr/lib/cyrus/bin/imapd").exists(), "Cyrus IMAP (tests/servers/fetch_cyrus.sh unpacks it)")
    need(os.geteuid() == 0, "root, to start Cyrus")
    with running_cyrus(root) as server:
        yield server
