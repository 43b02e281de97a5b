"""`maild password`: the line of a user who may submit mail, for the file that a listener's `users` names."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from maild.cli.help import examples, new_app
from maild.errors import ExitCode, MaildError
from maild.ingest.smtp.passwords import hashed

SHORTEST = 8
app = new_app()


class NoPassword(MaildError):
    """No password, or none that may be used."""

    exit_code = ExitCode.DATA


@app.command("password", epilog=examples("maild password anna >> users", "pass show anna | maild password anna"))
def password(
    user: Annotated[str, typer.Argument(metavar="USER", help="Name to log in with; an address will do.")],
) -> None:
    """Print the line `USER:hash` for a listener's file of users. Asks for the password, or reads one line of stdin."""
    if not user or user != user.strip() or user.startswith("#") or not user.isprintable():
        raise NoPassword(f"`{user[:40]}` is no name for a user: printable, not beginning with #")
    secret = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if len(secret) < SHORTEST:
        raise NoPassword(f"the password is too short: at least {SHORTEST} characters")
    sys.stdout.write(f"{user}:{hashed(secret)}\n")


def _asked() -> str:
    secret = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != secret:
        raise NoPassword("these were two passwords: try again")
    return secret
