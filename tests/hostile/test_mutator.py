"""20,000 broken mails: each is read, or refused with its cause and salvaged, quickly and into something storable.

One that fails is seen again with `python -m tests.hostile.fuzz --show N`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maild.ingest.parse import parse
from tests.hostile import feeding
from tests.hostile.feeding import feed
from tests.hostile.mutator import WAYS, Chance, Way, mail
from tests.hostile.seeds import WRITTEN, sound_mails

SEED = 20261121
STRIDE = 2500


@pytest.mark.parametrize("start", range(0, 8 * STRIDE, STRIDE))
def test_no_broken_mail_breaks_the_reader(start: int) -> None:
    broken = {n: fed.faults for n in range(start, start + STRIDE) if (fed := feed(mail(SEED, n))).faults}
    assert broken == {}


def test_a_mail_is_known_by_its_number() -> None:
    assert [mail(1, n) for n in range(50)] == [mail(1, n) for n in range(50)]
    assert len({mail(1, n) for n in range(1000)}) > 950
    assert mail(1, 7) != mail(2, 7)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_breaks_mails_and_copes_with_broken_ones(way: Way) -> None:
    sound = sound_mails()
    assert sum(way(Chance(n), raw) != raw for n, raw in enumerate(sound)) > len(sound) / 3
    for raw in (b"", b"\n", b"\xff" * 9, b":"):
        way(Chance(1), raw)


def test_the_sound_mails_are_sound() -> None:
    """The golden mails beside them hold some that are refused on purpose."""
    messages = [parse(raw) for raw in WRITTEN]
    assert all(message.sender or message.claimed_sender for message in messages)
    assert sum(bool(message.attachments) for message in messages) >= 8
    assert sum(bool(message.bounce) for message in messages) >= 2


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (lambda raw: {}["subject"], "KeyError: 'subject'"),
        (lambda raw: parse(raw.replace(b"Printer", b"=?utf-8?q?=ED=A0=80?=")), ""),
    ],
    ids=["one that raises", "one that does not"],
)
def test_a_reader_that_breaks_its_promise_is_seen(reader: object, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "parse", reader)
    assert feed(sound_mails()[0]).faults == ((told,) if told else ())


def test_fuzzing_counts_writes_figures_and_shows_one_mail_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.hostile.fuzz", "--seed", str(SEED)]
    command += ["--keep", str(tmp_path), "--results", str(tmp_path)]
    done = subprocess.run(
        [*command, "--mails", "300", "--daemon", "0", "--from", "100"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (figures,) = tmp_path.glob("fuzz-*.json")
    found = json.loads(figures.read_text())
    assert (found["from"], found["reader"]["mails"], found["reader"]["broken"]) == (100, 300, {})
    shown = subprocess.run([*command, "--show", "7"], capture_output=True, text=True)
    assert f"{len(mail(SEED, 7))} bytes" in shown.stdout.replace("\n", " ")
    assert (tmp_path / f"{SEED}-7.eml").read_bytes() == mail(SEED, 7)
