"""How λ_max was found."""

import numpy as np
import pytest

from tausweep.figures.drawing.style import context
from tausweep.figures.lyapunov import LyapunovFigure
from tausweep.lyapunov import report

from .by_hand import divergence, lines, render, styled, the_line, truth


def panels(dataset, known=True, **style):
    """The figure, and its panels of curves, estimates, delay and dimension."""
    inputs = {"lyapunov": dataset, **({"truth": truth()} if known else {})}
    figure = LyapunovFigure().draw(inputs, "lorenz", styled(**style))
    own = [axes for axes in figure.axes if axes.get_xlabel() != ""]
    assert len(own) == 4
    return figure, *own


def words(figure):
    """What is written beside the curves, and the labels of its legend."""
    (legend,) = figure.subfigs[0].legends
    return legend.get_title().get_text(), [text.get_text() for text in legend.get_texts()]


def test_lyapunov_draws_all_curves_the_fit_and_guides_of_both_slopes():
    dataset = divergence()
    _, axes, *_ = panels(dataset)
    for c, line in enumerate(lines(axes, "divergence")):
        there = np.isfinite(dataset["divergence"][c])
        np.testing.assert_array_equal(line.get_xdata(), dataset["lag"][there])
        np.testing.assert_array_equal(line.get_ydata(), dataset["divergence"][c][there])
    looks = [(line.get_color(), line.get_linestyle()) for line in lines(axes, "divergence")]
    assert len(set(looks)) == 6
    markers = [line.get_marker() for line in lines(axes, "divergence")]
    assert markers == ["None", "o", "s"] * 2  # told apart in grey
    assert {line.get_ydata()[0] for line in lines(axes, "saturation")} == {0.6, 1.1}
    fit = the_line(axes, "fit")
    np.testing.assert_array_equal(fit.get_xdata(), [20, 200])
    np.testing.assert_allclose(fit.get_ydata(), [-3.2 + 0.011 * 20, -3.2 + 0.011 * 200])
    for gid, slope in (("headline", 0.0115), ("equations", 0.0121)):
        assert the_line(axes, gid).get_slope() == pytest.approx(slope)
        assert the_line(axes, gid).get_xy1() == pytest.approx((110, -3.2 + 0.011 * 110))
    fitted = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    np.testing.assert_allclose(fitted.intervalx, (20, 200))


def test_lyapunov_by_curves_has_no_second_line_of_the_same_slope():
    figure, axes, *_ = panels(divergence(by="curves"))
    assert not lines(axes, "headline")
    assert words(figure)[0].startswith("chaotic, by divergence curves\n")


def test_lyapunov_names_the_numbers_in_both_units():
    written, _ = words(panels(divergence(by="curves"))[0])
    assert "= 0.0110 [0.0102, 0.0119] per step\n  = 1.10 [1.02, 1.19] per unit of time" in written
    assert "= 63.0 [58.3, 67.8] steps\n  = 0.630 [0.583, 0.678] units of time" in written
    assert "95 % interval" in written
    written, _ = words(panels(divergence(by="curves", time_unit="s"))[0])
    assert "1.10 [1.02, 1.19] per s\n" in written
    written, _ = words(panels(divergence())[0])
    assert written.startswith("chaotic, by quadratic maps\nthat leave 2 % unexplained\n")


def test_lyapunov_has_steps_below_and_time_above():
    figure, axes, *_ = panels(divergence(time_unit="s"))
    render(figure)
    (above,) = axes.child_axes
    assert above.get_xlabel() == "time (s)"
    np.testing.assert_allclose(above.get_xlim(), np.array(axes.get_xlim()) * 0.01)


def test_maps_whose_errors_outgrow_them_are_no_estimate():
    dataset = divergence("undecided", unexplained=0.04, steady=False)
    maps = report.estimates(dataset)[0]
    assert np.isnan(maps.value)
    assert maps.lacking.startswith("not believed")


@pytest.mark.parametrize("verdict", ["no scaling range", "not chaotic", "undecided"])
def test_lyapunov_without_a_value_says_why_and_fits_nothing(verdict):
    figure, axes, estimates, *_ = panels(divergence(verdict, unexplained=0.58))
    assert not lines(axes, "fit")
    assert not lines(axes, "headline")
    assert not axes.patches
    assert words(figure)[0] == rf"no $\lambda_\mathrm{{max}}$: {verdict}: too short"
    remarks = [text.get_text() for text in estimates.texts]
    assert remarks == [verdict, "do not predict:\n58 % unexplained", *["no scaling range"] * 2]
    (guide,) = lines(axes, "equations")
    lag, height = guide.get_xy1()
    assert height == divergence()["divergence"][0, int(lag)]  # on the curve


def test_lyapunov_puts_every_estimate_at_its_value_with_its_interval():
    _, _, axes, *_ = panels(divergence())
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[1:] == ["maps", "Rosenstein", "Kantz", "equations"]
    drawn = {bar.lines[0].get_ydata()[0]: bar for bar in axes.containers}
    assert set(drawn) == {0, 1, 2, 4}  # Kantz has none
    wide = 1.959964 * 0.0001
    expected = {
        0: (0.0115, 0.93 * 0.0115, 1.08 * 0.0115),
        1: (0.0115, 0.93 * 0.0115, 1.08 * 0.0115),
        2: (0.011, 0.93 * 0.011, 1.08 * 0.011),
        4: (0.0121, 0.0121 - wide, 0.0121 + wide),
    }
    for y, (value, lower, upper) in expected.items():
        assert drawn[y].lines[0].get_xdata()[0] == pytest.approx(value)
        (segment,) = drawn[y].lines[2][0].get_segments()
        np.testing.assert_allclose(segment[:, 0], (lower, upper), rtol=1e-6)


def test_lyapunov_marks_the_embedding_and_what_it_was_read_from():
    dataset = divergence()
    _, _, _, delay, dimension = panels(dataset)
    assert [line.get_ydata()[0] for line in lines(delay, "mutual_information")] == [1, 2, 3]
    assert set(the_line(delay, "delay").get_xdata()) == {9}
    assert delay.get_legend().get_title().get_text() == "delay 9 steps"
    for name in ("false_neighbours", "cao_e1", "cao_e2"):
        np.testing.assert_array_equal(the_line(dimension, name).get_ydata(), dataset[name])
    assert set(the_line(dimension, "dimension").get_xdata()) == {3}
    _, _, _, delay, _ = panels(divergence(variables=5))
    assert the_line(delay, "mutual_information").get_ydata()[0] == 3  # the median


def test_lyapunov_shows_surrogates_on_the_level_of_the_first_curve():
    figure, axes, *_ = panels(divergence(surrogates=19))
    drawn = lines(axes, "surrogate")
    assert len(drawn) == 19
    np.testing.assert_allclose(drawn[0].get_ydata(), 0.6 - 0.5)
    assert "19 surrogates ($p$ = 0.05)" in words(figure)[1]


@pytest.mark.parametrize(
    ("width", "case"),
    [
        (7.0, {"surrogates": 19}),
        (7.0, {"time_unit": "fortnight"}),
        (7.0, {"verdict": "not chaotic", "unexplained": 0.9}),
        (7.0, {"slope": 1e-5, "by": "curves", "variables": 1}),
        (3.4, {"surrogates": 19}),
    ],
)
def test_lyapunov_overlaps_nothing(width, case):
    with context(styled(width=width)):
        figure, *axes = panels(divergence(**case), width=width)
        render(figure)
    (legend,) = figure.subfigs[0].legends
    boxes = [panel.get_tightbbox() for panel in axes] + [legend.get_window_extent()]
    boxes[2] = boxes[2].union([boxes[2], figure.axes[-1].get_tightbbox()])  # autocorrelation's axis
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0
        assert box.y1 <= figure.bbox.y1
        for other in boxes[:i]:
            assert not box.overlaps(other)


def test_lyapunov_of_data_without_equations_has_no_guide_line():
    dataset = divergence()
    dataset["divergence"][0, 0] = -np.inf
    _, axes, estimates, *_ = panels(dataset, known=False)
    assert not lines(axes, "equations")
    assert np.isfinite(axes.get_ylim()).all()
    assert len(estimates.get_yticklabels()) == 4


def test_lyapunov_without_curves_says_so():
    """Only the estimate was asked for, or the series is short."""
    dataset = divergence("undecided").isel(curve=slice(0, 0))
    figure = LyapunovFigure().draw({"lyapunov": dataset}, "lorenz", styled())
    assert [text.get_text() for text in figure.axes[0].texts] == ["no curves"]
