"""A plan's notifications become finished mail, and finished mail is handed over.

`render` (pure) with `environment`, `compose` and `words` makes the bytes; `smtp` and `maildir` deliver them.
"""
