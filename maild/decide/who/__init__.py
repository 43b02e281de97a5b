"""Who somebody is, what they may, see and ask for; and what is proposed about people. Pure."""
