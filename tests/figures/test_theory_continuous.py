"""The exact model in continuous time beside forward Euler."""

import numpy as np
import pytest

from tausweep.figures.theory.continuous import ContinuousFigure

from .by_hand import STYLE, render, texts, the_line
from .theory import found


def drawn():
    return render(ContinuousFigure().draw({"continuous": found("continuous")}, "linear", STYLE))


@pytest.mark.parametrize(("mode", "exponent"), [(0, "-2"), (1, "0.5")])
def test_each_mode_is_lines_of_theory_and_points_of_descent(mode, exponent):
    axes, each = drawn().axes[0], found("continuous").isel(mode=mode)
    time, value = the_line(axes, f"theory: {exponent}").get_data()
    expected = np.interp(time, each["theory_time"], each["theory"])
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    assert time[-1] == pytest.approx(10, rel=0.1)
    np.testing.assert_array_equal(the_line(axes, f"euler: {exponent}").get_ydata(), each["euler"])
    x, y = the_line(axes, f"descent: {exponent}").get_data()
    np.testing.assert_array_equal(x, each["point_time"])
    np.testing.assert_array_equal(y, each["descent"])
    assert the_line(axes, f"limit: {exponent}").get_ydata() == [each["euler_limit"]]


def test_rates_are_beside_that_of_euler():
    axes = drawn().axes[1]
    np.testing.assert_array_equal(
        the_line(axes, "measured").get_ydata(), found("continuous")["measured_rate"]
    )
    np.testing.assert_array_equal(the_line(axes, "rate").get_ydata(), found("continuous")["rate"])
    assert list(the_line(axes, "euler").get_ydata()) == [1, 1]
    assert axes.get_yscale() == "log"


def test_noise_is_beside_that_of_euler():
    axes = drawn().axes[2]
    for gid in ("theory", "euler", "descent"):
        np.testing.assert_array_equal(
            the_line(axes, gid).get_ydata(), found("continuous")[f"noise_{gid}"]
        )
    assert axes.get_xlabel() == r"pseudo-time $τ\,cΔt^2$"


def test_modes_and_lines_are_named():
    said = set(texts(drawn()))
    assert {"$λΔt = -2$", "$λΔt = 0.5$", "forward Euler, flow", "its limit, exact data"} <= said
