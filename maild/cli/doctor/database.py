"""The database: does it answer and keep its word, is its schema ours, which policy serves."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from maild.cli.doctor.finding import Finding, failed, ok, untried, warning
from maild.cli.doctor.patient import Patient
from maild.config import load_policy
from maild.errors import MaildError, SchemaMismatch
from maild.store import health_views, policies
from maild.store.engine import Store, require_schema

SLOW = 1.0


def database(patient: Patient) -> Iterator[Finding]:
    """That it opened proves that it keeps what it acknowledges (law 1): `open_store` looks."""
    store = patient.store
    if store is None:
        yield failed("database", patient.trouble, "mend that first: much else cannot be tried without it")
        return
    begun = monotonic()
    health_views.answers(store)
    took = monotonic() - begun
    told = f"{store.dialect_name} answers in {took * 1000:.0f} ms and keeps what it has acknowledged"
    slow = "look for what keeps its disk or network busy"
    yield ok("database", told) if took < SLOW else warning("database", told, slow)
    yield _schema(store)


def _schema(store: Store) -> Finding:
    try:
        require_schema(store)
    except SchemaMismatch as error:
        return failed("schema", str(error), "the daemon does not start before that")
    return ok("schema", "is this version's")


def policy(patient: Patient) -> Iterator[Finding]:
    """Which one serves, and whether the files still say so."""
    store = patient.store
    if store is None:
        yield untried("policy", "the database does not answer")
        return
    with store.reading() as tx:
        serving, complaint = policies.current_version(tx), policies.complaint(tx)
    if complaint:
        yield failed("policy", f"the last good one serves, as the files are broken: {complaint}", "`maild check`")
    if serving is None:
        yield failed("policy", "none has ever been loaded", "start `maild serve`, or run `maild reload`")
        return
    try:
        same = load_policy(patient.settings).version == serving
    except MaildError as error:
        yield failed("policy", f"the files are broken: {error}", "`maild check` names every mistake")
        return
    yield ok("policy", f"{serving[:12]} serves") if same else _changed(serving)


def _changed(serving: str) -> Finding:
    return warning("policy", f"{serving[:12]} serves; the files have changed since", "`maild reload` takes them")
