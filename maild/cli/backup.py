"""`maild backup` and `maild restore`: save everything while maild runs, look at what was saved, bring it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from maild.cli.backup_words import bar, made_in_words, megabytes, restored_in_words, verified_in_words
from maild.cli.help import examples, new_app
from maild.cli.house import settings_of, settings_path, store_of
from maild.cli.output import AsJson, Columns, listing, safe, say, to_json, when
from maild.clock import system_clock
from maild.config import database_url
from maild.daemon.backups import Site, run_series, save
from maild.daemon.node import AlreadyRunning, lock, name_of, prepare_state, running
from maild.errors import ConfigError, ExitCode, NotFound, Problem
from maild.settings import BackupSeries, Settings
from maild.store.backup import folder, papers, restoring, verifying
from maild.store.backup.about import Manifest, Step
from maild.store.backup.folder import Held
from maild.store.backup.making import MANUAL, WORK


class Every(StrEnum):
    """The series there are."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


app = new_app()
group = new_app()
app.add_typer(group, name="backup")

File = Annotated[Path, typer.Argument(metavar="FILE", help="A backup: maild-…db.gz or maild-…db.gz.age.")]
Identity = Annotated[
    Path | None,
    typer.Option("--identity", metavar="KEYFILE", help="File with the private age key."),
]
To = Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where to; made if missing.")]
Keys = Annotated[list[str] | None, typer.Option("--encrypt-to", metavar="KEY", help="age public key; may be repeated.")]
Series = Annotated[Every | None, typer.Option("--series", help="Make the one that the settings name.")]
In = Annotated[Path | None, typer.Option("--in", metavar="FOLDER", help="This folder instead of the settings' ones.")]

Run = Callable[[datetime, Step], tuple[Path, Manifest]]
HELD: Columns[Held] = {
    "made": lambda one: when(one.made_at),
    "series": lambda one: one.series,
    "size": lambda one: megabytes(one.size),
    "newest mail": lambda one: when(one.newest),
    "encrypted": lambda one: "yes" if one.sealed else "no",
    "good": lambda one: one.problem or "yes",
    "file": lambda one: str(one.path),
}


@group.callback(
    invoke_without_command=True,
    epilog=examples("maild backup", "maild backup --to /mnt/nas/maild --encrypt-to age1…", "maild backup --series day"),
)
def backup(ctx: typer.Context, to: To = None, encrypt_to: Keys = None, series: Series = None) -> None:
    """Save database, secret and configuration into one file, while the daemon runs; it is opened and checked.

    Without options it goes into `backups` in the state folder, and nothing ever deletes it.
    """
    if ctx.invoked_subcommand is None:
        _make(ctx, to, tuple(encrypt_to or ()), series.value if series else "")


def _make(ctx: typer.Context, to: Path | None, keys: tuple[str, ...], word: str) -> None:
    settings, now = settings_of(ctx), system_clock()
    with store_of(ctx) as store:
        site = Site(settings_path(ctx), settings, name_of(settings), system_clock, lambda: store)
        for run in _runs(site, to, keys, word):
            with bar("saving") as step:
                place, manifest = run(now, step)
            for line in made_in_words(place / manifest.file, manifest, system_clock()):
                say(safe(line))


def _runs(site: Site, to: Path | None, keys: tuple[str, ...], word: str) -> Iterator[Run]:
    """The series of the settings by this word, with all that belongs to it; or one file, wherever it is wanted."""
    if to is not None or not word:
        place = (to or site.settings.state / "backups").absolute()
        yield lambda now, step: (place, save(site, word or MANUAL, place, keys, now, step))
        return
    found = [one for one in site.settings.backup if one.every == word]
    if not found:
        advice = f"no series `every: {word}` is in there: add one, or name a folder with --to"
        raise ConfigError(Problem("backup", 0, 0, advice))
    for one in found:
        series = one.model_copy(update={"encrypt_to": keys}) if keys else one
        yield partial(_run_configured, site, series)


def _run_configured(site: Site, series: BackupSeries, now: datetime, step: Step) -> tuple[Path, Manifest]:
    return series.folder, run_series(site, series, now, step)


@group.command(
    "verify",
    epilog=examples("maild backup verify maild-20261120T120000Z-day.db.gz", "maild backup verify FILE --identity KEY"),
)
def verify(ctx: typer.Context, file: File, identity: Identity = None, json: AsJson = False) -> int:
    """Open a backup and say whether it can be restored, and how old its newest mail is.

    Exit code 1 if it cannot, or if something in it was wrong already when it was made.
    """
    _require_file(file)
    settings = settings_of(ctx)
    prepare_state(settings.state)
    with bar("looking") as step:
        found = verifying.verify(file, settings.state / WORK, identity, step)
    if json:
        say(to_json(found, indent=2))
    else:
        for line in verified_in_words(found, system_clock()):
            say(safe(line))
    return ExitCode.FINDING if found.faults or found.blemishes else ExitCode.DONE


@group.command("list", epilog=examples("maild backup list", "maild backup list --in /mnt/nas/maild --json"))
def list_all(ctx: typer.Context, place: In = None, json: AsJson = False) -> None:
    """The backups in the folders of the settings, the newest first."""
    listing(sorted(_held(ctx, place), key=lambda one: one.made_at, reverse=True), HELD, json)


def _held(ctx: typer.Context, place: Path | None) -> Iterator[Held]:
    if place is not None:
        yield from folder.listed(place)
        return
    settings = settings_of(ctx)
    for one in sorted({settings.state / "backups", *(series.folder for series in settings.backup)}):
        yield from folder.listed(one)


@app.command(
    "restore",
    epilog=examples(
        "maild restore maild-20261120T120000Z-day.db.gz",
        "maild restore FILE --identity KEYFILE --replace",
        "maild restore FILE --config-to /etc/maild",
    ),
)
def restore(
    ctx: typer.Context,
    file: File,
    identity: Identity = None,
    into: Annotated[str, typer.Option("--into", metavar="URL", help="Another database than the settings' one.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Put aside what is in the database now.")] = False,
    config_to: Annotated[
        Path | None, typer.Option("--config-to", metavar="FOLDER", help="Write the saved configuration there as well.")
    ] = None,
) -> None:
    """Bring a backup back. Mail that waited to go out is parked: nothing goes out that you have not released.

    Where there are no settings yet, --config-to brings back the configuration alone; then restore with that.
    """
    _require_file(file)
    if config_to is not None:
        papers.require_empty(config_to)
    try:
        settings = settings_of(ctx)
    except ConfigError:
        if config_to is None:
            raise
        _configuration_only(file, identity, config_to)
        return
    _restore(_to_restore(settings, file, identity, into, replace), config_to)


def _to_restore(settings: Settings, file: Path, identity: Path | None, into: str, replace: bool) -> restoring.Wanted:
    target = settings.model_copy(update={"database": into}) if into else settings
    return restoring.Wanted(file, database_url(target), settings.state, settings.state / WORK, identity, replace)


def _restore(wanted: restoring.Wanted, config_to: Path | None) -> None:
    prepare_state(wanted.state)
    if process := running(wanted.state):
        raise AlreadyRunning(f"a daemon (process {process}) works in {wanted.state}: stop it first")
    with lock(wanted.state), bar("restoring") as step:
        restored = restoring.restore(wanted, now := system_clock(), step)
    if config_to is not None:
        papers.write_files(restored.papers.files, config_to)
    for line in restored_in_words(restored, now, config_to):
        say(safe(line))


def _configuration_only(file: Path, identity: Path | None, config_to: Path) -> None:
    beside = config_to.absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    with bar("restoring") as step, TemporaryDirectory(dir=beside) as work:
        found = restoring.papers_of(file, Path(work), identity, step)
    many = papers.write_files(found.files, config_to)
    say(f"{many} files of the configuration are in {config_to}; the database is not restored yet. Next:")
    say("  1. put the password files back, and look at `state` and `database`")
    say(f"  2. maild --settings {config_to / 'maild.yaml'} restore {file}")


def _require_file(file: Path) -> None:
    if not file.is_file():
        raise NotFound(f"{file} is not there: `maild backup list` names what is")
