"""Scanners, backups and the metrics file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.patient import Patient
from maild.cli.output import age
from maild.errors import MaildError
from maild.ingest.screening.ask import Scanners
from maild.settings import BackupSeries
from maild.store.backup import runs, verifying
from maild.store.backup.folder import Held, newest_good
from maild.store.backup.making import WORK

STALE = timedelta(minutes=1)


def scanners(patient: Patient) -> Iterator[Finding]:
    """PING to each that is configured."""
    settings = patient.settings.screening
    named = [name for name, one in (("rspamd", settings.rspamd), ("clamd", settings.clamd)) if one is not None]
    absent = tuple(Scanners(settings).absent())
    for told in absent:
        todo = "start it, or correct `screening`; until then mail is held" if settings.missing == "hold" else "start it"
        yield failed("scanner", told, todo)
    if named and not absent:
        yield ok("scanners", f"{' and '.join(named)} answer")


def backups(patient: Patient) -> Iterator[Finding]:
    """How old the newest good one of each series is; with --deep whether it opens."""
    if not patient.settings.backup:
        yield warning("backups", "none are made by the daemon", "name series as `backup` in maild.yaml")
    for series in patient.settings.backup:
        name = f"backup every {series.every}"
        if patient.store is not None and (why := _overdue(patient, series)):
            yield failed(name, why, "look at the daemon's log; `maild backup` makes one now")
        try:
            held = newest_good(series.folder, series.every, patient.clock())
        except OSError as error:
            yield failed(name, f"{series.folder} cannot be read ({error.strerror})", "is its disk mounted?")
            continue
        yield from _held(patient, name, series, held)


def _overdue(patient: Patient, series: BackupSeries) -> str:
    store = patient.store
    if store is None:
        return ""
    with store.reading() as tx:
        state = runs.overdue(tx, series, patient.clock())
    if state is None:
        return ""
    good = f"the last good one is {age(state.good_at, patient.clock())} old" if state.good_at else "there is none yet"
    return f"{good}; the last try failed: {state.problem}" if state.problem else good


def _held(patient: Patient, name: str, series: BackupSeries, held: Held | None) -> Iterator[Finding]:
    if held is None:
        yield failed(name, f"no good one lies in {series.folder}", "`maild backup` makes one now")
        return
    told = f"{held.path.name}, {age(held.made_at, patient.clock())} old, {held.size >> 20:,} MiB"
    if patient.deep:
        yield _opened(patient, name, held, told)
    else:
        yield ok(name, f"{told}; --deep opens it")


def _opened(patient: Patient, name: str, held: Held, told: str) -> Finding:
    """An encrypted one is compared with its manifest: the key should not be on this machine."""
    try:
        found = verifying.verify(held.path, patient.settings.state / WORK)
    except MaildError as error:
        return untried(name, f"{held.path.name} could not be opened now: {error}")
    if wrong := (*found.faults, *found.blemishes):
        return failed(name, f"{held.path.name}: {'; '.join(wrong)}", "make another one now: `maild backup`")
    return ok(name, f"{told}, {'opened and sound' if found.opened else 'as its manifest says; it is encrypted'}")


def metrics(patient: Patient) -> Iterator[Finding]:
    """Whether the file is written, while a daemon runs here."""
    file = patient.settings.metrics
    if file is None or patient.daemon is None:
        return
    try:
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError as error:
        todo = "let the user that runs maild write there (ReadWritePaths= in the unit)"
        yield failed("metrics", f"{file} is not there ({error.strerror})", todo)
        return
    old = patient.clock() - written > STALE
    told = f"{file} was written {age(written, patient.clock())} ago"
    yield failed("metrics", told, "look at the daemon's log") if old else ok("metrics", told)
