"""Nobody comes out above what they truly proved, and honest mail comes out where it belongs: a sample of the matrix.

All of it, and random mixes: `python -m tests.soak.forgery`.
"""

from __future__ import annotations

from collections import Counter

import pytest

from maild.model import Proof
from tests.ingest.authenticity.forgery import BORDERS, CHANGES, FORMS, WAYS, cells, mixes, sample, truth
from tests.ingest.authenticity.matrix import tally

SAMPLE = 1500
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_no_forged_mail_comes_out_above_its_true_level_and_no_honest_one_below(part: int) -> None:
    found = tally(sample(SAMPLE)[part::PARTS], exactly=True)
    assert found.above == []
    assert found.below == []
    assert found.honest > SAMPLE / PARTS / 2


def test_no_mix_of_forgeries_comes_out_above_its_true_level() -> None:
    assert tally(mixes(300, seed=11), exactly=False).above == []


def test_the_matrix_holds_every_form_change_way_border_and_level() -> None:
    every = list(cells())
    assert len(every) > 6000
    assert {cell.form for cell in every} == set(FORMS)
    assert {cell.changes[0] for cell in every} == set(CHANGES)
    assert {(cell.way, cell.border) for cell in every} >= {(way, border) for way in WAYS for border in BORDERS[1:]}
    levels = Counter(map(truth, sample(SAMPLE)))
    assert min(levels[level] for level in Proof) >= 20
