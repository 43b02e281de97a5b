"""`maild login ACCOUNT`: a person lets maild read a mailbox by OAuth2, once; the refresh token is kept."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from imapclient.exceptions import LoginError

from maild.cli.help import examples, new_app
from maild.cli.house import settings_of
from maild.cli.output import safe, say
from maild.config import read_secret_file
from maild.errors import NotFound, PermanentFailure
from maild.ingest.imap.oauth import Consent, Tokens
from maild.settings import ImapAccount, Settings
from maild.yaml.suggest import did_you_mean

app = new_app()


@app.command("login", epilog=examples("maild login support", "maild --settings /etc/maild/maild.yaml login support"))
def login(ctx: typer.Context, account: Annotated[str, typer.Argument(help="Name of the IMAP account.")]) -> None:
    """Let maild read a mailbox by OAuth2: open an address, log in there, paste back where you were sent."""
    settings = settings_of(ctx)
    found = _account(settings, account)
    consent = Consent(found)
    say("Open this address in a browser and log in as the mailbox's user:")
    say()
    say(f"  {safe(consent.url)}")
    say()
    say("Then the browser is sent to a page that may not load. Paste its whole address here, and press Enter:")
    _redeem(settings, found, consent, sys.stdin.readline())


def _redeem(settings: Settings, account: ImapAccount, consent: Consent, answer: str) -> None:
    def secret() -> str:
        return read_secret_file(account.oauth.client_secret_file if account.oauth else None)

    try:
        grant = consent.redeem(answer, secret())
    except LoginError as error:
        raise PermanentFailure(str(error)) from None
    ends = Tokens(account, settings.state / "oauth", secret).keep(grant)
    lasts = f" It lasts until {ends:%Y-%m-%d}, longer if the provider renews it." if ends else ""
    say(f"maild may read {account.name} now; a running daemon goes on by itself within a quarter of an hour.{lasts}")


def _account(settings: Settings, name: str) -> ImapAccount:
    for account in settings.imap:
        if account.name == name:
            return account
    names = [account.name for account in settings.imap if account.oauth]
    raise NotFound(f"there is no IMAP account `{name}`{did_you_mean(name, names)}")
