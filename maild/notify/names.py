"""What a template's name says of it: which kind of mail it is for. Pure.

Law: the name alone decides. One that a kind of mail has replaces the built-in template; any other is an operator's own,
for rules to name: for staff where it starts with `staff-`, else for customers, who read less.
"""

from __future__ import annotations

import re

from maild.model import NotificationKind as Kind

BUILT_IN = tuple(kind for kind in Kind if kind is not Kind.ANSWER)
"""The kinds that maild brings templates for."""
FOR_STAFF = "staff-"
_OWN_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def kind_of(name: str) -> Kind | None:
    """The kind of mail that a template of this name is for; None where no template may have it."""
    if name in BUILT_IN:
        return Kind(name)
    if not _OWN_NAME.fullmatch(name):
        return None
    return Kind.STAFF_NOTICE if name.startswith(FOR_STAFF) else Kind.ANSWER


def is_own(name: str) -> bool:
    """Whether it is an operator's own: nobody is sent it unless a rule names it."""
    return name not in BUILT_IN
