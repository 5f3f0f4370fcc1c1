"""λ_max of samples: by fitted maps where they predict, by divergence curves elsewhere.

Which of the two is believed, and when neither, is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from tausweep.lyapunov import divergence, maps, scaling
from tausweep.lyapunov.divergence import Curve
from tausweep.lyapunov.scaling import Line
from tausweep.lyapunov.settings import Lyapunov
from tausweep.statespace import embedding
from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.neighbours import mean_period
from tausweep.statespace.surrogates import phase_randomised

MINIMUM_STATES = 1_000
MINIMUM_PERIODS = 10
"""The least that λ_max can be told from: so many states, over so many Theiler windows."""
MAPS_PER_PERIOD = 12
"""How many maps lead around one mean period, at first."""
GROWN = 3.0
"""Least growth over the whole series, in e-folds, of a chaotic one, beyond that of a length which
grows as time does, as between neighbours whose frequencies differ. On a cycle or a torus λ is
0 ± a few / time, since lengths on it still depend on where one is."""


@dataclass(frozen=True)
class Measured:
    """All that was measured of a series."""

    period: float
    """Mean period, in steps."""
    theiler: int
    embedding: embedding.Choice
    curves: list[Curve]
    by_estimator: dict[str, Line | None]
    """Lines of the curves of each estimator alone."""
    maps: maps.Estimate | None
    surrogates: Float[np.ndarray, "surrogate lag"]
    """Divergence curves (Rosenstein) of phase-randomised copies, at the lags of the first curve."""

    @property
    def saturates(self) -> bool:
        """Whether neighbours ever part."""
        return any(curve.separates for curve in self.curves)

    @property
    def line(self) -> Line | None:
        """Rosenstein's, of the smaller bias; its interval also covers the choice of estimator."""
        line, other = self.by_estimator["rosenstein"], self.by_estimator["kantz"]
        if line is None or other is None:
            return line or other
        lower, upper = zip(line.interval, other.interval, strict=True)
        return replace(line, interval=(min(lower), max(upper)))

    @property
    def maps_predict(self) -> bool:
        """Whether fitted maps explain enough to be believed."""
        return self.maps is not None and self.maps.best.trusted

    @property
    def p_value(self) -> float:
        """Share of surrogates, and the data, whose neighbours stay at least as close.

        What is compared is the mean of the curve less its saturation. NaN without surrogates.
        """
        if not len(self.surrogates):
            return float("nan")
        closeness = np.nanmean(self.surrogates, axis=1)
        own = np.nanmean(self.curves[0].mean - self.curves[0].saturation)
        return float((1 + np.sum(closeness <= own)) / (1 + len(closeness)))


def measure(x: Float[np.ndarray, "time variable"], settings: Lyapunov) -> Measured:
    """Measure the divergence of neighbours in a series, and the exponents of maps fitted to it.

    Parameters
    ----------
    x
        Standardised samples, one row per time.

    Raises
    ------
    ValueError
        If the series is too short for the settings.
    """
    period = mean_period(x)
    theiler = settings.theiler or max(1, round(period))
    _check_length(settings, len(x), theiler)
    flow = period >= divergence.FLOW_PERIOD
    chosen = embedding.choose(
        x, theiler=theiler, delay=settings.embedding.delay, dimension=settings.embedding.dimension
    )
    m, delay = chosen.dimension, chosen.delay
    if (m - 1) * delay >= len(x) // 2:
        raise ValueError(
            f"lyapunov.embedding spans {(m - 1) * delay} steps, and the training part has "
            f"{len(x)}: lower dimension or delay, or give a longer series"
        )
    fixed = settings.embedding.dimension is not None
    rng = np.random.default_rng(settings.seed)
    curves = []
    for dimension in (m,) if fixed or (m + 1) * x.shape[1] > embedding.COORDINATES else (m, m + 1):
        curves += divergence.diverge(
            delay_vectors(x, dimension, delay),
            dimension=dimension,
            theiler=theiler,
            max_lag=settings.max_lag,
            references=settings.reference_points,
            flow=flow,
            rng=rng,
        )
    if not curves:
        raise ValueError(
            f"no state has {max(divergence.RADII)} neighbours outside lyapunov.theiler ({theiler} "
            "steps): lower it or give a longer series"
        )
    shortest = max(period if flow else 0.0, 2 * (m - 1) * delay)
    lines = _lines(settings, curves, shortest, rng)
    fitted = maps.estimate(
        x,
        delay=delay,
        dimension=m,
        vary_dimension=not fixed,
        step=max(1, round(period / MAPS_PER_PERIOD)) if flow else 1,
        vary_step=flow,
        theiler=theiler,
        confidence=settings.confidence,
    )
    return Measured(
        period=period,
        theiler=theiler,
        embedding=chosen,
        curves=curves,
        by_estimator=lines,
        maps=fitted,
        surrogates=_surrogates(settings, x, curves[0], delay, theiler, flow, rng),
    )


def _check_length(settings: Lyapunov, samples: int, theiler: int) -> None:
    least = max(MINIMUM_STATES, MINIMUM_PERIODS * theiler, 2 * (settings.max_lag or 0))
    if samples < least:
        raise ValueError(
            f"the signal's training part has {samples} samples and λ_max needs at least {least} "
            f"({MINIMUM_STATES}, {MINIMUM_PERIODS} Theiler windows of {theiler} steps, and twice "
            "lyapunov.max_lag): give a longer series, or lower signal.held_out, "
            "lyapunov.theiler or lyapunov.max_lag"
        )


def _lines(
    settings: Lyapunov, curves: list[Curve], shortest: float, rng: np.random.Generator
) -> dict[str, Line | None]:
    lines: dict[str, Line | None] = {}
    for name in ("rosenstein", "kantz"):
        index = [i for i, curve in enumerate(curves) if curve.estimator == name]
        own = [curves[i] for i in index]
        resamples, confidence = settings.bootstrap, settings.confidence
        if settings.fit_range is None:
            line = scaling.find(
                own, shortest=shortest, resamples=resamples, confidence=confidence, rng=rng
            )
        else:
            line = scaling.take(
                own, settings.fit_range, resamples=resamples, confidence=confidence, rng=rng
            )
        lines[name] = None if line is None else replace(line, curve=index[line.curve])
    return lines


def _surrogates(
    settings: Lyapunov,
    x: Float[np.ndarray, "time variable"],
    curve: Curve,
    delay: int,
    theiler: int,
    flow: bool,
    rng: np.random.Generator,
) -> Float[np.ndarray, "surrogate lag"]:
    """Curves of surrogates less their saturation, at the lags of `curve`."""
    found = []
    for _ in range(settings.surrogates):
        copy = delay_vectors(phase_randomised(x, rng), curve.dimension, delay)
        own = divergence.diverge(
            copy,
            dimension=curve.dimension,
            theiler=theiler,
            max_lag=int(curve.lag[-1]),
            references=settings.reference_points,
            flow=flow,
            rng=rng,
        )
        found += [c.mean - c.saturation for c in own[:1]]
    return np.array(found).reshape(len(found), len(curve.lag))


def verdict(measured: Measured, settings: Lyapunov, samples: int) -> tuple[str, str | None]:
    """Say whether the series is chaotic, and by which estimator: "maps" or "curves".

    - Neighbours that never part: "not chaotic".
    - Of maps that can be trusted, and curves with a straight part, the one whose interval is
      narrower is believed: chaotic if it is above zero and λ_max makes enough e-folds (`GROWN`)
      in the whole series, else "not chaotic".
    - If there is neither: "no scaling range".
    """
    if not measured.saturates:
        return "not chaotic", None
    found: dict[str, tuple[float, tuple[float, float]]] = {}
    if settings.estimator != "curves" and settings.fit_range is None and measured.maps_predict:
        assert measured.maps is not None
        found["maps"] = measured.maps.best.exponent, measured.maps.interval
    if settings.estimator != "maps" and measured.line is not None:
        found["curves"] = measured.line.slope, measured.line.interval
    if not found:
        return "maps do not predict" if settings.estimator == "maps" else "no scaling range", None
    by = min(found, key=lambda name: found[name][1][1] - found[name][1][0])
    exponent, (lower, _) = found[by]
    grown = exponent * samples > GROWN + np.log(samples)
    return ("chaotic", by) if lower > 0 and grown else ("not chaotic", None)
