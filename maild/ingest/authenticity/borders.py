"""Whose Authentication-Results are believed in a mail: `border_of(note)`, the note being `Envelope.border`.

The border is the last server before us that strangers talk to. It checks SPF, DKIM and DMARC, which we often cannot do
(LMTP and IMAP hide the sender's address), writes down what it found, and removes what others wrote in its name.

| note                        | who                                                                    |
|-----------------------------|------------------------------------------------------------------------|
| (empty)                     | nobody is believed                                                     |
| bare                        | the From itself is believed: programs on this machine, unix sockets    |
| google                      | Gmail and Google Workspace: mx.google.com                              |
| microsoft365                | Exchange Online, which names itself in no such header                  |
| own:ID, own:ID:HOST,HOST    | a server of the operator's; HOSTs are further names in its Received    |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from maild.ingest.authenticity.comments import without_comments

BARE, GOOGLE, MICROSOFT365, OWN = "bare", "google", "microsoft365", "own"
PROFILES = (BARE, GOOGLE, MICROSOFT365, OWN)
_BY = re.compile(r"(?:^|\s)by\s+([^\s;]+)", re.IGNORECASE)
_FROM = re.compile(r"^\s*from\s+([^\s;]+)", re.IGNORECASE)
# Google's own hops name IPv6 addresses of theirs or bare host names; Microsoft's end in one of these.
_GOOGLE = re.compile(r"2002:[0-9a-f:]+|(?:[a-z0-9-]+\.)*google\.com", re.IGNORECASE)
_MICROSOFT = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:prod\.outlook\.com|protection\.outlook\.com|outlook\.office365\.com)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Border:
    """A server in front. `server` is its authserv-id (RFC 8601 2.5) in small letters, "" where it writes none; `hosts`
    are further names by which its Received headers go."""

    profile: str
    server: str = ""
    hosts: frozenset[str] = frozenset()

    @property
    def is_bare(self) -> bool:
        return self.profile == BARE

    def wrote(self, received: str) -> bool:
        """Whether a Received header is of its own hops (RFC 5321 4.4: "by" names who received)."""
        return self._is(_named(_BY, received))

    def took_in(self, received: str) -> bool:
        """Whether that hop came from outside: "from" names somebody else. One that names nobody is within the house."""
        came_from = _named(_FROM, received)
        return bool(came_from) and not self._is(came_from)

    def _is(self, host: str) -> bool:
        if self.profile == GOOGLE:
            return bool(_GOOGLE.fullmatch(host))
        if self.profile == MICROSOFT365:
            return bool(_MICROSOFT.fullmatch(host))
        return host == self.server or host in self.hosts


def _named(clause: re.Pattern[str], received: str) -> str:
    found = clause.search(without_comments(received[:2000]))
    return found[1].strip("[]").rstrip(".").lower() if found else ""


@lru_cache(maxsize=256)
def border_of(note: str) -> Border | None:
    """The border that a note names; None for nobody's, and for a note that nobody understands."""
    profile, _, rest = note.partition(":")
    if profile in (BARE, MICROSOFT365):
        return Border(profile)
    if profile == GOOGLE:
        return Border(GOOGLE, "mx.google.com")
    server, _, hosts = rest.partition(":")
    if profile != OWN or not server:
        return None
    return Border(OWN, server.lower(), frozenset(filter(None, hosts.lower().split(","))))
