"""Who may speak for whom (RFC 7489 3.1 and 3.2, without its way down: nobody speaks for what is above or beside it)."""

from __future__ import annotations

import pytest

from maild.ingest.authenticity.alignment import is_aligned

DOMAINS = [
    ("mail.acme.example", "mail.acme.example", True),
    ("mail.acme.example", "new.mail.acme.example", True),
    ("acme.example", "new.mail.acme.example", True),
    ("new.mail.acme.example", "mail.acme.example", False),
    ("ail.acme.example", "mail.acme.example", False),
    ("acme.example.evil.example", "acme.example", False),
    ("mail.acme.co.uk", "new.mail.acme.co.uk", True),
    ("acme.co.uk", "acme.co.uk", True),
    ("co.uk", "new.acme.co.uk", False),
    ("other.co.uk", "acme.co.uk", False),
    ("one.github.io", "www.one.github.io", True),
    ("github.io", "www.one.github.io", False),
    ("one.github.io", "two.github.io", False),
    ("example", "example", False),
    ("uk", "uk", False),
    ("", "", False),
    ("", "example", False),
    ("example", "", False),
    ("", "acme.example.", False),
    (".example", "acme.example", False),
    ("1", "192.0.2.1", False),
    ("[192.0.2.1]", "[192.0.2.1]", False),
]


@pytest.mark.parametrize(("signer", "author", "may"), DOMAINS)
def test_an_organisation_speaks_for_what_is_below_it_and_a_suffix_for_nobody(
    signer: str, author: str, may: bool
) -> None:
    assert is_aligned(signer, author) is may
