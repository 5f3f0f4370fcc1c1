"""The answer that a page begins with: the best τ of every series beside τ_pred."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from tausweep.claims.words import CANNOT_TELL, MEANING, NOT_LEARNED, NOT_MEASURED
from tausweep.report.settings import Page
from tausweep.report.words import interval, number, span

UNKNOWN, NO_TAU_PRED = "unknown", "there is no τ_pred to compare with"


@dataclass(frozen=True)
class Answer:
    """What is said of a series."""

    experiment: str
    series: str
    sentences: list[str]
    """What to train with, and then by every quantity, of the sweeps of τ; none where there are
    none."""
    cards: list[tuple[str, str, str]]
    """A name, a value, and what is added to it."""


def answers(page: Page, results: Mapping[str, xr.Dataset]) -> list[Answer]:
    """The answers of a page: of the sweeps of τ where there are any, else of λ_max alone."""
    found = []
    if "claims" in page.inputs:
        claims = results[page.inputs["claims"]]
        signals = zip(
            claims["signal_experiment"].to_numpy(), claims["signal_series"].to_numpy(), strict=True
        )
        found = [
            _judged(claims, i, str(experiment), str(series))
            for i, (experiment, series) in enumerate(signals)
            if page.kind == "study" or experiment == page.name
        ]
    told = {answer.series for answer in found}
    alone = [
        Answer(page.name, chapter.series, [], _predictable(results[chapter.inputs["lyapunov"]]))
        for chapter in page.chapters
        if chapter.series not in told
    ]
    return found + alone


def _judged(claims: xr.Dataset, i: int, experiment: str, series: str) -> Answer:
    """By the first quantity in numbers, by all in sentences."""
    here = (claims["experiment"].values == experiment) & (claims["series"].values == series)
    sweeps = claims.isel(sweep=np.flatnonzero(here), quantity=0)
    of = claims.isel(signal=i, quantity=0)
    verdicts = of["signal_verdict"].values.astype(str).tolist()
    source = next((s for s, verdict in enumerate(verdicts) if verdict != UNKNOWN), 0)
    quantity = str(claims["quantity"].values[0])
    ratio = float(of["signal_ratio"][source])
    cards = [
        ("best τ", span(sweeps["best_tau"].values.tolist()), f"steps, by {quantity}"),
        ("τ_pred", span(sweeps["tau_pred"].values[:, source].tolist()),
         f"steps, from the {claims['source'].values[source]}"),
        ("best τ / τ_pred", number(ratio),
         interval(of["signal_ratio_interval"].values[source].tolist())),
        ("verdict", verdicts[source], MEANING.get(verdicts[source], NO_TAU_PRED)),
    ]  # fmt: skip
    told = [str(s) for s in claims["sentence"].values[i]]
    return Answer(experiment, series, [*_advice(series, sweeps, quantity), *told], cards)


def _advice(series: str, sweeps: xr.Dataset, quantity: str) -> list[str]:
    """What to train with, in a sentence; none where the quantity is not measured, or cannot tell
    one τ from another.
    """
    if sweeps["verdict"].isin([CANNOT_TELL, NOT_MEASURED]).any():
        return []
    methods = set(sweeps["method"].values.tolist())
    each = [
        _use(sweep, len(methods) > 1)
        for sweep in (sweeps.isel(sweep=k) for k in range(sweeps.sizes["sweep"]))
        if np.isfinite(sweep["best_tau"]) and not (sweep["verdict"] == NOT_LEARNED).any()
    ]
    if not each:
        return [f"{series}: by {quantity} none of the τ tried can be recommended."]
    return [f"{series}: by {quantity} train {'; '.join(each)}."]


def _use(sweep: xr.Dataset, by: bool) -> str:
    """The τ for a model, what is as good, and how good that is."""
    first, last = sweep["good"].values.tolist()
    name = str(sweep["model"].values) + (f" by {sweep['method'].values}" if by else "")
    good = f", {number(first)} to {number(last)} being nearly as good" if first < last else ""
    times = float(sweep["times_floor"])
    floor = f" ({number(times)} times the floor)" if math.isfinite(times) else ""
    return f"{name} with τ = {number(float(sweep['best_tau']))} steps{floor}{good}"


def _predictable(lyapunov: xr.Dataset) -> list[tuple[str, str, str]]:
    """λ_max and τ_pred, where nothing was swept."""
    value, ends = float(lyapunov["lambda_max"]), lyapunov["lambda_max_interval"].values.tolist()
    steps = lyapunov["tau_pred_interval"].values.tolist()
    return [
        ("λ_max", number(value), f"{interval(ends)} nats per step".strip()),
        ("τ_pred", number(float(lyapunov["tau_pred"])), f"{interval(steps)} steps".strip()),
        ("verdict", str(lyapunov.attrs["verdict"]), "on the data"),
    ]
