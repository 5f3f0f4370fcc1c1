"""The sweep: metrics against what was swept."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from tausweep.figures.drawing.style import PALETTE, looks
from tausweep.members.quantile import quantile

from .by_hand import STYLE, lines, reconstruction, render, styled, sweep, texts, the_line
from .collected import by_other_means, collected


def test_sweep_draws_the_median_over_members():
    dataset = collected(members=5, diverged=0.1)
    figure = sweep(dataset)
    for axes, name in zip(figure.axes, ("D_stsp", "D_H"), strict=True):
        for model in ("PLRNN", "RNN", "LSTM"):
            line = the_line(axes, f"median: {model}")
            ours = dataset[name].to_numpy()[dataset["model"].to_numpy() == model].reshape(3, 5)
            np.testing.assert_array_equal(line.get_xdata(), [5, 30, 200])
            np.testing.assert_allclose(line.get_ydata(), np.median(ours, axis=1))


def test_sweep_draws_every_member_once_and_the_diverged_apart():
    dataset = collected(members=6, diverged=0.3)
    axes = sweep(dataset).axes[0]
    for model in ("PLRNN", "RNN", "LSTM"):
        rows = dataset.isel(run=dataset["model"].to_numpy() == model)
        lost = rows["diverged"].to_numpy() == 1
        dots, crosses = the_line(axes, f"members: {model}"), the_line(axes, f"diverged: {model}")
        np.testing.assert_array_equal(dots.get_ydata(), rows["D_stsp"].to_numpy()[~lost])
        np.testing.assert_array_equal(crosses.get_ydata(), rows["D_stsp"].to_numpy()[lost])
        assert crosses.get_marker() == "x" != dots.get_marker()


def test_sweep_band_holds_the_central_fraction_of_members():
    dataset = collected(models=("RNN",), taus=(10, 20), members=5)
    axes = sweep(dataset, band=0.5).axes[0]
    drawn = axes.collections[0].get_paths()[0].vertices
    at_10 = dataset["D_stsp"].to_numpy()[:5]
    found = np.unique(drawn[drawn[:, 0] == 10, 1])
    np.testing.assert_allclose(found, np.quantile(at_10, [0.25, 0.75]))


def test_sweep_puts_every_reference_at_its_value():
    figure = sweep(collected(tau_pred=58.0, equations=62.8))
    for axes, floor, ceiling in zip(figure.axes, (0.1, 0.05), (9.5, 1.0), strict=True):
        assert set(the_line(axes, "floor").get_ydata()) == {floor}
        assert set(the_line(axes, "ceiling").get_ydata()) == {ceiling}
        equations, estimate = lines(axes, "tau_pred")
        assert set(equations.get_xdata()) == {62.8}
        assert set(estimate.get_xdata()) == {58.0}
        interval = axes.patches[0].get_extents().transformed(axes.transData.inverted())
        np.testing.assert_allclose(interval.intervalx, (0.9 * 58, 1.2 * 58))
        for value in (floor, ceiling, *dataset_range(axes)):
            assert axes.get_ylim()[0] < value < axes.get_ylim()[1]


def test_a_panel_whose_metric_cannot_tell_models_apart_says_so():
    dataset = collected()
    plain = sweep(dataset)
    assert not any("cannot tell" in text for text in texts(plain))
    flat = dataset.assign(D_stsp_floor=("signal", [9.4, 9.4]))
    first, second = sweep(flat).axes
    assert [t.get_gid() for t in first.texts].count("meet") == 1
    assert "meet" not in [t.get_gid() for t in second.texts]


def dataset_range(axes):
    """Smallest and largest value of the members drawn."""
    values = np.concatenate([line.get_ydata() for line in lines(axes, "members")])
    return values.min(), values.max()


def test_sweep_without_tau_pred_says_why():
    dataset = collected(verdict="no scaling range", equations=np.nan)
    figure = render(sweep(dataset))
    assert not any(lines(axes, "tau_pred") for axes in figure.axes)
    assert any(text.endswith("no scaling range") for text in texts(figure))


def test_sweep_shows_tau_pred_beyond_the_tau_used():
    axes = sweep(collected(tau_pred=1000.0)).axes[0]
    assert axes.get_xlim()[1] > 1000


def test_sweep_stays_whole_where_the_interval_of_tau_pred_is_open():
    dataset = collected()
    dataset["tau_pred_interval"][0, 1] = np.inf
    axes = render(sweep(dataset)).axes[0]
    interval = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert interval.x1 == pytest.approx(axes.get_xlim()[1])


def test_sweep_legacy_draws_the_published_code_s_metrics():
    dataset = collected(diverged=0.2, members=4)
    figure = render(sweep(dataset, metrics=["D_stsp_legacy", "D_H_legacy"]))
    for axes, name, floor in zip(figure.axes, ("D_stsp", "D_H"), (0.02, 0.12), strict=True):
        rows = dataset.isel(run=dataset["model"].to_numpy() == "RNN")
        alive = rows["diverged"].to_numpy() == 0
        expected = rows[f"{name}_legacy"].to_numpy()[alive]
        np.testing.assert_array_equal(the_line(axes, "members: RNN").get_ydata(), expected)
        assert np.isfinite(the_line(axes, "diverged: RNN").get_ydata()).all()
        assert set(the_line(axes, "floor").get_ydata()) == {floor}
        assert not lines(axes, "ceiling")


def test_sweep_has_its_ticks_at_the_tau_used():
    figure = render(sweep(collected(taus=(3, 7, 11, 150))))
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    np.testing.assert_array_equal(axes.get_xticks(), [3, 7, 11, 150])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "7", "11", "150"]
    assert axes.get_xticks(minor=True).size == 0
    linear = sweep(collected(), log_tau=False)
    assert linear.axes[0].get_xscale() == "linear"


def test_a_model_keeps_its_colour_and_takes_that_of_the_style():
    style = styled(colours={"RNN": "#123456"})
    axes = sweep(collected(), style=style).axes[0]
    colours = [to_hex(the_line(axes, f"median: {m}").get_color()) for m in ("PLRNN", "RNN", "LSTM")]
    assert colours == [PALETTE[0].lower(), "#123456", PALETTE[2].lower()]
    panels = reconstruction(collected(), style=style).axes
    assert to_hex(the_line(panels[3], "orbit").get_color()) == "#123456"


def test_a_narrow_figure_has_its_panels_below_each_other():
    style = styled(width=3.3)
    left, right = render(sweep(collected())).axes
    assert left.get_position().x1 < right.get_position().x0
    above, below = render(sweep(collected(), style=style)).axes
    assert above.get_position().y0 > below.get_position().y1
    titles = [axes.get_title() for axes in reconstruction(collected(), style=style
    ).axes]  # fmt: skip
    assert {title.count("\n") for title in titles} == {2}


def test_methods_are_told_apart():
    """By their lines, and where there is one model only, by colour."""
    for models, member in ((("RNN",), 2), (("RNN", "LSTM"), 2)):
        dataset = collected(models=models, members=member)
        ways = np.array(["sparse_tf", "bptt"] * 3 * len(models), dtype=object)
        dataset["method"] = ("run", ways)
        figure = sweep(dataset)
        ours, theirs = lines(figure.axes[0], "median")[:2]
        alone = len(models) == 1
        assert (ours.get_color() != theirs.get_color()) == alone
        assert (ours.get_linestyle() != theirs.get_linestyle()) == (not alone)
        assert {"RNN, sparse_tf", "RNN, bptt"} <= set(texts(figure))


def test_bptt_is_a_line_across_and_takes_no_part_in_the_axis_of_tau():
    dataset = collected(models=("RNN",), taus=(5, 30, 1000), members=2)
    is_bptt = dataset["tau"].values == 1000
    dataset = by_other_means(dataset, is_bptt, "bptt")
    figure = sweep(dataset)
    axes = figure.axes[0]
    across = the_line(axes, "median: RNN, bptt")
    assert across.get_ydata() == [np.median(dataset["D_stsp"].values[is_bptt])] * 2
    assert the_line(axes, "median: RNN, sparse_tf").get_xdata().tolist() == [5, 30]
    assert axes.get_xlim()[1] < 100
    (panel,) = [p for p in reconstruction(dataset).axes if "bptt" in p.get_title()]
    assert "best" not in panel.get_title()


def test_bptt_alone_is_drawn():
    dataset = collected(models=("RNN",), taus=(1000,), members=2)
    dataset = by_other_means(dataset, True, "bptt")
    for draw in (sweep, reconstruction):
        assert render(draw(dataset)).axes


def test_a_quantile_counts_members_without_a_value_as_the_worst():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    for q in (0.0, 0.25, 0.5, 0.9, 1.0):
        assert quantile(values, q) == pytest.approx(np.quantile(values, q))
    assert quantile(np.array([2.0, np.nan, 1.0]), 0.5) == 2
    assert quantile(np.array([np.nan, np.nan, 1.0]), 0.5) == np.inf


def test_a_sweep_over_alpha_has_its_own_axis_and_no_tau_pred():
    dataset = collected(models=("RNN",), taus=(0, 0.05, 0.1, 0.3, 1), setting="alpha")
    figure = render(sweep(dataset, setting="alpha"))
    for axes in figure.axes:
        line = the_line(axes, "median: RNN")
        np.testing.assert_array_equal(line.get_xdata(), [0, 0.05, 0.1, 0.3, 1])
        assert axes.get_xlim()[0] < 0 < 1 < axes.get_xlim()[1]
        assert axes.get_xlabel() == r"strength of forcing $\alpha$"
        assert not lines(axes, "tau_pred")
        places = axes.transData.transform([(x, 1) for x in line.get_xdata()])[:, 0]
        assert np.diff(places).min() > 0.1 * np.ptp(places)  # none is crowded by the others
    assert not any("tau" in text for text in texts(figure))


def test_what_sweeps_another_setting_is_across_at_its_best_value():
    dataset = collected(models=("RNN",), taus=(5, 30, 0.1, 0.3), members=2)
    rows = dataset["tau"].values < 1
    dataset = by_other_means(dataset, rows, "gtf", "alpha", dataset["tau"].values)
    dataset["D_stsp"][rows] = [3.0, 4.0, 1.0, 2.0]
    figure = sweep(dataset)
    axes = figure.axes[0]
    assert axes.get_xlim()[0] > 1
    assert the_line(axes, "median: RNN, gtf").get_ydata() == [1.5] * 2
    assert r"RNN, gtf ($\alpha$ = 0.3)" in texts(figure)
    other = sweep(dataset, setting="alpha").axes[0]
    np.testing.assert_array_equal(the_line(other, "median: RNN, gtf").get_ydata(), [3.5, 1.5])
    assert len(the_line(other, "median: RNN, sparse_tf").get_ydata()) == 2


def test_any_quantity_is_a_panel_with_its_name_unit_and_truth():
    names = ["prediction_error@10", "lyapunov_spectrum@1", "D_stsp"]
    dataset = collected(models=("RNN",), members=3)
    figure = render(sweep(dataset, metrics=names))
    errors, exponents, last = figure.axes[:3]
    expected = np.median(dataset["prediction_error"].sel(ahead=10).values.reshape(3, 3), axis=1)
    np.testing.assert_allclose(the_line(errors, "median").get_ydata(), expected)
    assert " ".join(errors.get_ylabel().split()) == (
        "root mean square error of forecasts, steps ahead 10 (standard deviations)"
    )
    assert errors.get_yscale() == "log"
    assert exponents.get_yscale() == "linear"
    assert set(the_line(exponents, "equations").get_ydata()) == {0.011}
    assert set(the_line(errors, "ceiling").get_ydata()) == {1.0}
    assert last.get_ylabel() == r"$D_{\mathrm{stsp}}$ (nats)"


@pytest.mark.parametrize(("models", "methods"), [(1, 9), (9, 1), (3, 9), (8, 6), (1, 28)])
def test_no_two_look_the_same(models, methods):
    """Nor where they are drawn without markers."""
    pairs = [(f"model {i}", f"method {j}") for i in range(models) for j in range(methods)]
    found = looks(pairs, [], STYLE)
    assert len({(look.colour, look.line, look.marker) for look in found.values()}) == len(pairs)
    if len(pairs) <= 28:
        bare = looks(pairs, pairs, STYLE)
        assert len({(look.colour, look.line) for look in bare.values()}) == len(pairs)
    same = styled(colours={f"{'method' if models == 1 else 'model'} {i}": "red" for i in range(4)})
    again = looks(pairs, [], same)
    assert len({(look.colour, look.line, look.marker) for look in again.values()}) == len(pairs)
