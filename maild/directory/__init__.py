"""Who is known: organisations with their contacts, staff and teams, in the files and sources that say so.

records         what may be written, field by field, and what each field means
shared          addresses that are nobody's own
entries         a directory as single entries, one for each row of the register; and back
contradictions  what may not be so: two primary contacts, more persons than seats, names nobody has
plan            what an import would do to the register: pure data
tables, csv     rows with named columns, from CSV and from databases; CSV, read and written
written         a directory as YAML
sources         where else directories come from
All but `sources` is pure.
"""

from __future__ import annotations

from maild.directory.records import (
    Directory,
    OrganisationRecord,
    PersonRecord,
    Record,
    StaffRecord,
    TeamRecord,
    mail_address,
    mail_domain,
)

__all__ = [
    "Directory",
    "OrganisationRecord",
    "PersonRecord",
    "Record",
    "StaffRecord",
    "TeamRecord",
    "mail_address",
    "mail_domain",
]
