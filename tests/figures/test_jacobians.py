"""Norms of products of Jacobians against the separation in time."""

import math

import numpy as np
import pytest

from tausweep.figures.drawing.style import PALETTE

from .by_hand import jacobians, lines, render, styled, texts, the_line
from .collected import SEPARATIONS, by_other_means, collected


def the_band(axes):
    (band,) = axes.collections
    return band.get_datalim(axes.transData)


def test_the_member_in_the_middle_has_its_norms_a_band_and_theory_beside_it():
    dataset = collected(models=("LSTM", "RNN"), members=3)
    figure = render(jacobians(dataset))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        r"LSTM, $\tau$ = 30", r"RNN, $\tau$ = 30"
    ]  # fmt: skip
    for axes, model in zip(figure.axes, ("LSTM", "RNN"), strict=True):
        best = (dataset["model"].values == model) & (dataset["tau"].values == 30)
        rows = dataset.isel(run=best)
        order = np.argsort(rows["jacobian_lambda_max"].values)
        norms = rows["jacobian_norm"].values[order] / math.log(10)
        line = the_line(axes, "norm")
        np.testing.assert_array_equal(line.get_xdata(), SEPARATIONS)
        np.testing.assert_allclose(line.get_ydata(), norms[1])
        others = [other.get_ydata() for other in lines(axes, "member")]
        np.testing.assert_allclose(sorted(y[-1] for y in others), [norms[0][-1], norms[2][-1]])
        np.testing.assert_allclose(the_band(axes).y1, 1.2 * norms[1][-1])
        theory = the_line(axes, "theory")
        expected = rows["jacobian_lambda_max"].values[order[1]] * 1_000 / math.log(10)
        np.testing.assert_allclose(theory.get_ydata()[-1], expected)
        low, high = axes.get_ylim()
        assert low < 0
        assert high > 1.2 * norms.max()
        assert axes.get_xscale() == "log"
        (written,) = axes.texts
        assert written.get_text().startswith(r"$\lambda_\mathrm{max}$ = 1.7")
        assert written.get_text().endswith(" ± 0.020")
        assert axes.yaxis.get_major_formatter()(300, 0) == "$10^{300}$"
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [
        "measured", "standard deviation over starts", "other members",
        r"theory: $\exp(\lambda_\mathrm{max} T)$",
    ]  # fmt: skip


def test_values_asked_for_are_the_nearest_that_were_trained():
    figure = render(jacobians(collected(models=("LSTM",)), values=[4, 40, 50]))
    (axes,) = figure.axes
    found = [line.get_gid() for line in lines(axes, "norm")]
    assert found == [r"norm: $\tau$ = 5", r"norm: $\tau$ = 30"]
    assert [line.get_color() for line in lines(axes, "norm")] == list(PALETTE[:2])
    assert [text.get_color() for text in axes.texts] == list(PALETTE[:2])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {r"$\tau$ = 5", r"$\tau$ = 30"} < set(legend)


def test_a_model_has_a_panel_for_each_method():
    dataset = collected(models=("LSTM", "RNN"))
    dataset = by_other_means(dataset, dataset["tau"].values == 200, "bptt")
    figure = render(jacobians(dataset, style=styled(colours={"RNN": "#123456"})))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == [
        r"LSTM, sparse_tf, $\tau$ = 30", "LSTM, bptt", r"RNN, sparse_tf, $\tau$ = 30", "RNN, bptt",
    ]  # fmt: skip
    colours = [the_line(axes, "norm").get_color() for axes in figure.axes]
    assert colours == [PALETTE[0], PALETTE[0], "#123456", "#123456"]


def test_members_that_diverged_are_counted_and_have_no_line():
    dataset = collected(models=("LSTM",), members=3)
    some = dataset.copy(deep=True)
    rows = np.flatnonzero(some["tau"].values == 30)
    for name in ("jacobian_norm", "jacobian_norm_spread", "jacobian_lambda_max"):
        some[name][rows[:2]] = np.nan
    assert any("(2 of 3 diverged)" in text for text in texts(render(jacobians(some))))
    lost = collected(models=("LSTM",), members=3, diverged=1.1)
    figure = render(jacobians(lost))
    assert any("3 of 3 diverged" in text for text in texts(figure))
    assert not np.isfinite(the_line(figure.axes[0], "norm").get_ydata()).any()


@pytest.mark.parametrize("size", [1e-3, 1e6])
def test_norms_of_any_size_are_drawn(size):
    dataset = collected(models=("LSTM",))
    for name in ("jacobian_norm", "jacobian_norm_spread", "jacobian_lambda_max"):
        dataset[name] = -size * dataset[name]
    dataset["jacobian_norm"][:, -1] = -np.inf
    (axes,) = render(jacobians(dataset)).axes
    low, high = axes.get_ylim()
    assert np.isfinite([low, high]).all()
    assert low < the_line(axes, "norm").get_ydata()[-2] < high
    ticks = [t for t in axes.get_yticks() if low <= t <= high]
    assert len(ticks) >= 2
    assert all(t == round(t) for t in ticks)
