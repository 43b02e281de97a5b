"""Links: used once, for one purpose, for a while; what they open lasts until somebody ends it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from maild.model import Purpose
from maild.store import invitations
from maild.store.engine import Store
from maild.store.invitations import Invitation
from tests.builders import ADA, BOB, NOON
from tests.web.kit import everything

HOUR = timedelta(hours=1)
OTHER = dict(zip(Purpose, [*list(Purpose)[1:], next(iter(Purpose))], strict=True))


def issue(store: Store, purpose: Purpose = Purpose.LOOK, address: str = ADA.address, minutes: int = 0) -> str:
    with store.transaction() as tx:
        at = NOON + timedelta(minutes=minutes)
        return invitations.issue(tx, purpose, address, "service", "SD-1001", at, HOUR)


def use(store: Store, secret: str, purpose: Purpose = Purpose.LOOK, minutes: int = 1) -> Invitation | None:
    with store.transaction() as tx:
        return invitations.use(tx, secret, purpose, NOON + timedelta(minutes=minutes))


def look(store: Store, secret: str, purpose: Purpose = Purpose.LOOK, minutes: int = 1) -> Invitation | None:
    with store.reading() as tx:
        return invitations.look(tx, secret, purpose, NOON + timedelta(minutes=minutes))


def session(store: Store, name: str, minutes: int) -> Invitation | None:
    with store.reading() as tx:
        return invitations.session(tx, name, NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_is_used_once_and_for_its_purpose_only(store: Store, purpose: Purpose) -> None:
    secret = issue(store, purpose)
    assert look(store, secret, OTHER[purpose]) is None and use(store, secret, OTHER[purpose]) is None
    seen = look(store, secret, purpose)
    assert seen == Invitation(purpose, ADA.address, "service", "SD-1001", NOON, NOON + HOUR, None)
    used = use(store, secret, purpose)
    assert used is not None and used.used_at == NOON + timedelta(minutes=1)
    assert use(store, secret, purpose) is None and look(store, secret, purpose) is None
    with store.reading() as tx:
        assert invitations.spent(tx, secret, purpose) == used
        assert invitations.spent(tx, secret, OTHER[purpose]) is None


def test_a_link_works_until_its_time_is_over(store: Store) -> None:
    secret = issue(store)
    assert look(store, secret, minutes=59) and look(store, secret, minutes=60) is None
    assert use(store, secret, minutes=60) is None
    with store.reading() as tx:
        assert invitations.spent(tx, secret, Purpose.LOOK) is None
    assert use(store, secret, minutes=59)


@pytest.mark.parametrize("guess", ["", "x", "A" * 22, "\ud800", "' OR 1=1 --", "%"])
def test_a_guess_finds_nothing(store: Store, guess: str) -> None:
    issue(store)
    assert use(store, guess) is None and look(store, guess) is None and session(store, guess, 1) is None


def test_a_secret_is_long_new_each_time_and_nowhere_in_the_database(store: Store) -> None:
    secrets = {issue(store) for _ in range(20)}
    assert len(secrets) == 20 and all(re.fullmatch(r"[A-Za-z0-9_-]{22}", one) for one in secrets)
    stored = str(everything(store))
    assert not any(one in stored for one in secrets)
    assert invitations.digest_of(secrets.pop()) in stored


def test_of_many_at_once_one_uses_the_link(store: Store) -> None:
    secret, won, together = issue(store), [], threading.Barrier(8)

    def try_it() -> None:
        together.wait(10)
        won.append(store.retrying(lambda tx: invitations.use(tx, secret, Purpose.LOOK, NOON), attempts=20))

    tries = [threading.Thread(target=try_it) for _ in range(8)]
    for one in tries:
        one.start()
    for one in tries:
        one.join(30)
    assert len(won) == 8 and len([one for one in won if one]) == 1


def test_links_are_counted_by_address_purpose_and_time(store: Store) -> None:
    for minutes in (0, 10, 20):
        issue(store, minutes=minutes)
    issue(store, Purpose.REGISTER, minutes=20)
    issue(store, address=BOB.address, minutes=20)
    with store.reading() as tx:
        since = [NOON + timedelta(minutes=one) for one in (-1, 0, 15, 20)]
        assert [invitations.issued_since(tx, ADA.address, Purpose.LOOK, one) for one in since] == [3, 2, 1, 0]


def open_session(store: Store, secret: str, minutes: int = 120) -> str:
    with store.transaction() as tx:
        return invitations.open_session(tx, secret, NOON + timedelta(minutes=minutes))


def test_a_session_outlasts_its_link_and_ends_in_time(store: Store) -> None:
    secret = issue(store)
    use(store, secret)
    name = open_session(store, secret)
    opened = session(store, name, 119)
    assert opened and opened.address == ADA.address
    assert session(store, name, 120) is None and use(store, secret, minutes=61) is None


def test_a_link_nobody_used_opens_no_session_and_does_not_last_longer(store: Store) -> None:
    secret = issue(store)
    name = open_session(store, secret)
    assert session(store, name, 1) is None and look(store, secret, minutes=61) is None


def test_who_registers_gets_no_session_by_it(store: Store) -> None:
    secret = issue(store, Purpose.REGISTER)
    use(store, secret, Purpose.REGISTER)
    assert session(store, open_session(store, secret), 2) is None


def test_one_session_ends_or_all_of_an_address_with_its_open_links(store: Store) -> None:
    secrets = [issue(store) for _ in range(3)] + [issue(store, address=BOB.address)]
    for secret in secrets:
        use(store, secret)
    names = [open_session(store, secret) for secret in secrets]
    unused, registering = issue(store), issue(store, Purpose.REGISTER)
    with store.transaction() as tx:
        invitations.end_session(tx, names[0], NOON + timedelta(minutes=2))
    assert [bool(session(store, name, 3)) for name in names] == [False, True, True, True]
    with store.transaction() as tx:
        invitations.end_sessions(tx, ADA.address, NOON + timedelta(minutes=4))
    assert [bool(session(store, name, 5)) for name in names] == [False, False, False, True]
    assert look(store, unused, minutes=5) is None and look(store, registering, Purpose.REGISTER, minutes=5)
