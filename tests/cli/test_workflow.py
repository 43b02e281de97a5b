"""`maild workflow`: staff begin, agree to, carry out and stop requests with legal weight."""

from __future__ import annotations

import pytest

from maild.errors import ExitCode
from tests.cli.site import Done, Site, a_mail, raw

MOVE = """
workflow: move
title: Moving a machine
facts:
  - { field: machine, find: '/(?P<value>de-\\d+-srv-\\d+)/', words: the name of the machine }
objects: [machine]
safeguards: { second: staff }
due: { days: 3 }
carried_out_by: linus
"""
GRACE = ("--as", "grace")


@pytest.fixture
def moving(site: Site) -> Site:
    """Ada's ticket names a machine; the desk has a workflow that staff begin."""
    (site.folder / "config" / "workflows").mkdir()
    site.write("config/workflows/move.yaml", MOVE.encode())
    assert site.maild("reload").code == 0
    site.take_in(raw(a_mail(subject="Please move de-12-srv-0042")))
    site.maild("set", "1001", "machine=de-12-srv-0042", *GRACE)
    return site


def do(site: Site, *words: str) -> Done:
    return site.maild("workflow", *words, *GRACE)


def the_hash(site: Site) -> str:
    (page,) = do(site, "show", "1001", "--json").json
    return str(page["run"]["digest"])


def test_staff_begin_agree_carry_out_and_the_page_says_who_did_what(moving: Site) -> None:
    assert do(moving, "start", "1001", "move").code == 0
    assert do(moving, "show", "1001").code == ExitCode.FINDING, "it may not be carried out yet"
    assert do(moving, "agree", "1001").code == 0 and do(moving, "show", "1001").code == 0
    digest = the_hash(moving)
    assert do(moving, "begin", "1001", "--hash", digest[:12]).code == 0
    assert "SD-1001 is solved" in do(moving, "done", "1001", "--hash", digest).out
    page = do(moving, "show", "1001").out
    assert page.startswith("SD-1001  move is done") and "machine: de-12-srv-0042" in page and "Grace" in page
    kinds = [row["kind"] for row in moving.maild("outbox", "--json").json]
    assert "workflow-scheduled" in kinds and "workflow-done" in kinds and kinds.count("staff-workflow") == 2


def test_those_that_are_under_way_are_listed_and_those_that_have_ended_where_asked_for(moving: Site) -> None:
    do(moving, "start", "1001", "move")
    assert [row["state"] for row in do(moving, "list", "--json").json] == ["seconding"]
    assert do(moving, "stop", "1001", "--why", "It stays where it is.").code == 0
    assert do(moving, "list", "--json").json == []
    assert [row["state"] for row in do(moving, "list", "--all", "--json").json] == ["stopped"]


def test_what_is_not_possible_is_refused_in_a_line_that_says_what_is(moving: Site) -> None:
    assert "did you mean `move`" in do(moving, "start", "1001", "mov").err
    assert "no request" in do(moving, "agree", "1001").err
    do(moving, "start", "1001", "move")
    for words, told in (
        (("start", "1001", "move"), "carries a request already"),
        (("begin", "1001", "--hash", the_hash(moving)), "a second person has not agreed"),
        (("begin", "1001", "--hash", "0123456789ab"), "not the hash"),
        (("renew", "1001"), "a second person has not agreed"),
    ):
        done = do(moving, *words)
        assert done.code and told in done.err and done.err.count("\n") == 1, words


def test_a_ticket_with_a_request_is_not_merged_away(moving: Site) -> None:
    do(moving, "start", "1001", "move")
    moving.take_in(raw(a_mail(subject="Another", Message_ID="<2@acme.example>")))
    assert "first end it" in moving.maild("merge", "1001", "into", "1002", *GRACE).err


def test_a_broken_workflow_is_told_with_its_place_and_never_goes_live(moving: Site) -> None:
    moving.write("config/workflows/move.yaml", MOVE.replace("title:", "titel:").encode())
    done = moving.maild("check")
    assert done.code == ExitCode.CONFIG and "move.yaml:3:1" in done.out and "did you mean `title`" in done.out
    moving.write("config/workflows/move.yaml", (MOVE + "irreversible: true\n").encode())
    assert "needs `safeguards` with `confirm_days` and `second`" in moving.maild("check").out
    moving.write("config/workflows/move.yaml", MOVE.replace("linus", "linas").encode())
    assert "no member of staff or team `linas`: did you mean `linus`" in moving.maild("check").out
    assert do(moving, "start", "1001", "move").code == 0, "the last good one serves"


def test_a_desk_whose_address_leaves_no_room_for_a_question_is_told_so(moving: Site) -> None:
    desk = moving.folder / "config" / "desks" / "service.yaml"
    desk.write_text(desk.read_text().replace("support@desk.example", f"{'s' * 27}@desk.example"))
    assert "too long" not in moving.maild("check").out, "nobody has to confirm"
    moving.write("config/workflows/move.yaml", MOVE.replace("second: staff", "confirm_days: 1").encode())
    assert "too long for it" in moving.maild("check").out


def test_a_rule_that_begins_a_workflow_that_is_not_there_is_told_what_was_meant(moving: Site) -> None:
    rule = "- rule: moves\n  when: { subject: move }\n  then: { workflow: mov }\n"
    moving.write("config/rules/90-moves.yaml", rule.encode())
    assert "there is no workflow `mov`: did you mean `move`" in moving.maild("check").out
