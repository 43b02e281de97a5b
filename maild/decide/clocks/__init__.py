"""What time means for a ticket: states, promises, timers. Pure."""
