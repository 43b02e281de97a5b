"""Mails to the admin (`alarms.mail`): the files are not taken, and that all is well again.

In: what is wrong, in the words of `maild check`, and the policy that serves; out: a row in the outbox, in the caller's
transaction. They are about no ticket, are marked as automatic, and come from the first desk's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from maild.decide.policy import Policy
from maild.decide.told.tokens import Tokens
from maild.model import Address, Notification, NotificationKind, OutgoingMail
from maild.notify.compose import addr_spec, date, mailbox, message, unstructured
from maild.settings import MailFrom, Settings
from maild.steps.secret import read_secret
from maild.store import outbox

MOST_LINES = 200
REFUSED = """\
maild has not taken the changed files, since they are not right:

{problems}

Nothing of them is in force. The last good policy ({version}) serves on, also after a restart.

Mend what is named above; `maild check` tells what is still wrong. {how}
"""
WELL = """\
The files are right again and have been taken. The policy in force is {version}.
"""
BY_ITSELF = "The files are taken by themselves a few seconds after they were saved."
BY_HAND = "Then `maild reload` takes the files."


@dataclass(frozen=True, slots=True)
class _Letter:
    event: str
    subject: str
    text: str


class AdminMail:
    """What the admin is told; nothing where `alarms.mail` names nobody."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def refused(self, tx: Connection, problems: str, policy: Policy, now: datetime) -> None:
        """The files were not taken; `policy` serves on. `problems` are lines of file:line:column: message."""
        how = BY_ITSELF if self._settings.reload_on_change else BY_HAND
        text = REFUSED.format(problems=_shortened(problems), version=policy.version[:12], how=how)
        self._queue(tx, _Letter("reload-refused", "maild: the changed files are not taken", text), policy, now)

    def well(self, tx: Connection, policy: Policy, now: datetime) -> None:
        """They are right again: `policy` is what they say."""
        text = WELL.format(version=policy.version[:12])
        self._queue(tx, _Letter("reload-well", "maild: the files are taken again", text), policy, now)

    def _queue(self, tx: Connection, letter: _Letter, policy: Policy, now: datetime) -> None:
        if not self._settings.alarms.mail:
            return
        to = Address("", self._settings.alarms.mail)
        told = Notification(NotificationKind.STAFF_NOTICE, f"{letter.event}:{now.isoformat()}", to, "en")
        outbox.add(tx, [outbox.Queued(None, told, self._finished(letter, told, policy, now), now)])

    def _finished(self, letter: _Letter, told: Notification, policy: Policy, now: datetime) -> OutgoingMail:
        tokens = Tokens(read_secret(self._settings.state), hostname=self._settings.hostname)
        desk, to = policy.desks[0].address, told.recipient
        message_id = tokens.message_id("maild", told.event, to.address, self._settings.hostname)
        headers = (
            ("From", mailbox("From", Address(f"maild at {self._settings.hostname}", desk))),
            ("To", addr_spec(to.address)),
            ("Subject", unstructured("Subject", letter.subject)),
            ("Date", date(now)),
            ("Message-ID", message_id),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Maild-Loop", tokens.loop_mark()),
        )
        sender = self._sender(tokens, desk, message_id)
        return OutgoingMail(message_id, sender, to.address, message(headers, letter.text))

    def _sender(self, tokens: Tokens, desk: str, message_id: str) -> str:
        """The envelope sender that the relay wants of automatic mail."""
        relay = self._settings.relay
        match relay.mail_from if relay else MailFrom.FIXED:
            case MailFrom.NULL:
                return ""
            case MailFrom.VERP:
                return tokens.bounce_address(desk, message_id)
            case MailFrom.FIXED:
                return desk


def _shortened(problems: str) -> str:
    lines = problems.splitlines()
    rest = len(lines) - MOST_LINES
    return "\n".join([*lines[:MOST_LINES], *([f"… and {rest} more"] if rest > 0 else [])])
