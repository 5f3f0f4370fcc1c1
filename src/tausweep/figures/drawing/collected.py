"""What figures read from the collected results of an experiment."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from tausweep.figures.drawing.style import Look, looks, shorten
from tausweep.figures.figure import Style
from tausweep.members.quantile import quantile
from tausweep.metrics.quantities import selected, split

Values = Float[np.ndarray, " run"]

SYMBOLS = {"tau": r"$\tau$", "alpha": r"$\alpha$", "spread": r"$\Delta$"}
AXES = {
    "tau": r"learning interval $\tau$ (steps)",
    "alpha": r"strength of forcing $\alpha$",
    "threshold": "threshold of clipping",
    "spread": r"jitter $\Delta$ of the learning interval (steps)",
}
UNITS = {"nat": "nats", "nat step-1": "nats per step"}


@dataclass(frozen=True, eq=False)
class Trained:
    """All members of one model trained by one method on one series, and how they are drawn."""

    label: str
    look: Look
    rows: xr.Dataset

    @property
    def setting(self) -> str:
        """Name of what was swept; empty where nothing was."""
        return str(self.rows["setting"].to_numpy()[0])

    @property
    def symbol(self) -> str:
        """What was swept, as labels write it."""
        return SYMBOLS.get(self.setting, self.setting)

    @property
    def values(self) -> Values:
        """What the swept setting was, in each row; of τ, in steps. NaN where nothing was swept."""
        return np.asarray(self.rows["tau" if self.setting == "tau" else "value"].to_numpy(), float)

    def at(self, value: float) -> Trained:
        """Those of one value of the swept setting; all where nothing was swept."""
        if not self.setting:
            return self
        return self.of(self.values == value)

    def of(self, which: Bool[np.ndarray, " run"]) -> Trained:
        """Some of its rows."""
        return replace(self, rows=self.rows.isel(run=which))

    def best(self, quantity: str) -> float:
        """The value with the lowest median over members; NaN where nothing was swept."""
        if not self.setting:
            return np.nan
        at = np.unique(self.values)
        return float(min(at, key=lambda v: quantile(measured(self.at(v).rows, quantity), 0.5)))


def of_series(
    dataset: xr.Dataset, series: str, style: Style
) -> tuple[list[Trained], xr.Dataset, xr.Dataset]:
    """Select the results of one series: by model and method, as rows, and of the series itself.

    A model looks the same in the figures of all series, because its place among all models counts;
    its methods differ by their lines. Where there is one model only, it is methods that have
    colours.

    Raises
    ------
    ValueError
        The results hold no such series.
    """
    known = dataset["signal"].to_numpy()
    if series not in known:
        raise ValueError(f"series {series!r} is not among the results; allowed: {', '.join(known)}")
    look = looks(*_combinations(dataset), style)
    methods = {method for _, method in look}
    rows = dataset.drop_dims("signal").isel(run=dataset["series"].to_numpy() == series)
    model, method = rows["model"].to_numpy(), rows["method"].to_numpy()
    trained = [
        Trained(
            label=shorten(m) + (f", {way}" if len(methods) > 1 else ""),
            look=look[m, way],
            rows=rows.isel(run=(model == m) & (method == way)),
        )
        for m, way in dict.fromkeys(zip(model, method, strict=True))
    ]
    return trained, rows, dataset.sel(signal=series)


def _combinations(dataset: xr.Dataset) -> tuple[list[tuple[str, str]], set[tuple[str, str]]]:
    """All pairs of model and method, and those that are drawn across in some sweep: what swept
    nothing, and, where several settings were swept, all.
    """
    names = (dataset[name].to_numpy() for name in ("model", "method", "setting"))
    rows = list(dict.fromkeys(zip(*names, strict=True)))
    several = len({setting for *_, setting in rows if setting}) > 1
    across = {(m, way) for m, way, setting in rows if several or not setting}
    return [(m, way) for m, way, _ in rows], across


def measured(rows: xr.Dataset, quantity: str) -> Values:
    """Values of a quantity (see `metrics.quantities`) in every row.

    Raises
    ------
    ValueError
        The results do not hold it.
    """
    return np.asarray(selected(rows, quantity).to_numpy(), float)


def reference(signal: xr.Dataset, quantity: str, suffix: str) -> float:
    """Floor, ceiling or truth (`equations`) of a quantity on a series; NaN where there is none."""
    there = f"{split(quantity)[0]}_{suffix}" in signal
    return float(selected(signal, quantity, f"_{suffix}")) if there else np.nan


def label(rows: xr.Dataset, quantity: str) -> str:
    """How the axis of a quantity is named: by its symbol or long name, with its unit."""
    name, place = split(quantity)
    attrs = rows[name].attrs
    unit = str(attrs.get("units", "1"))
    written = "" if unit == "1" else f" ({UNITS.get(unit, unit)})"
    if name.startswith("D_"):
        text, comma, more = symbol(quantity).partition(",")
        return text + written + comma + more
    text = str(attrs.get("long_name", name))
    if place is not None:
        dim = next(str(d) for d in rows[name].dims if d != "run")
        text += f", {rows[dim].attrs.get('long_name', dim)} {place}"
    return textwrap.fill(text + written, 30)


def symbol(quantity: str) -> str:
    """A quantity in a formula: distances by their letter, all else by its name."""
    letter, _, below = quantity.partition("_")
    if letter != "D":
        return quantity.replace("_", " ")
    index, _, more = below.partition("_")
    upright = index if len(index) == 1 else rf"\mathrm{{{index}}}"
    return f"$D_{{{upright}}}$" + (f", {more}" if more else "")


def logarithmic(rows: xr.Dataset, quantity: str, values: Float[np.ndarray, " value"]) -> bool:
    """Whether the axis of a quantity is: where it is positive and has a unit.

    What has none, as a Hellinger distance, is bounded; and rates, as exponents, may have any sign.
    """
    unit = str(rows[split(quantity)[0]].attrs.get("units", "1"))
    return bool(unit != "1" and not unit.endswith("step-1") and values.min() > 0)


def diverged(rows: xr.Dataset) -> Bool[np.ndarray, " run"]:
    """Which members did."""
    return np.asarray(rows["diverged"].to_numpy() == 1)


def median_member(rows: xr.Dataset, quantity: str) -> xr.Dataset:
    """Member in the middle (the better of two); those without a value come last."""
    order = np.argsort(measured(rows, quantity), kind="stable")
    return rows.isel(run=order[(len(order) - 1) // 2])


def central(values: Float[np.ndarray, " member"], band: float) -> list[float]:
    """Lower end, median and upper end of the central fraction of members."""
    return [float(quantile(values, q)) for q in ((1 - band) / 2, 0.5, (1 + band) / 2)]
