"""A desk is a support address with its own policy. Pure."""
