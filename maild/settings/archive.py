"""The archive: where tickets lie that were settled long ago, and for whom their files are encrypted."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from maild.settings.base import Section


class Archive(Section):
    """Files of archived tickets; which tickets, each desk says (`retention: archive`)."""

    folder: Path | None = Field(
        default=None,
        description="Where they lie, with no other installation's; several nodes share it. Without it, in `archive` in "
        "state. No backup holds them: copy the folder, too.",
    )
    encrypt_to: tuple[str, ...] = Field(
        default=(),
        description="age public keys (age1…): only their owners can read the files. maild itself cannot then: bringing "
        "a ticket back, and erasing in it, needs `--identity`.",
    )
