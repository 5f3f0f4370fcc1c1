"""What is printed of a suggestion: every case that a person can meet, in 100 columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from tausweep.best import report

from .test_stage import MEDIAN, SPREAD, found

BEFORE = {
    "tau_pred": 30.0,
    "interval": [25.0, 38.0],
    "verdict": "chaotic",
    "says": "chaotic, by linear maps",
}


def said(best: Any, tau_pred: float | None = 30.0, name: str = "RNN") -> list[str]:
    after = report.after(best, tau_pred)
    return report.told(
        "lorenz", {"before": BEFORE, "sweeps": [{"model": name, "method": "a", "after": after}]}
    )


def test_what_is_best_and_what_others_cost() -> None:
    first, head, row = said(found(np.outer(MEDIAN, SPREAD)))
    assert first == "lorenz: from λ_max alone τ_pred = 30 [25, 38] steps (chaotic)"
    assert head.split()[-6:] == ["τ", "interval", "good", "half", "twice", "τ_pred"]
    # 40 times at 40 steps, so at 30: 40 to the power of ln 1.5 / ln 2.
    at_tau_pred = f"{40 ** np.log2(1.5):.2g}×"
    assert row.split()[:5] == ["RNN", "by", "a", "D_stsp", "20"]
    assert row.split()[-4:] == ["20", "3×", "40×", at_tau_pred]


def test_edge_lost_and_not_tried_are_told_apart() -> None:
    best = found(np.outer([1.0, np.nan, np.nan, 2000.0], SPREAD))
    *_, row, remark = said(best, tau_pred=40.0)
    assert row.split()[-3:] == ["–", "lost", ">999×"]
    assert remark == "    it is at the edge of what was tried: try a shorter τ as well"
    numbers = report.after(best, None)["by"]["D_stsp"]
    assert numbers["cost_at_half"] is None
    assert numbers["cost_at_twice"] == "infinite"
    assert numbers["cost_at_tau_pred"] is None
    assert numbers["cost"] == [1, "infinite", "infinite", pytest.approx(2000)]


def test_where_all_is_lost_nothing_is_suggested() -> None:
    *_, row, remark = said(found(np.full((4, 3), np.nan)))
    assert row.split()[-2:] == ["D_stsp", "none"]
    assert remark == "    at every τ half of the members or more are lost"


def test_what_cannot_tell_models_apart_is_no_advice() -> None:
    bounds = xr.Dataset({"D_stsp_floor": 11.25, "D_stsp_ceiling": 11.28})
    best = found(np.outer(MEDIAN, SPREAD), reference=[bounds])
    *_, remark = lines = said(best)
    assert remark.strip().startswith("no advice: its floor and ceiling nearly meet")
    assert max(map(len, lines)) <= report.WIDTH
    assert report.after(best, None)["by"]["D_stsp"]["tells"] is False


@pytest.mark.parametrize(
    ("floor", "remarks"), [(0.5, []), (0.05, ["even there it is 20 times what other data of"])]
)
def test_what_is_far_above_its_floor_is_said_to_be(floor: float, remarks: list[str]) -> None:
    bounds = xr.Dataset({"D_stsp_floor": floor, "D_stsp_ceiling": 15.0})
    _, _, _, *said_below = said(found(np.outer(MEDIAN, SPREAD), reference=[bounds]))
    assert [line.strip()[: len(remarks[0])] for line in said_below] == remarks


def test_without_a_tau_pred_or_a_result_that_is_said() -> None:
    none = {**BEFORE, "tau_pred": None, "says": "undecided: " + "too few states " * 20}
    none["mean_period"] = 46.0
    lines = report.told("weather", {"before": none, "sweeps": []})
    whole = " ".join(" ".join(lines).split())
    assert "sweep τ around its mean period, say from 5 to 184 steps" in whole
    assert "no sweep is judged" in lines[-1]
    assert lines[0].startswith("weather: no τ_pred from λ_max: undecided: too few")
    assert max(map(len, lines)) <= report.WIDTH
    sweeps = [{"model": "RNN", "method": "a", "after": None}]
    lines = report.told("eeg", {"before": None, "sweeps": sweeps})
    assert lines[0] == "eeg: λ_max is not there yet"
    assert lines[2].endswith("not there yet")


def test_what_it_costs_at_tau_pred_is_known_where_that_was_tried() -> None:
    """Multiples of τ_pred are tried at whole steps, and the last may be just below it."""
    best = found(np.outer(MEDIAN, SPREAD))
    last = float(best["tau"][-1])
    costs = [
        report.after(best, tau_pred)["by"]["D_stsp"]["cost_at_tau_pred"]
        for tau_pred in (last, last + 0.4, last + 0.6)
    ]
    assert costs[0] == costs[1] is not None
    assert costs[2] is None


def test_long_names_and_numbers_stay_within_the_width() -> None:
    best = found(np.outer(MEDIAN, SPREAD), tau=[1000.0, 2000.0, 5000.0, 99999.0])
    lines = said(best, tau_pred=6000.0, name="N" * 64)
    assert max(map(len, lines)) <= report.WIDTH
    assert max(map(len, report.legend())) <= report.WIDTH
