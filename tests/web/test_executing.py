"""A system says by HTTP that it carries a request out: real signatures, a real server, a request that everybody agreed
to. The desk's workflow is that of tests/workflows."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from maild.notify.webhook import signature
from maild.settings import Web
from maild.store.engine import Store
from maild.web.app import new_app
from maild.web.server import WebServer
from maild.web.site import Site
from tests.servers.requirement import free_port
from tests.web.kit import running
from tests.workflows.house import ADA, COMPLETE, Office

KEY, OTHER = b"what only the deleter knows", b"what only the pager knows"
TO_READY = timedelta(days=1, hours=7)


@dataclass
class Deleter:
    """The system, and the office it works for."""

    office: Office
    port: int

    def says(
        self, deed: str, *, key: bytes = KEY, name: str = "deleter", at: datetime | None = None, **more: str
    ) -> Any:
        """(status, what the answer says)."""
        run = self.office.run
        told = {"ticket": "SD-1001", "hash": run.digest if run else "", "deed": deed} | more
        return self.posts(json.dumps(told).encode(), key, name, at or self.office.now)

    def posts(self, body: bytes, key: bytes, name: str, at: datetime) -> tuple[int, dict[str, str]]:
        seconds = str(int(at.timestamp()))
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "webhook-id": "msg_1",
            "webhook-timestamp": seconds,
            "webhook-signature": f"v1,AAAA {signature(key, 'msg_1', seconds, body)}",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as line:
            line.request("POST", f"/systems/{name}", body, headers)
            answer = line.getresponse()
            self.office.kept = None
            return answer.status, json.loads(answer.read())


@pytest.fixture
def deleter(store: Store) -> Iterator[Deleter]:
    """Ada has asked and confirmed, Grace agreed, the day has come."""
    office, port = Office(store, workflow={"webhook": "deleter"}), free_port()
    office.write(COMPLETE)
    office.confirm()
    office.agree()
    office.wait(TO_READY)
    assert office.state == "ready"
    web = Web(url=f"http://127.0.0.1:{port}", port=port)
    systems = {"deleter": KEY, "pager": OTHER}
    site = Site(web, b"key", lambda: office.house, lambda *_: None, lambda *_: False, systems=systems)
    with running(lambda: WebServer(new_app(site), web)):
        yield Deleter(office, port)


def test_it_begins_and_is_done_and_the_customer_hears_of_it(deleter: Deleter) -> None:
    assert deleter.says("begin") == (200, {"state": "executing"})
    assert deleter.says("done") == (200, {"state": "done"})
    assert deleter.office.told(ADA)[-1] == "deletion-completed"
    run = deleter.office.run
    assert run and run.ended_by == "deleter"


def test_it_may_say_no_and_why(deleter: Deleter) -> None:
    assert deleter.says("refuse", why="The account has two owners.") == (200, {"state": "refused"})
    assert deleter.office.told(ADA)[-1] == "workflow-ended"


def test_a_call_that_comes_twice_does_nothing_twice(deleter: Deleter) -> None:
    assert deleter.says("begin")[0] == 200
    status, said = deleter.says("begin")
    assert status == 409 and "somebody has begun" in said["error"]
    assert deleter.says("done")[0] == 200
    assert deleter.says("done")[0] == 404
    assert deleter.office.told(ADA).count("deletion-completed") == 1


FORGED: dict[str, dict[str, Any]] = {
    "signed with another key": {"key": b"guessed"},
    "in the name of nobody": {"name": "nobody"},
    "signed six minutes ago": {"at": timedelta(minutes=-6)},
    "signed six minutes ahead": {"at": timedelta(minutes=6)},
}


@pytest.mark.parametrize("case", FORGED)
def test_who_cannot_sign_learns_nothing_and_does_nothing(deleter: Deleter, case: str) -> None:
    more = dict(FORGED[case])
    if "at" in more:
        more["at"] = deleter.office.now + more["at"]
    answers = {deleter.says("begin", **more)[1]["error"], deleter.says("begin", ticket="SD-9999", **more)[1]["error"]}
    assert answers == {"the call is not signed with a key of ours, or too old"}
    assert deleter.office.state == "ready"


def test_a_system_that_the_workflow_does_not_name_carries_nothing_out(deleter: Deleter) -> None:
    assert deleter.says("begin", key=OTHER, name="pager")[0] == 404
    assert deleter.office.state == "ready"


@pytest.mark.parametrize("deed", ["begin", "done", "refuse"])
def test_without_the_hash_of_what_was_agreed_to_nothing_is_done(deleter: Deleter, deed: str) -> None:
    if deed == "done":
        deleter.says("begin")
    before = deleter.office.state
    status, said = deleter.says(deed, hash="0" * 64)
    assert status == 409 and "not the hash" in said["error"] and deleter.office.state == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"ticket": "SD-1001", "hash": "x", "deed": "erase"}', b"\xff"])
def test_what_says_nothing_is_told_what_is_missing(deleter: Deleter, body: bytes) -> None:
    status, said = deleter.posts(body, KEY, "deleter", deleter.office.now)
    assert status == 400 and said["error"]


def test_whoever_lost_the_right_meanwhile_is_not_served(deleter: Deleter) -> None:
    deleter.office.let_go(ADA)
    status, said = deleter.says("begin")
    assert status == 409 and deleter.office.state == "ready" and said["error"]
