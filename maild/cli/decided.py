"""Waiting for what becomes of mails that were handed over, and saying it (`maild ingest --wait`, `--json`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from maild.cli.handed import Handed
from maild.cli.house import store_of
from maild.cli.outcome import in_words, mail_object, outcome_object
from maild.cli.output import safe, say, to_json
from maild.decide.plan import Plan
from maild.errors import ExitCode, NotFound
from maild.ingest.files import Found
from maild.ingest.header.addresses import normal_address
from maild.ingest.header.scan import noted
from maild.ingest.lmtp_client import with_crlf
from maild.model import EntryId
from maild.store import inbox, tickets
from maild.store.decisions import decisions_of
from maild.store.engine import Store
from maild.store.inbox_views import EntryView

if TYPE_CHECKING:
    from typer import Context

PATIENCE = 60.0
LOOK = 0.05
Report = Callable[[Sequence[Handed]], ExitCode]


@contextmanager
def decided(ctx: Context, json: bool) -> Iterator[Report]:
    """A function that waits for mails just handed over and prints what became of each."""
    with store_of(ctx) as store:
        ledger = Ledger(store)
        yield lambda handed: _report(ledger, handed, json)


class Ledger:
    """The inbox entries that came since it was made, each for one mail handed over."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.reading() as tx:
            newest = inbox.list_entries(tx, None, 1)
        self._seen: set[EntryId] = set()
        self._before = newest[0].id if newest else EntryId(0)

    def await_all(self, handed: Sequence[Handed]) -> list[EntryView | None]:
        """Their entries once decided, in their order; None for what was not kept, or not decided in time."""
        end = time.monotonic() + PATIENCE
        wanted = [one for one in handed if one.answer.kept]
        found = self._look(wanted)
        while any(_is_open(entry) for entry in found) and time.monotonic() < end:
            time.sleep(LOOK)
            found = self._look(wanted)
        entries = iter(None if _is_open(entry) else entry for entry in found)
        self._seen |= {entry.id for entry in found if entry is not None}
        return [next(entries) if one.answer.kept else None for one in handed]

    def _look(self, wanted: Sequence[Handed]) -> list[EntryView | None]:
        with self._store.reading() as tx:
            recent = inbox.list_entries(tx, None, limit=20 * len(wanted) + 200)
        new = [entry for entry in reversed(recent) if entry.id > self._before and entry.id not in self._seen]
        by_mark: dict[tuple[object, ...], list[EntryView]] = {}
        for entry in new:
            by_mark.setdefault((entry.recipient, entry.message_id, entry.size), []).append(entry)
        found = (by_mark.get(_mark(one)) for one in wanted)
        return [same.pop(0) if same else None for same in found]

    def look_up(self, entry: EntryView) -> tuple[str | None, Plan | None]:
        """The number of its ticket and the plan it became, as far as there are any."""
        with self._store.reading() as tx, suppress(NotFound):
            number = tickets.show_ticket(tx, entry.ticket).ticket.number if entry.ticket else None
            return number, decisions_of(tx, entry.id)[-1].plan
        return None, None


def _report(ledger: Ledger, handed: Sequence[Handed], json: bool) -> ExitCode:
    code = ExitCode.DONE
    for one, entry in zip(handed, ledger.await_all(handed), strict=True):
        if entry is not None:
            (_tell_json if json else _tell)(one.found, entry, *ledger.look_up(entry))
            continue
        code = ExitCode.TEMPORARY if one.answer.kept else code
        told = "kept, but not decided yet" if one.answer.kept else f"{one.answer.code} {one.answer.text}"
        if json:
            say(to_json({"file": one.found.name, "disposition": None, "error": told}))
        elif one.answer.kept:
            say(f"{safe(one.found.name)}: {told}")
    return code


def _tell(found: Found, entry: EntryView, number: str | None, plan: Plan | None) -> None:
    say(f"{safe(found.name)}: inbox entry {entry.id}{f', ticket {number}' if number else ''}")
    for line in in_words(plan) if plan else (f"  disposition   {entry.disposition} ({entry.cause})",):
        say(line)


def _tell_json(found: Found, entry: EntryView, number: str | None, plan: Plan | None) -> None:
    bare: dict[str, object] = {
        "disposition": entry.disposition,
        "reasons": entry.reasons,
        "ticket": number,
        "notifications": [],
    }
    outcome = outcome_object(plan, number) if plan else bare
    say(to_json(mail_object(found) | {"inbox": entry.id} | outcome))


def _is_open(entry: EntryView | None) -> bool:
    return entry is None or entry.disposition is None


def _mark(one: Handed) -> tuple[object, ...]:
    """By what the daemon's entry for it is known: desk, Message-ID and size on the wire without the dot."""
    raw = with_crlf(one.found.raw)
    size = len(raw) if raw.endswith(b"\r\n") else len(raw) + 2
    return normal_address(one.answer.recipient), noted(raw)[0], size
