"""A mail becomes a tree of parts, opened where people expect it, sealed where they must not leak."""
