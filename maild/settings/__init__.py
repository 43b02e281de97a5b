"""The daemon's own settings, typed: `config/maild.yaml` in, `Settings` out (read by `maild.config`).

Policy (desks, rules, templates) lives in files of its own and is reloaded while running; a change here
needs a restart. Sizes are bytes, times are seconds. Each field's description is its documentation.
Relative paths are relative to the file that names them.
"""

from __future__ import annotations

from maild.settings.alarms import Alarms
from maild.settings.archive import Archive
from maild.settings.backup import BackupSeries
from maild.settings.base import MEBIBYTE, Port, Section
from maild.settings.border import Border, note_of
from maild.settings.budgets import Budgets
from maild.settings.directories import FurtherDirectory
from maild.settings.dns import Dns, server_address
from maild.settings.limits import Limits
from maild.settings.listeners import Listener
from maild.settings.mailboxes import ImapAccount, MaildirSource, OAuth
from maild.settings.relay import MailFrom, Relay
from maild.settings.screening import Clamd, Rspamd, Screening, SpamHeader
from maild.settings.web import Web
from maild.settings.webhooks import Webhook
from maild.settings.whole import Settings

__all__ = [
    "MEBIBYTE",
    "Alarms",
    "Archive",
    "BackupSeries",
    "Border",
    "Budgets",
    "Clamd",
    "Dns",
    "FurtherDirectory",
    "ImapAccount",
    "Limits",
    "Listener",
    "MailFrom",
    "MaildirSource",
    "OAuth",
    "Port",
    "Relay",
    "Rspamd",
    "Screening",
    "Section",
    "Settings",
    "SpamHeader",
    "Web",
    "Webhook",
    "note_of",
    "server_address",
]
