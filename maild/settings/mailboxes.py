"""Mailboxes that are read: by IMAP, and Maildirs on this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from maild.settings.base import Port, Section
from maild.settings.border import Border

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Folder = Annotated[str, Field(pattern=r"^[^\r\n\x00]+$")]

RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")


class OAuth(Section):
    """How access tokens for a mailbox are had (RFC 6749): by a refresh token, or as an application of its own."""

    token_url: str = Field(description="Token endpoint of the provider, https.")
    authorize_url: str = Field(
        default="",
        description="Authorisation endpoint of the provider, for `maild login` (refresh tokens); what stands behind"
        " its `?` is kept (Google: access_type=offline&prompt=consent).",
    )
    redirect_url: str = Field(
        default="http://localhost",
        description="Where the provider sends the browser after the login; nothing needs to listen there. It must be"
        " registered with the provider.",
    )
    client_id: str = Field(description="Client id that the provider gave this maild.")
    client_secret_file: Path | None = Field(default=None, description="File whose first line is the client secret.")
    client_secret_expires: date | None = Field(
        default=None, description="Last day of the client secret: `maild status` warns 14 days ahead."
    )
    grant: str = Field(
        default="refresh_token",
        pattern="^(refresh_token|client_credentials)$",
        description="refresh_token (a person has logged in once: `maild login`) or client_credentials (Microsoft 365).",
    )
    scope: str = Field(
        default="",
        description="Scopes to ask for, separated by spaces (Microsoft: with offline_access, for a refresh token).",
    )
    refresh_token_days: int = Field(
        default=90,
        ge=1,
        description="Days a refresh token lives where the provider does not say; status warns 14 days ahead.",
    )
    mechanism: str = Field(
        default="xoauth2", pattern="^(xoauth2|oauthbearer)$", description="How the token is shown to the IMAP server."
    )


class ImapAccount(Section):
    """A mailbox that is read by IMAP. Nothing in it is deleted; it is changed only if `after` says so."""

    name: Name = Field(description="Short name of the account, for the ledger and messages.")
    host: str = Field(description="IMAP server.")
    port: Port = Field(default=993, description="Port of the server.")
    tls: bool = Field(default=True, description="Use TLS from the first byte; the certificate is verified.")
    user: str = Field(pattern=r"^[^\x00-\x1f\x7f]+$", description="Login name.")
    password_file: Path | None = Field(default=None, description="File whose first line is the password.")
    oauth: OAuth | None = Field(default=None, description="Tokens instead of a password.")
    folders: tuple[Folder, ...] = Field(default=("INBOX",), min_length=1, description="Folders to read.")
    recipient: str = Field(description="Desk address that mail from this account is for when its headers name none.")
    recipient_headers: tuple[str, ...] = Field(
        default=RECIPIENT_HEADERS,
        description="Headers that name the desk, in the order they are asked; the first that names one decides.",
    )
    border: Border | None = Field(
        default=None, description="Whose word about senders is believed in mail from here; without it, nobody's."
    )
    poll: float = Field(default=60, gt=0, description="Seconds between looks when the server does not push (IDLE).")
    first_look: str = Field(
        default="new",
        pattern="^(new|import)$",
        description="new: start with mail yet to come; import: take what is there, and answer none of it.",
    )
    after: str = Field(
        default="leave",
        pattern="^(leave|flag|move)$",
        description="What becomes of a mail once it is kept: leave it as it is, flag it ($Maild), or move it.",
    )
    move_to: Folder | None = Field(default=None, description="Folder that mails are moved to (after: move).")


class MaildirSource(Section):
    """A Maildir on this machine that is watched: what comes into `new` is kept, then moved to `cur`."""

    name: Name = Field(description="Short name of the source, for messages.")
    path: Path = Field(description="The Maildir.")
    recipient: str = Field(description="Desk address that its mail is for when its headers name none.")
    recipient_headers: tuple[str, ...] = Field(
        default=RECIPIENT_HEADERS,
        description="Headers that name the desk, in the order they are asked; the first that names one decides.",
    )
    border: Border | None = Field(
        default=None, description="Whose word about senders is believed in mail from here; without it, nobody's."
    )
    poll: float = Field(default=5, gt=0, description="Seconds between two looks.")
