"""maild rules: check, test, replay, stats, new, example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from maild.cli.rule_past import beginning
from maild.config import load_settings
from maild.config.load import rules_as_written
from maild.errors import ExitCode
from tests.cli.site import Site, a_mail, raw

ADA = "ada@acme.example"
SHADOWED = """\
# mine
- rule: all of acme   # everything
  when: { organisation: acme }
  then: { tag: acme }
  stop: true
  examples:
    - mail: { from: ada@acme.example }
      gives: { tag: acme }

- rule: printers of acme
  when: { organisation: acme, subject: printer }
  then: { category: hardware }
"""


def written(site: Site, text: str, name: str = "90-mine.yaml") -> Path:
    path = site.folder / "config" / "rules" / name
    path.write_text(text, encoding="utf-8")
    return path


def draft(site: Site, text: str) -> Path:
    """A folder with rules that are not configured."""
    (folder := site.folder / "draft").mkdir()
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return folder


# ---- check ---------------------------------------------------------------------------------------


def test_rules_that_are_fine_are_counted(bare: Site) -> None:
    done = bare.maild("rules", "check")
    assert (done.code, done.out) == (0, "7 rules with 14 examples: all is well\n")
    assert bare.maild("rules", "check", "--json").json == {"broken": [], "warnings": []}


def test_what_was_hardly_meant_is_a_warning_with_its_place_and_maild_check_tells_it_too(bare: Site) -> None:
    path = written(bare, SHADOWED)
    told = (
        f"{path}:10:9: warning: it is never reached: whenever it could match, `all of acme` ({path}, line 2) says stop"
    )
    done = bare.maild("rules", "check")
    assert (done.code, done.out) == (ExitCode.FINDING, f"{told}\n")
    assert bare.maild("rules", "check", "--json").json["warnings"][0]["line"] == 10
    done = bare.maild("check")
    assert done.code == ExitCode.FINDING and f"{path}:10:9: it is never reached" in done.out


def test_every_mistake_is_told_at_once(bare: Site) -> None:
    path = written(bare, "- rule: bad\n  when: { subjekt: x }\n  then: { assign: nobody }\n- rule: worse\n")
    done = bare.maild("rules", "check")
    assert done.code == ExitCode.CONFIG
    assert f"{path}:2:" in done.out and f"{path}:4:" in done.out
    assert len(bare.maild("rules", "check", "--json").json["broken"]) == len(done.out.splitlines())


def test_a_template_that_is_broken_is_no_matter_of_rules(bare: Site) -> None:
    bare.settings.write_text(bare.settings.read_text().replace("# templates: templates ", "templates: templates "))
    (folder := bare.folder / "config" / "templates" / "en").mkdir(parents=True)
    (folder / "reply.txt").write_text("Subject: x\n\n{{ txet }}\n")
    assert bare.maild("check").code == ExitCode.CONFIG
    assert bare.maild("rules", "check").code == ExitCode.DONE


def test_desks_that_are_broken_are_told_since_rules_speak_of_them(bare: Site) -> None:
    desk = bare.folder / "config" / "desks" / "service.yaml"
    desk.write_text(desk.read_text().replace("priority: 3", "priority: 9"))
    done = bare.maild("rules", "check")
    assert done.code == ExitCode.CONFIG and done.out.startswith(f"{desk}:")


def test_another_folder_is_checked_in_place_of_the_configured_one(bare: Site) -> None:
    written(bare, "no rules at all")
    done = bare.maild("rules", "check", "--rules", draft(bare, "- rule: a\n  then: { tag: t }\n"))
    assert (done.code, done.out) == (0, "1 rules with 0 examples: all is well\n")
    nowhere = bare.maild("rules", "check", "--rules", bare.folder / "nowhere")
    assert nowhere.code == ExitCode.CONFIG and "there are no rules" in nowhere.err


# ---- test ----------------------------------------------------------------------------------------


def rows(out: str) -> dict[str, tuple[str, str]]:
    cells = (line.split("\t") for line in out.splitlines() if "\t" in line)
    return {name: (result, why) for name, result, why in cells}


def test_every_rule_says_why_it_matches_or_what_was_there_instead(bare: Site) -> None:
    mail = bare.write("a.eml", raw(a_mail(subject="Platform DOWN", text="Rechnung")))
    done = bare.maild("rules", "test", mail)
    assert done.code == 0 and done.out.startswith(f"{mail}: new ticket\n")
    assert rows(done.out)["platform down"] == ("matches", "sender `authorised` and subject `down`")
    assert rows(done.out)["invoices"] == ("no", "`subject` does not hold, it is `Platform DOWN`")
    assert "\nsets priority: 3 → 1\nsets tag: nothing → outage\n" in done.out
    assert not (bare.folder / "config" / "var").exists()


def test_rules_after_a_stop_are_not_asked_and_a_shadow_sets_nothing(bare: Site) -> None:
    shadow = "- rule: ghost\n  then: { priority: 1 }\n  shadow: true\n"
    mail = bare.write("a.eml", raw(a_mail(subject="printer")))
    (found,) = bare.maild("rules", "test", "--json", "--rules", draft(bare, shadow + SHADOWED), mail).lines
    assert [one["result"] for one in found["rules"]] == ["matches as a shadow", "matches", "not asked"]
    assert found["rules"][2]["why"] == "not asked: `all of acme` says stop"
    assert found["sets"] == [{"name": "tag", "old": "", "new": "acme"}]
    assert (found["file"], found["disposition"]) == (str(mail), "new ticket")


def test_the_sender_counts_as_on_the_real_road(site: Site) -> None:
    """What the database has learned of people counts, not the file alone."""
    site.maild("contacts", "add", "eva@acme.example", "--organisation", "acme", "--as", "grace")
    eva = site.write("eva.eml", raw(a_mail(sender="eva@acme.example", subject="printer")))
    folder = draft(site, SHADOWED)
    assert rows(site.maild("rules", "test", "--rules", folder, eva).out)["all of acme"][0] == "matches"
    stranger = site.write("x.eml", raw(a_mail(sender="x@elsewhere.example", subject="printer")))
    result, why = rows(site.maild("rules", "test", "--rules", folder, stranger).out)["all of acme"]
    assert (result, why) == ("no", "`organisation` does not hold, it is nothing")


def test_where_rules_have_no_say_the_reason_is_told(busy: Site) -> None:
    again = busy.write("again.eml", raw(a_mail(sender="", subject="x")))
    done = busy.maild("rules", "test", again)
    assert done.out == (
        f"{again}: quarantined\nrules have no say in it:\n  triage: it names no single sender in its From header\n\n"
    )
    assert busy.maild("rules", "test", "--json", again).lines[0]["rules"] == []


def test_the_files_are_tested_as_they_are_now_and_never_broken_ones(site: Site) -> None:
    mail = site.write("a.eml", raw(a_mail(subject="printer")))
    path = written(site, SHADOWED)
    assert rows(site.maild("rules", "test", mail).out)["all of acme"][0] == "matches"
    path.write_text(SHADOWED.replace("gives: { tag: acme }", "gives: nothing"))
    done = site.maild("rules", "test", mail)
    assert done.code == ExitCode.CONFIG and f"{path}:8:" in done.err and done.out == ""


# ---- replay --------------------------------------------------------------------------------------


def test_a_replay_tells_what_would_be_different_and_by_which_rule(site: Site) -> None:
    site.take_in(raw(a_mail(subject="Platform DOWN")), raw(a_mail(subject="A question")))
    assert site.maild("rules", "replay").out.startswith("looked at 2 mails since ")
    assert (site.maild("rules", "replay").code, site.maild("rules", "replay", "--json").out) == (0, "")
    path = site.folder / "config" / "rules" / "10-urgency.yaml"
    path.write_text(path.read_text().replace("priority: 1", "priority: 2"))
    done = site.maild("rules", "replay")
    number, _, what, by = done.out.splitlines()[0].split("\t")
    assert (done.code, number, what, by) == (ExitCode.FINDING, "SD-1001", "priority: 1 → 2", "platform down")
    assert done.out.splitlines()[1].endswith(", 1 different")
    (found,) = site.maild("rules", "replay", "--since", "1h", "--json").lines
    assert (found["inbox"], found["ticket"]) == (1, "SD-1001")
    assert found["changes"] == [{"name": "priority", "old": "1", "new": "2", "because": "platform down"}]


def test_a_replay_of_other_rules_and_of_broken_ones(site: Site) -> None:
    site.take_in(raw(a_mail(subject="Platform DOWN")))
    folder = draft(site, "- rule: mine\n  then: { ignore: not ours }\n")
    done = site.maild("rules", "replay", "--rules", folder)
    assert {tuple(line.split("\t")[2:]) for line in done.out.splitlines()[:-1]} == {
        ("priority: 1 → 3", "no longer platform down"),
        ("tag: outage → nothing", "no longer platform down"),
        ("ignore: nothing → not ours", "mine"),
    }
    (folder / "a.yaml").write_text("- rule: mine\n")
    assert site.maild("rules", "replay", "--rules", folder).code == ExitCode.CONFIG


def test_a_mail_that_rules_ignored_has_no_ticket_and_is_told_by_its_inbox_entry(site: Site) -> None:
    path = written(site, "- rule: not ours\n  when: { subject: printer }\n  then: { ignore: not ours }\n")
    site.maild("reload")
    site.take_in(raw(a_mail(subject="printer")))
    path.unlink()
    done = site.maild("rules", "replay")
    assert done.out.splitlines()[0].startswith("inbox entry 1\t") and "ignore: not ours → nothing" in done.out
    assert site.maild("rules", "replay", "--json").lines[0]["ticket"] is None


def test_what_came_before_is_not_looked_at(site: Site) -> None:
    site.take_in(raw(a_mail(subject="printer")))
    tomorrow = datetime.now(UTC).astimezone() + timedelta(days=1)
    assert site.maild("rules", "replay", "--since", f"{tomorrow:%Y-%m-%d}").out.startswith("looked at 0 mails")


@pytest.mark.parametrize(
    ("given", "start"),
    [
        ("7d", datetime(2026, 11, 13, 12, tzinfo=UTC)),
        ("12 h", datetime(2026, 11, 20, 0, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 6, 12, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1).astimezone()),
        ("2026-11-01T09:00+01:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
    ],
)
def test_since_is_so_long_ago_or_a_day_or_a_time(given: str, start: datetime) -> None:
    assert beginning(given, datetime(2026, 11, 20, 12, tzinfo=UTC)) == start


@pytest.mark.parametrize("given", ["7", "d", "yesterday", "2026-13-01", "2026-11-01T09:00", "999999d"])
def test_any_other_since_is_refused(given: str) -> None:
    with pytest.raises(typer.BadParameter):
        beginning(given, datetime(2026, 11, 20, 12, tzinfo=UTC))


# ---- stats ---------------------------------------------------------------------------------------


def test_each_rule_in_force_is_counted_and_those_that_are_gone_come_last(site: Site) -> None:
    written(site, "- rule: ghost\n  then: { tag: t }\n  shadow: true\n")
    site.maild("reload")
    site.take_in(raw(a_mail(subject="Platform DOWN")))
    (site.folder / "config" / "rules" / "10-urgency.yaml").unlink()
    site.maild("reload")
    found = site.maild("rules", "stats", "--json").json
    by_name = {one["rule"]: one for one in found}
    assert [one["rule"] for one in found][-2:] == ["ghost", "platform down"]
    assert {name: (one["hits"], one["recent"], one["note"]) for name, one in by_name.items() if one["hits"]} == {
        "ghost": (1, 1, "shadow"),
        "platform down": (1, 1, "gone"),
    }
    assert by_name["invoices"]["note"] == "never" and by_name["invoices"]["last"] is None
    assert by_name["ghost"]["last"].endswith("+00:00")
    assert "invoices\t0\t0\t\tnever\n" in site.maild("rules", "stats", "--days", "1").out


# ---- new -----------------------------------------------------------------------------------------


def test_a_new_rule_loads_when_it_is_pasted_and_changes_nothing(bare: Site) -> None:
    mail = bare.write("a.eml", raw(a_mail(subject="Ada's plotter smokes", text="Call Ada Archer, 030 5551234.")))
    done = bare.maild("rules", "new", mail)
    assert done.code == 0 and "Ada" not in done.out and "5551234" not in done.out and ADA not in done.out
    assert "    # organisation: acme " in done.out
    path = written(bare, done.out)
    assert bare.maild("rules", "check").code == 0
    path.write_text(path.read_text() + bare.maild("rules", "new", mail).out + bare.maild("rules", "new").out)
    assert bare.maild("rules", "check").out == "10 rules with 17 examples: all is well\n"
    again = rules_as_written(load_settings(bare.settings)).policy.rules[-3:]
    assert all(rule.shadow for rule in again)


def test_a_new_rule_is_made_of_a_tickets_first_mail(busy: Site) -> None:
    done = busy.maild("rules", "new", "--ticket", "1001")
    assert done.code == 0 and done.out.startswith("- rule: Platform DOWN\n")
    both = busy.maild("rules", "new", "x.eml", "--ticket", "1001")
    assert both.code == ExitCode.USAGE and "one of them" in both.err


def test_a_domain_of_everybodys_is_no_sign_of_a_sender(bare: Site) -> None:
    own = bare.write("own.eml", raw(a_mail(sender="x@firm.example")))
    free = bare.write("free.eml", raw(a_mail(sender="x@gmail.com")))
    assert '# sender: "@firm.example"' in bare.maild("rules", "new", own).out
    assert "gmail" not in bare.maild("rules", "new", free).out


# ---- example -------------------------------------------------------------------------------------


def test_a_mail_becomes_an_example_and_all_else_in_the_file_stays(bare: Site) -> None:
    path = written(bare, SHADOWED)
    mail = bare.write("a.eml", raw(a_mail(subject="printer", text="Ada says: it burns.")))
    done = bare.maild("rules", "example", "all of acme", mail, "--from", "bob@acme.example")
    assert done.code == 0, done.err
    added = (
        "    - mail:\n        from: bob@acme.example\n        subject: printer\n"
        '        text: "Somebody says: it burns."\n'
        "      gives: { tag: acme }\n"
    )
    before = "      gives: { tag: acme }\n"
    assert path.read_text() == SHADOWED.replace(before, before + added)
    assert bare.maild("rules", "check").code == ExitCode.FINDING  # the warning of before
    assert sorted(one.name for one in path.parent.iterdir()) == sorted(
        ["10-urgency.yaml", "20-routing.yaml", "30-people.yaml", path.name]
    )


def test_a_mail_that_a_rule_does_not_match_is_an_example_that_gives_nothing(busy: Site) -> None:
    path = busy.folder / "config" / "rules" / "20-routing.yaml"
    before = path.read_text()
    done = busy.maild("rules", "example", "invoices", "--ticket", "1001")
    assert done.code == 0 and "subject: Platform DOWN" in path.read_text()
    assert [line for line in path.read_text().splitlines() if line not in before.splitlines()][-1].strip() != ""
    assert busy.maild("rules", "check").out == "7 rules with 15 examples: all is well\n"


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["all of acme"], ExitCode.USAGE, "not without what is taken out of it: `organisation` does not hold"),
        (["all of acme", "--from", ADA, "--gives", "nothing"], ExitCode.CONFIG, "should give nothing, but it matches"),
        (["all of acme", "--from", "nobody"], ExitCode.USAGE, "is no address"),
        (["all of acme", "--gives", "much"], ExitCode.USAGE, "takes `nothing` only"),
        (["all of acm"], ExitCode.NO_INPUT, "did you mean `all of acme`"),
        (["flat", "--from", ADA], ExitCode.CONFIG, "stands in { }"),
    ],
)
def test_what_would_break_the_rules_leaves_the_file_as_it_was(
    bare: Site, words: list[str], code: ExitCode, why: str
) -> None:
    path = written(bare, SHADOWED + "\n- { rule: flat, then: { tag: t } }\n")
    before = path.read_bytes()
    mail = bare.write("a.eml", raw(a_mail(subject="printer")))
    done = bare.maild("rules", "example", *words, mail)
    assert (done.code, path.read_bytes()) == (code, before)
    assert why in done.err and "maild-rules-" not in done.err


def test_a_link_to_a_rule_file_stays_one_and_so_do_its_rights(bare: Site) -> None:
    path = written(bare, SHADOWED)
    true = path.rename(bare.folder / "true.yaml")
    path.symlink_to(true)
    true.chmod(0o640)
    mail = bare.write("a.eml", raw(a_mail(subject="printer")))
    assert bare.maild("rules", "example", "all of acme", mail, "--from", ADA).code == 0
    assert path.is_symlink() and true.stat().st_mode & 0o777 == 0o640 and "subject: printer" in true.read_text()


def test_rules_that_are_broken_already_are_told_and_nothing_is_written(bare: Site) -> None:
    path = written(bare, SHADOWED.replace("gives: { tag: acme }", "gives: nothing"))
    before = path.read_bytes()
    mail = bare.write("a.eml", raw(a_mail(subject="printer")))
    done = bare.maild("rules", "example", "all of acme", mail)
    assert (done.code, path.read_bytes()) == (ExitCode.CONFIG, before) and f"{path}:8:" in done.err
