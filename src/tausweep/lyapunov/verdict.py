"""Whether a series is chaotic, by what, and if that cannot be told, what is missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tausweep.lyapunov.data import Measured
from tausweep.lyapunov.estimate import Estimate
from tausweep.lyapunov.report import DRIFT
from tausweep.lyapunov.settings import Lyapunov

TRUSTED, TRUSTED_CLEANED = 0.05, 0.1
"""Maps that leave more than this share unexplained say nothing; more, where noise was taken off
the samples, which is then the reason."""
COARSE = 0.15
"""So much may be left where errors fall with the distance of neighbours: these are just too far."""
CONVERGES, CONVERGES_WELL = 2.0, 2.8
"""Of a deterministic series, errors of maps fall with the third power of the distance of
neighbours, in practice with the second at least; where noise drives the series, as beats at random
intervals, which else are predicted well, they fall with less. More is asked of a wide interval:
strange attractors that are not chaotic have up to 2.6, and wide ones; of 81 series of 5 000
points that got a number (the tuning half of benchmarks/lyapunov_coverage.py) none lost it."""
WIDE = 0.5
"""An interval is wide that begins below this share of λ_max."""
UNEVEN, BIASED = 0.04, 0.1
"""Whether they converge is asked where the root mean square error is more than this share of the
root mean square spread, or errors add up to more than this share of λ_max. Less noise, the same
everywhere, keeps errors from falling as well, and harms nobody."""
STEADY, STEADY_CLEANED = 0.5, 1.2
"""Errors of maps must add up more slowly than this share of λ_max. Else a stochastic series that is
smooth passes: it is predicted well over one step, but errors add up faster than they grow."""
STANDS = 0.1
"""Where a series stands still, states that are the same have different futures."""
GROWN = 3.0
"""Least growth over the whole series, in e-folds, of a chaotic one, beyond that of a length which
grows as time does, as between neighbours whose frequencies differ."""
CLEAR, CLEAR_CLEANED = 0.1, 0.5
"""The interval of a chaotic series begins above this share of λ_max: nearer to zero it says little;
of samples that noise was taken off above more, since what is left makes neighbours part as well."""
LITTLE, CLEAR_LITTLE = 0.03, 2 / 3
"""Where less noise than this was taken off, in standard deviations, it begins above this share: so
little makes no interval wide (0.7 of λ_max and more of chaotic series with 1 and 2 % of noise). One
that is wide is so since noise drives the series, as hearts that beat at random: 0.5 to 0.6."""
SLIGHT = 0.05
"""A series is not chaotic if errors grow by less than this share in a mean period."""


class Verdict(NamedTuple):
    """What was decided."""

    word: str
    """chaotic, not chaotic, undecided or no scaling range."""
    by: str | None
    """maps or curves, where λ_max is taken from."""
    value: float
    """λ_max in nats per step; NaN where there is none."""
    interval: tuple[float, float]
    reason: str
    """Why, and what is missing."""


def verdict(measured: Measured, settings: Lyapunov, samples: int) -> Verdict:
    """Say whether the series is chaotic.

    Maps decide, if they predict: chaotic if the whole interval is above zero and λ_max makes enough
    e-folds (`GROWN`) in the whole series; not chaotic if it ends so little above zero that nothing
    grows (`SLIGHT`); else it is undecided. Where the curves' interval is elsewhere, it is widened
    to that. Curves alone decide only where a person asked for them: noise, telegraph signals and
    drifting phases have straight curves as well.
    """
    if measured.samples.repeats:
        return _none("not chaotic", f"it repeats itself every {measured.samples.repeats} steps")
    if measured.samples.still > STANDS:
        return _none("undecided", f"it stands still in {measured.samples.still:.0%} of its steps")
    if settings.estimator == "curves" or settings.fit_range is not None:
        found = _by_curves(measured, samples)
    else:
        found = _by_maps(measured, samples)
    if found.word == "chaotic" and measured.p_value > 1 - settings.confidence:
        return _none("undecided", "its divergence is that of linear noise of the same spectrum")
    return found


def predict(estimate: Estimate, noisy: bool) -> bool:
    """Whether maps explain nearly all of how neighbours part."""
    if noisy:
        return estimate.best.unexplained <= TRUSTED_CLEANED
    most = COARSE if estimate.order >= CONVERGES else TRUSTED
    return estimate.best.unexplained <= most


def steady(estimate: Estimate, noisy: bool) -> bool:
    """Whether what maps leave unexplained adds up more slowly than errors grow."""
    share = STEADY_CLEANED if noisy else STEADY
    if estimate.best.recipe.kind == "global":  # its error changes sign, and adds up to nothing
        return True
    return estimate.best.bias <= share * abs(estimate.exponent)


def _none(word: str, reason: str) -> Verdict:
    return Verdict(word, None, np.nan, (np.nan, np.nan), reason)


def _by_curves(measured: Measured, samples: int) -> Verdict:
    line = measured.line
    if not measured.saturates:
        return _none("not chaotic", "neighbours never part")
    if line is None:
        return _none("no scaling range", "no part of the curves is straight")
    if not _grown(line.slope, samples):
        return _none("undecided", _short(line.slope, samples))
    return Verdict(
        "chaotic", "curves", line.slope, line.interval, "the curves have a straight part"
    )


def _by_maps(measured: Measured, samples: int) -> Verdict:
    estimate, noisy = measured.maps, measured.removed > 0
    if estimate is None:
        return _none("undecided", f"{samples} samples are too few for any map")
    left = f"maps leave {100 * estimate.best.unexplained:.2g} % unexplained"
    if not predict(estimate, noisy):
        why = f"{left}: noise, too few samples, or too many dimensions"
        return _none("no scaling range" if measured.line is None else "undecided", why)
    value, (lower, upper) = estimate.exponent, estimate.interval
    if np.isnan(lower):  # only the estimate was asked for
        lower = upper = value
    if upper * measured.period <= SLIGHT and not (lower > 0 and _grown(lower, samples)):
        return _none("not chaotic", f"errors grow by less than {SLIGHT:.0%} in a mean period")
    clear = _clear(measured.removed)
    if lower <= clear * value:
        near = f"the interval begins at {lower / value:.0%} of λ_max, and is clear of zero above"
        missing = _missing(estimate, measured.removed)
        return _none("undecided", f"{near} {clear:.0%}: {missing}")
    if not steady(estimate, noisy):
        return _none("undecided", f"{left}: errors add up about as fast as they grow")
    if not _grown(value, samples):
        return _none("undecided", _short(value, samples))
    needed = CONVERGES if lower > WIDE * value else CONVERGES_WELL
    if not noisy and _asked(estimate) and estimate.order < needed:
        return _none("undecided", "maps do not predict better the nearer neighbours are, as where "
                     f"noise drives a series: {_cause(estimate)}")  # fmt: skip
    return Verdict("chaotic", "maps", value, _widened(estimate, measured), left)


def _clear(removed: float) -> float:
    """Above which share of λ_max an interval begins that is clear of zero, by the noise removed."""
    if removed == 0:
        return CLEAR
    return CLEAR_LITTLE if removed < LITTLE else CLEAR_CLEANED


def _asked(estimate: Estimate) -> bool:
    """Whether errors are large enough to ask what they are of."""
    biased = estimate.best.bias > BIASED * abs(estimate.exponent)
    return biased or estimate.unexplained_rms > UNEVEN


def _cause(estimate: Estimate) -> str:
    if estimate.drift > DRIFT:
        return "its second half is not like its first"
    return "noise, or too many dimensions"


def _widened(estimate: Estimate, measured: Measured) -> tuple[float, float]:
    """The interval, up to where that of the curves begins, if they disagree."""
    lower, upper = estimate.interval
    if measured.line is None or np.isnan(lower):
        return lower, upper
    from_curves, to_curves = measured.line.interval
    return min(lower, to_curves), max(upper, from_curves)


def _grown(exponent: float, samples: int) -> bool:
    return bool(exponent * samples > GROWN + np.log(samples))


def _short(exponent: float, samples: int) -> str:
    needed = GROWN + np.log(samples)
    return (
        f"the series is too short: in it errors would grow by {exponent * samples:.2g} e-folds, "
        f"and {needed:.2g} tell chaos from a shear"
    )


def _missing(estimate: Estimate, removed: float) -> str:
    """What would raise the lower end most; noise that was taken off moves the upper one alone."""
    remedies = {
        "sampling": "a longer series is missing, which visits its attractor more often",
        "neighbourhood": "neighbours are too far apart: more samples are missing",
        "density": "it still moves with the length of the series: more samples are missing",
        "rare": "it hangs on rare states, which maps do not predict: more samples are missing",
        "choice": "maps of other dimensions or steps disagree: more samples are missing",
        "bias": f"noise, of {removed:.1%} of a standard deviation, makes maps predict badly"
        if removed > 0
        else "maps predict too badly: noise, too few samples, or too many dimensions",
    }
    return remedies[max(remedies, key=lambda name: getattr(estimate.errors, name))]
