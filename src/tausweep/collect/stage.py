"""All results of an experiment in one tidy Dataset: stage `collect`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from tausweep.collect.settings import Collect, Sweep
from tausweep.labelled import Labelled, labelled
from tausweep.truth.steps import largest

_PER_SIGNAL = ("lambda_max", "lambda_max_interval", "tau_pred", "tau_pred_interval")


def run(
    settings: Collect,
    members: list[xr.Dataset],
    metrics: list[xr.Dataset],
    reference: list[xr.Dataset],
    lyapunov: list[xr.Dataset],
    truth: list[xr.Dataset],
) -> xr.Dataset:
    """Join all that is known of an experiment, with one row per trained member.

    Dimension `run` has one entry per member, with its labels (series, model, method, the setting
    that was swept and its value, tau, member) as coordinates. Dimension `signal` has one per
    series, with its λ_max and τ_pred, those of its equations (`…_equations`) where these are known,
    floors and ceilings of the metrics, and an excerpt of the data. What a series or model has fewer
    of, variables or exponents, is filled with NaN, and with empty names.

    Parameters
    ----------
    settings
        Names of series and sweeps.
    members
        Of each sweep, its members.
    metrics
        Of one sweep after the other, all metrics; of a costly one several files, whose members
        follow each other.
    reference
        Of one series after the other, floors and ceilings of all metrics.
    lyapunov
        Of each series.
    truth
        Of each simulated series.
    """
    rows = []
    waiting = iter(metrics)
    for sweep, each in zip(settings.sweeps, members, strict=True):
        rows.append(_rows(sweep, each, [next(waiting) for _ in range(sweep.metrics)]))
    data_of = {sweep.series: each for sweep, each in zip(settings.sweeps, members, strict=True)}
    known = dict(zip(settings.simulated, truth, strict=True))
    count = len(reference) // len(settings.series)
    signals = [
        _signal(
            name,
            lyapunov[i],
            data_of[name],
            reference[i * count : (i + 1) * count],
            known.get(name),
        )
        for i, name in enumerate(settings.series)
    ]
    runs = xr.concat(rows, "run", join="outer", combine_attrs="drop_conflicts")
    number = np.arange(runs.sizes["run"])
    runs = runs.assign_coords(labelled({"run": ("run", number, "row", "1")}))
    per_signal = xr.concat(signals, "signal", join="outer", combine_attrs="drop_conflicts")
    names = per_signal["variable_name"]
    per_signal["variable_name"] = names.where(names.notnull(), "")  # a file has no missing text
    collected = xr.merge([runs, per_signal], join="outer", combine_attrs="override")
    collected.attrs = {}
    return collected


def _rows(sweep: Sweep, members: xr.Dataset, metrics: Sequence[xr.Dataset]) -> xr.Dataset:
    """All members of a sweep, indexed by variables without a name: (run, step, variable)."""
    files: dict[str, list[xr.Dataset]] = {}
    for file in metrics:
        files.setdefault(file.attrs["metric"], []).append(file)
    whole = [xr.concat(parts, "run", combine_attrs="override") for parts in files.values()]
    rows = xr.merge(
        [members.drop_vars("data_excerpt"), *whole],
        join="exact", compat="equals", combine_attrs="override",
    )  # fmt: skip
    rows = _unnamed(rows).set_coords(["value", "tau", "of_tau_pred"])
    labels = {
        "series": sweep.series,
        "model": sweep.model,
        "method": sweep.method,
        "setting": sweep.setting or "",
    }
    n = rows.sizes["run"]
    return rows.assign_coords(
        labelled({name: ("run", _text(label, n), name, "1") for name, label in labels.items()})
    )


def _signal(
    name: str,
    lyapunov: xr.Dataset,
    members: xr.Dataset,
    reference: Sequence[xr.Dataset],
    truth: xr.Dataset | None,
) -> xr.Dataset:
    """What belongs to a series and not to a member."""
    attrs = lyapunov.attrs
    out = xr.merge(
        [
            lyapunov[list(_PER_SIGNAL)],
            *(_unnamed(part) for part in (members[["data_excerpt"]], *reference)),
            _equations(truth, attrs["dt"]),
        ],
        join="outer", compat="equals", combine_attrs="override",
    )  # fmt: skip
    unit = attrs["time_unit"]
    names = members["variable"].to_numpy().astype(object)
    about: dict[str, Labelled] = {
        "verdict": ((), attrs["verdict"], "verdict on the signal", "1"),
        "dt": ((), attrs["dt"], "sampling interval", unit),
        "time_unit": ((), unit, "unit of time", "1"),
        "variable_name": ("variable", names, "name of the variable", "1"),
    }
    series = ("signal", _text(name, 1), "series that the signal was made from", "1")
    out = out.assign(labelled(about)).expand_dims("signal")
    return out.assign_coords(labelled({"signal": series}))


def _equations(truth: xr.Dataset | None, dt: float) -> xr.Dataset:
    """Exponents of the equations per step of a signal with sampling interval `dt`; NaN where they
    are not known.
    """
    lambda_max = tau_pred = dimension = np.nan
    spectrum = np.array([np.nan])
    if truth is not None:
        lambda_max, _, tau_pred = largest(truth, dt)
        spectrum = dt * truth["spectrum_per_time"].to_numpy()
        dimension = float(truth["kaplan_yorke"])
    nat, of = "nat step-1", "of the equations"
    variables: dict[str, Labelled] = {
        "lambda_max_equations": ((), lambda_max, f"largest Lyapunov exponent {of}", nat),
        "tau_pred_equations": ((), tau_pred, f"predictability time {of}", "step"),
        "lyapunov_spectrum_equations": ("exponent", spectrum, f"Lyapunov exponents {of}", nat),
        "lyapunov_dimension_equations": ((), dimension, f"Kaplan-Yorke dimension {of}", "1"),
    }
    count = {"exponent": ("exponent", 1 + np.arange(len(spectrum)), "exponent", "1")}
    return xr.Dataset(labelled(variables), labelled(count))


def _text(text: str, length: int) -> np.ndarray:
    """The same label `length` times, as text of any length is kept in NetCDF."""
    return np.full(length, text, dtype=object)


def _unnamed(dataset: xr.Dataset) -> xr.Dataset:
    """The same with its variables counted: series of different variables can be joined."""
    if "variable" not in dataset.dims:
        return dataset
    count = np.arange(dataset.sizes["variable"])
    number = ("variable", count, "number of the variable", "1")
    return dataset.assign_coords(labelled({"variable": number}))
