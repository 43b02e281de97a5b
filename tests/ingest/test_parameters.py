"""Parameters of structured fields: RFC 2045 and 2231, what senders make of them, and what nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.ingest.mime.parameters import MOST, media_type, structured
from tests.effort import effort


@pytest.mark.parametrize(
    ("field", "parameters"),
    [
        ("a/b; x=1; y=2", {"x": "1", "y": "2"}),
        ('a/b; x="a; b"; y="c \\" d"', {"x": "a; b", "y": 'c " d'}),
        ("a/b; x*=utf-8''%C3%BC", {"x": "ü"}),
        ("a/b; x*1=b; x*0=a", {"x": "ab"}),
        ("a/b; x*0*=utf-8''%C3; x*1*=%BC", {"x": "ü"}),
        ("a/b; x*0*=utf-8''%C3%BC; x*1=%20", {"x": "ü%20"}),
        ("a/b; x=plain; x*=utf-8''better", {"x": "better"}),
        ("a/b; x=first; x=second", {"x": "first"}),
        ("a/b; x*=punycode''%FC", {"x": "ü"}),
        ("a/b; x*='", {"x": "'"}),
        ("a/b; x*=%zz%", {"x": "%zz%"}),
        ("a/b; x*999=far", {"x": "far"}),
        ("a/b; x*9999=too far", {"x*9999": "too far"}),
        ('a/b; x="never closed', {"x": "never closed"}),
        ("a/b; x=a b c.pdf; y=2", {"x": "a b c.pdf", "y": "2"}),
        ("a/b;;;; ; x=1", {"x": "1"}),
        ("a/b; =1; x", {}),
    ],
)
def test_parameters_are_read(field: str, parameters: dict[str, str]) -> None:
    assert structured(field).parameters == parameters


def test_of_endless_parameters_the_first_count() -> None:
    assert len(structured("a/b" + "".join(f"; x{n}=1" for n in range(5000))).parameters) == MOST


@given(st.text(max_size=200))
def test_any_field_is_read_and_its_parameters_stay_on_their_line(field: str) -> None:
    found = structured("a/b; x=1;" + field)
    assert found.value == "a/b"
    assert all("\r" not in value and "\n" not in value and "\0" not in value for value in found.parameters.values())
    assert media_type(structured(field).value)


@pytest.mark.parametrize(
    "piece",
    [";", "; ", ";a", ";a=", ';a="', ';a="\\', ';a="b"', ";a*1=", ";a*=''%", "=", '"', "\\", " ", "a ", "=?a?q?b?="],
)
@pytest.mark.parametrize("tail", ["", "x", "=", '"', " x y"])
def test_16_kilobytes_take_a_moment(piece: str, tail: str) -> None:
    field = "a/b" + piece * (16_384 // len(piece)) + tail
    assert effort(lambda: structured(field), 0.2) <= 0.2
