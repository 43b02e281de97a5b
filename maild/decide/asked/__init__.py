"""What people ask of us by a word in a mail, and get at once. Pure."""
