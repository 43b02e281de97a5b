"""Runs the pipeline's steps: processes, signals, wake-ups, watchdog, one catch-all per loop.

serve     the main process: edges, delivery, clock, until a signal comes
forking   the server that workers are forked from
workers   starts, watches, kills and replaces worker processes (law 3)
worker    the child: claims, reads, decides
slots     which mail each worker is in, where it survives a killed process
schedule  APScheduler: which step runs how often
systemd   READY, WATCHDOG, STOPPING
"""

ROLES = ("smtp", "imap", "workers", "outbox", "clock", "web")
"""The parts of a node; each process may have some of them."""
