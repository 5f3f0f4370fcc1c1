"""λ_max by maps: which of them predict best, what they say, and how sure that is.

The interval adds up, in quadrature, whatever shows how far the estimate may be off:

- sampling: the trajectory is finite, and growth along it varies;
- neighbourhood: how far it moves when each map is fitted to three times the neighbours, which are
  further away (or, where there are not so many, to a third);
- density: how far it moves when neighbours are sought in a half and in a quarter of the series. An
  estimate that still moves with the length of the series has not converged;
- choice: how far maps of another dimension, rank or step are off that predict about as well;
- bias: what the maps' own error allows;
- noise: what is left of noise that was taken off makes λ too low, so only the upper end moves, and
  the bias, whose sign is then known, counts for the lower end by a quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.stats import t as student

from tausweep.lyapunov import maps
from tausweep.lyapunov.maps import Fits, Recipe, Space

RANKS = (1, 2, 3, 4, 5, 6, 8, 10)
"""Dimensions of tangent spaces that are tried."""
MORE = (1, 3, 9)
"""How many times the least neighbours are tried, where the least leave much unexplained: noise."""
MUCH, SIMPLE = 0.02, 6
"""What much is, and the largest rank at which more are tried."""
MOST_NEIGHBOURS = 600
SHARE = 10
"""A map is fitted to no more than a tenth of the states."""
PER_PERIOD = (48, 24, 12, 6)
"""How many maps lead around a mean period."""
GLOBAL = 7
"""Of so many variables, a global map is tried where local ones leave much unexplained."""
PROBES, COMPARED = 300, 2_000
"""States at which recipes are compared, and errors with fewer neighbours to choose from."""
FURTHER = 2
"""Dimensions that may bring nothing before no more are tried."""
LARGEST = 12
"""Coordinates, beyond which no delayed ones are added."""
MAPS, VARIED = 20_000, 5_000
"""Most maps along the trajectory, for the estimate, and to see what it depends on. Of a longer
series as many are taken, in pieces spread over it; the sampling error is of those."""
WORK = 3e9
"""Products that fitting them may take; at least `LEAST` maps are fitted."""
LEAST = 1_000
ALIKE = 2.0
"""Recipes that leave up to so many times the least unexplained are as good."""
DILUTION = 2.0
"""Noise of a share of a standard deviation, taken off, leaves λ too low by up to so many times that
share (on Hénon's map, whose maps predict well in spite of it)."""
FREEDOM = 20
"""Degrees of freedom of the sampling error, which is itself uncertain by about 15 %."""
FEWEST = 20
"""Fewest growths that make an exponent."""


class Errors(NamedTuple):
    """Parts of the half-width, in nats per step; see the module."""

    sampling: float
    neighbourhood: float
    density: float
    choice: float
    bias: float
    noise: float

    @property
    def total(self) -> float:
        """All of them. Neighbourhood and density both tell what comes of neighbours being far: of
        these the larger counts.
        """
        near = max(self.neighbourhood, self.density)
        return float(np.linalg.norm([self.sampling, near, self.choice, self.bias, self.noise]))


class Tried(NamedTuple):
    """A recipe, and what its maps leave unexplained."""

    recipe: Recipe
    unexplained: float

    @property
    def bias(self) -> float:
        """Error of the exponent in nats per step that the maps' own error allows: a share u of how
        far neighbours part, in every map and of the same sign, is an error of u in its growth.
        """
        return self.unexplained / self.recipe.step


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
    convergence: float
    """How many times worse they predict from every other part of the series than from all of it."""
    unexplained_rms: float
    """Root mean square error over root mean square spread: large where the rare states at which
    neighbours part most are those that maps do not predict."""
    tried: list[Tried]
    """All recipes, the best first."""


class Search:
    """Recipes tried on one series, and what the best says of λ_max.

    Parameters
    ----------
    x
        Standardised samples.
    wrong
        Samples that no state may hold.
    dimension, vary_dimension
        Where the embedding is begun, and whether others are tried.
    period
        Mean period, in steps.
    """

    def __init__(
        self,
        x: Float[np.ndarray, "time variable"],
        wrong: Bool[np.ndarray, "time"],
        *,
        delay: int,
        dimension: int,
        vary_dimension: bool,
        period: float,
        flow: bool,
        theiler: int,
    ) -> None:
        self.x, self.wrong, self.delay, self.theiler = x, wrong, delay, theiler
        self._spaces: dict[tuple[str, int], Space] = {}
        steps = sorted({max(1, round(period / n)) for n in PER_PERIOD}) if flow else [1]
        dimensions = _dimensions(dimension, x.shape[1]) if vary_dimension else [dimension]
        self.tried = self._best_first(dimensions, steps)
        """All recipes, by what they leave unexplained per step; none if there are too few states
        for any map."""

    @property
    def bias(self) -> float:
        """Of the best recipe; infinite if there is none."""
        return self.tried[0].bias if self.tried else np.inf

    def estimate(self, *, removed: float, interval: bool, confidence: float) -> Estimate | None:
        """Measure λ_max with the maps that leave least unexplained per step.

        Parameters
        ----------
        removed
            Noise that was taken off x, in standard deviations. What is left of it biases λ
            downwards: errors of the states that slopes are fitted to dilute these.
        interval
            Whether to find out how sure it is, which takes five times as long.

        Returns
        -------
        Estimate or None
            None if there are too few states for any map.
        """
        tried = self.tried
        growth = self.growth(tried[0].recipe, MAPS) if tried else None
        if growth is None:
            return None
        best, step = tried[0], tried[0].recipe.step
        exponent = float(growth.mean()) / step
        if not interval:
            nan, parts = np.nan, Errors(*[np.nan] * len(Errors._fields))
            return Estimate(best, exponent, len(growth), (nan, nan), parts, nan, nan, nan, tried)
        quantile = student.ppf(0.5 + confidence / 2, FREEDOM)
        errors = Errors(
            sampling=quantile * maps.sampling_error(growth) / step,
            **self.variation(),
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
            self.drift(best.recipe),
            *self.convergence(best.recipe),
            tried,
        )

    def space(self, kind: str, dimension: int) -> Space:
        """The states that maps of this kind lead between."""
        if (kind, dimension) not in self._spaces:
            self._spaces[kind, dimension] = Space.of(
                self.x, self.wrong, kind=kind, dimension=dimension, delay=self.delay,
                theiler=self.theiler,
            )  # fmt: skip
        return self._spaces[kind, dimension]

    def _best_first(self, dimensions: list[int], steps: list[int]) -> list[Tried]:
        tried: list[Tried] = []
        idle = 0
        for dimension in dimensions:
            if (dimension - 1) * self.delay > len(self.x) // 2:
                break
            least = min((each.bias for each in tried), default=np.inf)
            here = list(self._local(dimension, steps, MORE[:1]))
            if here and min(each.unexplained for each in here) > MUCH:
                here += self._local(dimension, steps, MORE[1:])
            idle = 0 if min((each.bias for each in here), default=np.inf) < least else idle + 1
            tried += here
            if idle >= FURTHER:
                break
        if self.x.shape[1] >= GLOBAL and min((e.unexplained for e in tried), default=1.0) > MUCH:
            tried += self._global(steps)
        return sorted(tried, key=lambda each: each.bias)

    def _local(self, dimension: int, steps: list[int], more: tuple[int, ...]) -> Iterator[Tried]:
        space = self.space("quadratic", dimension)
        width = space.states.shape[1]
        most = min(MOST_NEIGHBOURS, len(space.states) // SHARE)
        recipes = [
            Recipe("quadratic", dimension, rank, step, times * maps.least_neighbours(rank))
            for rank in RANKS
            if rank <= width and (rank > 1 or width < 3)
            for step in steps
            for times in more
            if times * maps.least_neighbours(rank) <= most and (times == 1 or rank <= SIMPLE)
        ]
        longest = max(steps)
        if not recipes or len(space.states) <= longest + 1:
            return
        probes = np.unique(np.linspace(0, len(space.states) - longest - 1, PROBES).astype(int))
        count = max(recipe.neighbours for recipe in recipes)
        found, here = space.near(probes, count, longest)
        if len(here) < len(probes) // 2:
            return
        for recipe in recipes:
            near = found[:, : recipe.neighbours]
            fits = maps.fit(space.states, here, near, recipe.step, recipe.rank)
            yield Tried(recipe, fits.unexplained)

    def _global(self, steps: list[int]) -> Iterator[Tried]:
        space = self.space("global", 1)
        width = space.states.shape[1]
        for step in steps:
            recipe = Recipe("global", 1, width, step, maps.least_neighbours(GLOBAL))
            last = len(space.states) - step - 1
            if last < PROBES:
                return
            probes = np.unique(np.linspace(0, last, PROBES).astype(int))
            found, here = space.near(probes, recipe.neighbours, step)
            fitted = maps.everywhere(space.states, here, step, space.usable)
            if fitted is None or not len(here):
                return
            apart = space.states[found + step] - space.states[here + step, None]
            spread = np.sqrt((apart**2).sum(axis=2).mean(axis=1))
            yield Tried(recipe, float(np.mean(fitted[1] / spread)))

    def fits(
        self,
        recipe: Recipe,
        references: Int[np.ndarray, "reference"],
        among: Bool[np.ndarray, "state"] | None = None,
    ) -> tuple[Int[np.ndarray, "map"], Fits]:
        """Local maps around those references that have neighbours enough, and which these are."""
        space = self.space(recipe.kind, recipe.dimension)
        near, here = space.near(references, recipe.neighbours, recipe.step, among)
        return here, maps.fit(space.states, here, near, recipe.step, recipe.rank)

    def growth(
        self,
        recipe: Recipe,
        most: int,
        among: Bool[np.ndarray, "state"] | None = None,
    ) -> Float[np.ndarray, "growth"] | None:
        """Logarithmic growth in each map along the trajectory; None if there are too few."""
        space = self.space(recipe.kind, recipe.dimension)
        work = recipe.neighbours * maps.terms(recipe.rank) ** 2
        most = max(LEAST, min(most, int(WORK / work)))
        references = space.references(recipe.step, most)
        if recipe.kind == "global":
            usable = space.usable if among is None else space.usable & among
            fitted = maps.everywhere(space.states, references, recipe.step, usable)
            if fitted is None:
                return None
            growth, _ = maps.stretch(references, recipe.step, fitted[0], None)
        else:
            here, fits = self.fits(recipe, references, among)
            growth, _ = maps.stretch(here, recipe.step, fits.slopes, fits.tangents)
        return growth if len(growth) >= FEWEST else None

    def exponent(self, recipe: Recipe, among: np.ndarray | None = None) -> float:
        """λ_max in nats per step by not too many maps; NaN if there are too few."""
        growth = self.growth(recipe, VARIED, among)
        return np.nan if growth is None else float(growth.mean()) / recipe.step

    def variation(self) -> dict[str, float]:
        """How far the exponent moves with what ought not to matter."""
        best = self.tried[0].recipe
        here = self.exponent(best)
        length = len(self.space(best.kind, best.dimension).states)
        further = here  # a global map has no neighbourhoods
        if best.kind != "global":
            times = 3 if 3 * SHARE * best.neighbours <= length else 1 / 3
            count = max(int(times * best.neighbours), maps.least_neighbours(best.rank))
            further = self.exponent(best._replace(neighbours=count))
        halves = np.array([self.exponent(best, part) for part in self._parts(length, 2)]) - here
        quarters = np.array([self.exponent(best, part) for part in self._parts(length, 4)]) - here
        others = [self.exponent(other.recipe) - here for other in _alternatives(self.tried)]
        return {
            "neighbourhood": _largest(further - here),
            "density": _largest(halves.mean(), np.ptp(halves) / 2, quarters.mean()),
            "choice": _largest(*others),
        }

    def _parts(self, length: int, every: int) -> list[Bool[np.ndarray, "state"]]:
        """Two sparser series: of every so many blocks of successive states, one."""
        block = np.arange(length) // max(2 * self.theiler, 50)
        return [block % every == first for first in (0, every // 2)]

    def convergence(self, recipe: Recipe) -> tuple[float, float]:
        """Mean error of maps whose neighbours are of half of the series, in blocks, over that of
        maps with all of it. Quadratic maps on d dimensions err by the cube of the distance, so it
        is 2^(3/d); it is 1 where the error is not of the maps but of noise. And their root mean
        square error over the root mean square spread. NaN of a global map.
        """
        if recipe.kind == "global":
            return np.nan, np.nan
        length = len(self.space(recipe.kind, recipe.dimension).states)
        references = np.unique(np.linspace(0, length - recipe.step - 1, COMPARED).astype(int))
        found = [self.fits(recipe, references, part) for part in (None, *self._parts(length, 2))]
        if min(len(here) for here, _ in found) < FEWEST:
            return np.nan, np.nan
        whole, *halves = [fits for _, fits in found]
        error, spread = whole.error.mean(), np.linalg.norm(whole.spread)
        fewer = np.mean([half.error.mean() for half in halves])
        return (
            float(fewer / error) if error > 0 else np.nan,
            float(np.linalg.norm(whole.error) / spread) if spread > 0 else np.nan,
        )

    def drift(self, recipe: Recipe) -> float:
        """Median error of maps whose neighbours are of the other half of the series, over that of
        maps whose neighbours are of their own; NaN of a global map, or if there are too few.
        """
        if recipe.kind == "global":
            return np.nan
        length = len(self.space(recipe.kind, recipe.dimension).states)
        late = np.arange(length) >= length // 2
        probes = np.linspace(0, length - recipe.step - 1, PROBES).astype(int)
        error = []
        for half in (late, ~late):
            for asked in (probes[late[probes]], probes[~late[probes]]):
                here, fits = self.fits(recipe, asked, half)
                if len(here) < PROBES // 4:
                    return np.nan
                error.append(float(np.median(fits.error)))
        own, other = error[0] * error[3], error[1] * error[2]
        return float(np.sqrt(other / own)) if own > 0 else np.nan


def _dimensions(first: int, variables: int) -> list[int]:
    """Embeddings from one dimension fewer than the chosen one; of several variables, from none."""
    lowest = max(1, first - 1) if variables == 1 else 1
    most = max(first, LARGEST // variables)
    return list(range(lowest, most + 1))


def _alternatives(tried: list[Tried]) -> Iterator[Tried]:
    """The best recipes that differ from the very best in one thing, if they are about as good."""
    best = tried[0]
    for name in ("kind", "dimension", "rank", "step"):
        at = Recipe._fields.index(name)
        other = next((each for each in tried if each.recipe[at] != best.recipe[at]), None)
        if other is not None and other.bias <= ALIKE * best.bias:
            yield other


def _largest(*moves: float) -> float:
    known = [abs(move) for move in moves if np.isfinite(move)]
    return float(max(known, default=0.0))
