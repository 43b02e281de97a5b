"""maild sla: what is promised, by which arithmetic, and who is told."""

from __future__ import annotations

import pytest

from maild.errors import ExitCode
from tests.cli.site import Done, Site

LEVELS = """\

hours:
  zone: Europe/Berlin
  week: {mon-fri: "09:00-17:00"}
  region: DE-NW
  holidays: [2026-12-24]
service_levels:
  - {priority: 1, response: 4 h, solution: 2 working days, clock: always}
  - {priority: 2, package: gold, response: 8 h}
  - {type: problem, category: billing, response: 16 h}
escalation:
  - {at: 75 %, tell: grace}
  - {at: 100 %, tell: second-line, assign: second-line}
"""
CHRISTMAS = ("--at", "2026-12-23T16:30+01:00")


@pytest.fixture
def promising(bare: Site) -> Site:
    """A desk that promises something, and no database."""
    with (bare.folder / "config" / "desks" / "service.yaml").open("a", encoding="utf-8") as file:
        file.write(LEVELS)
    return bare


def simulated(site: Site, *words: str) -> Done:
    return site.maild("sla", "simulate", *words)


def test_a_promise_is_shown_with_its_arithmetic_and_its_escalations(promising: Site) -> None:
    done = simulated(promising, "--priority", "2", "--package", "gold", *CHRISTMAS)
    assert done.code == 0 and done.out == (
        "desk service, priority 2, package gold, asked Wed 2026-12-23 16:30 Europe/Berlin; the desk is open then\n"
        "response due Mon 2026-12-28 16:30\n"
        "  Wed 2026-12-23 16:30 + 8 h working time, Thu 2026-12-24 is closed, Fri 2026-12-25 is closed"
        " → Mon 2026-12-28 16:30 Europe/Berlin\n"
        "  Mon 2026-12-28 14:30  75 % over, grace is told\n"
        "  Mon 2026-12-28 16:30  100 % over: missed, second-line is told, second-line gets the ticket\n"
    )


def test_waits_move_what_is_due_and_what_comes_after_them(promising: Site) -> None:
    waits = ("--waits", "2026-12-28T10:00+01:00/2026-12-29T12:00+01:00")
    done = simulated(promising, "--priority", "2", "--package", "gold", *CHRISTMAS, *waits)
    assert done.code == 0
    assert "response due Wed 2026-12-30 10:30\n" in done.out
    assert (
        "  Mon 2026-12-28 10:00  waits, 6 h 30 min left; then Tue 2026-12-29 12:00 + 6 h 30 min working time"
        " → Wed 2026-12-30 10:30 Europe/Berlin\n"
        "  Tue 2026-12-29 16:30  75 % over, grace is told\n"
    ) in done.out


def test_programs_get_json(promising: Site) -> None:
    waits = ("--waits", "2026-12-23T18:00Z/2026-12-23T19:00Z")
    found = simulated(promising, "--priority", "1", "--json", *CHRISTMAS, *waits).json
    assert found["desk"] == "service" and found["zone"] == "Europe/Berlin"
    assert found["asked"] == {"priority": 1, "type": "", "category": "", "package": ""}
    response, solution = found["promises"]
    assert response["aim"] == "response" and response["always"] and response["work_seconds"] == 4 * 3600
    assert response["due_at"] == "2026-12-23T20:30:00+00:00"
    assert response["pauses"][0]["left_seconds"] == 90 * 60
    assert [one["at"] for one in response["escalation"]] == ["2026-12-23T19:30:00+00:00", "2026-12-23T20:30:00+00:00"]
    assert [one["percent"] for one in solution["escalation"]] == [75, 100]
    assert response["escalation"][1]["assign"] == "second-line"


def test_where_no_level_fits_it_says_so(promising: Site, bare: Site) -> None:
    done = simulated(promising, "--priority", "4", *CHRISTMAS)
    assert done.code == ExitCode.FINDING
    assert "nothing is promised: none of the 3 service levels of desk service fits" in done.out
    done = simulated(promising, "--type", "problem", "--category", "billing", *CHRISTMAS)
    assert done.code == 0 and "priority 3, type problem, category billing" in done.out


def test_a_desk_without_levels_promises_nothing(bare: Site) -> None:
    done = simulated(bare)
    assert done.code == ExitCode.FINDING and "the file of desk service has no `service_levels`" in done.out
    assert simulated(bare, "--json").json["promises"] == []


OVERLAPPING = ("--waits", "2026-12-24T10:00Z/2026-12-25T09:00Z", "--waits", "2026-12-24T12:00Z/2026-12-26T09:00Z")
MISTAKES = (
    # words, exit code, what is said
    (("--desk", "servis"), ExitCode.NO_INPUT, "there is no desk `servis`: did you mean `service`?"),
    (("--priority", "5"), ExitCode.USAGE, "less than or equal to 4"),
    (("--at", "tomorrow"), ExitCode.USAGE, "is no time: write it like"),
    (("--at", "2026-12-23T16:30"), ExitCode.USAGE, "needs a time zone"),
    ((*CHRISTMAS, "--waits", "2026-12-24T10:00Z"), ExitCode.USAGE, "is no wait: write FROM/TO"),
    ((*CHRISTMAS, "--waits", "2026-12-24T10:00Z/2026-12-24T09:00Z"), ExitCode.USAGE, "ends before it begins"),
    ((*CHRISTMAS, "--waits", "2026-12-22T10:00Z/2026-12-24T09:00Z"), ExitCode.USAGE, "before the ticket"),
    ((*CHRISTMAS, *OVERLAPPING), ExitCode.USAGE, "two waits overlap at 2026-12-24T12:00:00+00:00"),
)


@pytest.mark.parametrize(("words", "code", "told"), MISTAKES, ids=[one[2] for one in MISTAKES])
def test_a_mistake_is_told_with_what_would_be_right(
    promising: Site, words: tuple[str, ...], code: ExitCode, told: str
) -> None:
    done = simulated(promising, *words)
    assert (done.code, done.out) == (code, "") and told in done.err, done


def test_a_broken_desk_file_is_told_with_its_line_and_broken_rules_do_not_matter(promising: Site) -> None:
    (promising.folder / "config" / "rules" / "99-broken.yaml").write_text("- rule: x\n  wen: {}\n", encoding="utf-8")
    assert simulated(promising, "--priority", "1", *CHRISTMAS).code == 0
    file = promising.folder / "config" / "desks" / "service.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("16 h", "16 days"), encoding="utf-8")
    done = simulated(promising)
    assert done.code == ExitCode.CONFIG and "may mean `384 h`, `16 working days` or `16 calendar days`" in done.err
    assert "service.yaml:" in done.err


def test_the_help_has_examples(bare: Site) -> None:
    done = bare.maild("sla", "simulate", "--help")
    assert "maild sla simulate --priority 1 --at 2026-12-24T16:30+01:00" in done.out
