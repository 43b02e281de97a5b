"""`maild rules`: may these rules go live, and what do they make of this mail? Nothing is written here.

`rule_past` asks about mail that came before, `rule_writing` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from typing import Annotated

import typer

from maild.cli import rule_trial
from maild.cli.envelope import MailFrom, Recipient, address_given, instant
from maild.cli.explain import Said, dry_house
from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, settings_of
from maild.cli.output import AsJson, safe, say, to_json
from maild.cli.parse import Files, named
from maild.cli.rule_files import RulesFolder, sound, with_rules
from maild.cli.rule_past import app as past
from maild.cli.rule_writing import app as writing
from maild.clock import system_clock
from maild.config.load import RuleFiles, rules_as_written
from maild.errors import ExitCode
from maild.model import Source

app = new_app()
group = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(group, name="rules")


@group.callback(epilog=examples("maild rules check", "maild rules test mail.eml", "maild rules replay --since 30d"))
def rules() -> None:
    """Write rules and trust them."""


# ---- check ---------------------------------------------------------------------------------------


@group.command("check", epilog=examples("maild rules check", "maild rules check --rules draft --json"))
def check(ctx: typer.Context, folder: RulesFolder = None, json: AsJson = False) -> int:
    """Look for mistakes in the rules alone, and run their examples.

    Exit code 78: they cannot go live; 1: they work, but something was hardly meant so; 0: all is well.
    """
    found = rules_as_written(with_rules(settings_of(ctx), folder))
    if json:
        say(to_json({"broken": found.problems, "warnings": found.warnings}, indent=2))
    else:
        for line in _told(found):
            say(safe(line))
    return ExitCode.CONFIG if found.problems else ExitCode.FINDING if found.warnings else ExitCode.DONE


def _told(found: RuleFiles) -> Iterator[str]:
    yield from map(str, found.problems)
    yield from (str(replace(one, message=f"warning: {one.message}")) for one in found.warnings)
    if not found.problems and not found.warnings:
        proofs = sum(len(rule.examples) for rule in found.policy.rules)
        yield f"{len(found.policy.rules)} rules with {proofs} examples: all is well"


# ---- test ----------------------------------------------------------------------------------------


@group.command(
    "test",
    epilog=examples("maild rules test mail.eml", "maild rules test --rules draft --rcpt support@desk.example *.eml"),
)
def test(
    ctx: typer.Context,
    files: Files,
    folder: RulesFolder = None,
    json: AsJson = False,
    mail_from: MailFrom = None,
    rcpt: Recipient = None,
    source: Annotated[Source, typer.Option(help="How it came in.")] = Source.FILE,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it came; else now.")] = None,
) -> None:
    """Show what every rule makes of mails: which matched and why, which did not and what was there instead.

    By the files as they are now. With --json one object a line. Nothing is written.
    """
    said = Said(
        address_given(mail_from) if mail_from else mail_from,
        address_given(rcpt) if rcpt else None,
        source,
        instant(at).astimezone(UTC) if at else system_clock(),
    )
    settings = with_rules(settings_of(ctx), folder)
    policy = sound(settings)
    quiet_logs()
    with dry_house(settings, as_files=False) as house:
        for found in named(files):
            trial = rule_trial.tried(replace(house, policy=policy), found, said)
            say(to_json(trial)) if json else rule_trial.show(trial)


group.add_typer(past)
group.add_typer(writing)
