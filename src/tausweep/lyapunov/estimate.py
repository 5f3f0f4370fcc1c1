"""λ_max by the maps that predict best, and how sure that is.

The interval adds up, in quadrature, whatever shows how far the estimate may be off:

- sampling: the trajectory is finite, and growth along it varies;
- neighbourhood: how far it moves when each map is fitted to three times the neighbours, which are
  further away (or, where there are not so many, to a third);
- density: how far it moves when neighbours are sought in a half and in a quarter of the series. An
  estimate that still moves with the length of the series has not converged;
- rare: how far it moves without the maps that predict badly. Of a deterministic series these are at
  the few states that it seldom visits, and the estimate must not hang on them;
- choice: how far maps of another dimension, rank or step are off that predict about as well;
- bias: what the maps' own error allows;
- noise: what is left of noise that was taken off makes λ too low, so only the upper end moves, and
  the bias, whose sign is then known, counts for the lower end by a quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import t as student

from tausweep.lyapunov import maps
from tausweep.lyapunov.maps import SMALLEST, Recipe
from tausweep.lyapunov.search import FEWEST, PROBES, SHARE, Search, Tried

MAPS, VARIED = 20_000, 5_000
"""Most maps along the trajectory, for the estimate, and to see what it depends on. Of a longer
series as many are taken, in pieces spread over it; the sampling error is of those."""
COMPARED = 2_000
"""States at which errors are compared with those of fewer neighbours to choose from."""
ALIKE = 2.0
"""Recipes that leave up to so many times the least unexplained are as good."""
DILUTION = 2.0
"""Noise of a share of a standard deviation, taken off, leaves λ too low by up to so many times that
share (on Hénon's map, whose maps predict well in spite of it)."""
UNKNOWN, RARE = 0.1, 0.1
"""Maps predict badly that err by more than a tenth of how far their neighbours spread, or are among
the worst tenth if there are more of these."""
FREEDOM = 20
"""Degrees of freedom of the sampling error, which is itself uncertain by about 15 %."""


class Errors(NamedTuple):
    """Parts of the half-width, in nats per step; see the module."""

    sampling: float
    neighbourhood: float
    density: float
    rare: float
    choice: float
    bias: float
    noise: float

    @property
    def total(self) -> float:
        """All of them. Neighbourhood and density both tell what comes of neighbours being far: of
        these the larger counts.
        """
        near = max(self.neighbourhood, self.density)
        others = (self.sampling, self.rare, self.choice, self.bias, self.noise)
        return float(np.linalg.norm([near, *others]))


@dataclass(frozen=True)
class Estimate:
    """The exponent by the maps that predict best."""

    best: Tried
    exponent: float
    """In nats per step."""
    maps: int
    """How many its mean is over."""
    interval: tuple[float, float]
    """NaN where only the estimate was asked for."""
    errors: Errors
    drift: float
    """How many times worse maps predict from the other half of the series than from their own."""
    order: float
    """The power of the distance of neighbours that errors fall with: 3 of quadratic maps of a
    deterministic series, 0 where errors are not of the maps but of noise."""
    unexplained_rms: float
    """Root mean square error over root mean square spread: large where the rare states at which
    neighbours part most are those that maps do not predict."""
    tried: list[Tried]
    """All recipes, the best first."""


def estimate(
    search: Search, *, removed: float, interval: bool, confidence: float
) -> Estimate | None:
    """Measure λ_max with the maps that leave least unexplained per step.

    Parameters
    ----------
    removed
        Noise that was taken off its samples, in standard deviations. What is left of it biases λ
        downwards: errors of the states that slopes are fitted to dilute these.
    interval
        Whether to find out how sure it is, which takes five times as long.

    Returns
    -------
    Estimate or None
        None if there are too few states for any map.
    """
    tried = search.tried
    grown = search.growth(tried[0].recipe, MAPS) if tried else None
    if grown is None:
        return None
    growth, unexplained = grown
    best, step = tried[0], tried[0].recipe.step
    exponent = float(growth.mean()) / step
    if not interval:
        nan, parts = np.nan, Errors(*[np.nan] * len(Errors._fields))
        return Estimate(best, exponent, len(growth), (nan, nan), parts, nan, nan, nan, tried)
    quantile = student.ppf(0.5 + confidence / 2, FREEDOM)
    errors = Errors(
        sampling=quantile * maps.sampling_error(growth) / step,
        **_variation(search),
        rare=_largest(growth[_known(unexplained)].mean() / step - exponent),
        bias=2 * best.unexplained * abs(exponent)
        if best.recipe.kind == "global"  # its error changes sign along the trajectory
        else (1 if removed else 2) * best.bias,
        noise=DILUTION * removed * abs(exponent),
    )
    below = errors._replace(noise=0.0, bias=(0.25 if removed else 1) * errors.bias)
    return Estimate(
        best,
        exponent,
        len(growth),
        (exponent - below.total, exponent + errors.total),
        errors,
        _drift(search, best.recipe),
        *_convergence(search, best.recipe),
        tried,
    )


def _variation(search: Search) -> dict[str, float]:
    """How far the exponent moves with what ought not to matter."""
    best = search.tried[0].recipe
    here = _exponent(search, best)
    length = len(search.space(best.kind, best.dimension).states)
    further = here  # a global map has no neighbourhoods
    if best.kind != "global":
        times = 3 if 3 * SHARE * best.neighbours <= length else 1 / 3
        count = max(int(times * best.neighbours), maps.least_neighbours(best.rank))
        further = _exponent(search, best._replace(neighbours=count))
    halves, quarters = (
        np.array([_exponent(search, best, part) for part in _parts(search, best, every)]) - here
        for every in (2, 4)
    )
    others = [_exponent(search, other.recipe) - here for other in _alternatives(search.tried)]
    return {
        "neighbourhood": _largest(further - here),
        "density": _largest(halves.mean(), np.ptp(halves) / 2, quarters.mean()),
        "choice": _largest(*others),
    }


def _exponent(
    search: Search, recipe: Recipe, among: Bool[np.ndarray, "state"] | None = None
) -> float:
    """λ_max in nats per step by not too many maps; NaN if there are too few."""
    grown = search.growth(recipe, VARIED, among)
    return np.nan if grown is None else float(grown[0].mean()) / recipe.step


def _parts(search: Search, recipe: Recipe, every: int) -> list[Bool[np.ndarray, "state"]]:
    """Two sparser series: of every so many blocks of successive states, one."""
    length = len(search.space(recipe.kind, recipe.dimension).states)
    block = np.arange(length) // max(2 * search.theiler, 50)
    return [block % every == first for first in (0, every // 2)]


def _convergence(search: Search, recipe: Recipe) -> tuple[float, float]:
    """How errors fall as neighbours come nearer.

    Maps with half of the series to choose neighbours from, in blocks, are compared with those
    that have all of it, where all predict, so that rare states do not hide the others.

    Returns
    -------
    order, unexplained_rms
        See `Estimate`; NaN of a global map.
    """
    if recipe.kind == "global":
        return np.nan, np.nan
    length = len(search.space(recipe.kind, recipe.dimension).states)
    references = np.unique(np.linspace(0, length - recipe.step - 1, COMPARED).astype(int))
    found = [search.fits(recipe, references, part) for part in (None, *_parts(search, recipe, 2))]
    common = reduce(np.intersect1d, [here for here, _ in found])
    if len(common) < FEWEST:
        return np.nan, np.nan
    whole, *halves = [fits.only(np.searchsorted(here, common)) for here, fits in found]
    # Chosen by all three, so that none of them is chosen for erring little.
    known = _known(np.max([fits.relative for fits in (whole, *halves)], axis=0))
    worse, further = (
        _log_mean(*(getattr(fits, name)[known] for fits in halves))
        - _log_mean(getattr(whole, name)[known])
        for name in ("error", "spread")
    )
    unexplained_rms = np.linalg.norm(whole.error) / (np.linalg.norm(whole.spread) + SMALLEST)
    return (worse / further if further > 0 else np.nan), float(unexplained_rms)


def _drift(search: Search, recipe: Recipe) -> float:
    """Median error of maps whose neighbours are of the other half of the series, over that of
    maps whose neighbours are of their own; NaN of a global map, or if there are too few.
    """
    if recipe.kind == "global":
        return np.nan
    length = len(search.space(recipe.kind, recipe.dimension).states)
    late = np.arange(length) >= length // 2
    probes = np.linspace(0, length - recipe.step - 1, PROBES).astype(int)
    error = []
    for half in (late, ~late):
        for asked in (probes[late[probes]], probes[~late[probes]]):
            here, fits = search.fits(recipe, asked, half)
            if len(here) < PROBES // 4:
                return np.nan
            error.append(float(np.median(fits.error)))
    own, other = error[0] * error[3], error[1] * error[2]
    return float(np.sqrt(other / own)) if own > 0 else np.nan


def _alternatives(tried: list[Tried]) -> Iterator[Tried]:
    """The best recipes that differ from the very best in one thing, if they are about as good."""
    best = tried[0]
    for name in ("kind", "dimension", "rank", "step"):
        at = Recipe._fields.index(name)
        other = next((each for each in tried if each.recipe[at] != best.recipe[at]), None)
        if other is not None and other.bias <= ALIKE * best.bias:
            yield other


def _known(unexplained: Float[np.ndarray, "map"]) -> Bool[np.ndarray, "map"]:
    """Which maps do not predict badly."""
    return unexplained <= max(UNKNOWN, float(np.quantile(unexplained, 1 - RARE)))


def _log_mean(*values: Float[np.ndarray, "map"]) -> float:
    return float(np.log(np.mean(values) + SMALLEST))


def _largest(*moves: float) -> float:
    known = [abs(move) for move in moves if np.isfinite(move)]
    return float(max(known, default=0.0))
