"""`maild reload`: files -> the policy in force, and what further directories say -> the register.

A broken file changes nothing and is named (law 13); nor does a directory that cannot be asked or is wrong.
"""

from __future__ import annotations

import os
import signal
import sys

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, require_database, settings_of
from maild.cli.output import safe, say
from maild.clock import system_clock
from maild.config import load_directory, load_policy
from maild.daemon.node import running
from maild.daemon.policy import PolicyKeeper
from maild.errors import ConfigError, ExitCode, Problem, SourceUnavailable
from maild.settings import FurtherDirectory
from maild.steps.directories import refresh, source_of
from maild.store import policies
from maild.store.engine import Store
from maild.store.register import ImportRefused

app = new_app()


@app.command("reload", epilog=examples("maild reload", "maild check && maild reload"))
def reload(ctx: typer.Context) -> int:
    """Take desks, rules, templates and directory as the files are now; running daemons follow within seconds.

    A daemon takes changed files by itself unless `reload_on_change` in maild.yaml is false.

    Further directories (`directories` in maild.yaml) are asked, too: exit code 1 if one of them fails. Changes in
    maild.yaml itself need a restart.
    """
    settings = settings_of(ctx)
    load_policy(settings)
    load_directory(settings)
    require_database(settings)
    quiet_logs()
    house = PolicyKeeper(settings).open()
    with house.store.reading() as tx:
        complaint = policies.complaint(tx)
    if complaint:
        house.store.close()
        raise ConfigError(Problem(str(settings.directory), 0, 0, complaint))
    failed = [not _asked(house.store, one) for one in settings.directories]
    house.store.close()
    daemon = running(settings.state)
    if daemon:
        os.kill(daemon, signal.SIGHUP)
    follows = f"; the daemon (process {daemon}) follows" if daemon else ""
    say(f"policy {house.policy.version[:12]} is in force{follows}")
    return ExitCode.FINDING if any(failed) else ExitCode.DONE


def _asked(store: Store, wanted: FurtherDirectory) -> bool:
    """Ask one further directory, and say what came of it. False where the register stays as it was."""
    try:
        done = refresh(store, source_of(wanted), system_clock)
    except (SourceUnavailable, ConfigError, ImportRefused) as error:
        why = "; ".join(safe(line) for line in str(error).splitlines())
        sys.stderr.write(f"maild: directory {wanted.name} changes nothing: {why}\n")
        return False
    say(f"directory {wanted.name}: {done.added} added, {done.changed} changed, {done.removed} let go")
    return True
