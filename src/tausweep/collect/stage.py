"""All results of an experiment in one tidy Dataset: stage `collect`."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tausweep.collect.settings import Collect
from tausweep.truth.steps import largest

_PER_SIGNAL = (
    "lambda_max",
    "lambda_max_interval",
    "tau_pred",
    "tau_pred_interval",
)


def run(
    settings: Collect,
    metrics: list[xr.Dataset],
    lyapunov: list[xr.Dataset],
    truth: list[xr.Dataset],
) -> xr.Dataset:
    """Join the metrics of all sweeps, one row per trained member.

    Dimension `run` has one entry per member, with its labels (series, model, method and its kind,
    tau, member) as coordinates; dimension `signal` one per series, with its λ_max, τ_pred and an
    excerpt of the data. Series of fewer variables are filled with NaN, and with empty names.
    """
    sweep_of = [sweep for sweep in settings.sweeps for _ in range(sweep.jobs)]
    rows = [
        _rows(block, series=sweep.series, model=sweep.model, method=sweep.method, kind=sweep.kind)
        for sweep, block in zip(sweep_of, metrics, strict=True)
    ]
    any_of = {sweep.series: block for sweep, block in zip(sweep_of, metrics, strict=True)}
    known = dict(zip(settings.simulated, truth, strict=True))
    signals = [
        _signal(name, result, any_of[name], known.get(name))
        for name, result in zip(settings.series, lyapunov, strict=True)
    ]
    runs = xr.concat(rows, "run", join="outer", combine_attrs="override")
    runs = runs.assign_coords(run=_labelled("run", np.arange(runs.sizes["run"]), "row"))
    per_signal = xr.concat(signals, "signal", join="outer", combine_attrs="override")
    names = per_signal["variable_name"]
    per_signal["variable_name"] = names.where(names.notnull(), "")  # a file has no missing text
    collected = xr.merge([runs, per_signal], combine_attrs="override")
    collected.attrs = {"title": "metrics of all trained members of an experiment"}
    return collected


def _rows(block: xr.Dataset, **labels: str) -> xr.Dataset:
    """One metrics file, indexed by variables without a name: (run, step, variable)."""
    rows = _unnamed(block.drop_vars("data_excerpt")).rename(member="run")
    rows = rows.drop_vars("run").assign_coords(
        member=("run", block.member.values, block.member.attrs)
    )
    shared = [name for name, v in rows.data_vars.items() if "run" not in v.dims]
    for name in shared:
        rows[name] = rows[name].expand_dims(run=rows.sizes["run"])
    rows = rows.set_coords(["tau", "of_tau_pred"])
    n = rows.sizes["run"]
    return rows.assign_coords(
        {name: _labelled("run", _text(label, n), name) for name, label in labels.items()}
    )


def _signal(
    name: str, lyapunov: xr.Dataset, metrics: xr.Dataset, truth: xr.Dataset | None
) -> xr.Dataset:
    """What belongs to a series and not to a member."""
    out = xr.merge([lyapunov[list(_PER_SIGNAL)], _unnamed(metrics[["data_excerpt"]])])
    attrs = lyapunov.attrs
    known = None if truth is None else largest(truth, attrs["dt"])
    for variable, value, long_name, units in (
        ("lambda_max_equations", known and known.lambda_max, "largest exponent", "nat step-1"),
        ("tau_pred_equations", known and known.tau_pred, "predictability time", "step"),
    ):
        about = {"long_name": f"{long_name}, from the equations", "units": units}
        out[variable] = ((), np.nan if value is None else value, about)
    out["verdict"] = _labelled((), attrs["verdict"], "verdict on the signal")
    out["dt"] = ((), attrs["dt"], {"long_name": "sampling interval", "units": attrs["time_unit"]})
    out["time_unit"] = _labelled((), attrs["time_unit"], "unit of time")
    names = metrics.variable.values.astype(object)
    out["variable_name"] = _labelled("variable", names, "name of the variable")
    label = _labelled("signal", _text(name, 1), "series that the signal was made from")
    return out.expand_dims("signal").assign_coords(signal=label)


def _labelled(
    dims: str | tuple[()], values: Any, long_name: str
) -> tuple[Any, Any, dict[str, str]]:
    return dims, values, {"long_name": long_name, "units": "1"}


def _text(text: str, length: int) -> np.ndarray:
    """The same label `length` times, as text of any length is kept in NetCDF."""
    return np.full(length, text, dtype=object)


def _unnamed(dataset: xr.Dataset) -> xr.Dataset:
    """The same with its variables counted: series of different variables can be joined."""
    count = np.arange(dataset.sizes["variable"])
    return dataset.assign_coords(variable=_labelled("variable", count, "number of the variable"))
