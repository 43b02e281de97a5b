"""`maild reload`: files -> the policy in force. A broken file changes nothing and is named (law 13)."""

from __future__ import annotations

import os
import signal

import typer

from maild.cli.help import examples, new_app
from maild.cli.house import quiet_logs, require_database, settings_of
from maild.cli.output import say
from maild.config import load_directory, load_policy
from maild.daemon.node import running
from maild.daemon.policy import PolicyKeeper
from maild.errors import ConfigError, Problem
from maild.store import policies

app = new_app()


@app.command("reload", epilog=examples("maild reload", "maild check && maild reload"))
def reload(ctx: typer.Context) -> None:
    """Take desks, rules, templates and directory as the files are now; running daemons follow within seconds.

    Changes in maild.yaml itself need a restart.
    """
    settings = settings_of(ctx)
    load_policy(settings)
    load_directory(settings)
    require_database(settings)
    quiet_logs()
    house = PolicyKeeper(settings).open()
    with house.store.reading() as tx:
        complaint = policies.complaint(tx)
    house.store.close()
    if complaint:
        raise ConfigError(Problem(str(settings.directory), 0, 0, complaint))
    daemon = running(settings.state)
    if daemon:
        os.kill(daemon, signal.SIGHUP)
    follows = f"; the daemon (process {daemon}) follows" if daemon else ""
    say(f"policy {house.policy.version[:12]} is in force{follows}")
