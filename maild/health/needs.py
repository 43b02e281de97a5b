"""The picture -> what a person should do something about, most urgent first. Pure.

`NEEDS` is the table: a small function for each kind of trouble, which yields a `Need` for each case of it, and the hook
for whoever has more to say. Law: whatever lasts is said once, in a sentence that names what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from maild.cleaning import clean_header
from maild.decide.mail.screening import UNWANTED
from maild.decide.told.breaker import EVERYBODY, STRANGERS
from maild.health.look import Health
from maild.health.mailboxes import behind, name_of, silent_since
from maild.model import Stand, Tally
from maild.settings import Alarms

CROWDS = (STRANGERS, EVERYBODY)
EXPECTED = frozenset(UNWANTED)
"""Causes of quarantine that are no news: what scanners find lies there until it is put aside for good."""
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Need:
    """`code` is for programs and never changes its meaning; `about` names the thing, "" where there is but one."""

    code: str
    says: str
    about: str = ""


NeedsOf = Callable[[Health, Alarms, datetime], Iterator[Need]]


def needs(health: Health, alarms: Alarms, now: datetime) -> tuple[Need, ...]:
    """What calls for a person at `now`; nothing where all is well."""
    return tuple(need for kind in NEEDS for need in kind(health, alarms, now))


def span(since: datetime, now: datetime) -> str:
    """How long, in the largest fitting unit."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def nobody_runs(health: Health, _alarms: Alarms, _now: datetime) -> Iterator[Need]:
    if not health.nodes and not health.daemon:
        yield Need("no-daemon", "no daemon runs: start `maild serve`")


_ADVICE = {
    "stuck": "a part hangs, and the daemon is started afresh: look at its log, and report where it hung",
    "room": "no mail is taken until that is mended",
    "relay": "mail waits in the outbox: mend the relay, or `relay` in maild.yaml; `maild doctor relay` tries it",
    "directory": "the register stays as it is: mend the source or its entry in `directories`, then `maild reload`",
}


def daemons_say(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    """What a running node says of itself; a relay that is away for a moment calls for nobody."""
    for one in health.troubles:
        if one.part == "relay" and now - one.since < timedelta(minutes=5):
            continue
        code = one.part.partition(" ")[0]
        advice = _ADVICE.get(code, "look at its log")
        words = clean_header(one.words)
        yield Need(code, f"{one.part} of {one.node}, for {span(one.since, now)}: {words}; {advice}", one.node)


def files_not_taken(health: Health, _alarms: Alarms, _now: datetime) -> Iterator[Need]:
    if health.policy_problem:
        yield Need(
            "policy", f"the files were not taken, the last good policy serves on: {clean_header(health.policy_problem)}"
        )


def mailboxes_silent(health: Health, alarms: Alarms, now: datetime) -> Iterator[Need]:
    for box in health.mailboxes:
        since = silent_since(box, health.up_since)
        if since and now - since > timedelta(minutes=alarms.mailbox_silent):
            name, words = name_of(box), clean_header(box.error)
            why = f"the server says: {words}" if words else "nobody tries: does a node with the role `imap` run?"
            told = f"mailbox {name}: not read for {span(since, now)}; {why}; `maild doctor mailboxes` tries it"
            yield Need("mailbox-silent", told, name)


def mailboxes_odd(health: Health, alarms: Alarms, _now: datetime) -> Iterator[Need]:
    for box in health.mailboxes:
        name, tally = name_of(box), box.tally or Tally(0)
        if tally.unexplained:
            told = f"{tally.unexplained:,} mails are in it that should be in the ledger and are not"
            yield Need("mailbox-unexplained", f"mailbox {name}: {told}: report this, it is a bug", name)
        if tally.missed:
            told = f"{tally.missed:,} mails are not handed over by its server, and are tried again"
            yield Need("mailbox-missed", f"mailbox {name}: {told}: look at them with another program", name)
        if behind(box) > alarms.mailbox_growth:
            yield Need("mailbox-growth", f"mailbox {name}: {behind(box):,} mails wait in it: `maild inbox`", name)
        if box.warning:
            yield Need("mailbox-warning", f"mailbox {name}: {clean_header(box.warning)}", name)


def quarantine(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    aside = [one for one in health.quarantine if one.cause not in EXPECTED]
    if aside:
        mails, oldest = sum(one.mails for one in aside), min(one.oldest for one in aside)
        yield Need("quarantine", f"{mails} in quarantine, the oldest for {span(oldest, now)}: `maild quarantine`")


def not_scanned(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    if held := health.held:
        told = (
            f"{held.count} mails wait for a scanner, the oldest for {span(held.oldest, now)}: {clean_header(held.why)}"
        )
        yield Need("not-scanned", f"{told}; `maild doctor scanners` tries it")


def restored(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    parked = health.outbox.parked
    if not parked:
        return
    why = "they may have gone out before" if health.restored_at is None else _restore(health, now)
    yield Need("parked", f"{parked} mails are parked, {why}: `maild outbox --state parked`, `maild outbox release`")


def _restore(health: Health, now: datetime) -> str:
    since = span(health.restored_at, now) if health.restored_at else ""
    return f"as the database was restored {since} ago and they may have gone out before"


def not_sent(health: Health, _alarms: Alarms, _now: datetime) -> Iterator[Need]:
    if lost := health.outbox.failed + health.outbox.unknown:
        where = "`maild outbox --state failed`, `maild outbox --state unknown`"
        yield Need("not-sent", f"{lost} did not go out: {where}; `maild outbox drop N` gives one up")


def crowds_held_back(health: Health, _alarms: Alarms, _now: datetime) -> Iterator[Need]:
    for crowd in (one for one in health.breakers if one.scope in CROWDS and one.stand is Stand.OPEN):
        until = f"{crowd.until:%Y-%m-%d %H:%M} UTC"
        told = f"too much automatic mail, {crowd.scope} get none before {until}: `maild outbox --suppressed`"
        yield Need("breaker", told, crowd.scope)


def mail_waits(health: Health, alarms: Alarms, now: datetime) -> Iterator[Need]:
    came, made = health.inbox.oldest, health.outbox.oldest
    if came and now - came > timedelta(minutes=alarms.inbox_waiting):
        yield Need("inbox-waiting", f"mail has waited for {span(came, now)} to be read: look at the daemon's log")
    if made and now - made > timedelta(minutes=alarms.outbox_waiting):
        told = f"a mail, or a call of a webhook, has waited for {span(made, now)} to go out"
        yield Need("outbox-waiting", f"{told}: `maild outbox --state deferred`")


def backups_overdue(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    for series in (one for one in health.backups if one.overdue):
        told = (
            "has no good one yet" if series.good_at is None else f"has had no good one for {span(series.good_at, now)}"
        )
        why = f"; the last try failed: {clean_header(series.problem)}" if series.problem else ""
        about = f"{series.every} {series.folder}"
        yield Need("backup-overdue", f"the backup of every {series.every} in {series.folder} {told}{why}", about)


def certificates_end(health: Health, _alarms: Alarms, now: datetime) -> Iterator[Need]:
    for one in health.certificates:
        if one.problem:
            yield Need("certificate", f"certificate {one.file}: {one.problem}", str(one.file))
        elif one.ends and one.ends - now < AHEAD:
            when = f"has ended {span(one.ends, now)} ago" if one.ends <= now else f"ends on {one.ends:%Y-%m-%d}"
            yield Need("certificate", f"certificate {one.file} {when}: put a new one there", str(one.file))


NEEDS: list[NeedsOf] = [
    nobody_runs,
    daemons_say,
    mailboxes_silent,
    mailboxes_odd,
    files_not_taken,
    quarantine,
    not_scanned,
    restored,
    not_sent,
    crowds_held_back,
    mail_waits,
    backups_overdue,
    certificates_end,
]
