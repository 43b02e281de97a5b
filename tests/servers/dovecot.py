"""A private Dovecot: own folder below /tmp, free ports, started once per test worker and ended by its process id.

Any user name may log in, with the password `Dovecot.password`; its mailbox appears with the first login.
"""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.servers.requirement import DIES_WITH_US, answers, free_port, need, wait_until
from tests.servers.token_server import TokenServer, running_token_server

PASSWORD = "open-sesame"

# The penalty socket is anvil's memory of failed logins: one wrong password would delay all later ones.
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{home}/mail/%u
mail_fsync = never
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 1000
first_valid_uid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={home}/mail/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {home}/auth {{
    mode = 0666
  }}
}}
service imap-login {{
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

# Dovecot asks the provider whose token it is shown (RFC 7662), and compares the user.
OAUTH2 = """
introspection_url = {provider}/whose
introspection_mode = post
username_attribute = email
active_attribute = active
active_value = true
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot. `tls_port` speaks TLS from the first byte, with a certificate that only `trust()` knows."""

    home: Path
    port: int
    tls_port: int
    pid: int
    tokens: TokenServer
    password: str = PASSWORD

    @property
    def logins(self) -> Path:
        """The socket where other servers ask whether a login is right (Postfix: smtpd_sasl_path)."""
        return self.home / "auth"

    @contextmanager
    def client(self, user: str, folder: str = "") -> Iterator[IMAPClient]:
        """A person's mail program; with `folder`, opened for writing."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(user, self.password)
        if folder:
            client.select_folder(folder)
        try:
            yield client
        finally:
            client.shutdown()

    def append(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, in this order."""
        with self.client(user) as client:
            for mail in mails:
                client.append(folder, mail)

    def trust(self) -> ssl.SSLContext:
        """A TLS context that verifies this server's certificate."""
        return ssl.create_default_context(cafile=self.home / "cert.pem")

    def sessions(self) -> tuple[int, ...]:
        """Process ids of this instance's logged-in IMAP sessions."""
        return tuple(pid for pid, parent, name in processes() if parent == self.pid and name == "imap")

    def kill_sessions(self) -> None:
        """kill -9 for each IMAP session of this instance."""
        for pid in self.sessions():
            os.kill(pid, signal.SIGKILL)

    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")


def processes() -> Iterator[tuple[int, int, str]]:
    """(process id, parent's id, name) of all processes (proc(5))."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = entry.read_text()
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1 :].rsplit(")", 1)
        yield int(entry.parent.name), int(rest.split()[1]), name


def make_certificate(home: Path) -> None:
    """A self-signed certificate for localhost and 127.0.0.1, as cert.pem and key.pem."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(home / "key.pem"), "-out", str(home / "cert.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)


def write_home(home: Path, port: int, tls_port: int, provider: str) -> Path:
    """Lay out the instance's folder; its sockets and mail must be reachable for `nobody`."""
    home.chmod(0o755)
    make_certificate(home)
    (home / "mail").mkdir()
    shutil.chown(home / "mail", "nobody", "nogroup")
    (home / "oauth2.conf").write_text(OAUTH2.format(provider=provider))
    config = home / "dovecot.conf"
    config.write_text(CONFIG.format(home=home, port=port, tls_port=tls_port, password=PASSWORD))
    return config


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a Dovecot of our own, and end it."""
    with running_token_server() as tokens:
        home = Path(tempfile.mkdtemp(prefix="maild-dovecot-"))
        port, tls_port = free_port(), free_port()
        config = write_home(home, port, tls_port, tokens.url)
        with (home / "errors").open("wb") as errors:
            process = subprocess.Popen([*DIES_WITH_US, "dovecot", "-F", "-c", config], stderr=errors)
        try:
            wait_until(lambda: process.poll() is not None or answers(port), "Dovecot answers")
            if process.poll() is not None:
                pytest.fail(f"Dovecot did not start: {(home / 'errors').read_text()}")
            yield Dovecot(home, port, tls_port, process.pid, tokens)
        finally:
            process.terminate()
            process.wait(timeout=10)
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The test worker's Dovecot. Tests stay apart by using user names of their own."""
    need(shutil.which("dovecot"), "Dovecot (apt install dovecot-imapd)")
    need(shutil.which("openssl"), "openssl")
    need(os.geteuid() == 0, "root, to start Dovecot")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def mailbox(request: pytest.FixtureRequest) -> str:
    """A user name no other test uses."""
    return f"user-{os.urandom(6).hex()}"
