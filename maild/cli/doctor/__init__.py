"""`maild doctor`: try everything out, live. Nothing is changed, and no mail is sent but what --via is for.

finding     what a check comes to
patient     what a check is given
machine     this machine: state folder, disk, open files, the host's name, clock
database    does it answer, does it keep its word, is its schema ours, which policy serves
relay       connect, secure, log in, and whether it takes our envelope senders
mailboxes   connect, log in, open the folder, count its mails against the ledger
listeners   is anybody there, with which certificate, and are reply addresses taken
border      servers in front: do they write what proves senders, and remove what others write in their name
probe       the mail that tries them
others      scanners, backups, the metrics file
checks      `CHECKS`, the table of all of these, and running them side by side
command     the command
"""

from maild.cli.doctor.command import app

__all__ = ["app"]
