"""Whose word about senders is believed, for each source of mail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from maild.settings.base import Section

HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,253}$")]


class Border(Section):
    """The server in front of a source, whose Authentication-Results are believed. It must remove such headers that
    others wrote in its name: `maild doctor border` tries that out."""

    profile: str = Field(
        pattern="^(own|google|microsoft365|bare)$",
        description="own (a server of yours: give its `id`), google, microsoft365, or bare: the From of every mail is "
        "believed (sockets and loopback only, for programs that write to nobody else's order).",
    )
    id: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,253}$",
        description="own: the name it writes first in Authentication-Results (authserv-id), exactly. Only one such "
        "header in a mail is believed: where OpenDKIM, OpenDMARC and an SPF filter write one each, give them "
        "different names (AuthservID) and name OpenDMARC's here.",
    )
    hosts: tuple[HostName, ...] = Field(
        default=(), description="own: further names by which it goes in its Received headers (behind `by`)."
    )

    peers: tuple[str, ...] = Field(
        default=(),
        description="Listeners only: networks it hands mail over from; from elsewhere nobody is believed. This machine "
        "needs no mention.",
    )

    @property
    def note(self) -> str:
        """What is kept with each mail of the source (`ingest.authenticity.borders`)."""
        if self.profile != "own":
            return self.profile
        return ":".join(filter(None, (self.profile, self.id.lower(), ",".join(self.hosts).lower())))


def note_of(border: Border | None) -> str:
    """The note of a source; "" where nobody is believed."""
    return border.note if border else ""
