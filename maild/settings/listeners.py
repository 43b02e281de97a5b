"""Where mail is taken in by SMTP and LMTP, and what a client there must show."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.base import Port, Section
from maild.settings.border import Border


class Listener(Section):
    """Where mail is taken in by SMTP or LMTP: a TCP address, a unix socket (LMTP), or a socket of systemd's."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=0, description="TCP port; 0 takes a free one.")
    socket: Path | None = Field(
        default=None, description="Unix socket instead of host and port (LMTP only), mode 0660."
    )
    systemd: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,64}$",
        description="Name of a socket that systemd opens (FileDescriptorName= in the .socket unit), instead of both.",
    )
    tls: str = Field(
        default="none",
        pattern="^(none|starttls|tls)$",
        description="none, starttls (offered; see require_tls) or tls (from the first byte).",
    )
    certificate: Path | None = Field(
        default=None, description="PEM file with the certificate and its chain; taken anew when it changes."
    )
    key: Path | None = Field(default=None, description="PEM file with the private key, where it is a file of its own.")
    require_tls: bool = Field(default=False, description="Take mail over TLS only (starttls).")
    users: Path | None = Field(
        default=None,
        description="File of users who may submit mail, a line each as `maild password` prints it; whoever does not "
        "log in may then send none. Needs TLS, or loopback.",
    )
    border: Border | None = Field(
        default=None, description="Whose word about senders is believed in mail from here; without it, nobody's."
    )
    proxy: tuple[str, ...] = Field(
        default=(),
        description="Networks whose connections begin with a PROXY v2 header (a balancer's); nobody else may send one.",
    )
