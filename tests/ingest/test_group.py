"""Group commit: who waits, who is told, and what a bad mail does to the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest
from smtp_peer import NOON, run, until

from maild.errors import StoreFull, StoreUnavailable
from maild.ingest.group import GroupCommit
from maild.model import ReceivedMail, Source


def mail(name: str) -> ReceivedMail:
    return ReceivedMail(name.encode(), Source.SMTP, "", ("help@desk.example",), NOON)


class Store:
    """Keeps batches; `fault` decides which mails a commit breaks on. The first commit waits for `gate`."""

    def __init__(self, fault: Callable[[Sequence[ReceivedMail]], Exception | None] = lambda mails: None) -> None:
        self.tried: list[list[str]] = []
        self.kept: list[str] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self._fault = fault

    def commit(self, mails: Sequence[ReceivedMail]) -> None:
        names = [mail.raw.decode() for mail in mails]
        self.tried.append(names)
        self.threads.add(threading.current_thread().name)
        assert self.gate.wait(20)
        if error := self._fault(mails):
            raise error
        self.kept += names


async def _accept_all(group: GroupCommit, store: Store, names: Sequence[str]) -> list[BaseException | None]:
    """Accept "first" and, while it commits, all the `names`; what became of these."""
    first = asyncio.create_task(group.accept(mail("first")))
    await until(lambda: store.tried == [["first"]])
    others = [asyncio.create_task(group.accept(mail(name))) for name in names]
    await asyncio.sleep(0)
    store.gate.set()
    await first
    return await asyncio.gather(*others, return_exceptions=True)


def test_mails_that_come_while_a_batch_commits_share_the_next_commit() -> None:
    async def story() -> None:
        store = Store()
        group = GroupCommit(store.commit, most=3)
        assert await _accept_all(group, store, "abcde") == [None] * 5
        assert store.tried == [["first"], ["a", "b", "c"], ["d", "e"]]
        assert store.threads == {"group-commit"}
        await group.close()

    run(story)


def test_no_mail_is_acknowledged_before_its_commit() -> None:
    async def story() -> None:
        store = Store()
        group = GroupCommit(store.commit)
        waiting = asyncio.create_task(group.accept(mail("first")))
        await until(lambda: bool(store.tried))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        store.gate.set()
        await waiting
        assert store.kept == ["first"]
        await group.close()

    run(story)


def test_a_bad_mail_refuses_no_other() -> None:
    async def story() -> None:
        bad = ValueError("bad row")
        store = Store(lambda mails: bad if any(mail.raw == b"bad" for mail in mails) else None)
        group = GroupCommit(store.commit)
        assert await _accept_all(group, store, ["a", "bad", "b"]) == [None, bad, None]
        assert store.kept == ["first", "a", "b"]
        assert store.tried[1:] == [["a", "bad", "b"], ["a"], ["bad"], ["b"]]
        await group.close()

    run(story)


def test_a_mail_too_big_for_a_full_disk_refuses_no_small_one() -> None:
    async def story() -> None:
        store = Store(lambda mails: StoreFull() if sum(len(mail.raw) for mail in mails) > 10 else None)
        group = GroupCommit(store.commit)
        first, second, third = await _accept_all(group, store, ["small", "x" * 11, "tiny"])
        assert (first, third) == (None, None)
        assert isinstance(second, StoreFull)
        await group.close()

    run(story)


def test_a_store_that_is_away_is_not_asked_for_each_of_200_mails() -> None:
    async def story() -> None:
        store = Store(lambda mails: None if mails[0].raw == b"first" else StoreUnavailable())
        group = GroupCommit(store.commit)
        told = await _accept_all(group, store, [str(n) for n in range(200)])
        assert {type(error) for error in told} == {StoreUnavailable}
        assert len(store.tried) == 4
        await group.close()

    run(story)


def test_a_mail_alone_in_its_batch_is_tried_once() -> None:
    async def story() -> None:
        store = Store(lambda mails: ValueError() if mails[0].raw == b"bad" else None)
        group = GroupCommit(store.commit)
        (error,) = await _accept_all(group, store, ["bad"])
        assert isinstance(error, ValueError)
        assert store.tried == [["first"], ["bad"]]
        await group.accept(mail("later"))
        assert store.kept == ["first", "later"]
        await group.close()

    run(story)


def test_a_sender_that_goes_away_cancels_neither_its_commit_nor_that_of_others() -> None:
    async def story() -> None:
        store = Store()
        group = GroupCommit(store.commit)
        gone = asyncio.create_task(group.accept(mail("gone")))
        await until(lambda: bool(store.tried))
        queued, patient = (asyncio.create_task(group.accept(mail(name))) for name in ("queued", "patient"))
        await asyncio.sleep(0)
        gone.cancel()
        queued.cancel()
        await asyncio.sleep(0)
        store.gate.set()
        await patient
        assert store.kept == ["gone", "queued", "patient"]
        await group.close()

    run(story)


def test_closing_commits_what_was_accepted_and_refuses_what_comes_later() -> None:
    async def story() -> None:
        store = Store()
        group = GroupCommit(store.commit, most=1)
        waiting = [asyncio.create_task(group.accept(mail(name))) for name in "abc"]
        await until(lambda: bool(store.tried))
        closing = asyncio.create_task(group.close())
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="shutting down"):
            await group.accept(mail("late"))
        store.gate.set()
        await closing
        await asyncio.gather(*waiting)
        assert store.kept == ["a", "b", "c"]
        assert not [thread for thread in threading.enumerate() if thread.name == "group-commit"]
        await group.close()

    run(story)


def test_a_group_that_never_got_a_mail_closes() -> None:
    async def story() -> None:
        await GroupCommit(lambda mails: None).close()

    run(story)
