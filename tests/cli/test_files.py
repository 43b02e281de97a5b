"""What a mail calls its files, as names on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.cli.files import file_name
from maild.model import ArticleId, Attachment
from maild.store.tickets import AttachmentView


@pytest.mark.parametrize("name", ["\u6c34" * 120 + ".pdf", "\U00020000" * 120 + ".pdf", "a" * 300 + ".pdf", ".pdf"])
def test_a_name_of_any_length_fits_the_disk_and_keeps_its_ending(tmp_path: Path, name: str) -> None:
    attachment = Attachment(name, "application/pdf", 1, "", "", "2")
    saved = tmp_path / file_name(AttachmentView(2**62, ArticleId(1), attachment))
    saved.touch()
    assert saved.name.endswith("pdf") and saved.name.startswith(f"{2**62}-")
