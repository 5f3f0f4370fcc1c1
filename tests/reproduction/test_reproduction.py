"""Published numbers beside ours: verdicts on results made by hand."""

import csv
import io

import numpy as np
import pytest
import xarray as xr

from tausweep.figures.reproduction import ReproductionTable
from tausweep.figures.table import write
from tausweep.reproduction.settings import Point, Reproduction
from tausweep.reproduction.stage import VERDICTS, run

VALUES = [1.0, 1.2, 0.8, 1.1, np.nan]


def collected(values=VALUES):
    """Five members at τ = 30, one of them with no value; and as many by bptt, all lost."""
    n = 5

    def text(value):
        return ("run", np.full(2 * n, value, dtype=object))

    method = np.array(["sparse_tf"] * n + ["bptt"] * n, dtype=object)
    return xr.Dataset(
        {
            "D": ("run", np.r_[values, np.full(n, np.nan)]),
            "tau_pred": ("signal", [60.0]),
            "tau_pred_interval": (("signal", "bound"), [[55.0, 65.0]]),
        },
        {
            "series": text("lorenz"),
            "model": text("RNN"),
            "method": ("run", method),
            "tau": ("run", [30.0] * n + [np.nan] * n),
            "signal": ["lorenz"],
        },
    )


def point(value, *, tau=30.0, method="sparse_tf", model="RNN", metric="D", **more):
    return Point(
        series="Lorenz", model=model, method=method, metric=metric, tau=tau, value=value, **more
    )


def judged(*points, names=("e",)):
    return run(Reproduction(experiments=list(names), published=list(points)), [collected()])


@pytest.mark.parametrize(
    ("published", "verdict"),
    [
        (point(1.0), "reproduced"),
        (point(3.0), "better"),
        (point(0.1), "worse"),
        (point(1.0, tau=31.0), "not run"),
        (point(1.0, tau=None, method="bptt"), "all lost"),
        (point(60.5, model=None, method=None, tau=None, metric="tau_pred"), "reproduced"),
        (point(46.2, model=None, method=None, tau=None, metric="tau_pred"), "different"),
        (point(1.0, metric="D_else"), "not run"),
    ],
)
def test_verdicts(published, verdict):
    found = judged(published)
    assert found["verdict"].item() == verdict
    assert verdict in VERDICTS
    assert found["experiment"].item() == ("" if verdict == "not run" else "e")


def test_means_leave_out_what_has_no_value_and_say_so():
    found = judged(point(1.0))
    assert found["ours"].item() == pytest.approx(np.nanmean(VALUES))
    assert (found["members"].item(), found["lost"].item()) == (4, 1)
    assert found["median"].item() == 1.1  # of 0.8, 1, 1.1, 1.2 and one infinitely bad
    assert found["lower"] < found["ours"] < found["upper"]
    assert found["difference"].item() == pytest.approx(found["ours"].item() - 1.0)


def test_the_table_holds_every_point_and_counts_them():
    found = judged(point(1.0), point(3.0, note="a | b"))
    text = write(ReproductionTable(), {"reproduction": found}, "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["verdict"] for row in rows] == ["reproduced", "better"]
    assert rows[1]["note"] == "a | b"
    assert float(rows[0]["ours"]) == pytest.approx(found["ours"].values[0], rel=1e-3)
    page = write(ReproductionTable(), {"reproduction": found}, "md").decode()
    assert "a \\| b" in page
    assert "- Lorenz, D: 1 reproduced, 1 better" in page
