"""Results are what they were: keys and numbers of tiny experiments, as recorded in golden.json.

Where a change is meant, record them anew with its reason: ``python -m tests.golden "the reason"``.
"""

from __future__ import annotations

import numpy as np
import pytest

from tausweep.stages import RENDERED, STAGES

from . import record
from .configurations import CONFIGURATIONS
from .runs import Run

RECORDED = record.read()


def test_every_experiment_is_recorded() -> None:
    assert RECORDED["experiments"].keys() == CONFIGURATIONS.keys()


def test_jobs_and_numbers_are_as_recorded(golden: Run) -> None:
    found = record.compare(RECORDED["experiments"][golden.name], golden.results)
    assert not (lines := [str(d) for d in found if d.what != "key"]), "\n".join(lines)


def test_keys_are_as_recorded(golden: Run) -> None:
    """What is finished need not be computed again."""
    found = record.compare(RECORDED["experiments"][golden.name], golden.results)
    assert not (lines := [str(d) for d in found if d.what == "key"]), "\n".join(lines)


def test_together_they_go_through_every_stage_and_kind() -> None:
    """What is not here is not held: a new method or cell is to be added."""
    text = str(CONFIGURATIONS)
    stages = {job.split()[0] for jobs in RECORDED["experiments"].values() for job in jobs}
    assert stages == STAGES.keys() - RENDERED - {"reproduction", "pool"}  # which are of studies
    for kind in ("plrnn", "rnn", "lstm", "gru", "sparse_tf", "bptt", "windowing", "truncated",
                 "annealed", "jittered", "jitter", "clipped_bptt", "gtf", "gtf_adaptive", "ngrc", "denoise", "embed", "mix", "decimate", "detrend", "cycle",
                 "smooth", "best_of"):  # fmt: skip
        assert f"'{kind}'" in text


@pytest.mark.parametrize(
    ("found", "same"),
    [
        (np.array([1.0, 2.0, 3.0]), True),
        (np.array([1.0, 2.0, 3.0 + 1e-9]), True),
        (np.array([1.0, 2.0, 3.0001]), False),
        (np.array([1.0, 2.0, np.nan]), False),
        (np.array([1.0, 2.0]), False),
        (np.array([[1.0, 2.0, 3.0]]), False),
        (np.array(2.0), False),
    ],
)
def test_a_difference_is_seen(found: np.ndarray, same: bool) -> None:
    before = record.summary(np.array([1.0, 2.0, 3.0]))
    assert record.equal(before, record.summary(found), 1e-6) is same
