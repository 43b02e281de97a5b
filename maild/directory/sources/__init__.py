"""Where directories come from besides directory.yaml: one small protocol, and an edge for each kind (I/O).

file      a CSV or YAML file that somebody else writes
sql       a query in a database, which is only read
command   a program that prints CSV: LDAP and whatever else has a program to ask it

Laws: what a source brings is judged as strictly as a file; it is bounded in size and time; no password and no person
is named in what goes wrong.
"""

from __future__ import annotations

from typing import Protocol

from maild.directory.entries import Wanted


class DirectorySource(Protocol):
    """Somebody who knows contacts or organisations. `name` is the `source` of their rows in the register."""

    @property
    def name(self) -> str: ...

    def fetch(self) -> Wanted:
        """Everything it knows now.

        Raises SourceUnavailable if it cannot be asked (later it may be), ConfigError if what it says is broken.
        """
        ...
