"""Bytes become a `Message`: this package knows mail and knows nothing of tickets.

Start at `parse.parse`. The pure files (all but the edges smtp, lmtp_client, imap, files and group) read no
clock, do no I/O, and keep one law: whatever a mail contains, they answer within bounds or raise `UnparsableMail`.
"""
