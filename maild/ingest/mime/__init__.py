"""What bytes are made of, and how many of them are read: charsets, parameters, broken lines, limits."""
