"""What figures read from the collected results of an experiment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.figures.settings import Style
from tausweep.figures.style import Look, look, shorten


@dataclass(frozen=True)
class Trained:
    """All members of one model trained by one method on one series, and how they are drawn."""

    label: str
    look: Look
    rows: xr.Dataset

    @property
    def swept(self) -> bool:
        """Whether it was trained at learning intervals; classical BPTT has none."""
        return bool((self.rows["kind"] != "bptt").all())


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
    models = list(dict.fromkeys(dataset["model"].to_numpy()))
    methods = list(dict.fromkeys(dataset["method"].to_numpy()))
    rows = dataset.drop_dims("signal").isel(run=dataset["series"].to_numpy() == series)
    model, method = rows["model"].to_numpy(), rows["method"].to_numpy()
    trained = [
        Trained(
            label=shorten(m) + (f", {way}" if len(methods) > 1 else ""),
            look=(
                look(m, models.index(m), methods.index(way), style)
                if len(models) > 1 or len(methods) == 1
                else look(way, methods.index(way), 0, style)
            ),
            rows=rows.isel(run=(model == m) & (method == way)),
        )
        for m, way in dict.fromkeys(zip(model, method, strict=True))
    ]
    return trained, rows, dataset.sel(signal=series)


def quantile(values: Float[np.ndarray, " member"], q: float) -> float:
    """Quantile of a metric over members, where one without a value (NaN) is the worst of all.

    Members that diverged are thus never left out: once half of them have no value, neither has
    the median (infinity).
    """
    ordered = np.sort(np.where(np.isnan(values), np.inf, values))
    return float(np.interp(q * (len(ordered) - 1), np.arange(len(ordered)), ordered))
