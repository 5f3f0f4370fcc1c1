"""λ_max by each estimator, side by side, in the words that figures and people read."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import xarray as xr

from tausweep.lyapunov.maps import TRUSTED

NAMES = {"maps": "maps", "rosenstein": "Rosenstein", "kantz": "Kantz", "equations": "equations"}


@dataclass(frozen=True)
class Estimate:
    """λ_max in nats per step by one estimator."""

    name: str
    value: float
    interval: tuple[float, float]
    """At the confidence of the Dataset."""
    lacking: str = ""
    """Why there is no value, or why it is not believed; then the value is NaN."""


def estimates(dataset: xr.Dataset) -> list[Estimate]:
    """What every estimator found of the signal of an output of the stage lyapunov."""
    curves = [_estimate(dataset, name, "no scaling range") for name in ("rosenstein", "kantz")]
    return [_maps(dataset), *curves, _equations(dataset)]


def says(dataset: xr.Dataset) -> str:
    """Verdict and what it rests on, as "chaotic, by quadratic maps that leave 3 % unexplained"."""
    verdict = str(dataset.attrs["verdict"])
    match dataset.attrs["estimated_by"]:
        case "maps":
            kind = str(dataset["maps_kind"].values[0])
            return f"{verdict}, by {kind} maps that leave {_unexplained(dataset)} unexplained"
        case "curves":
            return f"{verdict}, by divergence curves"
        case _:
            return verdict


def _unexplained(dataset: xr.Dataset) -> str:
    """What the best maps leave unexplained, in per cent."""
    share = 100 * float(dataset["maps_unexplained"][0])
    return "< 0.1 %" if share < 0.1 else f"{share:.2g} %" if share < 100 else f"{share:.0f} %"


def _maps(dataset: xr.Dataset) -> Estimate:
    if not dataset.sizes["maps"]:
        return _estimate(dataset, "maps", "too few states")
    if float(dataset["maps_unexplained"][0]) > TRUSTED:
        lacking = f"do not predict: {_unexplained(dataset)} unexplained"
        return Estimate(NAMES["maps"], float("nan"), (float("nan"),) * 2, lacking)
    return _estimate(dataset, "maps", "")


def _equations(dataset: xr.Dataset) -> Estimate:
    value = float(dataset["lambda_max_equations"])
    wide = NormalDist().inv_cdf(0.5 + dataset.attrs["confidence"] / 2)
    error = wide * float(dataset["lambda_max_equations_std_error"])
    lacking = "not known" if value != value else ""
    return Estimate(NAMES["equations"], value, (value - error, value + error), lacking)


def _estimate(dataset: xr.Dataset, name: str, lacking: str) -> Estimate:
    value = float(dataset[f"lambda_max_{name}"])
    interval = dataset[f"lambda_max_{name}_interval"].sel(bound=["lower", "upper"])
    lower, upper = map(float, interval)
    return Estimate(NAMES[name], value, (lower, upper), lacking if value != value else "")
