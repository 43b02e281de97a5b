"""The archive: what was settled long ago lies in files, and comes back into the very rows it was taken from (REQ-L6).

A file is `<desk>/<year>/<number>.zip` in the folder of archives, `….zip.age` where it is encrypted: a ticket with those
merged into it, as a ZIP that anybody can open. Numbers, times, status and people stay in the database.
Law: nothing is emptied before its file is whole on the disk, was read back and compared; a process may die at any
moment, and either the ticket is whole in the database, or its file is good and known.

due           which tickets may go, and what keeps one here
family        a ticket with those merged into it -> the rows that would lose words, its mails
chest         that <-> a ZIP with a manifest
addresses     texts -> whose addresses stand in them, to be found by an erasure
shelf         where files lie, and by which names
files         how one is written and gets its name, how one is opened, how one goes
taking        the transaction that empties and enters
records       which archives there are, which files must go
returning     a file -> the rows as they were
at_hand       organisations that keep theirs
"""
