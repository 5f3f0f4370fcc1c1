"""Experiments side by side: every member is there, where its value is."""

import csv
import io

import numpy as np
import pytest

from tausweep.figures.experiments import ExperimentsFigure, ExperimentsTable
from tausweep.figures.table import write

from .by_hand import STYLE, lines, render, texts
from .collected import collected, pooled


def drawn(dataset, *quantities):
    figure = ExperimentsFigure(quantities=quantities or ("D_stsp", "D_H"))
    return render(figure.draw({"pool": dataset}, "study", STYLE))


def test_every_member_of_every_experiment_is_a_dot_at_its_value():
    found = pooled(members=3)
    figure = drawn(found, "D_stsp", "lyapunov_spectrum@2")
    assert len(figure.axes) == 3 * 2  # models, quantities
    for m, model in enumerate(("PLRNN", "RNN", "LSTM")):
        rows = found.isel(run=(found["model"] == model).values)
        for q, values in enumerate((rows["D_stsp"], rows["lyapunov_spectrum"].sel(exponent=2))):
            dots = lines(figure.axes[2 * m + q], "members")
            np.testing.assert_array_equal(
                np.sort(np.concatenate([dot.get_xdata() for dot in dots])), np.sort(values)
            )
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert labels == ["plain", "changed"]
    for dot in lines(figure.axes[0], "members"):
        assert np.ptp(np.round(dot.get_ydata())) == 0  # all in the row of one experiment


def test_a_bar_is_the_median_and_floor_and_ceiling_are_there():
    found = pooled(members=5, models=("RNN",))
    axes = drawn(found).axes[0]
    bars = [c for c in axes.collections if c.get_gid() == "median"]
    medians = found["D_stsp"].groupby(["experiment", "tau"]).median().values
    shown = [bar.get_segments()[0][0, 0] for bar in bars]
    np.testing.assert_allclose(np.sort(shown), np.sort(medians.ravel()))
    for end, value in (("floor", 0.1), ("ceiling", 9.5)):
        (line,) = lines(axes, end)
        assert line.get_xdata()[0] == value


def test_members_without_a_value_are_crosses_and_half_of_them_leave_no_median():
    found = pooled(members=4, models=("RNN",), taus=(30,))
    found["lyapunov_spectrum"][:2] = np.nan
    axes = drawn(found, "lyapunov_spectrum@1").axes[0]
    assert [len(line.get_xdata()) for line in lines(axes, "without")] == [2, 0]
    assert len([c for c in axes.collections if c.get_gid() == "median"]) == 1


def test_the_legend_says_what_is_swept_and_the_axis_what_is_measured():
    figure = drawn(pooled())
    assert {r"$\tau$ = 5", r"$\tau$ = 200", "no finite value"} <= set(texts(figure))
    assert figure.axes[-2].get_xlabel() == "$D_{\\mathrm{stsp}}$\n(nat)"


def test_what_is_not_measured_is_refused():
    with pytest.raises(ValueError, match="do not hold D_new"):
        drawn(pooled(), "D_new")


def test_the_table_has_a_row_for_every_setting():
    found = pooled(members=3)
    table = ExperimentsTable(quantities=("D_stsp", "lyapunov_spectrum@1"))
    rows = list(csv.DictReader(io.StringIO(write(table, {"pool": found}, "csv").decode())))
    assert len(rows) == 2 * 3 * 3
    first = rows[0]
    here = found.isel(run=slice(0, 3))
    assert (first["experiment"], first["model"], first["value"]) == ("plain", "PLRNN", "5")
    assert (first["members"], first["diverged"]) == ("3", "0")
    assert float(first["D_stsp"]) == pytest.approx(np.median(here["D_stsp"]), rel=1e-3)
    assert float(first["D_stsp largest"]) == pytest.approx(here["D_stsp"].max(), rel=1e-3)
    assert collected(members=3).sizes["run"] * 2 == found.sizes["run"]
