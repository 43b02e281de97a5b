"""Backups: one SQLite file of the same schema, whatever the database; made, proven, kept, restored.

A backup is `maild-<UTC time>-<series>.db.gz`, or `….db.gz.age` where it is encrypted, and beside it a manifest `….json`
that can be read without any key. Whatever reads maild's SQLite database can look into a backup.

about         what a backup says of itself, and the errors of this package
disk          files that are whole or not there, room, one backup at a time
papers        the small files that a restore needs: the secret, the configuration
copying       a database as it is at one moment -> a SQLite file (SQLite, PostgreSQL)
content       that file: what it says of itself, and whether it is sound
seal          age: for whom a backup is, and opening it again
packing       the file -> what lies in the folder, and back
folder        what lies in a folder of backups, which of it is good, what is too old
making        all of that in order: `make`
runs          table backup_run: what was made, what failed, what is overdue
verifying     is this backup worth anything? `verify`
disarming     what a restored database must not do by itself
placing       a restored database -> where it is to serve (SQLite, PostgreSQL)
restoring     all of that in order: `restore`
"""
