"""Years of bad luck for the IMAP edge, in minutes: `python -m tests.soak.imap` shows progress, then prints a JSON line.

Each round is a mailbox, a ledger and a watcher, and one fault; it ends when every mail is in the ledger. Counted are
mails lost, mails doubled, mails under a wrong UID, and threads that did not end.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from random import Random

from maild.clock import system_clock
from maild.ingest.imap import ImapWatcher, Pauses, TimeLimits, password_login
from tests.ingest.imap_ledger import PASSWORD, Ledger, account, mail, subject
from tests.servers.cut_proxy import Cut, cutting
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.fake_imap import FULL, Box, Script, fake_imap

SOON = Pauses(0.001, 0.02, 0.02)
SHORT = TimeLimits(2, 0.25)
GIVE_UP = 60.0
# Bytes from the scripted server in a session that reads NAMES and begins to idle, and in one that moves three mails.
NAMES = [f"m{number}" for number in range(12)]
SESSION_BYTES = 3100
MOVING_BYTES = 1600
KINDS = ("IDLE UIDPLUS MOVE", "IDLE UIDPLUS", "IDLE")


@dataclass
class Result:
    """What rounds of one fault came to. `hanging` are watchers that did not end within 15 s, `stuck` rounds whose mails
    did not all come within GIVE_UP seconds."""

    fault: str
    rounds: int = 0
    mails: int = 0
    lost: int = 0
    doubled: int = 0
    misplaced: int = 0
    hanging: int = 0
    stuck: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.misplaced or self.hanging or self.stuck)

    def add(self, other: Result) -> None:
        for name in ("rounds", "mails", "lost", "doubled", "misplaced", "hanging", "stuck"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def watched(
    port: int, ledger: Ledger, done: Callable[[], bool], user: str = "someone", **box: object
) -> tuple[bool, bool]:
    """Run a watcher until `done`: (whether it came to that, whether the thread ended)."""
    place = account(port, user, **({"poll": 0.05} | box))
    ledger.finishes = place.after != "leave"
    watcher = ImapWatcher(
        place, "INBOX", password_login(user, PASSWORD), ledger, clock=system_clock, pauses=SOON, limits=SHORT
    )
    watcher.start()
    end = time.monotonic() + GIVE_UP
    while not done() and time.monotonic() < end:
        time.sleep(0.002)
    came = done()
    watcher.close()
    return came, not watcher.is_alive()


def counted(fault: str, ledger: Ledger, names: Iterable[str], came: bool, ended: bool) -> Result:
    """How the ledger compares with the mails that were there."""
    found, wanted = Counter(ledger.subjects), set(names)
    result = Result(fault, 1, len(wanted), hanging=int(not ended), stuck=int(not came))
    result.lost = len(wanted - found.keys())
    result.doubled = sum(found.values()) - len(found)
    result.misplaced = sum(stored.raw != mail(subject(stored.raw)) for stored in ledger.mails.values())
    return result


def cut_session(at: int, how: str = "fin") -> Result:
    """A session with the scripted server is cut behind its byte `at`."""
    script, ledger = Script({uid: mail(name) for uid, name in enumerate(NAMES, 1)}, capabilities=FULL), Ledger()
    with fake_imap(script) as server, cutting(server.port, [Cut(at, how)]) as proxy:
        came, ended = watched(proxy.port, ledger, lambda: len(ledger.mails) >= len(NAMES))
    return counted("cut", ledger, NAMES, came, ended)


def cut_moving(at: int, kind: str) -> Result:
    """A session that moves mails is cut behind its byte `at`; what is in the other folder counts, too."""
    names = NAMES[:3]
    script = Script({uid: mail(name) for uid, name in enumerate(names, 1)}, capabilities=f"IMAP4rev1 AUTH=PLAIN {kind}")
    done, ledger = Box(uidvalidity=3), Ledger()
    script.boxes["Done"] = done
    with fake_imap(script) as server, cutting(server.port, [Cut(at)]) as proxy:
        came, ended = watched(
            proxy.port, ledger, lambda: len(ledger.mails) == 3 and not ledger.unfinished, after="move", move_to="Done"
        )
    result, moved = counted("cut while moving", ledger, names, came, ended), Counter(map(subject, done.mails.values()))
    result.lost += len(set(names) - moved.keys())
    result.doubled += sum(moved.values()) - len(moved) + (len(script.inbox.mails) if kind != "IDLE" else 0)
    return result


def cut_dovecot(server: Dovecot, seed: int) -> Result:
    """Dovecot, cut several times at random places."""
    dice, user, ledger = Random(seed), f"soak-cut-{seed}-{time.monotonic_ns()}", Ledger()
    server.append(user, *map(mail, NAMES))
    cuts = [Cut(dice.randrange(1, 9000), dice.choice(["fin", "rst"])) for _ in range(5)]
    with cutting(server.port, cuts) as proxy:
        came, ended = watched(proxy.port, ledger, lambda: proxy.connections > 5 and len(ledger.mails) >= 12, user)
    result = counted("cut, Dovecot", ledger, NAMES, came, ended)
    result.rounds = len(cuts)
    return result


def hang(seed: int) -> Result:
    """The line goes dead without a word, in the middle of anything, also of IDLE; a mail comes meanwhile."""
    at = Random(seed).choice([Random(seed).randrange(20, SESSION_BYTES), SESSION_BYTES + seed % 300])
    script, ledger = Script({uid: mail(name) for uid, name in enumerate(NAMES[:-1], 1)}, capabilities=FULL), Ledger()
    with fake_imap(script) as server, cutting(server.port, [Cut(at, "hang")]) as proxy:
        timer = threading.Timer(0.2, lambda: script.inbox.add(mail(NAMES[-1])))
        timer.start()
        came, ended = watched(proxy.port, ledger, lambda: proxy.connections > 1 and len(ledger.mails) >= len(NAMES))
        timer.join()
    return counted("hang", ledger, NAMES, came, ended)


def renumber(seed: int) -> Result:
    """Ten times the folder is numbered anew at random moments, also between SEARCH and FETCH, while mail comes in."""
    dice, script, ledger = Random(seed), Script(capabilities=FULL), Ledger()
    names = [f"m{number}" for number in range(40)]
    for name in names[:20]:
        script.inbox.add(mail(name))
    rest, first = iter(names[20:]), script.uidvalidity

    def meddle(_: str) -> None:
        if dice.random() < 0.15 and script.inbox.uidvalidity < first + 10:
            script.inbox.renumber(first=dice.choice([1, 1, 7, 900]))
        if dice.random() < 0.3 and (name := next(rest, None)):
            script.inbox.add(mail(name))

    script.before = meddle
    with fake_imap(script) as server:
        came, ended = watched(
            server.port,
            ledger,
            lambda: script.inbox.uidvalidity == first + 10 and len(ledger.mails) >= 40,
        )
    result = counted("UIDVALIDITY", ledger, names, came, ended)
    places = ((tuple(map(int, str(key).split(":")[3:5])), stored.raw) for key, stored in ledger.mails.items())
    result.misplaced += sum(script.inbox.history.get((place[0], place[1])) != raw for place, raw in places)
    result.rounds = 10
    return result


Rounds = tuple[str, list[Callable[[], Result]], int]


def plan(full: bool, dovecot: Dovecot | None) -> Iterator[Rounds]:
    """(fault, its rounds, how many at a time)."""
    step, seeds = (8, 50) if full else (120, 4)
    yield "cut", [lambda at=at: cut_session(at) for at in range(1, SESSION_BYTES, step)], 2  # type: ignore[misc]
    moving = range(200, MOVING_BYTES, step)
    yield "cut while moving", [lambda at=at, kind=kind: cut_moving(at, kind) for kind in KINDS for at in moving], 2  # type: ignore[misc]
    yield "hang", [lambda seed=seed: hang(seed) for seed in range(seeds)], 8  # type: ignore[misc]
    changes = 5 if full else 2
    yield "UIDVALIDITY", [lambda seed=seed: renumber(seed) for seed in range(2, 2 + changes)], 1  # type: ignore[misc]
    if dovecot:
        cuts = 20 if full else 1
        yield "cut, Dovecot", [lambda seed=seed: cut_dovecot(dovecot, seed) for seed in range(cuts)], 2  # type: ignore[misc]


def run(rounds: Rounds, step: Callable[[], None] = lambda: None) -> Result:
    """Play the rounds of one fault; `step` is called after each."""
    fault, plays, at_once = rounds
    total, begun, before = Result(fault), time.monotonic(), threads()
    with ThreadPoolExecutor(at_once) as pool:
        for result in pool.map(lambda play: play(), plays):
            total.add(result)
            step()
    total.hanging += max(0, threads() - before)
    total.seconds = round(time.monotonic() - begun, 1)
    return total


def threads() -> int:
    """Watchers that live."""
    return sum(thread.name.startswith("imap-") for thread in threading.enumerate())


def main() -> int:
    import structlog
    from rich.console import Console
    from rich.progress import Progress

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    begun, results = time.monotonic(), []
    with ExitStack() as stack:
        dovecot = stack.enter_context(running_dovecot())
        progress = stack.enter_context(Progress(console=Console(stderr=True)))
        for rounds in plan(True, dovecot):
            task = progress.add_task(rounds[0], total=len(rounds[1]))
            results.append(run(rounds, lambda task=task: progress.advance(task)))  # type: ignore[misc]
    good = all(result.good for result in results)
    print(
        json.dumps(
            {"good": good, "seconds": round(time.monotonic() - begun), "faults": [asdict(one) for one in results]}
        )
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
