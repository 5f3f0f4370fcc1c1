"""Results as the stages write them, made by hand so that a test knows what must be drawn; and what
tests read off a figure.

`test_real.py` holds what is made here against files that the stages really wrote.
"""

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp

from tausweep.claims import stage as claims
from tausweep.claims.settings import ClaimsOf
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
from tausweep.reproduction import stage as reproduction
from tausweep.reproduction.settings import Point, Reproduction
from tausweep.series import dataset
from tausweep.signal import stage as signal
from tausweep.signal.settings import Signal

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


def lorenz(steps, variables=3):
    """Standardised excerpt of the Lorenz attractor."""

    def flow(t, s):
        return 10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]

    times = 20 + np.arange(steps) * 0.01
    x = solve_ivp(flow, (0, times[-1]), (1, 1, 20), t_eval=times, rtol=1e-6).y.T
    return ((x - x.mean(axis=0)) / x.std(axis=0))[:, :variables]


ABOUT = {
    "D_stsp": ("divergence of data from orbit in state space, D_stsp", "nat"),
    "D_H": ("Hellinger distance of power spectra, D_H, mean over variables", "1"),
    "D_stsp_legacy": ("D_stsp as the published code computes it", "nat"),
    "D_H_legacy": ("D_H as the published code computes it", "1"),
    "prediction_error": ("root mean square error of forecasts", "standard deviations"),
    "lyapunov_spectrum": ("Lyapunov exponents of the trained model", "nat step-1"),
    "behaviour": ("kind of orbit", "1"),
    "mean_frequency": ("mean frequency of the orbit, weighted by power, NaN if it rests", "step-1"),
    "permutation_entropy": ("permutation entropy H", "1"),
    "statistical_complexity": ("statistical complexity C", "1"),
    "jacobian_norm": (
        "ln of the spectral norm of the product of T Jacobians, mean over starts",
        "nat",
    ),
    "jacobian_norm_spread": ("its standard deviation over starts", "nat"),
    "jacobian_lambda_max": ("largest Lyapunov exponent along the same orbits, by QR", "nat step-1"),
    "jacobian_lambda_max_std_error": (
        "standard error of jacobian_lambda_max over starts",
        "nat step-1",
    ),
    "gradient_norm": (
        "norm of the loss gradient before clipping, mean over an epoch, median of a stretch",
        "1",
    ),
    "largest_gradient_norm": (
        "norm of the loss gradient before clipping, largest of a stretch of epochs",
        "1",
    ),
    "separation": ("separation in time, T", "step"),
    "epoch": ("last epoch of a stretch", "1"),
    "ahead": ("steps ahead", "step"),
    "exponent": ("exponent", "1"),
}
"""Long names and units."""

KINDS = ("diverged", "fixed_point", "cycle", "aperiodic")
AHEAD = (1, 10, 100)
SEPARATIONS = (1, 3, 10, 30, 100, 300, 1_000)
EPOCHS = (1, 2, 4, 8, 16)
EXPONENTS = (0.011, 0.0, -0.16)
"""Of the equations."""


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
    setting="tau",
):
    """Results of an experiment as the stage collect writes them."""
    rng = np.random.default_rng(0)
    data = lorenz(steps, variables)
    rows = [(m, t, i) for m in models for t in taus for i in range(members)]
    n = len(rows)
    tau = np.array([float(t) for _, t, _ in rows])
    quality = np.exp(np.abs(np.log(np.maximum(tau, 0.01) / 30)) + 0.3 * rng.standard_normal(n))
    lost = rng.random(n) < diverged
    d_stsp = np.where(lost, 8 + rng.random(n), np.minimum(0.2 * quality, 8))
    d_h = np.where(lost, 1.0, np.minimum(0.08 * quality, 0.95))
    excerpt = data + 0.05 * (tau != 30)[:, None, None] * rng.standard_normal((n, 1, variables))
    excerpt[lost] = np.exp(np.arange(steps) / 20)[:, None] * 0.1
    excerpt[lost, 150:] = np.nan
    chaotic = verdict == "chaotic"
    tau_pred = tau_pred if chaotic else np.nan
    errors = np.where(lost[:, None], np.inf, 0.05 * quality[:, None] * np.array(AHEAD) ** 0.5)
    exponents = np.array(EXPONENTS) - 0.001 * quality[:, None]
    exponents[lost] = np.nan
    # Too short a τ makes fixed points, too long a one cycles.
    kind = np.where(lost, 0, np.where(tau < 10, 1, np.where(tau > 100, 2, 3))).astype(np.int8)
    frequency = np.where(kind > 1, 0.02 / quality**0.2, np.nan)
    entropy = np.choose(kind, [np.nan, 0.0, 0.3, 0.6])[:, None] + 0.02 * np.arange(variables)
    growth = np.where(lost, np.nan, 2.0 - 0.01 * tau + 0.001 * rng.standard_normal(n))
    norms = 1.0 + growth[:, None] * np.array(SEPARATIONS)
    gradient = 0.01 * tau[:, None] * (1 + np.arange(n)[:, None]) / np.array(EPOCHS)

    def text(values):
        return ("run", np.array(values, dtype=object))

    def of_signals(*values):
        return ("signal", list(values))

    found = xr.Dataset(
        {
            "D_stsp": ("run", d_stsp),
            "D_H": ("run", d_h),
            "D_stsp_legacy": ("run", np.where(lost, np.nan, d_stsp / 3)),
            "D_H_legacy": ("run", np.where(lost, np.nan, d_h / 2 + 0.1)),
            "prediction_error": (("run", "ahead"), errors),
            "lyapunov_spectrum": (("run", "exponent"), exponents),
            "behaviour": ("run", kind),
            "mean_frequency": ("run", frequency),
            "permutation_entropy": (("run", "variable"), entropy),
            "statistical_complexity": (("run", "variable"), 0.6 * entropy),
            "behaviour_data": of_signals(3, 2),
            "mean_frequency_data": of_signals(0.02, 0.05),
            "permutation_entropy_data": (("signal", "variable"), np.full((2, variables), 0.65)),
            "statistical_complexity_data": (("signal", "variable"), np.full((2, variables), 0.35)),
            "jacobian_norm": (("run", "separation"), norms),
            "jacobian_norm_spread": (("run", "separation"), 0.2 * np.abs(norms)),
            "jacobian_lambda_max": ("run", growth),
            "jacobian_lambda_max_std_error": ("run", np.where(lost, np.nan, 0.01)),
            "gradient_norm": (("run", "epoch"), gradient.astype(np.float32)),
            "largest_gradient_norm": (("run", "epoch"), (20 * gradient).astype(np.float32)),
            "D_stsp_floor": of_signals(0.1, 0.1),
            "D_stsp_ceiling": of_signals(9.5, 9.5),
            "D_H_floor": of_signals(0.05, 0.05),
            "D_H_ceiling": of_signals(1.0, 1.0),
            "D_stsp_legacy_floor": of_signals(0.02, 0.02),
            "D_H_legacy_floor": of_signals(0.12, 0.12),
            "prediction_error_ceiling": (("signal", "ahead"), np.ones((2, len(AHEAD)))),
            "lyapunov_spectrum_equations": (("signal", "exponent"), [EXPONENTS, [np.nan] * 3]),
            "diverged": ("run", lost.astype(np.int8)),
            "excerpt": (("run", "step", "variable"), excerpt.astype(np.float32)),
            "lambda_max": of_signals(np.log(2) / tau_pred, np.nan),
            "lambda_max_interval": (
                ("signal", "bound"),
                np.log(2) / np.array([[1.2 * tau_pred, 0.9 * tau_pred], [np.nan] * 2]),
            ),
            "lambda_max_equations": of_signals(EXPONENTS[0], np.nan),
            "tau_pred": of_signals(tau_pred, np.nan),
            "tau_pred_interval": (
                ("signal", "bound"),
                [[0.9 * tau_pred, 1.2 * tau_pred], [np.nan] * 2],
            ),
            "tau_pred_equations": of_signals(equations, np.nan),
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
            "setting": text([setting] * n),
            "value": ("run", tau),
            "tau": ("run", tau if setting == "tau" else np.full(n, np.nan)),
            "member": ("run", [i for _, _, i in rows]),
            "signal": ("signal", np.array(["lorenz", "another"], dtype=object)),
            "bound": ["lower", "upper"],
            "separation": list(SEPARATIONS),
            "epoch": list(EPOCHS),
            "ahead": list(AHEAD),
            "exponent": [1, 2, 3],
        },
    )
    for name, (long_name, units) in ABOUT.items():
        found[name].attrs = {"long_name": long_name, "units": units}
    found["behaviour"].attrs |= {
        "flag_values": np.arange(4, dtype=np.int8), "flag_meanings": " ".join(KINDS)
    }  # fmt: skip
    found["permutation_entropy"].attrs |= {"order": 5, "delay": 7}
    return found


def by_other_means(dataset, rows, method, setting="", values=np.nan):
    """The same, with some rows trained by a method that sweeps something else, or nothing."""
    changed = {
        "method": np.where(rows, method, dataset["method"]).astype(object),
        "setting": np.where(rows, setting, dataset["setting"]).astype(object),
        "value": np.where(rows, values, dataset["value"]),
        "tau": np.where(rows, np.nan, dataset["tau"]),
    }
    return dataset.assign_coords({name: ("run", values) for name, values in changed.items()})


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


def judged(**options):
    """What stage `claims` says of results made by hand."""
    settings = ClaimsOf(experiments=["e"], resamples=200)
    return claims.run(settings, [collected(**options)])


def compared(published=None, **options):
    """What stage `reproduction` says of them, beside numbers of which some are not ours."""
    points = published or [
        Point(series=series, model=model, method=method, metric=metric, tau=tau, value=value)
        for series in ("Lorenz", "Elsewhere")
        for metric, value in (("D_stsp_legacy", 2.0), ("D_H_legacy", 0.3))
        for model in ("PLRNN", "RNN")
        for method, tau in (("sparse_tf", 5), ("sparse_tf", 30), ("sparse_tf", 50), ("bptt", None))
    ]
    settings = Reproduction(experiments=["e"], published=points)
    return reproduction.run(settings, [collected(**options)])
