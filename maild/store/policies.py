"""The operator's policy, every version by its hash, and which one is current (law 13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from maild.decide.policy import Policy
from maild.patterns.regex import TRIED
from maild.store.bulk import insert_rows
from maild.store.schema import policy, setting

CURRENT = "policy"
COMPLAINT = "policy-problem"
FINGERPRINT = "token-fingerprint"


def put(tx: Connection, new: Policy, now: datetime) -> bool:
    """Keep this version and make it the current one; True if it was not current before."""
    if current_version(tx) == new.version:
        return False
    row = {"hash": new.version, "body": new.model_dump_json(), "created_at": now}
    insert_rows(tx, policy, [row], "DO NOTHING")
    current = {"key": CURRENT, "value": new.version}
    insert_rows(tx, setting, [current], "(key) DO UPDATE SET value = excluded.value")
    return True


def current_version(tx: Connection) -> str | None:
    """The hash of the current version: cheap, for workers that look whether they are behind."""
    return tx.execute(select(setting.c.value).where(setting.c.key == CURRENT)).scalar_one_or_none()


def current(tx: Connection) -> Policy | None:
    """The current version; None before there was one."""
    version = current_version(tx)
    return None if version is None else by_hash(tx, version)


def by_hash(tx: Connection, version: str) -> Policy | None:
    """One version; None if there was never such a one."""
    body = tx.execute(select(policy.c.body).where(policy.c.hash == version)).scalar_one_or_none()
    return None if body is None else Policy.model_validate_json(body, context=TRIED)


def same_secret(tx: Connection, fingerprint: str) -> bool:
    """Whether this node signs with the secret that the first node on this database signed with."""
    insert_rows(tx, setting, [{"key": FINGERPRINT, "value": fingerprint}], "DO NOTHING")
    first: str = tx.execute(select(setting.c.value).where(setting.c.key == FINGERPRINT)).scalar_one()
    return first == fingerprint


def complain(tx: Connection, problem: str) -> bool:
    """Keep what is wrong with the operator's files, for `maild status`; "" once all is well again. True if that is
    news: of two nodes that say the same at once, for one of them."""
    row = {"key": COMPLAINT, "value": problem}
    news = "(key) DO UPDATE SET value = excluded.value WHERE setting.value <> excluded.value"
    return insert_rows(tx, setting, [row], news) == 1


def complaint(tx: Connection) -> str:
    """What was wrong with the files when they were last looked at; "" if nothing."""
    return tx.execute(select(setting.c.value).where(setting.c.key == COMPLAINT)).scalar_one_or_none() or ""
