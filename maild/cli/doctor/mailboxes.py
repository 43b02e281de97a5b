"""Mailboxes: connect, log in, open the folder, count its mails against the ledger. Nothing in them changes."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from imapclient.exceptions import IMAPClientError, LoginError

from maild.cleaning import clean_header
from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.patient import Patient
from maild.daemon.logins import login_for
from maild.errors import MaildError
from maild.health.mailboxes import in_words
from maild.ingest.imap import Connection, connection_test
from maild.model import Tally
from maild.settings import ImapAccount, MaildirSource
from maild.store import ledger, mailbox_states
from maild.store.ledger import FolderId


def mailboxes(patient: Patient) -> Iterator[Finding]:
    """Every folder of every account, and every Maildir."""
    for account in patient.settings.imap:
        for folder in account.folders:
            yield from _folder(patient, account, folder)
    for source in patient.settings.maildirs:
        yield _maildir(source)


def _folder(patient: Patient, account: ImapAccount, folder: str) -> Iterator[Finding]:
    name = f"mailbox {account.name}/{folder}"
    try:
        found = _connected(patient, account, folder)
    except LoginError as error:
        todo = f"put the right secret there; with OAuth: `maild login {account.name}`"
        yield failed(name, f"the server does not let us in: {clean_header(str(error))}", todo)
    except (OSError, IMAPClientError, MaildError) as error:
        yield failed(name, clean_header(str(error) or type(error).__name__)[:300], _advice(account, error))
    else:
        yield from _answered(patient, account, FolderId(account.name, folder), found)


def _connected(patient: Patient, account: ImapAccount, folder: str) -> Connection:
    context = patient.trust if account.tls else None
    return connection_test(account, folder, login_for(account, patient.settings.state, patient.clock), context)


def _answered(patient: Patient, account: ImapAccount, of: FolderId, found: Connection) -> Iterator[Finding]:
    name = f"mailbox {of.account}/{of.folder}"
    if found.folder_error:
        yield failed(name, f"the folder cannot be opened: {found.folder_error}", "correct `folders` in maild.yaml")
        return
    pushes = "tells of new mail by itself" if found.pushes else f"is looked at every {account.poll:g} s"
    yield ok(name, f"logged in, {found.mails:,} mails, UIDVALIDITY {found.uidvalidity}; it {pushes}")
    yield from _moving(name, account, found)
    if found.warning:
        yield warning(name, clean_header(found.warning), f"renew it in time (`maild login {of.account}` for OAuth)")
    yield from _tally(patient, of, name, found)


def _moving(name: str, account: ImapAccount, found: Connection) -> Iterator[Finding]:
    if account.after != "move":
        return
    if found.move_error:
        todo = "make that folder, or correct `move_to` in maild.yaml"
        yield failed(name, f"mails cannot be moved to {account.move_to}: {found.move_error}", todo)
    if found.moves == "copy":
        yield warning(name, "the server can neither MOVE nor UIDPLUS: moved mails stay, too", "choose `after: flag`")


def _tally(patient: Patient, of: FolderId, name: str, found: Connection) -> Iterator[Finding]:
    if patient.store is None:
        yield untried(name, "its mails are not held against the ledger: the database does not answer")
        return
    with patient.store.reading() as tx:
        here = ledger.position(tx, of)
        tally = mailbox_states.count(tx, of, found.uidvalidity, found.uids)
    if here is not None and here.uidvalidity != found.uidvalidity:
        told = f"UIDVALIDITY was {here.uidvalidity}: the folder was made anew, and is read again"
        yield warning(name, told, "nothing comes twice; answers to what is read again wait (`maild outbox release`)")
    yield _judged(name, tally)


def _judged(name: str, tally: Tally) -> Finding:
    told = in_words(tally)
    if tally.unexplained:
        return failed(name, told, "mails are in it that should be in the ledger: report this, it is a bug")
    if tally.missed:
        return warning(name, told, "look at the mails that the server does not hand over with another program")
    return ok(name, told)


def _maildir(source: MaildirSource) -> Finding:
    name, new = f"maildir {source.name}", source.path / "new"
    try:
        waiting = sum(1 for _ in new.iterdir())
    except OSError as error:
        todo = "correct `path`, or let the user that runs maild in (it moves mails from `new` to `cur`)"
        return failed(name, f"{new} cannot be read ({error.strerror})", todo)
    return ok(name, f"{waiting:,} mails in {new}")


def _advice(account: ImapAccount, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "`host` must be the name in its certificate, and this machine must trust who issued it"
    return f"is {account.host}:{account.port} right, is IMAP switched on there, does a firewall stand between?"
