"""`CHECKS`, the table of everything that is tried, and running it: side by side, each for itself.

Law: what a check stumbles over is that check's FAILED and ends no other; one that hangs is left behind.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from maild.cleaning import clean_header
from maild.cli.doctor import border, database, listeners, machine, mailboxes, others, relay
from maild.cli.doctor.finding import Finding, failed
from maild.cli.doctor.patient import Patient
from maild.errors import MaildError

LONGEST = 120.0
"""Seconds for one check; an --deep one may take as long as it needs."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is tried. `look` yields a finding for each part of it."""

    help: str
    look: Callable[[Patient], Iterator[Finding]]


CHECKS: dict[str, Check] = {
    "database": Check("It answers, keeps its word, and has this version's schema.", database.database),
    "policy": Check("What serves is what the files say.", database.policy),
    "state": Check("The state folder and the secret in it.", machine.state),
    "disk": Check("Free disk.", machine.disk),
    "limits": Check("Open files against connections.", machine.limits),
    "clock": Check("This clock and the database's.", machine.clock),
    "relay": Check("Connect, TLS, login, envelope senders.", relay.relay),
    "mailboxes": Check("Login, folder, mails against the ledger.", mailboxes.mailboxes),
    "listeners": Check("They answer and take mail; certificates.", listeners.listeners),
    "replies": Check("Reply addresses are taken.", listeners.replies),
    "border": Check("Servers in front: what they write and remove.", border.border),
    "scanners": Check("They answer.", others.scanners),
    "backups": Check("Their age; with --deep that the newest opens.", others.backups),
    "metrics": Check("The file is written.", others.metrics),
    "dns": Check("The host's name, forward and back.", machine.dns),
}


def examined(patient: Patient, names: Sequence[str]) -> Iterator[tuple[Finding, ...]]:
    """The findings of each check, in the order of the names; all are tried at one time."""
    begun = [(name, _begin(patient, name)) for name in names]
    for name, running in begun:
        yield tuple(replace(finding, check=name) for finding in _end(patient, name, running))


def _begin(patient: Patient, name: str) -> Future[list[Finding]]:
    """In a thread that does not keep the process alive."""
    done: Future[list[Finding]] = Future()
    threading.Thread(target=_run, args=(patient, CHECKS[name], done), name=f"doctor {name}", daemon=True).start()
    return done


def _run(patient: Patient, check: Check, done: Future[list[Finding]]) -> None:
    found: list[Finding] = []
    try:
        found.extend(check.look(patient))
    except MaildError as error:
        found.append(failed("", clean_header(str(error)), ""))
    except Exception as error:  # noqa: BLE001 - a check that stumbles is a finding, too
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__} in {place.name}, line {place.lineno}: {clean_header(str(error))[:200]}"
        found.append(failed("", told, "report this, it is a bug"))
    done.set_result(found)


def _end(patient: Patient, name: str, running: Future[list[Finding]]) -> Sequence[Finding]:
    try:
        return running.result(None if patient.deep else LONGEST)
    except TimeoutError:
        return [failed(name, f"did not end within {LONGEST:g} s", "something does not answer and does not refuse")]
