"""Mails out of files: each one whole, none invented."""

from __future__ import annotations

import io
import itertools
import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.errors import ExitCode, NotFound
from maild.ingest.files import mails

LINE = b"From anna@example.com Sat Nov 21 12:00:00 2026\n"


def test_a_single_file_is_one_mail_untouched(tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    raw = b"Subject: x\r\n\r\n>From here\r\n\r\nFrom there 12:00 2026\r\n"
    file.write_bytes(raw)
    assert list(mails([str(file)])) == [(str(file), raw)]


def test_an_mbox_is_split_at_its_from_lines_and_unquoted(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes(
        LINE
        + b"Subject: 1\n\n>From me\n>>From him\n> From far\n\nFrom now on, no more.\n\n"
        + LINE
        + b"Subject: 2\n\nend\n"
    )
    assert list(mails([str(file)])) == [
        (f"{file}#1", b"Subject: 1\n\nFrom me\n>From him\n> From far\n\nFrom now on, no more.\n"),
        (f"{file}#2", b"Subject: 2\n\nend\n"),
    ]


def test_an_mbox_with_crlf_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "box"
    line = LINE.replace(b"\n", b"\r\n")
    file.write_bytes(line + b"Subject: 1\r\n\r\na\r\n\r\n" + line + b"Subject: 2\r\n\r\nb\r\n\r\n")
    assert [raw for _, raw in mails([str(file)])] == [b"Subject: 1\r\n\r\na\r\n", b"Subject: 2\r\n\r\nb\r\n"]


def test_a_from_line_inside_a_long_line_is_text(tmp_path: Path) -> None:
    file = tmp_path / "box"
    body = b"x" * (1 << 20) + LINE
    file.write_bytes(LINE + b"Subject: 1\n\n" + body)
    assert [raw for _, raw in mails([str(file)])] == [b"Subject: 1\n\n" + body]


@given(st.lists(st.lists(st.sampled_from([b"", b"text", b"From me", b">From me", b">>From x", b"."]), max_size=6)))
def test_what_the_standard_library_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[list[bytes]]
) -> None:
    # mboxrd, which can be undone: the standard library writes mboxo, so one more ">" is put before quoted lines.
    file = tmp_path_factory.mktemp("mbox") / "box"
    raws = [b"Subject: x\n\n" + b"".join(line + b"\n" for line in lines) for lines in bodies]
    quoted = [raw.replace(b"\n>", b"\n>>") for raw in raws]
    box = mailbox.mbox(file)
    for raw in quoted:
        box.add(raw)
    box.close()
    assert [raw for _, raw in mails([str(file)])] == raws if raws else True


def test_a_maildir_gives_new_mails_and_read_ones_but_no_half_written_ones(tmp_path: Path) -> None:
    for folder, name in (("new", "2.host"), ("cur", "1.host:2,S"), ("tmp", "3.host"), ("cur", ".hidden")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(name.encode())
    assert [raw for _, raw in mails([str(tmp_path)])] == [b"2.host", b"1.host:2,S"]


def test_a_mail_that_is_moved_while_a_maildir_is_read_is_read_once(tmp_path: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    for folder, name in (("new", "1"), ("new", "2"), ("cur", "3:2,"), ("cur", "4:2,")):
        (tmp_path / folder / name).write_bytes(name.encode())
    reading = mails([str(tmp_path)])
    seen = [next(reading).raw]
    (tmp_path / "new" / "2").rename(tmp_path / "cur" / "2:2,")
    seen += [next(reading).raw, next(reading).raw]
    (tmp_path / "cur" / "4:2,").rename(tmp_path / "cur" / "4:2,S")
    seen += [raw for _, raw in reading]
    assert sorted(seen) == [b"1", b"2", b"3:2,", b"4:2,"]


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.eml", "a.eml", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "sub").mkdir()
    assert [raw for _, raw in mails([str(tmp_path)])] == [b"a.eml", b"b.eml"]


def test_standard_input_is_one_mail_whatever_it_contains() -> None:
    raw = b"Subject: x\n\nHi\n\n" + LINE + b"Subject: smuggled\n"
    assert list(mails(["-"], io.BytesIO(LINE + raw))) == [("-", raw)]
    assert list(mails(["-"], io.BytesIO(raw))) == [("-", raw)]


@pytest.mark.parametrize("name", ["none.eml", "none/none"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match=name) as caught:
        list(mails([str(tmp_path / name)]))
    assert caught.value.exit_code is ExitCode.NO_INPUT


def test_nothing_is_read_before_it_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "box"
    file.write_bytes((LINE + b"Subject: x\n\n" + b"y\n" * 1000 + b"\n") * 50)
    reading = mails([str(file), str(tmp_path / "missing")])
    assert [found.name for found in itertools.islice(reading, 3)] == [f"{file}#1", f"{file}#2", f"{file}#3"]


def test_an_empty_file_is_an_empty_mail(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.touch()
    assert [raw for _, raw in mails([str(file)])] == [b""]


def test_a_file_that_says_it_is_one_mail_is_one_mail(tmp_path: Path) -> None:
    """Sighting: a report saved as .eml whose returned text holds a line that begins like an mbox's."""
    (tmp_path / "one.eml").write_bytes(
        b"From a@b Fri Nov 20 09:00:00 2026\nSubject: x\n\nFrom a@b Fri Nov 20 09:00:00 2026\n"
    )
    (found,) = mails([str(tmp_path / "one.eml")])
    assert found.name == str(tmp_path / "one.eml")
    assert found.raw.startswith(b"Subject: x")
