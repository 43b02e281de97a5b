"""Mistakes in the settings of the web pages: each is told with what to do about it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from maild.settings import Web

URLS = [
    ("https://desk.example", "https://desk.example"),
    ("https://DESK.example:443/", "https://desk.example"),
    ("https://desk.example:8443", "https://desk.example:8443"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://[::1]:80", "http://[::1]"),
]


@pytest.mark.parametrize(("written", "read"), URLS)
def test_the_sites_address_has_one_form(written: str, read: str) -> None:
    web = Web(url=written)
    assert web.url == read and web.link("r", "x") == f"{read}/r/x" and web.secure == read.startswith("https")


MISTAKES = [
    ({"url": "desk.example"}, "is no address of a site"),
    ({"url": "ftp://desk.example"}, "is no address of a site"),
    ({"url": "https://u:p@desk.example"}, "is no address of a site"),
    ({"url": "https://desk.example:99999"}, "this is no URL"),
    ({"url": "https://desk.example/help"}, "without a path"),
    ({"url": "https://desk.example?x"}, "without a path"),
    ({"url": "http://desk.example"}, "need https"),
    ({"url": "https://desk.example", "proxies": ["0.0.0.0/0"]}, "is everybody"),
    ({"url": "https://desk.example", "proxies": ["desk.example"]}, "write a network"),
]


@pytest.mark.parametrize(("given", "told"), MISTAKES)
def test_a_mistake_is_told_with_what_to_do(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Web.model_validate(given)
