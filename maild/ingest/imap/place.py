"""Where reading a folder begins, and what that means for one mail: pure functions of position, date and account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from maild.model import Answers, Position
from maild.settings import ImapAccount

# A restore sets `rescan_upto` to this: read again up to what is there at the next look (UIDs have 32 bits).
UPTO_NOW: Final = 2**32 - 1
# Two clocks, theirs and ours, tell what came before the first look. Rather parked than lost.
SKEW: Final = timedelta(minutes=10)


def begins(was: Position | None, uidvalidity: int, last: int, account: ImapAccount, now: datetime) -> Position | None:
    """The position to go on from, where `was` does not fit the folder as it is; None where it does.

    `last` is the highest UID a mail in the folder may have by now.
    """
    match was:
        case None if account.first_look == "new":
            return Position(uidvalidity, last, first_uid=last, began_at=now)
        case None:
            return Position(uidvalidity, 0, began_at=now, import_upto=last)
        case Position() if was.uidvalidity != uidvalidity:
            return Position(uidvalidity, 0, began_at=was.began_at, rescan_upto=last)
        case Position() if was.rescan_upto >= UPTO_NOW:
            return replace(was, rescan_upto=last)
    return None


def answers(position: Position, account: ImapAccount, uid: int, arrived: datetime | None) -> Answers:
    """What becomes of mails that this one causes. What an import took, or would have, is answered on no road."""
    if uid <= position.import_upto:
        return Answers.NONE
    if uid > position.rescan_upto:
        return Answers.SENT
    return Answers.NONE if account.first_look == "import" and is_older(position, arrived) else Answers.PARKED


def is_before(position: Position, account: ImapAccount, uid: int, arrived: datetime | None) -> bool:
    """Whether a mail of a folder that was numbered anew was there before our first look, and is none of ours.

    Where `first_uid` still says what was there, the date is not asked: mail that a person drags in keeps its old one
    (RFC 9051 6.4.7).
    """
    renumbered = position.first_uid == 0 and uid <= position.rescan_upto
    return account.first_look == "new" and renumbered and is_older(position, arrived)


def is_older(position: Position, arrived: datetime | None) -> bool:
    return arrived is not None and position.began_at is not None and arrived < position.began_at - SKEW
