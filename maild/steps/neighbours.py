"""Does a sender's domain look like a customer's, and is another? `note_on(sender)`, from what `refreshed` has learnt.

In: the register, now and then; out: a note for staff, or None. It refuses nobody and changes no right.
Laws: the store is asked at most once a minute, for one number, and for the domains only if that has changed; an index
is built only of other domains than before. No fault of the store's or of ours here stops a mail: what was known serves.
Free-mail providers are nobody's neighbours: neither is a look-alike of one told of, nor what they send.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from maild.directory.free_mail import FREE_MAIL, is_free_mail
from maild.errors import TemporaryFailure
from maild.model import Address, Note
from maild.store.engine import Store
from maild.store.known_domains import known_domains, last_change

if TYPE_CHECKING:
    from maild.ingest.header.known_domains import KnownDomains

EVERY = timedelta(minutes=1)
CODE = "look-alike-domain"
log = structlog.get_logger()


class Neighbours:
    """The domains one process knows. One hand at a time: each worker has its own."""

    def __init__(self) -> None:
        self._index: KnownDomains | None = None
        self._domains: frozenset[str] = frozenset()
        self._change = -1
        self._next: datetime | None = None

    def refreshed(self, store: Store, now: datetime) -> Neighbours:
        """The same, with the register as it is now, or was less than a minute ago. Never raises."""
        if self._next is not None and self._next - EVERY <= now < self._next:
            return self
        self._next = now + EVERY
        try:
            self._look(store)
        except TemporaryFailure as error:
            log.warning("known domains not looked up", because=str(error).partition("\n")[0])
        except Exception as error:  # noqa: BLE001 - a bug: nobody is warned of look-alikes, and mail goes on
            log.error("bug in known domains", error=type(error).__name__)
        return self

    def note_on(self, sender: Address | None) -> Note | None:
        """What staff should know of this sender's domain."""
        if self._index is None or sender is None or is_free_mail(sender.address.rpartition("@")[2]):
            return None
        told = self._index.looks_like(sender.address)
        return Note(CODE, f"the sender's domain {told}") if told else None

    def _look(self, store: Store) -> None:
        with store.reading() as tx:
            change = last_change(tx)
            if change == self._change:
                return
            domains = known_domains(tx) - FREE_MAIL
        if domains != self._domains:
            self._index, self._domains = _index_of(domains), domains
        self._change = change


def _index_of(domains: frozenset[str]) -> KnownDomains | None:
    """Loading the public suffixes takes a fifth of a second: only where there is something to compare with."""
    if not domains:
        return None
    from maild.ingest.header.known_domains import KnownDomains

    return KnownDomains(sorted(domains))
