"""Chaotic systems whose λ_max is known from their equations: what estimates from data are held to.

    python benchmarks/systems.py           # the systems, their halves and exponents
    python benchmarks/systems.py --truth   # measure the exponents anew: some 30 minutes on a core

Systems are those of tausweep and of `equations.py`. Sampling differs on purpose, from 16 to 150
samples of a mean period, most from 20 to 60.

λ_max is measured by tangent dynamics along 256 trajectories that start beside random states of the
first five series, and kept in `lyapunov_truth.json` with its standard error. Also kept is how far
the means of those of each series lie apart, χ² over 4 degrees of freedom: 1 by chance, some more
where λ is small and trajectories retrace one another for long, and far more where a system has
several attractors, so that its series have no exponent in common: none such is here.

Constants of the estimators may be chosen on the systems of `TUNING` only. Those of `TESTING` are
looked at when all is decided. The halves alternate along the sorted names, and were fixed before
any estimate was made. Three systems have since been replaced, each by one in the same place, since
their equations have no exponent above zero that all series share.

Orbits are kept in results/systems/, in a folder that changes with these two files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import equations
import numpy as np
from equations import EQUATIONS, Written, WrittenFlow, WrittenMap, along
from pydantic import TypeAdapter

from tausweep.series.settings import Series
from tausweep.statespace import exponents
from tausweep.statespace.neighbours import mean_period
from tausweep.systems import tangent
from tausweep.systems.integrate import states
from tausweep.systems.system import DelayedFeedback, Map, Simulated

HERE = Path(__file__).parent
TRUTH = HERE / "lyapunov_truth.json"
ORBITS = HERE.parent / "results" / "systems"
POINTS = 20_000
"""Length of the orbits that are kept; shorter ones are their beginnings."""
MEMBERS = 256
SERIES = 5


OWN: dict[str, dict[str, Any]] = {
    "lorenz28": {"system": "lorenz63", "dt": 0.01},
    "lorenz45": {
        "system": "lorenz63",
        "dt": 0.01,
        "parameters": {"sigma": 16.0, "rho": 45.92, "beta": 4.0},
    },
    "lorenz38": {"system": "lorenz63", "dt": 0.01, "parameters": {"rho": 38.0}},
    "rossler5.7": {"system": "rossler", "dt": 0.2},
    "rossler10": {"system": "rossler", "dt": 0.1, "parameters": {"a": 0.15, "b": 0.2, "c": 10.0}},
    "duffing": {"system": "duffing", "dt": 0.1773},
    "duffing2": {
        "system": "duffing",
        "dt": 0.05,
        "parameters": {"delta": 0.25, "gamma": 0.4, "omega": 1.0},
    },
    "ueda": {"system": "ueda", "dt": 0.05},
    "mackey_glass17": {"system": "mackey_glass", "dt": 1.0},
    "mackey_glass23": {"system": "mackey_glass", "dt": 0.46, "parameters": {"delay": 23.0}},
    "mackey_glass30": {"system": "mackey_glass", "dt": 1.0, "parameters": {"delay": 30.0}},
    "lorenz96_5": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 5}},
    "lorenz96_10": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 10}},
    "lorenz96_20": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 20}},
    "lorenz96_40": {"system": "lorenz96", "dt": 0.05, "parameters": {"N": 40}},
    "henon": {"system": "henon"},
    "logistic4": {"system": "logistic"},
    "logistic3.9": {"system": "logistic", "parameters": {"r": 3.9}},
}
"""Series of tausweep's own systems."""

NAMES = tuple(sorted([*EQUATIONS, *OWN]))
TUNING, TESTING = NAMES[::2], NAMES[1::2]
SENSED = "lorenz63"
"""Lorenz-63 (10, 28, 8/3), dt .05, is what `SENSORS` see: many redundant columns."""
SENSORS = ("sensors12", "field64")
CASES = tuple(sorted([*TUNING, *SENSORS]))
"""Of the tuning half, those as well."""


def system(name: str) -> Simulated:
    """The equations of a name."""
    if name == SENSED:
        return TypeAdapter(Series).validate_python({"system": "lorenz63", "dt": 0.05})
    if name in OWN:
        return TypeAdapter(Series).validate_python(OWN[name])
    dt = EQUATIONS[name].dt
    if not dt:
        return WrittenMap(name=name)
    return WrittenFlow(name=name, dt=dt, transient=2_000 * dt)


def transient(of: Simulated) -> float:
    """Time before the first sample: orbits are on the attractor after it."""
    return max(of.transient, 2_000 * of.dt)


@cache
def _folder() -> Path:
    both = Path(__file__).read_bytes() + Path(equations.__file__).read_bytes()
    written = hashlib.sha256(both).hexdigest()[:8]
    folder = ORBITS / written
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def orbit(name: str, seed: int, points: int = POINTS) -> np.ndarray:
    """States (time, coordinate) on the attractor; the seed is that of the initial state."""
    length = max(points, POINTS)
    file = _folder() / f"{name}-{seed}-{length}.npy"
    if not file.exists():
        of = system(name)
        start = of.draw(np.random.default_rng(seed))
        found = states(of, start, of.dt * np.arange(length), transient(of))
        part = file.with_suffix(f".{os.getpid()}.npy")  # several processes may make the same one
        np.save(part, found)
        part.replace(file)
    return np.load(file)[:points]


def samples(name: str, view: str, seed: int, points: int = POINTS) -> np.ndarray:
    """What is observed (time, variable): all variables, or the first, "scalar".

    The names of `SENSORS` are known as well; their scalar is the first sensor.
    """
    if name in SENSORS:
        seen = sensed(name, orbit(SENSED, seed, points), seed)
    else:
        of = system(name)
        seen = of.view(of.dt * np.arange(points), orbit(name, seed, points))
    return seen if view == "full" else seen[:, :1]


def sensed(name: str, x: np.ndarray, seed: int) -> np.ndarray:
    """States seen by saturating sensors of mixtures, or as a field on a circle of 64 places."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    if name == "sensors12":
        return np.tanh(0.5 * z @ np.random.default_rng(seed).standard_normal((3, 12)))
    angle = 2 * np.pi * np.arange(64) / 64
    waves = np.array([np.cos(angle), np.sin(angle), np.cos(2 * angle)])
    return np.tanh(0.5 * z @ waves)


class Truth(NamedTuple):
    """λ_max of the equations, in nats per step."""

    value: float
    error: float


@cache
def _known() -> dict[str, dict[str, float]]:
    return json.loads(TRUTH.read_text())


def truth(name: str) -> Truth:
    """The exponent that is kept."""
    found = _known()[SENSED if name in SENSORS else name]
    return Truth(found["per_step"], found["std_error"])


def measure(name: str, periods: int) -> dict[str, float]:
    """The exponent by tangent dynamics, and how finely the series is sampled."""
    rng = np.random.default_rng(0)
    of = system(name)
    series, chosen = np.arange(MEMBERS) % SERIES, rng.integers(POINTS, size=MEMBERS)
    if isinstance(of, DelayedFeedback):
        start = np.array([of.draw(rng) for _ in chosen])
    else:
        orbits = np.array([orbit(name, seed) for seed in range(SERIES)])
        start = orbits[series, chosen]
        start = start + 1e-3 * start.std(axis=0) * rng.standard_normal(start.shape)
    seen = samples(name, "full", 0)
    period = mean_period((seen - seen.mean(axis=0)) / seen.std(axis=0))
    turns = periods * period * of.dt
    length = 10_000.0 if isinstance(of, Map) else max(turns, 100 * of.timescale)
    how = {"length": length, "transient": length / 4, "rng": rng, "count": 1}
    if isinstance(of, Written):
        found = exponents.exponents(along(name), start, interval=of.dt, **how)[:, 0]
    else:
        found = tangent.exponents(of, start, of.dt * chosen, **how)[:, 0]
    stayed = np.isfinite(found)  # some start outside the basin, as of the logistic map at 4
    if stayed.mean() < 0.9:
        raise ValueError(f"{name}: {np.sum(~stayed)} trajectories of {MEMBERS} became infinite")
    found, series = of.dt * found[stayed], series[stayed]
    means = np.array([found[series == seed].mean() for seed in range(SERIES)])
    error = found.std(ddof=1) / np.sqrt(len(found))
    if found.mean() < 5 * error:
        raise ValueError(
            f"{name} is not clearly chaotic: {found.mean():.2g} ± {error:.1g} per step"
        )
    return {
        "per_step": float(found.mean()),
        "std_error": float(error),
        "dt": of.dt,
        "samples_of_a_period": round(period, 1),
        "between_series": round(float(means.var(ddof=1) / (error**2 * SERIES)), 2),
    }


def listed(name: str) -> str:
    """One line of the table."""
    found = _known()[name]
    half = "tuning" if name in TUNING else "testing" if name in TESTING else "sensors"
    step, error, dt = found["per_step"], found["std_error"], found["dt"]
    return (
        f"| {name} | {half} | {dt:g} | {found['samples_of_a_period']:g} "
        f"| {step:.5f} ± {error:.1g} | {step / dt:.4g} | {found['between_series']:.1f} |"
    )


def main() -> None:
    """Print the table, or measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truth", action="store_true", help="measure the exponents anew")
    parser.add_argument("--periods", type=int, default=160, help="length of a trajectory")
    parser.add_argument("--systems", nargs="+", choices=[*NAMES, SENSED], default=[*NAMES, SENSED])
    options = parser.parse_args()
    if options.truth:
        for name in options.systems:
            found = measure(name, options.periods)
            print(name, found, flush=True)
            known = (json.loads(TRUTH.read_text()) if TRUTH.exists() else {}) | {name: found}
            TRUTH.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")
    else:
        print("| system | half | dt | samples of a period | λ_max per step | of time | χ² / 4 |")
        print("|---|---|---|---|---|---|---|")
        for name in options.systems:
            print(listed(name))


if __name__ == "__main__":
    main()
