"""Collected results as the stage writes them, made by hand so that a test knows what must be drawn;
and what all experiments say together of them.

`test_real.py` holds what is made here against files that the stages really wrote.
"""

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp

from tausweep.claims import stage as claims
from tausweep.claims.settings import ClaimsOf
from tausweep.pool import stage as pool
from tausweep.pool.settings import Pool
from tausweep.reproduction import stage as reproduction
from tausweep.reproduction.settings import Point, Reproduction


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
            "prediction_error_persistence": (("signal", "ahead"), np.full((2, len(AHEAD)), 1.4)),
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


def pooled(**options):
    """Two experiments together: results made by hand, and the same in another order."""
    one = collected(**options)
    two = one.isel(run=slice(None, None, -1))
    return pool.run(Pool(experiments=["plain", "changed"]), [one, two])


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
