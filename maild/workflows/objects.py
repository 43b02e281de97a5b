"""What a request is done to: one canonical text, and its hash, which whoever carries it out must present. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from maild.model.workflows import Objects

SHOWN = 12
"""Hex digits by which people compare a hash."""


def objects_of(names: Iterable[str], fields: Mapping[str, str]) -> Objects:
    """The fields that say what it is done to, in the workflow's order."""
    return tuple((name, fields[name]) for name in names if fields.get(name))


def canonical(workflow: str, organisation: str, asked_by: str, objects: Objects) -> str:
    """The same request is the same text, on any node."""
    plain = {"workflow": workflow, "organisation": organisation, "asked_by": asked_by, "objects": objects}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def digest(workflow: str, organisation: str, asked_by: str, objects: Objects) -> str:
    """SHA-256 of the canonical text, in hex."""
    return sha256(canonical(workflow, organisation, asked_by, objects).encode("utf-8", "replace")).hexdigest()


def is_hash(given: str, of: str) -> bool:
    """Whether somebody presents this hash: all of it, or the digits that people are shown."""
    said = given.strip().lower()
    return bool(of) and said in (of, of[:SHOWN])
