"""A series before and after its preparation."""

import numpy as np
import pytest

from tausweep import runner
from tausweep.cli import main
from tausweep.experiment import load
from tausweep.plan import Plan
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

from .by_hand import SLOW, lines, prepared, render, signal_figure


def test_a_signals_figure_shows_what_was_there_what_was_removed_and_what_is_left():
    inputs = prepared()
    figure = render(signal_figure(inputs))
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
    attrs = {"subject": "test", "system": "file", "parameters": "{}"}
    raw = dataset.make(noise, ["v"], dt=0.01, time_unit="1", attrs=attrs)
    step = {"step": "decimate", "factor": 2, "antialias": False}
    job = Signal.model_validate({"steps": [step]})
    axes = signal_figure({"series": raw, "signal": signal.run(job, raw)}).axes[-1]
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
    figure = render(signal_figure(inputs))
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
    drawing = plan.figures["a/signal_r"]
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
    figure = render(signal_figure(prepared(held_out=0.0)))
    assert not any(axes.patches for axes in figure.axes)
