"""Results as the stages write them, made by hand so that a test knows what must be drawn; and what
tests read off a figure.

`test_real.py` holds what is made here against files that the stages really wrote.
"""

import numpy as np
import xarray as xr

from tausweep.figures import stage
from tausweep.figures.complexity import ComplexityFigure
from tausweep.figures.diagnosis import DiagnosisFigure
from tausweep.figures.figure import Style
from tausweep.figures.gradients import GradientsFigure
from tausweep.figures.jacobians import JacobiansFigure
from tausweep.figures.models import ModelsFigure
from tausweep.figures.reconstruction import ReconstructionFigure
from tausweep.figures.settings import Drawing
from tausweep.figures.signal import SignalFigure
from tausweep.figures.sweep import SweepFigure
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

from .collected import lorenz

STYLE = Style(dpi=60)


def styled(**style):
    return STYLE.model_copy(update=style)


def draw(figure, inputs, paths, series="lorenz"):
    """Draw as a job does."""
    drawn = stage.run(Drawing(figure=figure, series=series, style=STYLE), **inputs)
    for path in paths:
        path.write_bytes(drawn.render(path.suffix.removeprefix(".")))


def sweep(dataset, style=STYLE, series="lorenz", **settings):
    """The figure of that kind, with settings."""
    figure = SweepFigure(**{"metrics": ["D_stsp", "D_H"], "setting": "tau", **settings})
    return figure.draw({"collect": dataset}, series, style)


def reconstruction(dataset, style=STYLE, **settings):
    figure = ReconstructionFigure(**{"best_by": "D_stsp", "steps": 300, **settings})
    return figure.draw({"collect": dataset}, "lorenz", style)


def models(dataset, style=STYLE):
    return ModelsFigure(best_by="D_stsp").draw({"collect": dataset}, "lorenz", style)


def diagnosis(dataset, style=STYLE, **settings):
    return DiagnosisFigure(**settings).draw({"collect": dataset}, "lorenz", style)


def complexity(dataset, style=STYLE, **settings):
    return ComplexityFigure(**settings).draw({"collect": dataset}, "lorenz", style)


def jacobians(dataset, style=STYLE, **settings):
    figure = JacobiansFigure(**{"best_by": "D_stsp", **settings})
    return figure.draw({"collect": dataset}, "lorenz", style)


def gradients(dataset, style=STYLE, **settings):
    return GradientsFigure(**settings).draw({"collect": dataset}, "lorenz", style)


def signal_figure(inputs):
    return SignalFigure().draw(inputs, "lorenz", STYLE)


def divergence(
    verdict="chaotic",
    by="maps",
    slope=0.011,
    time_unit="1",
    variables=3,
    surrogates=0,
    unexplained=0.02,
    steady=True,
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
            "maps_predict": int(unexplained < 0.1),
            "maps_steady": int(steady),
            "noise_removed": 0.0,
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
            "reason": "too short",
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
        attrs={"subject": "test", "system": "file", "parameters": "{}"},
    )
    job = Signal.model_validate({"steps": steps, **settings})
    return {"series": raw, "signal": signal.run(job, raw)}


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
