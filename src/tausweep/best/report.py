"""What is suggested of τ, as plain numbers and in words: from λ_max alone, and after a sweep."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from tausweep.best.cost import between
from tausweep.lyapunov.report import says
from tausweep.metrics.bounds import FAR

WIDTH = 100
"""Columns of what is printed."""
NAME, QUANTITY = 26, 12
"""Columns of the names of a sweep and a quantity; longer ones are cut."""
ENTRIES = (6, 14, 10, 6, 6, 6)
"""Columns of the others."""

PERIODS = (0.1, 4.0)
"""Of the mean period, between which a τ is looked for where there is no τ_pred: those of chaotic
flows lie at half of it to three times it, and the best τ somewhat below."""

Numbers = Mapping[str, Any]
Array = Float[np.ndarray, "tau"]


def before(lyapunov: xr.Dataset) -> Numbers:
    """From λ_max alone, before anything is trained: τ_pred in steps with its interval.

    None where there is no value, or where it is infinite.
    """
    return {
        "tau_pred": _known(lyapunov["tau_pred"].item()),
        "interval": [_known(end) for end in lyapunov["tau_pred_interval"].values.tolist()],
        "confidence": lyapunov.attrs["confidence"],
        "verdict": lyapunov.attrs["verdict"],
        "mean_period": _known(lyapunov["mean_period"].item()),
        "says": says(lyapunov),
    }


def after(best: xr.Dataset, tau_pred: float | None) -> Numbers:
    """After a sweep: the τ to use, and by each quantity the best with all that is known of it.

    Costs are how many times as bad a τ is as the best, "infinite" where half of the members are
    lost there, and None where it was not tried.

    Parameters
    ----------
    best
        Output of the stage best.
    tau_pred
        In steps; None where it is not known.
    """
    return {
        "suggested": _known(best["suggested"].item()),
        "members": best["members"].item(),
        "confidence": best.attrs["confidence"],
        "tau": best["tau"].values.tolist(),
        "by": {str(by["quantity"].values): _by(by, tau_pred) for by in _each(best)},
    }


def _each(best: xr.Dataset) -> Iterable[xr.Dataset]:
    return (best.isel(quantity=i) for i in range(best.sizes["quantity"]))


def _by(best: xr.Dataset, tau_pred: float | None) -> Numbers:
    tau, cost = best["tau"].values, best["cost"].values
    times = dict(
        zip(best["times"].values.tolist(), best["cost_otherwise"].values.tolist(), strict=True)
    )
    return {
        "best_tau": _known(best["best_tau"].item()),
        "interval": [_known(end) for end in best["best_tau_interval"].values.tolist()],
        "good": [_known(end) for end in best["good"].values.tolist()],
        "edge": best["edge"].item(),
        "learned": bool(best["learned"]),
        "tells": bool(best["tells"]),
        "times_floor": _known(best["times_floor"].item()),
        "median": [_cost(value) for value in best["median"].values.tolist()],
        "cost": [_cost(value) for value in cost.tolist()],
        "cost_at_half": _cost(times[0.5]),
        "cost_at_twice": _cost(times[2.0]),
        "cost_at_tau_pred": None if tau_pred is None else _at(tau_pred, tau, cost),
    }


def _at(tau_pred: float, tau: Array, cost: Array) -> Any:
    """The cost at τ_pred, which is tried at the nearest whole step, and that may be the last."""
    nearest = float(np.clip(tau_pred, tau[0], tau[-1]))
    return _cost(between(nearest if abs(nearest - tau_pred) <= 0.5 else tau_pred, tau, cost))


def told(series: str, found: Numbers) -> list[str]:
    """What is known of a series, in lines: `before`, and `sweeps` with `after`; None: not there."""
    return [*_wrapped(f"{series}: {_before(found['before'])}"), *_table(found["sweeps"])]


def _before(found: Numbers | None) -> str:
    if found is None:
        return "λ_max is not there yet"
    if found["tau_pred"] is None:
        told = f"no τ_pred from λ_max: {found['says']}"
        if found["mean_period"] is None:
            return told
        first, last = (max(round(share * found["mean_period"]), 1) for share in PERIODS)
        return f"{told}; sweep τ around its mean period, say from {first} to {last} steps"
    told = f"{_number(found['tau_pred'])} {_interval(found['interval'])}".rstrip()
    return f"from λ_max alone τ_pred = {told} steps ({found['verdict']})"


def _table(sweeps: Iterable[Numbers]) -> list[str]:
    """A row for each sweep and quantity, and remarks below it."""
    lines = []
    for sweep in sweeps:
        name, found = f"{sweep['model']} by {sweep['method']}", sweep["after"]
        if found is None:
            lines.append(_row(name, "not there yet"))
            continue
        for quantity, by in found["by"].items():
            lines.append(_row(name, *_entries(quantity, by)))
            lines += [f"    {remark}" for remark in _remarks(by)]
            name = ""
    if not lines:
        return ["  no sweep is judged: for one, name several τ, and a metric of claims.quantities"]
    head = _row("after the sweep", "by", "use τ", "interval", "good", "half", "twice", "τ_pred")
    return [head, *lines]


def _entries(quantity: str, by: Numbers) -> list[str]:
    if by["best_tau"] is None:
        return [_cut(quantity, QUANTITY), "none"]
    first, last = by["good"]
    return [
        _cut(quantity, QUANTITY),
        _number(by["best_tau"]),
        _interval(by["interval"]),
        _number(first) if first == last else f"{_number(first)} to {_number(last)}",
        *(_times(by[f"cost_at_{where}"]) for where in ("half", "twice", "tau_pred")),
    ]


def _remarks(by: Numbers) -> list[str]:
    if by["best_tau"] is None:
        return ["at every τ half of the members or more are lost"]
    remarks = []
    if by["edge"]:
        word = "shorter" if by["edge"] < 0 else "longer"
        remarks.append(f"it is at the edge of what was tried: try a {word} τ as well")
    if not by["tells"]:
        remarks.append("no advice: its floor and ceiling nearly meet, it cannot tell models apart")
    elif not by["learned"]:
        remarks.append(
            "not learned: even there it is nearer to what a model that knows nothing has"
        )
    elif (by["times_floor"] or 0) > FAR:
        times = _number(by["times_floor"])
        remarks.append(f"even there it is {times} times what other data of the system have")
    return remarks


def _row(name: str, by: str, *entries: str) -> str:
    """In columns of fixed width."""
    columns = zip((by, *entries), (QUANTITY, *ENTRIES), strict=False)
    text = " ".join(f"{entry:<{width}}" for entry, width in columns)
    return f"  {_cut(name, NAME):<{NAME}} {text}".rstrip()


LEGEND = (
    "use τ: the lowest median over members; good: τ with medians not much larger; half, twice, "
    "τ_pred: how many times as bad the median is at half of it, at twice, at τ_pred (lost: half of "
    "the members are lost there; –: not tried)"
)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")


def legend() -> list[str]:
    """What the columns are."""
    return _wrapped(LEGEND)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _number(value: float | None) -> str:
    return "∞" if value is None else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _interval(ends: Iterable[float | None]) -> str:
    lower, upper = ends
    return "" if lower is None and upper is None else f"[{_number(lower)}, {_number(upper)}]"


def _times(cost: float | str | None) -> str:
    match cost:
        case None:
            return "–"
        case float() if cost < 1000:
            return f"{cost:.2g}×" if cost < 100 else f"{cost:.0f}×"
        case float():
            return ">999×"
        case _:
            return "lost"


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cost(value: float) -> float | str | None:
    return "infinite" if math.isinf(value) else _known(value)
