"""The SMTP and LMTP edge, on a hardened aiosmtpd. `listeners` opens it; everything else is one conversation.

listeners    sockets to sessions; draining
intake       what all sessions share: who is ours, the memory budget, the way into the inbox
connection   one line, its timers and limits
session      one conversation, command by command (`commands`, `grammar`)
data         a whole message, read under its limits
"""

from maild.ingest.smtp.listeners import Listeners, start_listeners

__all__ = ["Listeners", "start_listeners"]
