"""Maps of a series: which dimension, rank, step and neighbours predict best, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

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
PROBES = 300
"""States at which recipes are compared."""
FURTHER = 2
"""Dimensions that may bring nothing before no more are tried."""
LARGEST = 12
"""Coordinates, beyond which no delayed ones are added."""
WORK = 3e9
"""Products that fitting them may take; at least `LEAST` maps are fitted."""
LEAST = 1_000
FEWEST = 20
"""Fewest growths that make an exponent."""


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


class Search:
    """Recipes tried on one series.

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
    ) -> tuple[Float[np.ndarray, "growth"], Float[np.ndarray, "growth"]] | None:
        """Logarithmic growth in each map along the trajectory, and what this map leaves
        unexplained; None if there are too few.
        """
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
            unexplained = np.zeros(len(growth))  # it is one map, and its error everywhere the same
        else:
            here, fits = self.fits(recipe, references, among)
            growth, used = maps.stretch(here, recipe.step, fits.slopes, fits.tangents)
            unexplained = fits.relative[np.searchsorted(here, used)]
        return (growth, unexplained) if len(growth) >= FEWEST else None


def _dimensions(first: int, variables: int) -> list[int]:
    """Embeddings from one dimension fewer than the chosen one; of several variables, from none."""
    lowest = max(1, first - 1) if variables == 1 else 1
    most = max(first, LARGEST // variables)
    return list(range(lowest, most + 1))
