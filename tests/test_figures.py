"""Figures show the numbers they are given, in words that are true, and the same bytes each time."""

import re

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex
from scipy.integrate import solve_ivp

from tausweep import runner
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.figures import stage
from tausweep.figures.collected import quantile
from tausweep.figures.settings import Figure, ReconstructionFigure, Style, SweepFigure
from tausweep.figures.stage import FIGURES
from tausweep.figures.style import PALETTE, context, number, shorten
from tausweep.lyapunov import report
from tausweep.plan import Plan
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal


def draw(kind, inputs, options, paths):
    """Draw as a job does."""
    drawn = stage.run(Figure(kind=kind, options=options), **inputs)
    for path in paths:
        path.write_bytes(drawn.render(path.suffix.removeprefix(".")))


STYLE = Style(dpi=60).model_dump()
SWEEP = {**SweepFigure().model_dump(), "series": "lorenz", "style": STYLE}
RECONSTRUCTION = {
    **ReconstructionFigure(steps=300).model_dump(),
    "series": "lorenz",
    "style": STYLE,
}
LYAPUNOV = {"style": STYLE}
SIGNAL = {"style": STYLE}


def lorenz(steps, variables=3):
    """Standardised excerpt of the Lorenz attractor."""

    def flow(t, s):
        return 10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]

    times = 20 + np.arange(steps) * 0.01
    x = solve_ivp(flow, (0, times[-1]), (1, 1, 20), t_eval=times, rtol=1e-6).y.T
    return ((x - x.mean(axis=0)) / x.std(axis=0))[:, :variables]


def collected(
    models=("PLRNN", "RNN", "LSTM"),
    taus=(5, 30, 200),
    members=3,
    variables=3,
    diverged=0.0,
    verdict="chaotic",
    equations=62.8,
    tau_pred=58.0,
    steps=300,
):
    """Results of an experiment as the stage collect writes them."""
    rng = np.random.default_rng(0)
    data = lorenz(steps, variables)
    rows = [(m, t, i) for m in models for t in taus for i in range(members)]
    n = len(rows)
    tau = np.array([t for _, t, _ in rows])
    quality = np.exp(np.abs(np.log(tau / 30)) + 0.3 * rng.standard_normal(n))
    lost = rng.random(n) < diverged
    d_stsp = np.where(lost, 8 + rng.random(n), np.minimum(0.2 * quality, 8))
    d_h = np.where(lost, 1.0, np.minimum(0.08 * quality, 0.95))
    excerpt = data + 0.05 * (tau != 30)[:, None, None] * rng.standard_normal((n, 1, variables))
    excerpt[lost] = np.exp(np.arange(steps) / 20)[:, None] * 0.1
    excerpt[lost, 150:] = np.nan
    chaotic = verdict == "chaotic"
    tau_pred = tau_pred if chaotic else np.nan

    def text(values):
        return ("run", np.array(values, dtype=object))

    def signal(*values):
        return ("signal", list(values))

    return xr.Dataset(
        {
            "D_stsp": ("run", d_stsp),
            "D_H": ("run", d_h),
            "D_stsp_floor": ("run", np.full(n, 0.1)),
            "D_stsp_ceiling": ("run", np.full(n, 9.5)),
            "D_H_floor": ("run", np.full(n, 0.05)),
            "D_H_ceiling": ("run", np.full(n, 1.0)),
            "D_stsp_legacy": ("run", np.where(lost, np.nan, d_stsp / 3)),
            "D_H_legacy": ("run", np.where(lost, np.nan, d_h / 2 + 0.1)),
            "D_stsp_legacy_floor": ("run", np.full(n, 0.02)),
            "D_H_legacy_floor": ("run", np.full(n, 0.12)),
            "diverged": ("run", lost.astype(np.int8)),
            "excerpt": (("run", "step", "variable"), excerpt.astype(np.float32)),
            "lambda_max": signal(np.log(2) / tau_pred, np.nan),
            "tau_pred": signal(tau_pred, np.nan),
            "tau_pred_interval": (
                ("signal", "bound"),
                [[0.9 * tau_pred, 1.2 * tau_pred], [np.nan] * 2],
            ),
            "tau_pred_equations": signal(equations, np.nan),
            "verdict": ("signal", np.array([verdict, "not chaotic"], dtype=object)),
            "data_excerpt": (
                ("signal", "step", "variable"),
                np.stack([data, np.full_like(data, np.nan)]),
            ),
            "variable_name": (
                ("signal", "variable"),
                np.array([list("xyz")[:variables], [""] * variables], dtype=object),
            ),
        },
        coords={
            "series": text(["lorenz"] * n),
            "model": text([m for m, _, _ in rows]),
            "method": text(["sparse_tf"] * n),
            "kind": text(["sparse_tf"] * n),
            "tau": ("run", tau),
            "member": ("run", [i for _, _, i in rows]),
            "signal": ("signal", np.array(["lorenz", "another"], dtype=object)),
            "bound": ["lower", "upper"],
        },
    )


def divergence(
    verdict="chaotic",
    by="maps",
    slope=0.011,
    time_unit="1",
    variables=3,
    surrogates=0,
    unexplained=0.02,
):
    """A result as the stage lyapunov writes it: a line from lag 20 to 200, then a plateau.

    There are Rosenstein's and two of Kantz's curves at two dimensions; the second ends at lag 300.
    """
    lag = np.arange(400)
    first = -4 + 0.8 * (1 - np.exp(-lag / 8)) + slope * np.minimum(lag, 250)
    curves = np.stack([first + 0.3 * c for c in range(6)])
    curves[3:, 301:] = np.nan
    chaotic = verdict == "chaotic"
    by = by if chaotic else "none"
    value = (0.0115 if by == "maps" else slope) if chaotic else np.nan
    tau = np.log(2) / value
    own = slope if chaotic else np.nan

    def interval(centre):
        return ("bound", [0.93 * centre, 1.08 * centre])

    return xr.Dataset(
        {
            "divergence": (("curve", "lag"), curves),
            "divergence_std_error": (("curve", "lag"), np.full((6, 400), 0.05)),
            "saturation": ("curve", np.repeat([0.6, 1.1], 3)),
            "surrogate_divergence": (("surrogate", "lag"), np.tile(-0.5 + 0 * lag, (surrogates, 1))),
            "surrogate_p": 0.05 if surrogates else np.nan,
            "lambda_max": value,
            "lambda_max_interval": interval(value),
            "lambda_max_per_time": value / 0.01,
            "lambda_max_maps": 0.0115 if unexplained < 0.1 else 0.5,
            "lambda_max_maps_interval": interval(0.0115),
            "lambda_max_rosenstein": own,
            "lambda_max_rosenstein_interval": interval(own),
            "lambda_max_kantz": np.nan,
            "lambda_max_kantz_interval": interval(np.nan),
            "tau_pred": tau,
            "tau_pred_interval": ("bound", [tau / 1.08, tau / 0.93]),
            "fit_curve": 0 if chaotic else -1,
            "fit_start": 20 if chaotic else -1,
            "fit_stop": 200 if chaotic else -1,
            "intercept": -3.2 if chaotic else np.nan,
            "maps_unexplained": ("maps", [unexplained]),
            "maps_step": ("maps", [10]),
            "maps_kind": ("maps", ["quadratic"]),
            "embedding_delay": 9,
            "embedding_dimension": 3,
            "mutual_information": (("delay_lag", "variable"), np.ones((30, variables)) + np.arange(variables)),
            "autocorrelation": (("delay_lag", "variable"), np.zeros((30, variables))),
            "false_neighbours": ("embedding_size", [0.9, 0.3, 0.0, 0.0]),
            "cao_e1": ("embedding_size", [0.2, 0.6, 0.95, np.nan]),
            "cao_e2": ("embedding_size", [0.9, 1.1, 1.0, np.nan]),
        },
        coords={
            "lag": lag,
            "bound": ["lower", "upper"],
            "curve_estimator": ("curve", ["rosenstein", "kantz", "kantz"] * 2),
            "curve_dimension": ("curve", [3, 3, 3, 4, 4, 4]),
            "curve_radius": ("curve", [np.nan, 0.1, 0.2, np.nan, 0.15, 0.3]),
            "delay_lag": np.arange(1, 31),
            "embedding_size": np.arange(1, 5),
            "variable": [f"v{i}" for i in range(variables)],
        },
        attrs={
            "verdict": verdict,
            "estimated_by": by,
            "confidence": 0.95,
            "dt": 0.01,
            "time_unit": time_unit,
        },
    )  # fmt: skip


SLOW = [
    {"step": "detrend"},
    {"step": "cycle", "by": "harmonics", "period": 3.0},
    {"step": "smooth", "by": "gaussian", "width": 2.0},
]


def truth(equations=0.0121):
    """What the stage truth writes of a series of dt 0.01."""
    return xr.Dataset(
        {
            "lambda_max_per_time": equations / 0.01,
            "lambda_max_per_time_std_error": 0.01,
            "tau_pred": np.log(2) / equations,
        },
        attrs={"dt": 0.01, "verdict": "chaotic"},
    )


def prepared(steps=SLOW, variables=2, samples=1_000, time_unit="1", **settings):
    """A series with a trend, a cycle and noise, and a signal without them."""
    t = 0.01 * np.arange(samples)[:, None]
    noise = np.random.default_rng(0).normal(size=(samples, variables))
    slow = 4 * t + 3 * np.sin(2 * np.pi * t / 3)
    raw = dataset.make(
        20 + 5 * np.resize(lorenz(samples).T, (variables, samples)).T + slow + 0.3 * noise,
        [f"v{i}" for i in range(variables)],
        dt=0.01,
        time_unit=time_unit,
        attrs={"title": "Series: test", "system": "file", "parameters": "{}"},
    )
    job = Signal.model_validate({"steps": steps, **settings})
    return {"series": raw, "signal": signal.run(job, raw)}


@pytest.fixture(autouse=True)
def unchanged_settings():
    """Figures leave matplotlib's settings as they were."""
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


def lines(axes, gid):
    """Lines of a panel by the beginning of their name."""
    return [line for line in axes.lines if (line.get_gid() or "").startswith(gid)]


def the_line(axes, gid):
    (line,) = lines(axes, gid)
    return line


def texts(figure):
    """All that is written in a figure."""
    axes = [text.get_text() for panel in figure.axes for text in panel.texts]
    titles = [panel.get_title() for panel in figure.axes]
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return axes + titles + legends + [legend.get_title().get_text() for legend in figure.legends]


def render(figure):
    """Lay it out as for a file: some errors and warnings come only then."""
    figure.draw_without_rendering()
    return figure


# ------------------------------------------------------------------------------------------ sweep


def test_sweep_draws_the_median_over_members():
    dataset = collected(members=5, diverged=0.1)
    figure = FIGURES["sweep"](dataset, SWEEP)
    for axes, name in zip(figure.axes, ("D_stsp", "D_H"), strict=True):
        for model in ("PLRNN", "RNN", "LSTM"):
            line = the_line(axes, f"median: {model}")
            ours = dataset[name].to_numpy()[dataset["model"].to_numpy() == model].reshape(3, 5)
            np.testing.assert_array_equal(line.get_xdata(), [5, 30, 200])
            np.testing.assert_allclose(line.get_ydata(), np.median(ours, axis=1))


def test_sweep_draws_every_member_once_and_the_diverged_apart():
    dataset = collected(members=6, diverged=0.3)
    axes = FIGURES["sweep"](dataset, SWEEP).axes[0]
    for model in ("PLRNN", "RNN", "LSTM"):
        rows = dataset.isel(run=dataset["model"].to_numpy() == model)
        lost = rows["diverged"].to_numpy() == 1
        dots, crosses = the_line(axes, f"members: {model}"), the_line(axes, f"diverged: {model}")
        np.testing.assert_array_equal(dots.get_ydata(), rows["D_stsp"].to_numpy()[~lost])
        np.testing.assert_array_equal(crosses.get_ydata(), rows["D_stsp"].to_numpy()[lost])
        assert crosses.get_marker() == "x" != dots.get_marker()


def test_sweep_band_holds_the_central_fraction_of_members():
    dataset = collected(models=("RNN",), taus=(10, 20), members=5)
    axes = FIGURES["sweep"](dataset, {**SWEEP, "band": 0.5}).axes[0]
    drawn = axes.collections[0].get_paths()[0].vertices
    at_10 = dataset["D_stsp"].to_numpy()[:5]
    found = np.unique(drawn[drawn[:, 0] == 10, 1])
    np.testing.assert_allclose(found, np.quantile(at_10, [0.25, 0.75]))


def test_sweep_puts_every_reference_at_its_value():
    figure = FIGURES["sweep"](collected(tau_pred=58.0, equations=62.8), SWEEP)
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


def dataset_range(axes):
    """Smallest and largest value of the members drawn."""
    values = np.concatenate([line.get_ydata() for line in lines(axes, "members")])
    return values.min(), values.max()


def test_sweep_without_tau_pred_says_why():
    dataset = collected(verdict="no scaling range", equations=np.nan)
    figure = render(FIGURES["sweep"](dataset, SWEEP))
    assert not any(lines(axes, "tau_pred") for axes in figure.axes)
    assert any(text.endswith("no scaling range") for text in texts(figure))


def test_sweep_shows_tau_pred_beyond_the_tau_used():
    axes = FIGURES["sweep"](collected(tau_pred=1000.0), SWEEP).axes[0]
    assert axes.get_xlim()[1] > 1000


def test_sweep_stays_whole_where_the_interval_of_tau_pred_is_open():
    dataset = collected()
    dataset["tau_pred_interval"][0, 1] = np.inf
    axes = render(FIGURES["sweep"](dataset, SWEEP)).axes[0]
    interval = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert interval.x1 == pytest.approx(axes.get_xlim()[1])


def test_sweep_legacy_draws_the_published_code_s_metrics():
    dataset = collected(diverged=0.2, members=4)
    figure = render(FIGURES["sweep"](dataset, {**SWEEP, "show_legacy": True}))
    for axes, name, floor in zip(figure.axes, ("D_stsp", "D_H"), (0.02, 0.12), strict=True):
        rows = dataset.isel(run=dataset["model"].to_numpy() == "RNN")
        alive = rows["diverged"].to_numpy() == 0
        expected = rows[f"{name}_legacy"].to_numpy()[alive]
        np.testing.assert_array_equal(the_line(axes, "members: RNN").get_ydata(), expected)
        assert np.isfinite(the_line(axes, "diverged: RNN").get_ydata()).all()
        assert set(the_line(axes, "floor").get_ydata()) == {floor}
        assert not lines(axes, "ceiling")


def test_sweep_has_its_ticks_at_the_tau_used():
    figure = render(FIGURES["sweep"](collected(taus=(3, 7, 11, 150)), SWEEP))
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    np.testing.assert_array_equal(axes.get_xticks(), [3, 7, 11, 150])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "7", "11", "150"]
    assert axes.get_xticks(minor=True).size == 0
    linear = FIGURES["sweep"](collected(), {**SWEEP, "log_tau": False})
    assert linear.axes[0].get_xscale() == "linear"


def test_a_model_keeps_its_colour_and_takes_that_of_the_style():
    style = {**STYLE, "colours": {"RNN": "#123456"}}
    axes = FIGURES["sweep"](collected(), {**SWEEP, "style": style}).axes[0]
    colours = [to_hex(the_line(axes, f"median: {m}").get_color()) for m in ("PLRNN", "RNN", "LSTM")]
    assert colours == [PALETTE[0].lower(), "#123456", PALETTE[2].lower()]
    panels = FIGURES["reconstruction"](collected(), {**RECONSTRUCTION, "style": style}).axes
    assert to_hex(the_line(panels[3], "orbit").get_color()) == "#123456"


def test_a_narrow_figure_has_its_panels_below_each_other():
    style = {**STYLE, "width": 3.3}
    left, right = render(FIGURES["sweep"](collected(), SWEEP)).axes
    assert left.get_position().x1 < right.get_position().x0
    above, below = render(FIGURES["sweep"](collected(), {**SWEEP, "style": style})).axes
    assert above.get_position().y0 > below.get_position().y1
    titles = [axes.get_title() for axes in FIGURES["reconstruction"](
        collected(), {**RECONSTRUCTION, "style": style}
    ).axes]  # fmt: skip
    assert {title.count("\n") for title in titles} == {2}


def test_methods_are_told_apart():
    """By their lines, and where there is one model only, by colour."""
    for models, member in ((("RNN",), 2), (("RNN", "LSTM"), 2)):
        dataset = collected(models=models, members=member)
        ways = np.array(["sparse_tf", "bptt"] * 3 * len(models), dtype=object)
        dataset["method"] = ("run", ways)
        figure = FIGURES["sweep"](dataset, SWEEP)
        ours, theirs = lines(figure.axes[0], "median")[:2]
        alone = len(models) == 1
        assert (ours.get_color() != theirs.get_color()) == alone
        assert (ours.get_linestyle() != theirs.get_linestyle()) == (not alone)
        assert {"RNN, sparse_tf", "RNN, bptt"} <= set(texts(figure))


def test_bptt_is_a_line_across_and_takes_no_part_in_the_axis_of_tau():
    dataset = collected(models=("RNN",), taus=(5, 30, 1000), members=2)
    is_bptt = dataset["tau"].values == 1000
    for name in ("method", "kind"):
        dataset[name] = ("run", np.where(is_bptt, "bptt", "sparse_tf").astype(object))
    figure = FIGURES["sweep"](dataset, SWEEP)
    axes = figure.axes[0]
    across = the_line(axes, "median: RNN, bptt")
    assert across.get_ydata() == [np.median(dataset["D_stsp"].values[is_bptt])] * 2
    assert the_line(axes, "median: RNN, sparse_tf").get_xdata().tolist() == [5, 30]
    assert axes.get_xlim()[1] < 100
    panels = FIGURES["reconstruction"](dataset, {"series": "lorenz"}).axes
    assert not any("bptt" in panel.get_title() for panel in panels)


def test_bptt_alone_is_drawn():
    dataset = collected(models=("RNN",), taus=(1000,), members=2)
    dataset["kind"] = ("run", np.array(["bptt"] * 2, dtype=object))
    for kind in ("sweep", "reconstruction"):
        assert FIGURES[kind](dataset, {"series": "lorenz"}).axes


def test_a_quantile_counts_members_without_a_value_as_the_worst():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    for q in (0.0, 0.25, 0.5, 0.9, 1.0):
        assert quantile(values, q) == pytest.approx(np.quantile(values, q))
    assert quantile(np.array([2.0, np.nan, 1.0]), 0.5) == 2
    assert quantile(np.array([np.nan, np.nan, 1.0]), 0.5) == np.inf


# --------------------------------------------------------------------------------- reconstruction


def test_reconstruction_shows_the_median_member_at_the_smallest_best_and_largest_tau():
    dataset = collected(models=("RNN", "LSTM"), taus=(5, 12, 30, 200), members=5)
    figure = render(FIGURES["reconstruction"](dataset, RECONSTRUCTION))
    assert len(figure.axes) == 6
    for i, model in enumerate(("RNN", "LSTM")):
        for axes, role, tau in zip(
            figure.axes[3 * i : 3 * i + 3],
            ("smallest", "best", "largest"),
            (5, 30, 200),
            strict=True,
        ):
            job = (dataset["model"] == model) & (dataset["tau"] == tau)
            rows = dataset.isel(run=job.to_numpy())
            median = rows.isel(run=int(rows["D_stsp"].argsort()[2]))
            title = axes.get_title()
            assert model in title
            assert f"{role} $\\tau$ = {tau}," in title
            assert title.endswith(number(median["D_stsp"].item()))
            drawn = np.array(the_line(axes, "orbit").get_data_3d()).T
            inside = np.isfinite(drawn).all(axis=1)
            assert inside.mean() > 0.9
            np.testing.assert_allclose(drawn[inside], median["excerpt"].to_numpy()[inside])


def test_reconstruction_draws_a_tau_once():
    one = FIGURES["reconstruction"](collected(taus=(30,)), RECONSTRUCTION)
    assert [axes.get_title().count("best") for axes in one.axes] == [1, 1, 1]
    rising = collected(models=("RNN",), taus=(30, 100, 200))
    two = FIGURES["reconstruction"](rising, RECONSTRUCTION)
    assert [re.search(r"= (\d+),", a.get_title())[1] for a in two.axes] == ["30", "200"]


def test_reconstruction_says_where_the_best_tau_is_the_smallest():
    dataset = collected(models=("RNN", "LSTM"), members=1)
    dataset["D_stsp"] = ("run", [0.1, 0.2, 0.3, 0.3, 0.1, 0.2])
    figure = render(FIGURES["reconstruction"](dataset, RECONSTRUCTION))
    vacant = figure.axes[0]
    assert not vacant.get_title()
    assert [text.get_text() for text in vacant.texts] == [r"best $\tau$ is the smallest"]


def test_an_orbit_that_rests_away_from_the_data_is_named():
    dataset = collected(models=("RNN",), taus=(30,), members=1)
    dataset["excerpt"] = dataset["excerpt"] * 0 + 99
    axes = render(FIGURES["reconstruction"](dataset, RECONSTRUCTION)).axes[0]
    assert [text.get_text() for text in axes.texts] == ["away from the data"]


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_reconstruction_has_as_many_axes_as_variables(variables):
    dataset = collected(variables=variables)
    axes = render(FIGURES["reconstruction"](dataset, RECONSTRUCTION)).axes[0]
    labels = [axes.get_xlabel(), axes.get_ylabel()] + ([axes.get_zlabel()] if variables > 2 else [])
    assert labels == {1: ["step", "x"], 2: ["x", "y"], 3: ["x", "y", "z"]}[variables]


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_a_diverged_orbit_stays_near_the_data_and_is_named(variables):
    dataset = collected(variables=variables, diverged=1.1)
    figure = render(FIGURES["reconstruction"](dataset, RECONSTRUCTION))
    low, high = lorenz(300, variables).min(), lorenz(300, variables).max()
    for axes in (a for a in figure.axes if a.get_title()):
        assert "diverged" in [text.get_text() for text in axes.texts]
        line = the_line(axes, "orbit")
        drawn = np.array(line.get_data_3d() if variables == 3 else line.get_ydata())
        assert np.isfinite(drawn).any()
        assert np.nanmin(drawn) > low - 1
        assert np.nanmax(drawn) < high + 1


def test_an_orbit_at_rest_is_marked():
    dataset = collected(models=("RNN",), taus=(30,), members=1)
    moving = FIGURES["reconstruction"](dataset, RECONSTRUCTION).axes[0]
    assert not lines(moving, "fixed point")
    dataset["excerpt"][:] = 0.1
    resting = FIGURES["reconstruction"](dataset, RECONSTRUCTION).axes[0]
    np.testing.assert_allclose(the_line(resting, "fixed point").get_data_3d(), [[0.1]] * 3)


def test_reconstruction_draws_as_many_steps_as_asked():
    axes = FIGURES["reconstruction"](collected(), {**RECONSTRUCTION, "steps": 50}).axes[0]
    for gid in ("data", "orbit"):
        assert len(the_line(axes, gid).get_data_3d()[0]) == 50


# --------------------------------------------------------------------------------------- lyapunov


def panels(dataset, known=True, **style):
    """The figure, and its panels of curves, estimates, delay and dimension."""
    options = {"style": {**STYLE, **style}}
    figure = FIGURES["lyapunov"](dataset, options, truth() if known else None)
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
    dataset = divergence("no scaling range", unexplained=0.04)
    dataset["maps_step"] = ("maps", [1])  # 0.04 in each step, where they grow by 0.0115
    maps = report.estimates(dataset)[0]
    assert np.isnan(maps.value)
    assert maps.lacking.startswith("not believed")


@pytest.mark.parametrize("verdict", ["no scaling range", "not chaotic", "maps do not predict"])
def test_lyapunov_without_a_value_says_why_and_fits_nothing(verdict):
    figure, axes, estimates, *_ = panels(divergence(verdict, unexplained=0.58))
    assert not lines(axes, "fit")
    assert not lines(axes, "headline")
    assert not axes.patches
    assert words(figure)[0] == rf"no $\lambda_\mathrm{{max}}$: {verdict}"
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
    with context(Style(**{**STYLE, "width": width})):
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


# ----------------------------------------------------------------------------------------- signal


def test_a_signals_figure_shows_what_was_there_what_was_removed_and_what_is_left():
    inputs = prepared()
    figure = render(FIGURES["signal"](**inputs, options=SIGNAL))
    found = inputs["signal"]
    first, slow, lost, last, _ = figure.axes[:5]
    time = inputs["series"]["time"].values
    np.testing.assert_array_equal(lines(first, "series")[0].get_xdata(), time)
    np.testing.assert_array_equal(
        lines(first, "series")[0].get_ydata(), inputs["series"]["x"][:, 0]
    )
    kept = signal.restore(found)[:, 0]
    np.testing.assert_array_equal(lines(first, "kept")[0].get_ydata(), kept)
    for name, axes in (("detrend", slow), ("cycle", slow), ("smooth", lost)):
        removed = found[f"removed_by_{name}"][:, 0]
        drawn = lines(axes, name)[0].get_ydata()
        np.testing.assert_allclose(drawn, removed - removed[:500].mean(), atol=1e-12)
    np.testing.assert_array_equal(lines(last, "signal")[0].get_ydata(), found["x"][:, 0])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"removed by detrend", "removed by cycle", "removed by smooth"} <= set(legend)
    assert len(figure.axes) == 2 * 5


def test_the_spectrum_of_white_noise_is_flat_at_its_power():
    """One-sided density: variance over the Nyquist frequency, 2 σ² dt; half the samples, half."""
    noise = np.random.default_rng(0).normal(size=(20_000, 1))
    attrs = {"title": "Series: test", "system": "file", "parameters": "{}"}
    raw = dataset.make(noise, ["v"], dt=0.01, time_unit="1", attrs=attrs)
    step = {"step": "decimate", "factor": 2, "antialias": False}
    job = Signal.model_validate({"steps": [step]})
    axes = FIGURES["signal"](raw, signal.run(job, raw), SIGNAL).axes[-1]
    for gid, dt in (("series", 0.01), ("signal", 0.02)):
        (line,) = lines(axes, gid)
        top = line.get_xdata() > 0.1 / dt  # where many frequencies are averaged
        np.testing.assert_allclose(line.get_ydata()[top].mean(), 2 * dt, rtol=0.05)
        assert line.get_xdata().max() == pytest.approx(0.5 / dt, rel=0.01)


@pytest.mark.parametrize(
    "case",
    [
        {"steps": [{"step": "embed", "dimension": 3, "delay": 5}], "variables": 1},
        {"steps": [*SLOW, {"step": "decimate", "factor": 2}], "scaling": "none", "variables": 6},
        {"time_unit": "$days_since$", "scaling": "whiten"},
        {
            "samples": 10_000,
            "steps": [*SLOW, {"step": "cycle", "by": "climatology", "period": 1.5}],
        },
    ],
    ids=["embedded", "many variables", "odd unit", "long"],
)
def test_signals_of_all_kinds_are_drawn(case):
    inputs = prepared(**case)
    figure = render(FIGURES["signal"](**inputs, options=SIGNAL))
    variables = min(inputs["series"].sizes["variable"], 4)
    assert len(figure.axes) % variables == 0
    assert all(len(line.get_xdata()) <= 2_000 for axes in figure.axes for line in axes.lines)


def test_the_command_draws_the_same_again_and_leaves_a_figure_that_it_cannot_draw_anew(tmp_path):
    config = {
        "experiment": "a",
        "series": {"r": {"system": "rossler", "steps": 1_000}},
        "signal": {"steps": SLOW[:1]},
    }
    plan = Plan(load(config))
    for job in plan.jobs.values():
        if job.stage in ("series", "signal"):
            runner.run(job, [tmp_path / job.path])
    drawing = plan.figures["signal_r"]
    png = tmp_path / "results/figures/a/s.png"
    command = ["stage", "figure", "--job", drawing.json, "--output", str(png)]
    assert main(command) == 0
    once = png.read_bytes()
    assert main(command) == 0
    assert png.read_bytes() == once
    (tmp_path / drawing.input_paths[0]).unlink()
    assert main(command) == 1
    assert png.read_bytes() == once


def test_signal_shades_nothing_where_nothing_is_held_out():
    figure = render(FIGURES["signal"](**prepared(held_out=0.0), options=SIGNAL))
    assert not any(axes.patches for axes in figure.axes)


# ------------------------------------------------------------------------------------------- draw


CASES = {
    "sweep": (lambda: {"dataset": collected()}, SWEEP),
    "reconstruction": (lambda: {"dataset": collected()}, RECONSTRUCTION),
    "lyapunov": (lambda: {"dataset": divergence()}, LYAPUNOV),
    "signal": (prepared, SIGNAL),
}


@pytest.mark.parametrize("kind", CASES)
def test_equal_figures_are_equal_files_with_fonts_that_embed(kind, tmp_path):
    make, options = CASES[kind]
    paths = [tmp_path / name for name in ("a.pdf", "b.pdf", "a.png", "b.png")]
    draw(kind, make(), options, paths[::2])
    draw(kind, make(), options, paths[1::2])
    a_pdf, b_pdf, a_png, b_png = (path.read_bytes() for path in paths)
    assert a_pdf == b_pdf
    assert a_png == b_png
    assert a_png.startswith(b"\x89PNG")
    assert b"CreationDate" not in a_pdf
    assert b"/FontFile2" in a_pdf  # TrueType, as Type 42 is embedded
    assert b"/Type3" not in a_pdf
    assert sorted(tmp_path.iterdir()) == sorted(paths)


@pytest.mark.parametrize(
    "case",
    [
        {"models": ("RNN",), "taus": (30,), "members": 1},
        {"diverged": 1.1},
        {"diverged": 1.1, "models": ("RNN",), "taus": (30,), "members": 1, "variables": 1},
        {"models": ("x" * 90, "y" * 60), "taus": tuple(range(40, 60))},
        {"models": tuple("abcdefghi"), "taus": (30,), "members": 1, "verdict": "not chaotic"},
        {"variables": 1, "equations": np.nan, "verdict": "no scaling range"},
    ],
    ids=["one of all", "all diverged", "one, diverged", "long names", "many models", "no tau_pred"],
)
def test_extreme_results_are_drawn(case, tmp_path):
    draw("sweep", {"dataset": collected(**case)}, SWEEP, [tmp_path / "s.png"])
    draw("reconstruction", {"dataset": collected(**case)}, RECONSTRUCTION, [tmp_path / "r.png"])
    render(FIGURES["sweep"](collected(**case), {**SWEEP, "show_legacy": True}))


def test_a_figure_that_cannot_be_written_leaves_the_old_one(tmp_path):
    output = tmp_path / "figure.tiff9"
    output.write_text("old")
    with pytest.raises(ValueError, match="tiff9"):
        draw("lyapunov", {"dataset": divergence()}, LYAPUNOV, [output])
    assert output.read_text() == "old"
    assert list(tmp_path.iterdir()) == [output]


def test_unknown_names_are_refused_with_what_is_allowed(tmp_path):
    with pytest.raises(
        ValueError, match=r"(?s)'sweep', 'reconstruction', 'lyapunov' or 'signal'.*pie"
    ):
        draw("pie", {}, SWEEP, [tmp_path / "pie.pdf"])
    with pytest.raises(ValueError, match=r"'weather'.*lorenz, another"):
        draw(
            "sweep", {"dataset": collected()}, {**SWEEP, "series": "weather"}, [tmp_path / "s.pdf"]
        )
    with pytest.raises(ValueError, match="bandd"):
        draw("sweep", {"dataset": collected()}, {**SWEEP, "bandd": 0.5}, [tmp_path / "s.pdf"])


def test_numbers_and_names_are_short():
    assert [number(v) for v in (0.0110, 46.23, 100.0, 1234.0, 0.0)] == [
        "0.0110",
        "46.2",
        "100",
        "1234",
        "0.00",
    ]
    assert number(2.5e-6) == r"$2.50\times 10^{-6}$"
    assert shorten("PLRNN") == "PLRNN"
    assert len(shorten("x" * 90)) <= 36
