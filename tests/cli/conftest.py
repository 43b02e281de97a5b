from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.site import Site, a_mail, raw

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def bare(tmp_path, monkeypatch) -> Site:
    """A configuration, and no database."""
    monkeypatch.delenv("MAILD_SETTINGS", raising=False)
    monkeypatch.setenv("USER", "nobody-in-particular")
    return Site.made(tmp_path)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory) -> Path:
    """A configuration whose example policy is in force on an empty database, to be copied."""
    made = Site.made(tmp_path_factory.mktemp("furnished"))
    assert made.maild("migrate").code == made.maild("reload").code == 0
    return made.folder


@pytest.fixture
def site(bare, furnished) -> Site:
    """An empty database with the example policy in force."""
    shutil.copytree(furnished, bare.folder, dirs_exist_ok=True)
    return bare


@pytest.fixture
def busy(site) -> Site:
    """Ticket 1001 of Ada, with Bob in CC and a picture; entry 2 in quarantine; entry 3 is a duplicate of 1."""
    first = a_mail(subject="Platform DOWN", Message_ID="<ada-1@acme.example>", Cc="bob@acme.example")
    first.add_attachment(PICTURE, maintype="image", subtype="png", filename="../../shot.png")
    nobody = a_mail(sender="", Message_ID="<nobody@acme.example>", subject="Who am I")
    site.take_in(raw(first), raw(nobody), raw(first))
    return site
