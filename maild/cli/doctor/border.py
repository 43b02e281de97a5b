"""The servers in front: do mails carry what they write about senders, and do they remove what others write as them?

The first is seen in the mails that are here. The second needs a mail from outside: `maild doctor border --print` makes
one, `--via HOST:PORT` sends it; where it arrives, it is found by its Message-ID and looked at (reliability.md 5.3 g).
"""

from __future__ import annotations

import smtplib
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from maild.cleaning import clean_header
from maild.cli.doctor import probe
from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.listeners import TROUBLES, insecure
from maild.cli.doctor.patient import Patient
from maild.cli.doctor.probe import Probe
from maild.cli.output import age
from maild.ingest.authenticity.borders import BARE, Border, border_of
from maild.ingest.authenticity.fields import RawHeader, header_of
from maild.ingest.authenticity.results import Results, read_results
from maild.settings import Settings, note_of
from maild.steps.secret import NAME as SECRET
from maild.steps.secret import read_secret
from maild.store import arrivals
from maild.store.arrivals import Arrival

MAILS = 100
"""The newest so many mails of a border are looked at."""
PROBES = 50
GOOD_FOR = timedelta(days=30)
SECONDS = 20.0
TRY = "`maild doctor border --print` makes a mail that tries it: send that from outside, or let --via do it"


def border(patient: Patient) -> Iterator[Finding]:
    """Each border that a source names."""
    notes = notes_of(patient.settings)
    if not notes:
        yield ok("border", "no source names one: nobody's word about senders is believed")
        return
    if patient.store is None:
        yield untried("border", "the database does not answer")
        return
    if patient.via is not None:
        yield from _sent(patient, patient.via)
    tried = _probes(patient)
    for note in sorted(notes):
        fitting = [one for one in tried if one.border == note and probe.tries(one.message_id, note)]
        yield from _examined(patient, note, fitting)


def notes_of(settings: Settings) -> set[str]:
    """The borders that sources name, as they are kept with their mails; without those that believe a bare From."""
    borders = [one.border for one in (*settings.smtp, *settings.lmtp)]
    borders += [one.border for one in settings.imap] + [one.border for one in settings.maildirs]
    return {note_of(border) for border in borders} - {"", BARE}


def made(patient: Patient, recipient: str) -> Probe:
    """A fresh probe, for all borders at once. Raises MaildError."""
    settings = patient.settings
    secret = read_secret(settings.state)
    return probe.forged(secret, notes_of(settings), recipient, settings.hostname, patient.clock())


def _sent(patient: Patient, via: tuple[str, int]) -> Iterator[Finding]:
    """Hand a probe to a server, and wait until it is here."""
    name = f"probe by {via[0]}:{via[1]}"
    recipient = patient.recipient or patient.policy().desks[0].address
    fresh = made(patient, recipient)
    try:
        with smtplib.SMTP(*via, timeout=SECONDS) as client:
            client.ehlo_or_helo_if_needed()
            if client.has_extn("starttls"):
                client.starttls(context=insecure())
            client.sendmail("", [recipient], fresh.raw)
    except TROUBLES as error:
        told = clean_header(str(error) or type(error).__name__)[:300]
        yield failed(name, told, "name the server that mail from outside comes to")
        return
    if _arrives(patient, fresh):
        yield ok(name, "sent, and here")
    else:
        told = f"sent, and not here after {patient.patience:g} s"
        yield warning(name, told, "once it is here, `maild doctor border` says what came of it")


def _arrives(patient: Patient, fresh: Probe) -> bool:
    end = time.monotonic() + patient.patience
    while not any(one.message_id == fresh.message_id for one in _probes(patient)):
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def _probes(patient: Patient) -> list[Arrival]:
    """Probes of ours that are here, the newest first. One that somebody made up is none."""
    store, state = patient.store, patient.settings.state
    if store is None or not (state / SECRET).exists():
        return []
    secret = read_secret(state)
    with store.reading() as tx:
        found = arrivals.named(tx, probe.BEGINS, PROBES)
    return [one for one in found if probe.is_ours(secret, one.message_id)]


def _examined(patient: Patient, note: str, tried: Sequence[Arrival]) -> Iterator[Finding]:
    known = border_of(note)
    if known is None or patient.store is None:
        return
    with patient.store.reading() as tx:
        mails = arrivals.newest(tx, note, MAILS)
    name = f"border {note}"
    ordinary = [one for one in mails if not one.message_id.startswith(probe.BEGINS)]
    yield _seen(name, known, [header_of(one.beginning) for one in ordinary])
    yield _stripped(patient, name, note, tried[0] if tried else None)


def _seen(name: str, known: Border, headers: Sequence[RawHeader]) -> Finding:
    """What the newest mails carry."""
    if not headers:
        return untried(name, "no mail has come in with it yet")
    found = Counter(_kind(known, header) for header in headers)
    told = f"of the newest {len(headers)} mails, {found['one']} carry its word about the sender"
    if found["doubtful"]:
        told += f", {found['doubtful']} carry something in its name that cannot be believed"
        return warning(name, told, f"it should remove what others write as it. {TRY}")
    if not found["one"]:
        return failed(name, f"{told}: {_others(headers)}", "correct `border`, or let that server write them")
    return ok(name, told)


def _kind(known: Border, header: RawHeader) -> str:
    found = read_results([(field.name, field.text) for field in header.fields], known)
    if isinstance(found, Results):
        return "one"
    return "doubtful" if found.why else "none"


def _others(headers: Collection[RawHeader]) -> str:
    """Who else speaks there: most likely the id that was meant."""
    named = Counter(
        clean_header(field.text.partition(";")[0])[:60]
        for header in headers
        for field in header.named(probe.NAME.lower())[:1]
    )
    said = ", ".join(f"`{name}` in {times}" for name, times in named.most_common(3))
    return f"there is {said}" if said else "there are no Authentication-Results at all"


def _stripped(patient: Patient, name: str, note: str, last: Arrival | None) -> Finding:
    """What the last probe proved."""
    if last is None:
        return warning(name, "nothing has proven yet that it removes what others write in its name", TRY)
    when = f"{age(last.received_at, patient.clock())} ago"
    header = header_of(last.beginning)
    if there := probe.left(header, last.message_id, note):
        told = f"it let forged results in its own name through, {when}: {', '.join(there)}"
        return failed(name, told, "let it remove them, or take `border` away: anybody can claim to be proven")
    who = "it" if probe.keeps_others(header) else "it, or whoever carried that mail there,"
    if patient.clock() - last.received_at > GOOD_FOR:
        return warning(name, f"{who} removed forged results in its name, but that was {when}", TRY)
    return ok(name, f"{who} removed forged results in its name, {when}")
