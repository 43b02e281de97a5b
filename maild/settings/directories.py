"""Where organisations and contacts come from besides directory.yaml: a file, a database, a program."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.base import Section


class FurtherDirectory(Section):
    """A source of contacts or organisations. It owns what it names: who is no longer in it is let go."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="Name of the source in the register, which never changes: small letters, digits and hyphens.",
    )
    kind: str = Field(
        pattern="^(file|sql|command)$",
        description="file (CSV, or YAML like directory.yaml), sql (a query) or command (a program that prints CSV).",
    )
    file: Path | None = Field(default=None, description="For file: where it is; .csv or .yaml.")
    url: str = Field(
        default="",
        description="For sql: URL of the database, as SQLAlchemy writes it, without a password. It is only read.",
    )
    password_file: Path | None = Field(default=None, description="File whose first line is the database's password.")
    query: str = Field(
        default="",
        description=(
            "For sql: a SELECT whose columns are named as those of the CSV: addresses, organisation, name, register,"
            " language, primary, follows, duties, until; or key, name, domains, seats, package, account_manager,"
            " systems, escalation. Several values in one column have blanks between them."
        ),
    )
    command: tuple[str, ...] = Field(
        default=(),
        description=(
            "For command: the program's full path and its arguments, such as one that asks an LDAP server. It runs"
            " without a shell, and its output must be CSV in UTF-8."
        ),
    )
    timeout: float = Field(default=60, gt=0, le=600, description="Seconds it may take.")
    every: float = Field(default=60, ge=1, le=10080, description="Minutes between two times that it is asked.")
