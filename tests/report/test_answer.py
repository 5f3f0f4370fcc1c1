"""The answer a page begins with: what to train with, from claims whose numbers are known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from tausweep.report.answer import answers

MODELS = ["A", "B"]


def claims(verdicts: list[str], methods: tuple[str, str] = ("m", "m")) -> xr.Dataset:
    """Two sweeps on a series h, judged by D; the best τ are 25 and 30."""

    def over(dims: str, values: object, kind: type = float) -> tuple[list[str], np.ndarray]:
        return dims.split(), np.array(values, dtype=kind)

    return xr.Dataset(
        {
            "best_tau": over("sweep quantity", [[25], [30]]),
            "good": over("sweep quantity bound", [[[20, 40]], [[30, 30]]]),
            "times_floor": over("sweep quantity", [[2.13], [np.nan]]),
            "verdict": over("sweep quantity source", [[[v, "unknown"]] for v in verdicts], object),
            "tau_pred": over("sweep source", [[50, np.nan]] * 2),
            "signal_ratio": over("signal quantity source", [[[0.5, np.nan]]]),
            "signal_ratio_interval": over(
                "signal quantity source bound", [[[[0.4, 0.6], [np.nan, np.nan]]]]
            ),
            "signal_verdict": over("signal quantity source", [[["below one", "unknown"]]], object),
            "sentence": over("signal quantity", [["h: told."]], object),
        },
        {
            "experiment": over("sweep", ["e", "e"], object),
            "series": over("sweep", ["h", "h"], object),
            "model": over("sweep", MODELS, object),
            "method": over("sweep", methods, object),
            "signal_experiment": over("signal", ["e"], object),
            "signal_series": over("signal", ["h"], object),
            "quantity": over("quantity", ["D"], object),
            "source": over("source", ["data", "equations"], object),
        },
    )


def said(found: xr.Dataset) -> list[str]:
    page = SimpleNamespace(inputs={"claims": "c"}, kind="experiment", name="e", chapters=[])
    (answer,) = answers(page, {"c": found})  # type: ignore[arg-type]
    return answer.sentences


A = "A with τ = 25 steps (2.13 times the floor), 20 to 40 being nearly as good"
B = "B with τ = 30 steps"


@pytest.mark.parametrize(
    ("verdicts", "advice"),
    [
        (["near one", "not resolved"], [f"h: by D train {A}; {B}."]),
        (["not learned", "below one"], [f"h: by D train {B}."]),
        (["not learned", "not learned"], ["h: by D none of the τ tried can be recommended."]),
        (["cannot tell", "cannot tell"], []),
        (["not measured", "not measured"], []),
    ],
)
def test_it_says_first_what_to_train_with(verdicts: list[str], advice: list[str]) -> None:
    assert said(claims(verdicts)) == [*advice, "h: told."]


def test_methods_are_named_where_there_are_several() -> None:
    first, _ = said(claims(["near one", "near one"], ("m", "n")))
    assert "train A by m with τ = 25" in first
    assert "; B by n with τ = 30" in first
