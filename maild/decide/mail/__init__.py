"""What a mail becomes: a new ticket, a part of one, or nothing. Pure."""
