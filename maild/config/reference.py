"""The reference of all configuration files, made from the very descriptions the error messages use.

In: nothing but the models; out: Markdown, the same for the same version (`reference`).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from maild.desks.articles import Head
from maild.desks.forms import Form, InField
from maild.desks.hours import Hours
from maild.desks.information import FieldWanted, Information, ModuleGuess, SubjectWanted
from maild.desks.kinds import TicketType
from maild.desks.life_cycle import LifeCycle, Unanswered
from maild.desks.policy import Desk
from maild.desks.privacy import Privacy
from maild.desks.retention import Archive as DeskArchive
from maild.desks.retention import Retention
from maild.desks.targets import Escalation, ServiceLevel
from maild.desks.telling import Tells
from maild.directory import Directory, OrganisationRecord, PersonRecord, StaffRecord, TeamRecord
from maild.rules.example_mail import ExampleMail, ExampleTicket
from maild.rules.language import Actions, Example, NamedList, Rule, When
from maild.settings import (
    Alarms,
    Archive,
    BackupSeries,
    Border,
    Budgets,
    Clamd,
    Dns,
    FurtherDirectory,
    ImapAccount,
    Limits,
    Listener,
    MaildirSource,
    OAuth,
    Relay,
    Rspamd,
    Screening,
    Settings,
    SpamHeader,
    Web,
    Webhook,
)
from maild.workflows.model import Due, Refusal, Safeguards, Workflow

SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("maild.yaml", Settings),
    ("maild.yaml: smtp, lmtp (each)", Listener),
    ("maild.yaml: imap (each)", ImapAccount),
    ("maild.yaml: imap (each): oauth", OAuth),
    ("maild.yaml: maildirs (each)", MaildirSource),
    ("maild.yaml: smtp, lmtp, imap, maildirs (each): border", Border),
    ("maild.yaml: screening", Screening),
    ("maild.yaml: screening: headers (each)", SpamHeader),
    ("maild.yaml: screening: rspamd", Rspamd),
    ("maild.yaml: screening: clamd", Clamd),
    ("maild.yaml: dns", Dns),
    ("maild.yaml: relay", Relay),
    ("maild.yaml: web", Web),
    ("maild.yaml: webhooks (each)", Webhook),
    ("maild.yaml: limits", Limits),
    ("maild.yaml: budgets", Budgets),
    ("maild.yaml: alarms", Alarms),
    ("maild.yaml: backup (each)", BackupSeries),
    ("maild.yaml: archive", Archive),
    ("maild.yaml: directories (each)", FurtherDirectory),
    ("desks/*.yaml", Desk),
    ("desks/*.yaml: hours", Hours),
    ("desks/*.yaml: service_levels (each)", ServiceLevel),
    ("desks/*.yaml: escalation (each)", Escalation),
    ("desks/*.yaml: types (each)", TicketType),
    ("desks/*.yaml: life_cycle", LifeCycle),
    ("desks/*.yaml: life_cycle: unanswered (each)", Unanswered),
    ("articles/*.md: the lines below the title", Head),
    ("workflows/*.yaml", Workflow),
    ("workflows/*.yaml: safeguards", Safeguards),
    ("workflows/*.yaml: due", Due),
    ("workflows/*.yaml: refuse (each)", Refusal),
    ("desks/*.yaml: information", Information),
    ("desks/*.yaml: information: fields (each)", FieldWanted),
    ("desks/*.yaml: information: subject", SubjectWanted),
    ("desks/*.yaml: information: modules (each)", ModuleGuess),
    ("desks/*.yaml: privacy", Privacy),
    ("desks/*.yaml: retention", Retention),
    ("desks/*.yaml: retention: archive", DeskArchive),
    ("desks/*.yaml: tells", Tells),
    ("desks/*.yaml: forms (each)", Form),
    ("desks/*.yaml: forms (each): requester", InField),
    ("directory.yaml", Directory),
    ("directory.yaml: organisations (each)", OrganisationRecord),
    ("directory.yaml: contacts (each)", PersonRecord),
    ("directory.yaml: staff (each)", StaffRecord),
    ("directory.yaml: teams (each)", TeamRecord),
    ("rules/*.yaml (each)", Rule),
    ("rules/*.yaml: when", When),
    ("rules/*.yaml: then", Actions),
    ("rules/*.yaml: examples (each)", Example),
    ("rules/*.yaml: mail", ExampleMail),
    ("rules/*.yaml: mail: ticket", ExampleTicket),
    ("rules/*.yaml (lists)", NamedList),
)


def reference() -> str:
    """Every file, every word that may stand in it, what it means and what it is if nothing is written."""
    return "\n".join(line for title, model in SECTIONS for line in _section(title, model))


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield from (f"### `{title}`", "", "| word | meaning | default |", "|---|---|---|")
    for name, field in model.model_fields.items():
        meaning = (field.description or "").replace("|", "\\|")
        yield f"| `{field.alias or name}` | {meaning} | {_default(field)} |"
    yield ""


def _default(field: FieldInfo) -> str:
    return "**needed**" if field.is_required() else _shown(field.default)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value == "" or value == () or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return ", ".join(filter(None, map(_listed, value)))
    return f"`{value.value if isinstance(value, StrEnum) else value}`"


def _listed(value: Any) -> str:
    if isinstance(value, BaseModel):
        given = ((name, getattr(value, name)) for name in value.model_fields_set)
        return "; ".join(f"{name} `{one}`" for name, one in given if isinstance(one, str | int | PurePath))
    return _shown(value)
