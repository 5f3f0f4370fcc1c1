"""What a page says and shows of the data themselves."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tausweep.report.charts import Axis, Spec, signal
from tausweep.report.words import count, number

STEPS = 800
"""Of the beginning of a signal that are drawn."""
VARIABLES = 4
"""At most so many are drawn, the first."""
NAMED = 12
"""At most so many variables are named."""


def about(series: xr.Dataset, signal: xr.Dataset) -> list[tuple[str, str]]:
    """What the data are, as terms and descriptions."""
    names = [str(name) for name in series["variable"].to_numpy()]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    unit = str(signal.attrs["time_unit"])
    written = "" if unit == "1" else f" {unit}"
    samples, kept = series.sizes["time"], signal.sizes["time"]
    train = int(signal["train_steps"])
    rows = [
        ("Series", str(series.attrs.get("description") or series.attrs["subject"])),
        ("Variables", f"{len(names)}: {', '.join(names[:NAMED])}{more}"),
        ("Samples", f"{count(samples)}, every {number(float(series.attrs['dt']))}{written}"),
        ("Signal", f"{count(kept)} samples, of which the first {count(train)} are to train on and "
                   "the rest is held out"),
    ]  # fmt: skip
    if "input" in series:
        rows.insert(2, ("External input", f"{series.sizes['channel']} channels"))
    return rows


def charts(dataset: xr.Dataset) -> list[Spec]:
    """The beginning of the signal, a chart for each variable."""
    x = dataset["x"].transpose("time", "variable").to_numpy()[:STEPS, :VARIABLES]
    names = [str(name) for name in dataset["variable"].to_numpy()[:VARIABLES]]
    dt, unit = float(dataset.attrs["dt"]), str(dataset.attrs["time_unit"])
    time = Axis(
        "time" if unit == "1" else f"time ({unit})", (0.0, float(f"{max(len(x) - 1, 1) * dt:.6g}"))
    )
    return [
        signal(
            f"The first {len(x)} samples of variable {name} of the signal",
            name,
            time,
            [
                {"t": float(f"{t * dt:.6g}"), "x": round(float(v), 3)}
                for t, v in enumerate(values)
                if np.isfinite(v)
            ],
            last=i == len(names) - 1,
        )
        for i, (name, values) in enumerate(zip(names, x.T, strict=True))
    ]
