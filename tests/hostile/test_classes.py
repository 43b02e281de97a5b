"""Every class of hostile mail we know of, by the rows of the threat table: what is tested here, and where the rest is.

row  what                                      where
L1   one LMTP reply per recipient              ingest/test_lmtp.py each_accepted_recipient_gets_one_reply
L2   200 MB without a line end                 ingest/test_smtp_size.py 200_megabytes_without_a_line_end
L3   a slow but honest sender; a dripping one  ingest/test_smtp_limits.py
L4   lines of any length                       ingest/test_smtp_content.py a_body_arrives_as_it_was_sent
L5   smuggling                                 ingest/test_smtp_content.py a_second_mail_cannot_be_smuggled_in
L7   nesting: parentheses, multiparts, mails   ingest/test_limits.py; here: BOMBS, NESTED
L8   quadratic: words, addresses, parts, ;;;;  ingest/test_limits.py; here: BOMBS, QUADRATIC
L9   fields that crash the standard library    here: CRASHERS, random headers; test_mutator.py
A04  poison in front of honest mail            scenarios/test_siege.py, test_bad_days.py
F01  endless lines                             ingest/test_smtp_size.py
F03  header bombs                              ingest/test_limits.py; here: BOMBS
F04  depth, 100,000 parts                      ingest/test_limits.py
F05  every codec of Python as a charset        here
F06  archives are never opened                 here; test_code.py (no module that could)
F07  10,000 recipients, 10,000 commands        test_smtp.py; ingest/test_smtp_dialogue.py, test_smtp_manners.py
E04  broken templates                          notify/test_templates.py; config/test_broken.py
E05  YAML: aliases, nesting, tags, twice       config/test_broken.py, test_mistakes.py, test_mutations.py
E06  expressions that take for ever            here; rules/test_run.py for those of the operator
E07  scripts in HTML                           notify/test_safe_html.py
E09  HTML that says something else             ingest/test_body.py (hidden text); notify/test_safe_html.py
E10  names of attachments                      here; ingest/test_attachments.py
E12  ambiguous structure                       here: never a crash; what is told of it: ingest/test_parse.py
E13  SQL made of strings                       test_code.py; ruff S608
E15  invitations, TNEF, S/MIME                 here: bytes, never interpreted
E17  pickle, eval, shells                      test_code.py
"""

from __future__ import annotations

import base64
import codecs
import io
import random
import re
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.cleaning import clean_header
from maild.cli.files import file_name
from maild.ingest.parse import parse
from maild.model import Message
from tests.effort import least
from tests.hostile.bombs import BOMBS, MEBIBYTE
from tests.hostile.feeding import feed
from tests.hostile.one import consumption
from tests.hostile.values import AMBIGUOUS, CODECS, CRASHERS, FILE_NAMES, NESTED, PUMPS, QUADRATIC, STRUCTURED
from tests.ingest.letters import HEAD, letter, mixed

MOST_CPU = 2.0
MOST_GROWTH = 240 * MEBIBYTE
"""Ten times the largest mail: as bytes, as text of two bytes a letter, as lines."""


def cpu_of(raw: bytes, limit: float) -> float:
    """Also holds the answer against every promise of feeding.py."""
    fed = feed(raw)
    assert fed.faults == ()
    return fed.cpu if fed.cpu <= limit else least(lambda: feed(raw).cpu, limit)


# ---- L7, L8, F03, F04: what costs much ------------------------------------------------------------------


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_costs_more_than_two_seconds_and_ten_times_its_size(name: str) -> None:
    raw = BOMBS[name]()
    cost = consumption(raw)
    assert cost.growth <= MOST_GROWTH
    assert cost.cpu <= MOST_CPU or least(lambda: consumption(raw).cpu, MOST_CPU) <= MOST_CPU


@pytest.mark.parametrize("value", QUADRATIC, ids=range(len(QUADRATIC)))
def test_no_value_costs_more_than_a_second_in_all_fields_at_once(value: bytes) -> None:
    fields = b"".join(name + b": " + prefix + value + b"\r\n" for name in STRUCTURED for prefix in (b"", b"text/plain"))
    assert cpu_of(fields + b"\r\nx", 1.0) <= 1.0


@pytest.mark.parametrize("level", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("depth", [49, 51, 1000])
def test_no_nesting_is_too_deep(level: bytes, depth: int) -> None:
    assert cpu_of(HEAD + level * depth + b"\r\nx\r\n", 1.0) <= 1.0


# ---- L9: fields that crash the standard library -----------------------------------------------------------


@pytest.mark.parametrize("field", CRASHERS)
def test_no_field_is_too_strange(field: str) -> None:
    raw = field.encode("latin-1")
    for mail in (raw, raw + b"\r\n\r\nx", HEAD + raw + b"\r\n\r\nx", raw + b"\r\n" + HEAD, mixed(raw + b"\r\n\r\nx")):
        assert cpu_of(mail, 1.0) <= 1.0


def test_3000_random_headers_are_read() -> None:
    """As reliability L9 was found: one in fifteen such mails made the standard library raise."""
    chance = random.Random(9)
    names = sorted({field.partition(":")[0] for field in CRASHERS if field.isascii()})
    for _ in range(3000):
        value = "".join(chance.choice("ab@<>()[]\",;:=?\\ .*%'0\x00é") for _ in range(chance.randrange(40)))
        raw = f"{chance.choice(names)}: {value}\r\n{chance.choice(names)}: {value[::-1]}\r\n\r\nx".encode("latin-1")
        assert feed(raw).faults == (), raw


# ---- F05: charsets --------------------------------------------------------------------------------------

BOMB = base64.b64encode(codecs.encode(b"\0" * MEBIBYTE, "zlib"))
ODD = bytes(range(256)) * 40 + b"+AAA-=\\u0000\\N{DIGIT ZERO}&~{\x1b$B"


@pytest.mark.parametrize("start", range(0, len(CODECS), 60))
def test_no_name_of_a_codec_is_dangerous(start: int) -> None:
    """In Content-Type, in an encoded word (RFC 2047), in a parameter (RFC 2231), over bytes that are none of it."""
    for name in (each.encode() for each in CODECS[start : start + 60]):
        for body in (BOMB, base64.b64encode(ODD)):
            raw = (
                b"From: =?" + name + b"?b?" + body[:3000] + b"?= <a@x.example>\r\n"
                b"Subject: =?" + name + b"?b?" + body[:9000] + b"?=\r\n"
                b"Content-Type: text/plain; charset=" + name + b"; name*=" + name + b"''" + b"%ff%00a" * 300 + b"\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + body
            )  # fmt: skip
            assert cpu_of(raw, 0.5) <= 0.5, name
            assert len(parse(raw).text) <= 4 * len(body), f"{name!r} unpacks"


def test_random_names_of_codecs_are_read_all_the_same() -> None:
    chance = random.Random(5)
    for _ in range(500):
        name = bytes(chance.randrange(33, 256) for _ in range(chance.choice((1, 5, 60, 300))))
        raw = b"Subject: =?" + name + b"?q?=FC?=\r\nContent-Type: text/plain; charset=" + name + b"\r\n\r\nK\xe4se"
        assert feed(raw).faults == (), name


# ---- F06, E15: what is attached stays closed ---------------------------------------------------------------


def zip_bomb() -> bytes:
    """Three floors of sixteen copies each: a few kilobytes that would become 40 GB."""
    data = b"\0" * 10 * MEBIBYTE
    for _ in range(3):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(16):
                archive.writestr(f"{number}.zip", data)
        data = packed.getvalue()
    return data


ICS = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:<script>alert(1)</script>\r\nRRULE:FREQ=SECONDLY\r\n"
    + b"X:\r\n " * 9999
)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (b"application/zip", zip_bomb()),
        (b"application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00\x01" + b"\xff\xff\xff\x7f" * 5000),
        (b"application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00" + b"\x02\x06\x90\x08\x00\x04\x00\x00\x00" * 5000),
        (b"application/pkcs7-mime", bytes(range(256)) * 100),
        (b"application/gzip", codecs.encode(b"\0" * 10 * MEBIBYTE, "zlib")),
        (b"text/calendar; method=REQUEST", ICS),
        (b"image/svg+xml", b"<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;&b;&b;'>]><svg>&d;</svg>"),
    ],
    ids=lambda value: value.decode("latin-1")[:20] if len(value) < 40 else "",
)
def test_what_is_attached_is_weighed_and_not_opened(kind: bytes, data: bytes) -> None:
    part = b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment; filename=a.bin\r\n"
    raw = mixed(b"\r\nLook!", part + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data))
    assert cpu_of(raw, 1.0) <= 1.0
    message = parse(raw)
    assert len(data) in [each.size for each in message.attachments]
    assert sum(each.size for each in message.attachments) < 2 * len(data) + 1000
    assert message.text == "Look!"


# ---- E06: expressions that take for ever ---------------------------------------------------------------------

WRITERS = {
    "a person": HEAD,
    "a machine": b"From: MAILER-DAEMON@x.example\r\nSubject: Undelivered mail\r\n",
    "a web page": HEAD + b"Content-Type: text/html\r\n",
    "a report": HEAD + b"Content-Type: message/delivery-status\r\n",
}


@pytest.mark.parametrize("pump", PUMPS, ids=range(len(PUMPS)))
def test_no_text_costs_more_than_a_second_whoever_writes_it(pump: str) -> None:
    text = (pump * (120_000 // len(pump)) + "!").encode()
    slowest = max((cpu_of(head + b"\r\n" + text, 1.0), writer) for writer, head in WRITERS.items())
    assert slowest <= (1.0, "~")


# ---- E10, E12 ----------------------------------------------------------------------------------------------


def named(name: bytes) -> Message:
    part = b"Content-Disposition: attachment; filename=" + name + b"\r\n\r\ndata"
    return parse(mixed(b"\r\nx", part))


@pytest.mark.parametrize("name", FILE_NAMES)
def test_no_name_leaves_its_line_or_its_folder(name: bytes) -> None:
    for each in named(name).attachments:
        assert each.filename == clean_header(each.filename)[:255]
        saved = file_name(_View(7, each))
        assert saved.startswith("7-") and "/" not in saved and "\\" not in saved and saved.isprintable()


class _View:
    """What the command line knows of an attachment."""

    def __init__(self, number: int, attachment: object) -> None:
        self.id, self.attachment = number, attachment


@given(st.binary(max_size=60))
def test_any_bytes_can_be_a_name(name: bytes) -> None:
    for each in named(b'"' + name + b'"').attachments:
        assert each.filename == clean_header(each.filename)


@pytest.mark.parametrize("rest", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_structure_that_reads_in_two_ways_is_read_in_one(rest: bytes) -> None:
    assert cpu_of(HEAD + rest, 1.0) <= 1.0
    assert parse(HEAD + rest) == parse(HEAD + rest)


def test_every_test_the_table_names_is_there() -> None:
    told = re.findall(r"(?:(\w+)/)?(test_\w+\.py)", __doc__ or "")
    folder, tests = "hostile", Path(__file__).parents[1]
    for named, file in told:
        folder = named or (folder if (tests / folder / file).exists() else "hostile")
        assert (tests / folder / file).exists(), f"{folder}/{file}"


def test_time_is_measured_and_not_guessed() -> None:
    """A check that could not fail would be none: a reader that is slow is seen to be slow."""
    start = time.thread_time()
    assert 0 < cpu_of(letter("From: a@x.example", body="x\r\n" * 50_000), 1.0) <= time.thread_time() - start
