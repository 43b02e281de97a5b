"""The register: what is known of organisations, contacts, staff and teams.

looking     who is it? contacts by address, staff, organisations; the whole register as entries
importing   what a directory says -> the register, as a diff in one transaction
changing    one change by hand: added, set, left
Laws: the database is the truth. A source owns the rows that bear its name, nobody else's. Every change is one line of
the audit trail, with who and why. Nobody is deleted: who is no longer named keeps their tickets and history, but
nobody vouches for them any more.
"""

from __future__ import annotations

from maild.model import StaffMember
from maild.store.register.changing import Left, Newcomer, entry_for, leave, put, would_be
from maild.store.register.importing import (
    FILE,
    Imported,
    ImportRefused,
    apply_import,
    hold,
    import_directory,
    plan,
    take,
)
from maild.store.register.looking import (
    contact_ids,
    find_contacts,
    find_organisation,
    list_contacts,
    list_organisations,
    list_staff,
    list_teams,
    person_behind,
    register_entries,
)
from maild.store.register.writing import By

__all__ = [
    "FILE",
    "By",
    "ImportRefused",
    "Imported",
    "Left",
    "Newcomer",
    "StaffMember",
    "apply_import",
    "contact_ids",
    "entry_for",
    "find_contacts",
    "find_organisation",
    "hold",
    "import_directory",
    "leave",
    "list_contacts",
    "list_organisations",
    "list_staff",
    "list_teams",
    "person_behind",
    "plan",
    "put",
    "register_entries",
    "take",
    "would_be",
]
