"""Times to learn modes: points are measured, lines are theory."""

import numpy as np

from tausweep.figures.theory.convergence import ConvergenceFigure

from .by_hand import STYLE, lines, render, styled, texts, the_line
from .theory import found


def drawn(style=STYLE):
    return render(ConvergenceFigure().draw({"convergence": found("convergence")}, "linear", style))


def modes(n, energy):
    """Of one system, with energy or without: at most twelve, the first and last among them."""
    each = found("convergence").isel(mode=found("convergence")["variables"].values == n)
    each = each.isel(mode=np.isfinite(each["flow"].values) == energy)
    places = np.linspace(0, each.sizes["mode"] - 1, 12).round().astype(int)
    return each.isel(mode=np.unique(places))


def test_times_and_their_ratio_are_those_measured():
    times, ratio, _ = drawn().axes
    for n in (4, 30):
        learned = modes(n, energy=True)
        assert learned.sizes["mode"] == (2 if n == 4 else 12)
        x, y = the_line(times, f"measured: {n}").get_data()
        np.testing.assert_array_equal(x, learned["flow"])
        np.testing.assert_array_equal(y, learned["measured"])
        x, y = the_line(ratio, f"ratio: {n}").get_data()
        np.testing.assert_allclose(
            x, learned["flow"] / float(found("convergence")["step"].sel(n=n))
        )
        np.testing.assert_allclose(y, learned["measured"] / learned["flow"])
    assert (times.get_xscale(), times.get_yscale()) == ("log", "log")


def test_theory_is_drawn_as_lines():
    times, ratio, _ = drawn().axes
    x, y = the_line(times, "flow").get_data()
    assert list(x) == list(y)  # the diagonal
    steps, of_flow = the_line(ratio, "descent").get_data()
    np.testing.assert_allclose(of_flow, -1 / np.log1p(-1 / steps) / steps)
    assert (np.diff(steps) > 0).all()


def test_what_moved_is_drawn_with_and_without_energy():
    *_, moved = drawn().axes
    for n in (4, 30):
        for line, energy in zip(lines(moved, f"moved: {n}"), (True, False), strict=True):
            x, y = line.get_data()
            np.testing.assert_array_equal(x, modes(n, energy)["place"])
            np.testing.assert_array_equal(y, modes(n, energy)["moved"])
    low, high = moved.get_ylim()
    assert low < found("convergence")["moved"].min() < found("convergence")["moved"].max() < high
    assert [text.get_text() for text in moved.texts] == ["energy", "no energy"]


def test_systems_and_lines_are_named_and_panels_fit_the_letters():
    figure = drawn()
    assert {"descent, $n = 4$", "descent, $n = 30$", "gradient flow"} <= set(texts(figure))
    assert "pseudo-time to learn a mode" in [axes.get_title("left") for axes in figure.axes]
    tops = {axes.get_position().y1 for axes in drawn(styled(width=3.5, font_size=12.0)).axes}
    assert len(tops) == 3  # below each other
