"""Members in the plane of entropy and complexity."""

import matplotlib.colors
import numpy as np
import pytest

from tausweep.statespace.ordinal import greatest_complexity, least_complexity

from .by_hand import complexity, lines, render, texts
from .collected import by_other_means, collected


def members(axes):
    return [dots for dots in axes.collections if dots.get_gid() == "members"]


def test_members_and_data_are_where_they_were_measured():
    dataset = collected(diverged=0.3)
    figure = render(complexity(dataset))
    for axes, model in zip(figure.axes, ("PLRNN", "RNN", "LSTM"), strict=False):
        rows = dataset.isel(run=dataset["model"].values == model)
        for k, dots in enumerate(members(axes)):
            h, c = np.ma.getdata(dots.get_offsets()).T
            np.testing.assert_allclose(h, rows["permutation_entropy"][:, k])
            np.testing.assert_allclose(c, rows["statistical_complexity"][:, k])
        assert [line.get_xydata().tolist() for line in lines(axes, "data")] == [[[0.65, 0.35]]] * 3
        lost = int(rows["diverged"].sum())
        assert axes.get_title() == model + (f"\n{lost} of 9 diverged" if lost else "")
    shapes = [line.get_marker() for line in lines(figure.axes[0], "data")]
    assert len(set(shapes)) == 3
    assert {"data, x", "data, y", "data, z"} <= set(texts(figure))


def test_colours_are_those_of_the_bar():
    dataset = collected(members=1)
    figure = render(complexity(dataset))
    dots, bar = members(figure.axes[0])[0], figure.axes[-1]
    brightness = matplotlib.colors.rgb_to_hsv(dots.get_facecolors()[:, :3])[:, 2]
    assert brightness[0] < brightness[2]  # of τ = 5 and 200
    assert [label.get_text() for label in bar.get_yticklabels()] == ["5", "30", "200"]
    assert bar.get_ylabel() == r"learning interval $\tau$ (steps)"


def test_bounds_are_those_of_the_order():
    axes = render(complexity(collected())).axes[0]
    for line, bound in zip(
        lines(axes, "bound"), (least_complexity, greatest_complexity), strict=True
    ):
        np.testing.assert_array_equal(line.get_xydata().T, bound(5))


def test_order_and_delay_are_said_where_they_are_known():
    dataset = collected()
    assert "(order 5, delay 7 steps)" in render(complexity(dataset)).axes[-2].get_xlabel()
    del dataset["permutation_entropy"].attrs["delay"]
    assert render(complexity(dataset)).axes[-2].get_xlabel().endswith("(order 5)")


def test_of_many_variables_the_mean_is_shown():
    dataset = collected(variables=3)
    wide = dataset.isel(variable=[0, 1, 2, 0, 1, 2])
    wide["variable_name"] = (("signal", "variable"), np.array([list("abcdef")] * 2, dtype=object))
    figure = render(complexity(wide))
    (dots,) = members(figure.axes[0])
    expected = wide["permutation_entropy"].values[:9].mean(axis=1)
    np.testing.assert_allclose(np.ma.getdata(dots.get_offsets())[:, 0], expected)
    assert "data, mean of all" in texts(figure)


def test_what_sweeps_nothing_has_its_own_colour_and_what_sweeps_another_setting_no_panel():
    dataset = collected()
    other = by_other_means(dataset, dataset["model"].values == "RNN", "bptt")
    figure = render(complexity(other))
    (first, *_) = members(figure.axes[1])
    assert len(first.get_facecolors()) == 1
    dataset = by_other_means(dataset, dataset["model"].values == "RNN", "gtf", "alpha", 0.1)
    assert [axes.get_title() for axes in render(complexity(dataset)).axes[:2]] == [
        "PLRNN, sparse_tf", "LSTM, sparse_tf"
    ]  # fmt: skip
    alone = by_other_means(collected(), np.full(27, True), "ridge")
    assert len(render(complexity(alone)).axes) == 3  # and no bar


def test_results_without_it_are_refused():
    with pytest.raises(ValueError, match="hold no permutation_entropy"):
        complexity(collected().drop_vars("permutation_entropy"))
