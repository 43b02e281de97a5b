"""Mistakes in the settings of webhooks: each is told with its line and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maild.config import load_settings
from tests.config.site import M, said, site

__all__ = ["site"]  # a fixture
GOOD = "- {name: crm, url: 'https://crm.example/maild?a=b', secret_file: secret}"


def with_webhooks(site: Path, *written: str, secret: str = "s3cret") -> int:
    """Append them to maild.yaml; the line of the first one."""
    (site / "secret").write_text(secret + "\n")
    text = (site / M).read_text(encoding="utf-8").rstrip("\n") + "\nwebhooks:\n"
    (site / M).write_text(text + "\n".join(written) + "\n", encoding="utf-8")
    return text.count("\n") + 1


def test_a_webhook_is_read(site: Path) -> None:
    with_webhooks(site, GOOD, "- {name: local, url: 'http://[::1]:8080', secret_file: secret, timeout: 3}")
    assert said(site) == ""
    crm, local = load_settings(site / M).webhooks
    assert (crm.name, crm.timeout, crm.secret_file) == ("crm", 10, site / "secret")
    assert (local.url, local.timeout) == ("http://[::1]:8080", 3)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{name: CRM, url: 'https://crm.example', secret_file: secret}", "Name that rules call it by"),
        ("{name: crm, secret_file: secret}", "url"),
        ("{name: crm, url: 'https://crm.example'}", "secret_file"),
        ("{name: crm, url: 'http://crm.example', secret_file: secret}", "need https"),
        ("{name: crm, url: 'http://192.168.0.9/', secret_file: secret}", "need https"),
        ("{name: crm, url: 'ftp://crm.example', secret_file: secret}", "https://crm.example/maild"),
        ("{name: crm, url: 'https:///maild', secret_file: secret}", "https://crm.example/maild"),
        ("{name: crm, url: 'https://crm.example/a b', secret_file: secret}", "https://crm.example/maild"),
        ('{name: crm, url: "https://crm.example/\\r\\nX: y", secret_file: secret}', "https://crm.example/maild"),
        ("{name: crm, url: 'https://crm.example/#top', secret_file: secret}", "behind a #"),
        ("{name: crm, url: 'https://crm.example:99999/', secret_file: secret}", "no URL"),
        ("{name: crm, url: 'https://me:hunter2@crm.example/', secret_file: secret}", "does not belong in here"),
        ("{name: crm, url: 'https://crm.example', secret_file: secret, timeout: 600}", "the most is 30"),
        ("{name: crm, url: 'https://crm.example', secret_file: missing}", "no such file"),
        ("{name: crm, url: 'https://crm.example', secret_file: secret, secret: x}", "secret"),
    ],
)
def test_a_mistake_is_told_with_its_line(site: Path, written: str, says: str) -> None:
    line = with_webhooks(site, f"- {written}")
    told = said(site)
    assert f"{M}:{line}:" in told and says in told
    assert "hunter2" not in told


def test_a_name_is_given_once(site: Path) -> None:
    line = with_webhooks(site, GOOD, "- {name: chat, url: 'https://chat.example', secret_file: secret}", GOOD)
    assert f"{M}:{line + 2}:" in said(site) and "webhook 1 has this name already" in said(site)


def test_a_secret_that_is_no_base64_is_told_and_not_quoted(site: Path) -> None:
    line = with_webhooks(site, GOOD, secret="whsec_???")
    told = said(site)
    assert f"{M}:{line}:" in told and "no Base64" in told and "???" not in told
