"""`maild demo`: the real daemon on loopback, real mails over SMTP, each promise checked.

mails      what people write
place      a folder with the example configuration, the daemon, and a relay that keeps what it is given
story      who writes when, and what was seen
promises   what must be true afterwards, as data
tell       all of it on the screen
script     a story as the folder of an example desk tells it
desk       that story, played on the desk
"""
