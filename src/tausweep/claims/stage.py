"""The claim under test, of all sweeps of a study: stage `claims`."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.best.median import Best, Draws, best, by_tau
from tausweep.claims.settings import ClaimsOf
from tausweep.claims.words import CANNOT_TELL, NOT_LEARNED, NOT_MEASURED, Ratio, sentence
from tausweep.labelled import Labelled, labelled
from tausweep.metrics.bounds import Bounds
from tausweep.metrics.quantities import selected, split

OF_NORMAL = 1.959964
"""Half-width of a 95 % interval of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Sweep:
    """The best τ of one model by one method on one series, by each quantity."""

    labels: tuple[str, str, str, str]
    """Experiment, series, model, method."""
    members: int
    tau_pred: tuple[float, float]
    """From the data and of the equations, in steps."""
    found: list[Best]
    times_floor: list[float]
    """The medians there."""
    ratios: list[list[Ratio]]
    """To each of τ_pred."""
    draws: list[list[Draws]] = field(repr=False)


def run(settings: ClaimsOf, collect: Sequence[xr.Dataset]) -> xr.Dataset:
    """Find the best τ of every sweep, with an interval, and its ratio to τ_pred.

    Parameters
    ----------
    settings
        How it is found, and the experiments' names.
    collect
        What is known of the trained members of each experiment.

    Returns
    -------
    Over `sweep` (experiment, series, model, method) and `quantity`: `best_tau` with its interval,
    `best_median`, `times_floor`, `edge`, the `good` range, and the `ratio` to τ_pred, from the data
    or of the equations (`source`), with its interval and a `verdict`. Over `signal` (experiment,
    series) the geometric mean of the ratios of all its sweeps, and a `sentence`. Intervals of a
    ratio hold the bootstrap of the members and the uncertainty of λ_max.

    Raises
    ------
    ValueError
        None of the quantities is measured in an experiment.
    """
    sweeps = [
        sweep
        for name, each in zip(settings.experiments, collect, strict=True)
        for sweep in _sweeps(settings, name, each)
    ]
    signals = list(dict.fromkeys(sweep.labels[:2] for sweep in sweeps))
    pooled = [[s for s in sweeps if s.labels[:2] == signal] for signal in signals]
    return xr.Dataset(
        labelled(_of_sweeps(settings, sweeps) | _of_signals(settings, pooled)),
        labelled(_coordinates(settings, sweeps, signals)),
        {"subject": f"{len(sweeps)} sweeps"},
    )


def _sweeps(settings: ClaimsOf, experiment: str, collect: xr.Dataset) -> list[Sweep]:
    """Every sweep of an experiment over more than one τ."""
    if not any(split(name)[0] in collect for name in settings.quantities):
        raise ValueError(
            f"claims.quantities: none of {', '.join(settings.quantities)} is measured in "
            f"experiment {experiment}: name one that is"
        )
    labels = [collect[name].to_numpy().tolist() for name in ("series", "model", "method")]
    rows = list(zip(*labels, strict=True))
    out = []
    for label in dict.fromkeys(rows):
        of = collect.isel(run=[i for i, row in enumerate(rows) if row == label])
        if (of["setting"] == "tau").all() and len(np.unique(of["tau"])) > 1:
            out.append(_sweep(settings, (experiment, *label), of))
    return out


def _sweep(settings: ClaimsOf, labels: tuple[str, str, str, str], rows: xr.Dataset) -> Sweep:
    signal = rows.sel(signal=labels[1])
    runs = rows["tau"].to_numpy(), rows["member"].to_numpy()
    # Sweeps on one signal share what λ_max may be, and nothing else.
    lambda_max = _lambda_max(signal, settings.resamples, np.random.default_rng(settings.seed))
    own = [settings.seed, zlib.crc32("/".join(labels).encode())]
    found, times_floor, ratios, draws = [], [], [], []
    for name in settings.quantities:
        bounds = Bounds.of(signal, name)
        values = _values(rows, name)
        tau, table = by_tau(*runs, np.full(len(runs[0]), np.nan) if values is None else values)
        found.append(
            best(
                tau,
                table,
                good=settings.good,
                resamples=settings.resamples,
                rng=np.random.default_rng(own),
            )
        )
        times_floor.append(bounds.times_floor(found[-1].median))
        draws.append([found[-1].draws * drawn / math.log(2) for drawn in lambda_max])
        ratios.append(
            [
                Ratio.of(
                    found[-1].tau / tau_pred,
                    drawn,
                    settings.confidence,
                    found[-1].edge,
                    NOT_MEASURED if values is None else _nothing(bounds, found[-1].median),
                )
                for tau_pred, drawn in zip(_tau_pred(signal), draws[-1], strict=True)
            ]
        )
    members = len(np.unique(rows["member"]))
    return Sweep(labels, members, _tau_pred(signal), found, times_floor, ratios, draws)


def _values(rows: xr.Dataset, quantity: str) -> Float[np.ndarray, " run"] | None:
    """Of every member; None where the experiment does not measure it, or not at this place."""
    try:
        return np.asarray(selected(rows, quantity), float)
    except ValueError:
        return None


def _nothing(bounds: Bounds, median: float) -> str:
    """Why the best τ says nothing; empty if it does."""
    if bounds.meet:
        return CANNOT_TELL
    return "" if bounds.learned(median) else NOT_LEARNED


def _tau_pred(signal: xr.Dataset) -> tuple[float, float]:
    return float(signal["tau_pred"]), float(signal["tau_pred_equations"])


def _lambda_max(signal: xr.Dataset, resamples: int, rng: np.random.Generator) -> list[Draws]:
    """Draws of λ_max per step, from the data by its interval, and of the equations, which is sharp;
    NaN where there is none.
    """
    low, high = signal["lambda_max_interval"].to_numpy()
    spread = (high - low) / (2 * OF_NORMAL)
    drawn = float(signal["lambda_max"]) + spread * rng.standard_normal(resamples)
    return [np.maximum(drawn, 0.0), np.full(resamples, float(signal["lambda_max_equations"]))]


def _of_sweeps(settings: ClaimsOf, sweeps: list[Sweep]) -> dict[str, Labelled]:
    by, of = ("sweep", "quantity"), ("sweep", "quantity", "source")

    def each(get: Callable[[Best], Any]) -> np.ndarray:
        return np.array([[get(found) for found in sweep.found] for sweep in sweeps])

    def ratios(get: Callable[[Ratio], Any], kind: type = float) -> np.ndarray:
        return _of_ratios([sweep.ratios for sweep in sweeps], get, kind)

    percent = f"{100 * settings.confidence:g} % interval"
    return {
        "members": ("sweep", [s.members for s in sweeps], "members of every τ", "1"),
        "tau_pred": (
            ("sweep", "source"),
            [s.tau_pred for s in sweeps],
            "predictability time",
            "step",
        ),
        "best_tau": (by, each(lambda b: b.tau), "τ with the lowest median over members", "step"),
        "best_tau_interval": (
            (*by, "bound"),
            each(lambda b: b.interval(settings.confidence)),
            f"its {percent}: bootstrap of members, widened to neighbouring τ",
            "step",
        ),
        "best_median": (by, each(lambda b: b.median), "the median there", "1"),
        "times_floor": (
            by,
            [s.times_floor for s in sweeps],
            "the median there over the floor, about 1 for a perfect model",
            "1",
        ),
        "good": (
            (*by, "bound"),
            each(lambda b: b.good),
            f"range of τ around it with medians at most {settings.good:g} times as large",
            "step",
        ),
        "edge": (by, each(lambda b: b.edge), "-1: smallest τ tried, 1: largest, 0: between", "1"),
        "ratio": (of, ratios(lambda r: r.value), "best τ over τ_pred", "1"),
        "ratio_interval": ((*of, "bound"), ratios(lambda r: r.interval), f"its {percent}", "1"),
        "verdict": (of, ratios(lambda r: r.verdict, object), "whether the ratio is near one", "1"),
    }


def _of_signals(settings: ClaimsOf, pooled: list[list[Sweep]]) -> dict[str, Labelled]:
    """Over all sweeps of a signal: the geometric mean of their ratios, and a sentence."""
    ratios = [
        [
            [_together(settings, sweeps, q, source) for source in (0, 1)]
            for q in range(len(settings.quantities))
        ]
        for sweeps in pooled
    ]
    of = ("signal", "quantity", "source")
    told = [
        [
            sentence(
                sweeps[0].labels[1],
                name,
                [s.found[q] for s in sweeps],
                ratios[i][q],
                min((s.times_floor[q] for s in sweeps if s.times_floor[q] > 0), default=math.nan),
            )
            for q, name in enumerate(settings.quantities)
        ]
        for i, sweeps in enumerate(pooled)
    ]

    def each(get: Callable[[Ratio], Any], kind: type = float) -> np.ndarray:
        return _of_ratios(ratios, get, kind)

    return {
        "signal_ratio": (of, each(lambda r: r.value), "best τ over τ_pred, of all sweeps", "1"),
        "signal_ratio_interval": ((*of, "bound"), each(lambda r: r.interval), "its interval", "1"),
        "signal_verdict": (of, each(lambda r: r.verdict, object), "whether it is near one", "1"),
        "sentence": (("signal", "quantity"), np.array(told, dtype=object), "in words", "1"),
    }


def _together(settings: ClaimsOf, sweeps: list[Sweep], q: int, source: int) -> Ratio:
    """The geometric mean of the ratios of sweeps that have one, and learned the attractor."""
    verdicts = [s.ratios[q][source].verdict for s in sweeps]
    nothing = next((said for said in (CANNOT_TELL, NOT_MEASURED) if said in verdicts), "")
    known = [s for s in sweeps if np.isfinite(s.ratios[q][source].value)]
    if not known:
        none = np.full(settings.resamples, np.nan)
        return Ratio.of(np.nan, none, settings.confidence, 0, nothing)
    learned = [s for s in known if s.ratios[q][source].verdict != NOT_LEARNED]
    there = learned or known
    values = [s.ratios[q][source].value for s in there]
    with np.errstate(divide="ignore"):
        drawn = np.exp(np.mean([np.log(s.draws[q][source]) for s in there], axis=0))
    edges = {s.found[q].edge for s in there}
    edge = edges.pop() if len(edges) == 1 else 0
    mean = float(np.exp(np.mean(np.log(values))))
    nothing = nothing or ("" if learned else NOT_LEARNED)
    return Ratio.of(mean, drawn, settings.confidence, edge, nothing)


def _of_ratios(
    ratios: list[list[list[Ratio]]], get: Callable[[Ratio], Any], kind: type
) -> np.ndarray:
    """Something of every ratio: by sweep or signal, quantity, source."""
    return np.array([[[get(r) for r in two] for two in by] for by in ratios], dtype=kind)


def _coordinates(
    settings: ClaimsOf, sweeps: list[Sweep], signals: list[tuple[str, str]]
) -> dict[str, Labelled]:
    def text(values: Sequence[str]) -> np.ndarray:
        return np.array(values, dtype=object)

    names = ("experiment", "series", "model", "method")
    return {
        **{
            name: ("sweep", text([s.labels[i] for s in sweeps]), name, "1")
            for i, name in enumerate(names)
        },
        "signal_experiment": ("signal", text([e for e, _ in signals]), "experiment", "1"),
        "signal_series": ("signal", text([s for _, s in signals]), "series", "1"),
        "quantity": ("quantity", text(settings.quantities), "by which a τ is judged", "1"),
        "source": ("source", text(["data", "equations"]), "where λ_max is from", "1"),
        "bound": ("bound", text(["lower", "upper"]), "end of an interval", "1"),
    }
