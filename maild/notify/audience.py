"""Which kinds of mail go to whom, and what that means for them: tables. Pure."""

from __future__ import annotations

from maild.model import NotificationKind as Kind

NEUTRAL = frozenset(
    {
        Kind.CONFIRMATION_UNVERIFIED,
        Kind.FIRST_LINE,
        Kind.REGISTRATION,
        Kind.REFUSED,
        Kind.LOOK_LINK,
        Kind.INVITATION,
    }
)
"""Mails that may go to a stranger's address: no word in them that a stranger chose."""
BY_COMMAND = frozenset({Kind.OVERVIEW, Kind.HELP, Kind.SETTING_CHANGED})
NUMBERLESS = BY_COMMAND | {Kind.FIRST_LINE, Kind.REFUSED, Kind.ANNOUNCEMENT, Kind.REPORT}
"""Mails about no ticket, or that do not tell whether there is one (REQ-M1)."""
IN_PLACE = frozenset({Kind.ANSWER, Kind.MISSING})
"""What a rule lets the desk say in place of the confirmation: as careful as that one about what is not proven."""
AT_WORK = frozenset({Kind.STAFF_TICKET, Kind.STAFF_ANSWER, Kind.SERVICE_LEVEL, Kind.STAFF_WORKFLOW})
TO_STAFF = AT_WORK | {Kind.STAFF_NOTICE, Kind.FORWARDED}
"""Of those to staff, the ones whose answer is work on the ticket: they have a staff address in Reply-To."""
ANSWERS = (
    NEUTRAL
    | BY_COMMAND
    | IN_PLACE
    | {Kind.STAFF_ANSWER, Kind.CONFIRMATION, Kind.LEFT_OUT, Kind.PRIVACY, Kind.DIGEST, Kind.REPORT}
)
"""Mails that somebody's own mail caused (RFC 3834 5: `auto-replied`)."""
TO_BE_ANSWERED = frozenset(Kind) - BY_COMMAND - {Kind.FIRST_LINE, Kind.REFUSED, Kind.LOOK_LINK, Kind.REPORT}
TO_BE_ANSWERED -= {Kind.STAFF_NOTICE, Kind.FORWARDED}
"""Mails with a line at their top above which an answer is to be written."""
TO_FOLLOWERS = frozenset({Kind.FOLLOWED})
TO_PARTICIPANTS = frozenset({Kind.REPLY, Kind.STATUS_UPDATE})
"""Mails that who follows an organisation, or takes part as a follower, may stop by a word (RFC 2369)."""
SEALED = frozenset({Kind.WORKFLOW_CONFIRM, Kind.WORKFLOW_SECOND})
"""Questions about requests with legal weight: with a number, and an address that only this reader got."""
STAFF_WROTE = frozenset({Kind.REPLY, Kind.STATUS_UPDATE, Kind.ESTIMATE, Kind.ANNOUNCEMENT})
"""Mails whose `text` is a staff member's."""
