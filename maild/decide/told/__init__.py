"""Who hears of what, and who must not: notifications, the gate of automatic mail, tokens and links. Pure."""
