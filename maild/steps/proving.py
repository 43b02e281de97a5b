"""Proof: what was read -> the same with what proves its sender. No transaction while DNS is asked (law 2).

Laws: it costs no mail an attempt, whatever DNS does. A batch whose questions are slow is cut off long before its claims
run out: what is asked then has no answer, and its proof is pending.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import structlog

from maild.decide.policy import Policy
from maild.ingest.authenticity.answers import Answer, Lookup, NoAnswer
from maild.ingest.authenticity.prove import prove
from maild.model import Address, Authenticity, Means, Proof
from maild.steps.house import House
from maild.steps.reading import Reading

SHARE = 4
"""Questions may take a fourth of the lease for a batch; the one that is under way comes on top."""
log = structlog.get_logger()


def proven(house: House, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings, each with what proves its sender."""
    ends = time.monotonic() + house.lease.total_seconds() / SHARE
    own, lookup = own_names(house.policy), _until(ends, house.lookup)
    return tuple(_one(house, reading, own, lookup) for reading in readings)


def own_names(policy: Policy) -> frozenset[str]:
    """Our addresses and their domains: mail from there comes from us, or is forged (FAULT-D24)."""
    addresses = policy.own_addresses()
    return addresses | {address.rpartition("@")[2] for address in addresses}


def _one(house: House, reading: Reading, own: frozenset[str], lookup: Lookup) -> Reading:
    entry, message, form = reading.entry, reading.message, reading.form
    if message is None or message.sender is None:
        return reading
    written = message if form is None else replace(message, sender=form)
    try:
        found = prove(entry.raw, written, entry.envelope, own, lookup, house.clock())
    except Exception as error:  # noqa: BLE001 - a bug: this mail proves nothing, and goes on
        log.error("bug in proving", inbox=entry.id, error=type(error).__name__)
        return reading
    return replace(reading, authenticity=found if form is None else of_form(found, form))


def of_form(found: Authenticity, form: Address) -> Authenticity:
    """What proves a form proves nothing of the person it names; but who forges the form is no form. Nobody waits for
    the DNS here: a stranger's ticket and a neutral answer are all that comes of it."""
    if found.proof is Proof.FAILED:
        return found
    text = f"it came from the form {form.address}, and nothing proves whom that names"
    return Authenticity(Proof.NONE, Means.FORM, "form", text, evidence=found.evidence)


def _until(ends: float, lookup: Lookup) -> Lookup:
    def patient(name: str) -> Answer:
        return lookup(name) if time.monotonic() < ends else NoAnswer("no time was left to ask")

    return patient
