"""A fast part of the soak of the IMAP edge."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import Dovecot
from tests.soak.imap import plan, run


@pytest.mark.dovecot
def test_whatever_breaks_nothing_is_lost_nothing_doubled_and_no_thread_hangs(dovecot: Dovecot) -> None:
    results = [run(rounds) for rounds in plan(False, dovecot)]
    assert [result for result in results if not result.good] == []
    assert {result.fault for result in results} == {"cut", "cut while moving", "hang", "UIDVALIDITY", "cut, Dovecot"}
