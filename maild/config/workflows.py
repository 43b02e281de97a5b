"""Workflow files → the workflows they hold, or everything that is wrong with them.

In: the pattern that `workflows` in maild.yaml names, a workflow a file; out: what the policy holds, and problems as
file:line:column. That a workflow names desks, staff and webhooks that exist is asked here, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from maild.desks.policy import Desk
from maild.errors import ConfigError, Problem
from maild.rules.references import Known
from maild.workflows.model import ACCOUNT_MANAGER, ASSIGNEE, Workflow
from maild.yaml.file import Document, Step, read
from maild.yaml.problems import build
from maild.yaml.suggest import did_you_mean

ROOM = 26
"""Characters: 64 are the most before an @ (RFC 5321 4.5.3.1.1), and the token takes 38 where there are 34 billion
tickets."""


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A workflow and the file it stands in."""

    workflow: Workflow
    document: Document


@dataclass(frozen=True, slots=True)
class Workflows:
    """Those that are sound, and what is wrong with all of them."""

    files: tuple[WorkflowFile, ...]
    problems: tuple[Problem, ...]

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        return tuple(file.workflow for file in self.files)


def read_workflows(paths: Iterable[Path], known: Known) -> Workflows:
    """All of them."""
    files: list[WorkflowFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            document = read(path)
            files.append(WorkflowFile(build(document, Workflow), document))
        except ConfigError as error:
            problems += error.problems
    problems += [*_twice(files), *_strangers(files, known), *_roomless(files, known.desks or ())]
    return Workflows(tuple(files), tuple(problems))


def _twice(files: Iterable[WorkflowFile]) -> Iterator[Problem]:
    seen: dict[str, WorkflowFile] = {}
    for file in files:
        other = seen.setdefault(file.workflow.workflow, file)
        if other is not file:
            yield file.document.problem(f"`{file.workflow.workflow}` is taken by {other.document.file}", "workflow")


def _strangers(files: Iterable[WorkflowFile], known: Known) -> Iterator[Problem]:
    """Names that lead nowhere."""
    for file in files:
        one = file.workflow
        for number, desk in enumerate(one.desks):
            yield from _unknown(file, ("desks", number), "desk", desk, known.desk_names())
        if one.carried_out_by not in (ASSIGNEE, ACCOUNT_MANAGER):
            place: tuple[Step, ...] = ("carried_out_by",)
            yield from _unknown(file, place, "member of staff or team", one.carried_out_by, known.workers())
        if one.webhook:
            yield from _unknown(file, ("webhook",), "webhook", one.webhook, known.webhooks)


def _roomless(files: Iterable[WorkflowFile], desks: Iterable[Desk]) -> Iterator[Problem]:
    """A question has an address of its own: the desk's, with a token behind it."""
    asking = [file for file in files if file.workflow.safeguards.confirm_days is not None]
    for desk in desks:
        local = desk.address.rpartition("@")[0]
        for file in asking if len(local) > ROOM else ():
            if not file.workflow.desks or desk.desk in file.workflow.desks:
                told = f"desk {desk.desk}: `{local}` is too long for it: its questions need at most {ROOM} characters"
                yield file.document.problem(f"{told} before the @ of the desk's first address", "safeguards")


def _unknown(
    file: WorkflowFile, place: tuple[Step, ...], what: str, name: str, known: Collection[str] | None
) -> Iterator[Problem]:
    if known is not None and name not in known:
        yield file.document.problem(f"there is no {what} `{name}`{did_you_mean(name, known)}", *place)
