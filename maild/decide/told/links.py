"""Links that a mail carries: what has to be written down so that one works. Pure; the link itself is the renderer's."""

from __future__ import annotations

import hashlib
from datetime import datetime

from maild.decide.people_changes import Invite
from maild.decide.told.tokens import Tokens
from maild.model import Purpose


def invite(
    tokens: Tokens, purpose: Purpose, address: str, nonce: str, desk: str, until: datetime, about: str = ""
) -> Invite:
    """Let the link work that is made from `nonce` for this address; `until` (UTC). Only its hash is kept."""
    secret = tokens.invitation(purpose, address, nonce)
    return Invite(purpose, address, hashlib.sha256(secret.encode()).hexdigest(), desk, about, until)
