"""All that is measured of λ_max of samples: by fitted maps, and by divergence curves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from tausweep.lyapunov import divergence, scaling
from tausweep.lyapunov.condition import Samples, cleaned, examine
from tausweep.lyapunov.divergence import Curve
from tausweep.lyapunov.estimate import Estimate, estimate
from tausweep.lyapunov.scaling import Line
from tausweep.lyapunov.search import Search
from tausweep.lyapunov.settings import Lyapunov
from tausweep.statespace import embedding
from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.neighbours import mean_period
from tausweep.statespace.surrogates import phase_randomised

PERIODS = 20
"""The Theiler window is at most this part of the series, whose mean period can be as long as it."""


@dataclass(frozen=True)
class Measured:
    """All that was measured of a series."""

    samples: Samples
    removed: float
    """Noise that was taken off what was measured, in standard deviations."""
    period: float
    """Mean period, in steps."""
    theiler: int
    embedding: embedding.Choice
    curves: list[Curve]
    by_estimator: dict[str, Line | None]
    """Lines of the curves of each estimator alone."""
    maps: Estimate | None
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
    def p_value(self) -> float:
        """Share of surrogates, and the data, whose neighbours stay at least as close.

        What is compared is the mean of the curve less its saturation. NaN without surrogates.
        """
        if not len(self.surrogates):
            return float("nan")
        closeness = np.nanmean(self.surrogates, axis=1)
        own = np.nanmean(self.curves[0].mean - self.curves[0].saturation)
        return float((1 + np.sum(closeness <= own)) / (1 + len(closeness)))


def measure(
    x: Float[np.ndarray, "time variable"], settings: Lyapunov, *, removed: float = 0.0
) -> Measured:
    """Measure the exponents of maps fitted to a series, and the divergence of its neighbours.

    Noise that can be told from the dynamics is taken off, unless maps predict better with it.

    Parameters
    ----------
    x
        Samples, one row per time.
    removed
        Noise that was taken off them before, in standard deviations.

    Raises
    ------
    ValueError
        If the settings ask for more than the series holds.
    """
    rng = np.random.default_rng(settings.seed)
    samples = examine(x, rng)
    ways = [_begin(samples.x, samples, settings, removed)]
    clean = cleaned(samples)
    if clean is not None:
        ways.append(_begin(clean, samples, settings, max(removed, samples.noise)))
    return _finish(min(ways, key=lambda way: way.search.bias), samples, settings, rng)


@dataclass(frozen=True)
class _Begun:
    """Scales of samples, and maps tried on them."""

    removed: float
    period: float
    flow: bool
    embedding: embedding.Choice
    search: Search


def _begin(
    x: Float[np.ndarray, "time variable"], samples: Samples, settings: Lyapunov, removed: float
) -> _Begun:
    period = mean_period(x)
    longest = max(1, len(x) // PERIODS)
    theiler = settings.theiler or min(max(1, round(period)), longest)
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
    search = Search(
        x,
        samples.spikes,
        delay=delay,
        dimension=m,
        vary_dimension=settings.embedding.dimension is None,
        period=period,
        flow=flow,
        theiler=theiler,
    )
    return _Begun(removed, period, flow, chosen, search)


def _finish(
    begun: _Begun, samples: Samples, settings: Lyapunov, rng: np.random.Generator
) -> Measured:
    chosen, flow = begun.embedding, begun.flow
    x, theiler = begun.search.x, begun.search.theiler
    curves = []
    if _asks_for_curves(settings):
        curves = _curves(x, settings, chosen, theiler, flow, rng)
    shortest = max(begun.period if flow else 0.0, 2 * (chosen.dimension - 1) * chosen.delay)
    return Measured(
        samples=samples,
        removed=begun.removed,
        period=begun.period,
        theiler=theiler,
        embedding=chosen,
        curves=curves,
        by_estimator=_lines(settings, curves, shortest, rng),
        maps=estimate(
            begun.search,
            removed=begun.removed,
            interval=settings.interval,
            confidence=settings.confidence,
        ),
        surrogates=_surrogates(settings, x, curves, chosen.delay, theiler, flow, rng),
    )


def _asks_for_curves(settings: Lyapunov) -> bool:
    """Whether more is asked for than the estimate by maps."""
    by_hand = settings.estimator == "curves" or settings.fit_range is not None
    return settings.interval or by_hand or settings.surrogates > 0


def _curves(
    x: Float[np.ndarray, "time variable"],
    settings: Lyapunov,
    chosen: embedding.Choice,
    theiler: int,
    flow: bool,
    rng: np.random.Generator,
) -> list[Curve]:
    """Curves at the chosen dimension and, if it was not given, one more; none of a short series."""
    m, curves = chosen.dimension, []
    fixed = settings.embedding.dimension is not None
    further = not fixed and (m + 1) * x.shape[1] <= embedding.COORDINATES
    for dimension in (m, m + 1) if further else (m,):
        states = delay_vectors(x, dimension, chosen.delay)
        if len(states) < 2 * (settings.max_lag or 1):
            raise ValueError(
                f"lyapunov.max_lag is {settings.max_lag} steps, and the training part has "
                f"{len(x)}: lower it to less than half, or give a longer series"
            )
        curves += divergence.diverge(
            states,
            dimension=dimension,
            theiler=theiler,
            max_lag=settings.max_lag,
            references=settings.reference_points,
            flow=flow,
            rng=rng,
        )
    return curves


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
    curves: list[Curve],
    delay: int,
    theiler: int,
    flow: bool,
    rng: np.random.Generator,
) -> Float[np.ndarray, "surrogate lag"]:
    """Curves of surrogates less their saturation, at the lags of the first curve."""
    found: list[np.ndarray] = []
    if not curves:
        return np.zeros((0, 0))
    curve = curves[0]
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
