"""The members that a reader picks from a sweep: what is known of each, its orbit, its spectrum."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.signal import welch

from tausweep.figures.drawing.collected import Trained, measured, median_member, reference
from tausweep.report.charts import Row
from tausweep.report.panels import title
from tausweep.report.words import interval, known, number

BYTES = 5_000_000
"""Of all orbits of a page, about: what is more makes them shorter, never fewer."""
FEWEST_STEPS = 100
REACH = 1.15
"""How far an orbit is drawn beyond the data, as a multiple of their half range."""
MISSING = -32768
FREQUENCIES = 128
LEAST_POWER = 1e-8
"""Of a frequency, of which less is drawn as that: it is of rounding errors."""

Orbit = Float[np.ndarray, "step variable"]
Orbits = Float[np.ndarray, "run step variable"]


def runs(
    trained: Sequence[Trained], rows: xr.Dataset, metrics: Sequence[str]
) -> Mapping[str, list[Any]]:
    """What is known of every member, by column."""
    curve, value = np.zeros(rows.sizes["run"], int), np.full(rows.sizes["run"], np.nan)
    for i, each in enumerate(trained):
        curve[each.rows["run"]], value[each.rows["run"]] = i, each.values
    return {
        "curve": curve.tolist(),
        "value": _numbers(value),
        "member": rows["member"].to_numpy().tolist(),
        "diverged": rows["diverged_at"].to_numpy().tolist(),
        "loss": _numbers(rows["final_loss"].to_numpy()),
        "lambda": _numbers(_exponent(rows)),
        **{metric: _numbers(measured(rows, metric)) for metric in metrics},
    }


def _numbers(values: Float[np.ndarray, " run"]) -> list[float | None]:
    return [known(value) for value in values.tolist()]


def _exponent(rows: xr.Dataset) -> Float[np.ndarray, " run"]:
    """Largest Lyapunov exponent of every member; NaN where it was not measured."""
    if "lyapunov_spectrum" in rows:
        return np.asarray(rows["lyapunov_spectrum"].isel(exponent=0).to_numpy(), float)
    if "jacobian_lambda_max" in rows:
        return np.asarray(rows["jacobian_lambda_max"].to_numpy(), float)
    return np.full(rows.sizes["run"], np.nan)


def facts(rows: xr.Dataset, signal: xr.Dataset, metrics: Sequence[str]) -> list[Row]:
    """What is told of the member that is picked, and what it is read beside."""
    measured_exponent = bool(np.isfinite(_exponent(rows)).any())
    return [
        *({"name": m, "title": title(m), "beside": _bounds(signal, m)} for m in metrics),
        {
            "name": "lambda",
            "title": "λ_max (nats per step)",
            "beside": _exponents(signal),
            "lacking": ""
            if measured_exponent
            else "not measured: name lyapunov_spectrum under metrics",
        },
        {"name": "loss", "title": "training loss", "beside": ""},
    ]


def _bounds(signal: xr.Dataset, metric: str) -> str:
    found = [(name, reference(signal, metric, name)) for name in ("floor", "ceiling")]
    return ", ".join(f"{name} {number(value)}" for name, value in found if math.isfinite(value))


def _exponents(signal: xr.Dataset) -> str:
    """λ_max of the data with its interval, and of the equations, where there are any."""
    ends = signal["lambda_max_interval"].sel(bound=["lower", "upper"]).to_numpy().tolist()
    said = f"data {number(float(signal['lambda_max']))} {interval(ends)}".strip()
    equations = float(signal["lambda_max_equations"])
    return said + (f", equations {number(equations)}" if math.isfinite(equations) else "")


def excerpts(rows: xr.Dataset, signal: xr.Dataset, share: float) -> tuple[Orbits, Orbit, list[str]]:
    """Orbits, data and names of the variables that are shown: at most three, as many steps as
    there is room for.
    """
    data = signal["data_excerpt"].transpose("step", "variable").to_numpy()
    there = np.isfinite(data)
    variables = np.flatnonzero(there.any(axis=0))[:3]
    data = data[there.any(axis=1)][:, variables]
    room = int(share * BYTES / (2 * max(rows.sizes["run"], 1) * max(len(variables), 1)))
    steps = min(len(data), max(room, FEWEST_STEPS))
    excerpt = rows["excerpt"].transpose("run", "step", "variable").to_numpy()
    names = [str(name) for name in signal["variable_name"].to_numpy()[variables]]
    return excerpt[:, :steps, variables], data[:steps], names


def packed(excerpt: Orbits, data: Orbit) -> Row:
    """The data and all orbits as whole numbers of 16 bits: in a box somewhat larger than the data
    from −32767 to 32767, `MISSING` outside of it.
    """
    low, high = data.min(axis=0), data.max(axis=0)
    half = np.where(high > low, (high - low) / 2, 1.0)
    every = (np.concatenate([data[None], excerpt]) - (low + high) / 2) / half
    inside = (np.abs(every) <= REACH).all(axis=-1, keepdims=True)  # False of NaN
    scaled = np.where(inside, every / REACH * 32767, MISSING)
    packed = np.where(np.isfinite(scaled), scaled, MISSING).round().astype("<i2")
    return {
        "steps": len(data), "variables": data.shape[1], "reach": REACH, "missing": MISSING,
        "values": base64.b64encode(packed.tobytes()).decode(),
    }  # fmt: skip


def spectra(excerpt: Orbits, data: Orbit) -> Row:
    """log₁₀ of power spectra (Welch), each variable's with a sum of 1, mean over variables."""
    whole = np.isfinite(excerpt).all(axis=(1, 2))
    every = np.concatenate([data[None], np.where(whole[:, None, None], excerpt, 0.0)])
    length = min(2 * FREQUENCIES, data.shape[0])
    frequency, power = welch(every, nperseg=length, axis=1)
    total = power[:, 1:].sum(axis=1, keepdims=True)
    share = np.divide(power[:, 1:], total, out=np.zeros_like(power[:, 1:]), where=total > 1e-12)
    mean = share.mean(axis=-1)
    logs = np.log10(np.maximum(mean, LEAST_POWER))
    return {
        "frequency": [known(f) for f in frequency[1:].tolist()],
        "of": [
            [round(v, 2) for v in row] if moves else None
            for row, moves in zip(logs.tolist(), (mean.sum(axis=-1) > 0).tolist(), strict=True)
        ],
    }


def start(trained: Sequence[Trained], by: str) -> int:
    """The member that is shown at first: the median one at the best value of the best curve."""
    medians = [median_member(each.at(each.best(by)).rows, by) for each in trained]
    values = [measured(each.expand_dims("run"), by)[0] for each in medians]
    best = medians[int(np.argmin(np.where(np.isfinite(values), values, np.inf)))]
    return int(best["run"])
