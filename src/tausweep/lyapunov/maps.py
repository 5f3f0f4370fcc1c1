"""λ_max from data: local maps fitted to neighbours, whose Jacobians stretch a tangent vector.

Eckmann, Kamphorst, Ruelle, Ciliberto 1986, Phys. Rev. A 34, 4971, and Sano & Sawada 1985, Phys.
Rev. Lett. 55, 1082; quadratic terms as Brown, Bryant, Abarbanel 1991, Phys. Rev. A 43, 2787.
Which maps fit is judged by how well they predict, from local linear to global ones, as Casdagli
1992, J. R. Stat. Soc. B 54, 303.

Divergence curves follow distances that are finite from the start and soon saturate; a map's
Jacobian is about infinitesimal ones. Where the data are clean enough for maps to predict, their
error is a fraction of that of any curve, and it comes with a measure of trust: what share of the
neighbours' images they leave unexplained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import t as student

from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.neighbours import nearest

RIDGE = 1e-3
"""Damping of the fits, relative to the size of the neighbourhood. Directions in which neighbours
spread less than that lie across the attractor: what happens there is not in the data, and made
from rounding errors and curvature it would show as a large spurious exponent."""
NEIGHBOURS = 1.5
"""Neighbours of a local map, per coefficient of each of its equations."""
QUADRATIC = 9
"""Up to so many coordinates local maps are quadratic; beyond, they have too many terms."""
MOST = 400
"""Most neighbours of a map."""
DOUBLINGS = 3
"""How often the step is doubled."""
LEAST = 100
"""Fewest maps along the trajectory."""
BETTER = 0.9
"""Another dimension, step or neighbourhood must leave less than this share unexplained."""
ENOUGH = 0.005
"""No better maps are sought once the bias that they allow is less than this share of λ_max."""
ALIKE = 1.5
"""Maps that leave up to so many times the least unexplained part take part in the interval."""
TRUSTED = 0.05
"""Maps that leave more than this share unexplained say nothing about λ_max: the data are too
noisy, too few, or not deterministic."""
FREEDOM = 20
"""Degrees of freedom of the sampling error, which is itself uncertain by about 15 %."""
SETTLE = 0.05
"""Share of the trajectory in which the tangent vector turns into the fastest growing direction."""
CHUNK = 4_000_000
"""Numbers of all neighbourhoods held at once."""


def trusted(unexplained: float, step: int, exponent: float) -> bool:
    """Whether maps explain enough: nearly all of how neighbours part, and, in every step, more than
    what they leave unexplained grows by. A stochastic series that is smooth fails the second: it is
    predicted well over one step, but errors add up faster than they grow.
    """
    return unexplained <= TRUSTED and unexplained / step <= abs(exponent)


@dataclass(frozen=True)
class Maps:
    """Maps along the trajectory, and what they do to a tangent vector."""

    kind: str
    """linear, quadratic (both local) or global."""
    dimension: int
    """Of the delay embedding."""
    step: int
    """Steps that each map leads ahead."""
    neighbours: int
    """Of each map; all states, for a global one."""
    reach: int
    """How many times more neighbours than the least there are."""
    growth: Float[np.ndarray, "map"]
    """Logarithmic growth of the tangent vector in each map, in nats."""
    unexplained: float
    """Mean error of a map's prediction, relative to the spread of what it predicts for its
    neighbours: 0 for a known map, 1 where neighbours say nothing."""

    @property
    def exponent(self) -> float:
        """λ_max in nats per step."""
        return float(self.growth.mean()) / self.step

    @property
    def sampling_error(self) -> float:
        """Standard error of the exponent that the finite trajectory leaves.

        The variance of the sum of L successive growths is D L + c: they are correlated, and c is
        from the ends, where a vector's length only depends on where it is. A line through the
        variances at many L, weighted by their inverses, gives D.
        """
        total = np.concatenate([[0.0], np.cumsum(self.growth - self.growth.mean())])
        maps = len(self.growth)
        shortest = max(4, maps // 400)
        lengths = np.unique(np.geomspace(shortest, max(maps // 10, 2 * shortest), 12).astype(int))
        variance = [np.mean((total[n:] - total[:-n]) ** 2) / (1 - n / maps) for n in lengths]
        weight = 1 / np.maximum(variance, 1e-300)
        design = np.stack([lengths, np.ones(len(lengths))], axis=1) * weight[:, None]
        diffusion, ends = np.linalg.lstsq(design, variance * weight)[0]
        return float(np.sqrt(max(diffusion, 0) * maps + max(ends, 0)) / maps / self.step)

    @property
    def bias(self) -> float:
        """Largest error of the exponent, in nats per step, that the maps' own error allows.

        An error that is a share u of how far neighbours part, in every map and always of the same
        sign, makes u an error of each map's growth, in nats.
        """
        return self.unexplained / self.step

    @property
    def trusted(self) -> bool:
        """Whether the maps explain enough to be believed."""
        return trusted(self.unexplained, self.step, self.exponent)

    @property
    def likely_bias(self) -> float:
        """Twice `bias`, which covers what noise reduction leaves of 5 % noise on Lorenz-63; but
        where the map is global, its error changes sign along the trajectory, and of it matters 2 u
        of λ (which covers Lorenz-96 of 10 to 40 variables).
        """
        if self.kind == "global":
            return 2 * self.unexplained * abs(self.exponent)
        return 2 * self.bias


@dataclass(frozen=True)
class Estimate:
    """The maps that predict best, and the interval of their exponent."""

    best: Maps
    tried: list[Maps]
    """All maps, by how well they predict."""
    interval: tuple[float, float]


def estimate(
    x: Float[np.ndarray, "time variable"],
    *,
    delay: int,
    dimension: int,
    vary_dimension: bool,
    step: int,
    vary_step: bool,
    theiler: int,
    confidence: float,
) -> Estimate | None:
    """Fit maps that predict ever better, and measure λ_max with the best of them.

    1. Begin with the given dimension and step, and the least neighbours.
    2. At this and at doubled steps, in which more happens, go on to more dimensions, as long as
       each leaves less unexplained: neighbours were false; then to four times the neighbours:
       there is noise. Of more than `QUADRATIC` coordinates, try one global map as well. The best
       leave least unexplained per step.
    3. The interval adds in quadrature: the sampling error; how far other maps are off that
       predict about as well; and the bias that the unexplained part allows.

    Returns
    -------
    Estimate or None
        None if there are too few states for any map.
    """
    variables, first = x.shape[1], dimension
    tried: list[Maps] = []

    def fit(dimension: int, step: int, reach: int) -> Maps | None:
        if dimension > first and dimension * variables > QUADRATIC:
            return None
        states = delay_vectors(x, dimension, delay)
        maps = local(
            states, variables, dimension=dimension, step=step, theiler=theiler, reach=reach
        )
        tried.extend([] if maps is None else [maps])
        return maps

    least = np.inf
    for ahead in [step * 2**doubling for doubling in range(DOUBLINGS + 1 if vary_step else 1)]:
        here = fit(dimension, ahead, 1)
        if here is None:
            break
        if vary_dimension:
            here = _while_better(here, lambda at: fit(at.dimension + 1, at.step, at.reach))
        if here.bias < ENOUGH * here.exponent:
            break
        here = _while_better(here, lambda at: fit(at.dimension, at.step, 4 * at.reach))
        if here.bias > 2 * least:
            break
        least = min(least, here.bias)
    if dimension * variables > QUADRATIC:
        whole = everywhere(delay_vectors(x, dimension, delay), variables, dimension=dimension)
        tried.extend([] if whole is None else [whole])
    if not tried:
        return None
    tried.sort(key=lambda maps: (not maps.trusted, maps.bias))
    best = tried[0]
    alike = [
        maps.exponent
        for maps in tried
        if maps is best or (maps.trusted and maps.bias <= ALIKE * best.bias)
    ]
    choice = np.abs(np.array(alike) - best.exponent).max()
    sampling = student.ppf(0.5 + confidence / 2, FREEDOM) * best.sampling_error
    half = float(np.sqrt(sampling**2 + choice**2 + best.likely_bias**2))
    return Estimate(best, tried, (best.exponent - half, best.exponent + half))


def _while_better(here: Maps, on: Callable[[Maps], Maps | None]) -> Maps:
    """Go on as long as each step leaves less unexplained, and clearly so."""
    while (further := on(here)) is not None and further.bias < BETTER * here.bias:
        here = further
    return here


def local(
    states: Float[np.ndarray, "state coordinate"],
    variables: int,
    *,
    dimension: int,
    step: int,
    theiler: int,
    reach: int = 1,
) -> Maps | None:
    """Fit a map at every `step`-th state to its nearest neighbours.

    With u a neighbour's displacement and v that of its image, `step` later, the map is
    v = A u + u·Q u. It has no constant: the state itself is on it exactly. A is the Jacobian. How
    well maps predict is measured with a constant, which then is the error at the state itself,
    as if that were not known.

    Parameters
    ----------
    states
        Delay vectors, the present first.
    variables
        How many coordinates are the present; errors are measured in these.

    Returns
    -------
    Maps or None
        None if there are too few states for so many neighbours, or these are more than `MOST`.
    """
    coordinates = states.shape[1]
    quadratic = coordinates <= QUADRATIC
    terms = coordinates + quadratic * coordinates * (coordinates + 1) // 2
    count = reach * (int(NEIGHBOURS * terms) + 3)
    known = states[:-step]
    if count > MOST or 10 * count > len(known) or len(known) < LEAST * step:
        return None
    found, here = nearest(known, np.arange(0, len(known), step), count, theiler)
    if len(here) < 2 or len(here) < 0.5 * len(known) / step:
        return None
    jacobians, error, spread = [], [], []
    for rows in np.array_split(np.arange(len(here)), 1 + len(here) * count * terms // CHUNK):
        at, of = here[rows], found[rows]
        u = states[of] - states[at, None]
        v = states[of + step] - states[at + step, None]
        size = np.sqrt((u**2).sum(axis=2).mean(axis=1))[:, None, None]
        size[size == 0] = 1.0
        jacobian, constant = _fit(_terms(u / size, quadratic), v, coordinates)
        jacobians.append(jacobian / size)
        error.append(np.linalg.norm(constant[:, :variables], axis=1))
        spread.append(np.sqrt((v[..., :variables] ** 2).sum(axis=2).mean(axis=1)))
    growth = _growth(jacobians)
    if len(growth) < LEAST // 2:  # neighbours on top of one another say nothing of what is between
        return None
    return Maps(
        kind="quadratic" if quadratic else "linear",
        dimension=dimension,
        step=step,
        neighbours=count,
        reach=reach,
        growth=growth,
        unexplained=_ratio(np.concatenate(error), np.concatenate(spread)),
    )


def everywhere(
    states: Float[np.ndarray, "state coordinate"], variables: int, *, dimension: int
) -> Maps | None:
    """Fit one quadratic map of a single step to all states, where they are too many-dimensional
    to have near neighbours.

    Returns
    -------
    Maps or None
        None if the states are fewer than ten per coefficient.
    """
    coordinates = states.shape[1]
    terms = 1 + coordinates + coordinates * (coordinates + 1) // 2
    known, image = states[:-1], states[1:]
    if len(known) < 10 * terms:
        return None
    normal, target = np.zeros((terms, terms)), np.zeros((terms, coordinates))
    chunks = np.array_split(np.arange(len(known)), 1 + len(known) * terms // CHUNK)
    constant = np.ones((len(known), 1))
    for rows in chunks:
        design = np.concatenate([_terms(known[rows], True), constant[rows]], axis=1)
        normal += design.T @ design
        target += design.T @ image[rows]
    normal[np.diag_indices(terms)] += 1e-9 * len(known)
    solution = cho_solve(cho_factor(normal), target)
    quadratic = np.zeros((coordinates,) * 3)
    quadratic[np.triu_indices(coordinates)] = solution[coordinates:-1]
    quadratic += quadratic.transpose(1, 0, 2)
    jacobians, error = [], []
    for rows in chunks:
        design = np.concatenate([_terms(known[rows], True), constant[rows]], axis=1)
        error.append(np.linalg.norm((design @ solution - image[rows])[:, :variables], axis=1))
        jacobians.append(solution[:coordinates] + np.tensordot(known[rows], quadratic, 1))
    spread = np.linalg.norm((image - image.mean(axis=0))[:, :variables], axis=1)
    return Maps(
        kind="global",
        dimension=dimension,
        step=1,
        neighbours=len(known),
        reach=1,
        growth=_growth(jacobians),
        unexplained=_ratio(np.concatenate(error), spread),
    )


def _terms(u: Float[np.ndarray, "*rows coordinate"], quadratic: bool) -> np.ndarray:
    """u, and all products of two of its coordinates."""
    if not quadratic:
        return u
    i, j = np.triu_indices(u.shape[-1])
    return np.concatenate([u, u[..., i] * u[..., j]], axis=-1)


def _fit(
    design: Float[np.ndarray, "state neighbour term"],
    image: Float[np.ndarray, "state neighbour coordinate"],
    coordinates: int,
) -> tuple[Float[np.ndarray, "state coordinate coordinate"], Float[np.ndarray, "state coordinate"]]:
    """Linear part of the ridge regression without a constant, and the constant of the one with it.

    Both come from the same normal equations: the constant by elimination of all other terms.
    """
    terms = design.shape[2]
    transposed = np.ascontiguousarray(design.transpose(0, 2, 1))
    normal = transposed @ design
    diagonal = np.arange(terms)
    normal[:, diagonal, diagonal] += RIDGE**2 * design.shape[1]
    total = design.sum(axis=1)[..., None]
    solution = np.linalg.solve(normal, np.concatenate([transposed @ image, total], axis=2))
    slopes, along = solution[..., :-1], solution[..., -1:]
    unknown = (image.sum(axis=1) - (total * slopes).sum(axis=1)) / (
        design.shape[1] - (total * along).sum(axis=1)
    )
    return slopes[:, :coordinates], unknown


def _growth(jacobians: list[Float[np.ndarray, "map coordinate coordinate"]]) -> np.ndarray:
    """Stretch a tangent vector by one Jacobian after the other; its beginning is dropped."""
    coordinates = jacobians[0].shape[1]
    vector = np.full(coordinates, coordinates**-0.5)
    growth = []
    for chunk in jacobians:
        for jacobian in chunk:  # rows are coordinates before, columns after
            vector = vector @ jacobian
            length = np.sqrt(vector @ vector)
            growth.append(length)
            vector = vector / length if length > 0 else np.full(coordinates, coordinates**-0.5)
    with np.errstate(divide="ignore"):
        logarithm = np.log(growth)
    logarithm = logarithm[int(SETTLE * len(logarithm)) :]
    return np.asarray(logarithm[np.isfinite(logarithm)])


def _ratio(error: np.ndarray, spread: np.ndarray) -> float:
    """Mean ratio; where the spread is zero there is nothing to explain."""
    there = spread > 0
    return float(np.mean(error[there] / spread[there])) if there.any() else 0.0
