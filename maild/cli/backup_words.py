"""What `maild backup` and `maild restore` say, and how far they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from maild.cli.output import age, when
from maild.store.backup.about import About, Manifest, Step, no_step
from maild.store.backup.restoring import Restored
from maild.store.backup.verifying import Verified

TOLD = ("ticket", "article", "inbox_entry", "outbox_entry")


@contextmanager
def bar(what: str) -> Iterator[Step]:
    """A bar that says which stage it is, on a terminal only: pipes and logs never see it."""
    if not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield no_step
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=1.0)
        yield lambda stage, part: shown.update(task, description=f"{what}: {stage}", completed=part)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / (1 << 20):.1f} MB"


def made_in_words(file: Path, manifest: Manifest, now: datetime) -> Iterator[str]:
    """A backup that was just made."""
    yield f"{file} ({megabytes(manifest.size)}): {_content(manifest.about, now)}"
    yield from (f"not in it, keep it elsewhere: {name}" for name in manifest.about.left_out)


def verified_in_words(found: Verified, now: datetime) -> Iterator[str]:
    """What a look at a backup came to."""
    if found.about is not None:
        yield f"{'made':<10}{when(found.about.made_at)} by maild {found.about.version}, schema {found.about.revision}"
        yield f"{'holds':<10}{_content(found.about, now)}"
        yield from (f"{'not in it':<10}{name}" for name in found.about.left_out)
    yield from (f"{'BROKEN':<10}{fault}" for fault in found.faults)
    yield from (f"{'NOTE':<10}{blemish}; it was so when the backup was made" for blemish in found.blemishes)
    if not found.opened:
        yield f"{'NOTE':<10}it is encrypted: only its hash was compared; --identity KEYFILE looks inside"
    if not found.faults:
        yield f"{'good':<10}{'it can be restored' if found.opened else 'it is the file that was made'}"


def _content(about: About, now: datetime) -> str:
    counts = dict(about.counts)
    held = ", ".join(f"{counts.get(name, 0)} {name.replace('_', ' ')}" for name in TOLD)
    newest = f"the newest mail is {age(about.newest, now)} old" if about.newest else "no mail yet"
    return f"rows: {held}; {newest}"


def restored_in_words(restored: Restored, now: datetime, config: Path | None) -> Iterator[str]:
    """What a restore did, and what a person does next."""
    about = restored.about
    yield f"restored: the backup of {when(about.made_at)} ({age(about.made_at, now)} ago); {_content(about, now)}"
    yield from (f"  {sentence}" for sentence in restored.done)
    if restored.old_database is not None:
        yield f"  the database that was there is {restored.old_database} now"
    if restored.old_secret is not None:
        yield f"  the secret that was there is {restored.old_secret} now"
    if config is not None:
        yield f"  {len(restored.papers.files)} files of the configuration are in {config}"
    yield from (
        f"  not in the backup, put it back yourself: {name}" for name in about.left_out if not Path(name).exists()
    )
    yield "Next:"
    yield "  1. maild check, then start the daemon: what came since is read again where mailboxes still have it"
    yield "  2. maild outbox --state parked: mail that waited then; it may have gone out since"
    yield "  3. maild outbox release ID …: what is to go out after all"
    yield "  4. maild backup: a fresh one, of this"
