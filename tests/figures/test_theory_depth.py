"""Losses of deep linear networks while they learn, and steps to learn by depth."""

import numpy as np

from tausweep.figures.theory.depth import DepthFigure

from .by_hand import STYLE, render, texts, the_line
from .theory import found


def drawn():
    return render(DepthFigure().draw({"depth": found("depth")}, "linear", STYLE))


def test_losses_are_lines_of_theory_and_points_of_descent():
    axes = drawn().axes[0]
    for layers in (1, 3):
        each = found("depth").sel(followed=layers)
        for gid in ("theory", "descent"):
            x, y = the_line(axes, f"{gid}: {layers}").get_data()
            np.testing.assert_array_equal(x, each[f"{gid}_steps"])
            np.testing.assert_array_equal(y, each[gid])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "steps of gradient descent"


def test_steps_to_learn_are_from_both_starts():
    axes = drawn().axes[1]
    for start in ("small", "orthogonal"):
        each = found("depth").sel(start=start)
        x, y = the_line(axes, f"theory: {start}").get_data()
        assert list(x) == [1, 2, 3, 4, 5, 6]
        np.testing.assert_array_equal(y, each["learning_steps"])
        x, y = the_line(axes, f"descent: {start}").get_data()
        assert list(x) == [1, 2, 6]
        np.testing.assert_array_equal(y, each["measured_steps"])
    assert axes.get_xlabel() == "number of layers $N$"


def test_depths_and_starts_are_named():
    said = {"$N = 1$", "$N = 3$", "small, $p(0) = 0.01$", "orthogonal, $p(0) = 0.7$", "descent"}
    assert said <= set(texts(drawn()))
