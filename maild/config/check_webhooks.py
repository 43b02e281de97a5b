"""Webhooks: names that are given once, and secrets that are what they look like.

`problems` is pure; `key_problems` reads the secrets, which no message quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from maild.errors import ConfigError
from maild.notify.webhook import NoKey, key_of
from maild.settings import Settings
from maild.yaml.file import Step

Finding = tuple[str, tuple[Step, ...]]


def problems(settings: Settings) -> Iterator[Finding]:
    """Everything wrong with them."""
    seen: dict[str, int] = {}
    for number, one in enumerate(settings.webhooks):
        first = seen.setdefault(one.name, number)
        if first != number:
            yield f"webhook {first + 1} has this name already", ("webhooks", number, "name")


def key_problems(settings: Settings, read: Callable[[Path], str]) -> Iterator[Finding]:
    """Secrets that can be read and are none. What cannot be read is told by whoever reads every secret."""
    for number, one in enumerate(settings.webhooks):
        try:
            key_of(read(one.secret_file))
        except NoKey as error:
            yield f"{one.secret_file}: {error}", ("webhooks", number, "secret_file")
        except ConfigError:
            continue
