"""The SMTP and LMTP edge, on a hardened aiosmtpd. `listeners` opens it; everything else is one conversation.

listeners    opens and closes it all: `sockets`, or those of systemd (`activation`)
door         one listening socket: connections in, sessions out
entrance     one listener as its sessions see it: `tls`, `users` (`passwords`), `proxy`
intake       what all sessions share: who is ours, the memory budget, the way into the inbox, `clients`
connection   how a session begins; `wire`: its timers and its end
session      one conversation, command by command (`commands`, `grammar`, `auth`)
data         a whole message, read under its limits
"""

from maild.ingest.smtp.listeners import Listeners, start_listeners

__all__ = ["Listeners", "start_listeners"]
