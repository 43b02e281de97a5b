"""The operator's files -> `Settings`, `Policy`, `Directory`; every mistake at once, as file:line:column.

load        the three, and the secrets beside them
policy      desks, rules and templates compiled into one version (law 13)
checks      what no single field can know: names that do not exist, passwords in plain text
reference   every word of the configuration, from the code
starter     the shipped example, as a start of one's own
"""

from maild.config.load import (
    check,
    database_url,
    load_directory,
    load_policy,
    load_settings,
    read_secret_file,
    resolved,
)

__all__ = [
    "check",
    "database_url",
    "load_directory",
    "load_policy",
    "load_settings",
    "read_secret_file",
    "resolved",
]
