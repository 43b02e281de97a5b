"""This machine: the state folder and the secret in it, disks, open files, the clock, the host's own name."""

from __future__ import annotations

import os
import re
import resource
import socket
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.patient import Patient
from maild.cli.house import database_file
from maild.settings import MEBIBYTE, Settings
from maild.steps.secret import LENGTH, NAME, fingerprint
from maild.store import health_views, policies
from maild.store.backup.disk import free_bytes

SKEW = timedelta(seconds=5)
BAD_SKEW = timedelta(seconds=60)
_OPEN_FILES = re.compile(r"^Max open files\s+(\d+|unlimited)", re.MULTILINE)


def state(patient: Patient) -> Iterator[Finding]:
    """Ours alone: it holds the secret, and all mail where the database is SQLite."""
    folder = patient.settings.state
    if not folder.is_dir():
        yield failed("state folder", f"{folder} is not there", "`maild migrate` makes it; or correct `state`")
        return
    told = folder.stat()
    owner = _owner_of(patient.daemon)
    if owner is not None and owner != told.st_uid:
        todo = f"chown -R the folder to user id {owner}"
        yield failed("state folder", f"{folder} belongs to user id {told.st_uid}, the daemon runs as {owner}", todo)
    yield from _modes(folder, patient.settings)
    yield from _secret(folder / NAME, patient)


def _modes(folder: Path, settings: Settings) -> Iterator[Finding]:
    files = [path for path in (folder, folder / NAME, database_file(settings)) if path is not None and path.exists()]
    wide = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in wide:
        mode = stat.S_IMODE(path.stat().st_mode)
        yield failed("state folder", f"others may look into {path} (mode {mode:04o})", f"chmod go= {path}")
    if not wide:
        yield ok("state folder", f"{folder} is its owner's alone")


def _secret(file: Path, patient: Patient) -> Iterator[Finding]:
    """Reply addresses are signed with it: nodes on one database must have the same."""
    if not file.exists():
        yield warning("secret", f"{file} is not there yet", "the first start makes it; keep a copy with your backups")
        return
    secret = file.read_bytes()
    if len(secret) < LENGTH:
        yield failed("secret", f"{file} has {len(secret)} bytes instead of {LENGTH}", "restore it from a backup")
        return
    known = _known_fingerprint(patient)
    if known and known != fingerprint(secret):
        todo = "copy `secret` from the first node's state folder, or from the backup"
        yield failed("secret", "is not the one this database was first used with: replies are not recognised", todo)
        return
    yield ok("secret", "is the one that this database knows" if known else "is there")


def _known_fingerprint(patient: Patient) -> str:
    if patient.store is None:
        return ""
    with patient.store.reading() as tx:
        return health_views.told(tx, policies.FINGERPRINT).get("", "")


def disk(patient: Patient) -> Iterator[Finding]:
    """Where mail and backups are written."""
    settings, least = patient.settings, patient.settings.limits.free_disk
    file = database_file(settings)
    ours = [settings.state, *((file.parent,) if file else ())]
    for folder in dict.fromkeys((*ours, *(series.folder for series in settings.backup))):
        if not folder.is_dir():
            yield warning(
                "disk", f"{folder} is not there", "it is made when it is first needed, if its disk is mounted"
            )
            continue
        yield _room(folder, free_bytes(folder), least, holds_mail=folder in ours)


def _room(folder: Path, free: int, least: int, *, holds_mail: bool) -> Finding:
    told = f"{free // MEBIBYTE:,} MiB are free in {folder}"
    if free < least and holds_mail:
        return failed("disk", f"{told}: no mail is taken below {least // MEBIBYTE} MiB", "make room (limits.free_disk)")
    if free < 2 * least:
        return warning("disk", told, "make room soon")
    return ok("disk", told)


def limits(patient: Patient) -> Iterator[Finding]:
    """Each connection takes a file descriptor, and half of them stay for the rest of the daemon."""
    if not (patient.settings.smtp or patient.settings.lmtp):
        return
    wanted, most = patient.settings.limits.connections, _open_files(patient.daemon)
    told = f"{most} files may be open, for {wanted} connections"
    if most // 2 >= wanted:
        yield ok("open files", told)
    else:
        todo = f"LimitNOFILE={2 * wanted} in the unit, or fewer limits.connections"
        yield warning("open files", f"{told}: only {most // 2} will be taken", todo)


def _open_files(daemon: int | None) -> int:
    """The daemon's soft limit; this process's where none runs, or it may not be looked at."""
    try:
        text = Path(f"/proc/{daemon or os.getpid()}/limits").read_text(encoding="ascii")
        found = _OPEN_FILES.search(text)
        return 1 << 30 if found and found[1] == "unlimited" else int(found[1]) if found else 0
    except OSError:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def clock(patient: Patient) -> Iterator[Finding]:
    """Nodes compare times that others have written: their clocks must agree with the database's."""
    if patient.store is None:
        yield untried("clock", "the database does not answer")
        return
    with patient.store.reading() as tx:
        before, theirs, after = patient.clock(), health_views.database_time(tx), patient.clock()
    if theirs is None:
        yield ok("clock", f"{after:%Y-%m-%d %H:%M:%S} UTC; the database has none of its own")
        return
    skew = max(before - theirs, theirs - after, timedelta())
    told = f"differs from the database's by {skew.total_seconds():.1f} s"
    todo = "run a time service (systemd-timesyncd, chrony) on both machines"
    finding = failed if skew > BAD_SKEW else warning
    yield finding("clock", told, todo) if skew > SKEW else ok("clock", told)


def dns(patient: Patient) -> Iterator[Finding]:
    """Relays and spam filters look up the name we greet with, forward and back. Never more than a warning."""
    name = patient.settings.hostname
    if name == "localhost":
        yield warning("host name", "`hostname` is localhost", "give this server's full name: it stands in Message-IDs")
        return
    try:
        found = {str(address[4][0]) for address in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        yield warning("host name", f"{name} has no address ({error})", "give it an A or AAAA record")
        return
    yield _confirmed(name, found)


def _confirmed(name: str, addresses: set[str]) -> Finding:
    back = {address: _name_of(address) for address in sorted(addresses)}
    if any(other.rstrip(".").lower() == name.lower() for other in back.values()):
        return ok("host name", f"{name} is {', '.join(back)}, and back")
    told = ", ".join(f"{address} is {other or 'nobody'}" for address, other in back.items())
    return warning("host name", f"{name} is not confirmed: {told}", "a PTR record should lead back to it")


def _name_of(address: str) -> str:
    try:
        return socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]
    except OSError:
        return ""


def _owner_of(process: int | None) -> int | None:
    try:
        return Path(f"/proc/{process}").stat().st_uid if process else None
    except OSError:
        return None
