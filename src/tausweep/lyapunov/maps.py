"""Maps fitted to the states of a series, whose Jacobians stretch a tangent vector.

Eckmann, Kamphorst, Ruelle, Ciliberto 1986, Phys. Rev. A 34, 4971, and Sano & Sawada 1985, Phys.
Rev. Lett. 55, 1082; quadratic terms as Brown, Bryant, Abarbanel 1991, Phys. Rev. A 43, 2787.

A delay vector, or a dozen sensors of one system, has more coordinates than the attractor has
dimensions. In the others the data say nothing of the map; what is fitted there, from curvature and
rounding, shows as spurious exponents, which can be the largest (Sauer, Tempkin, Yorke 1998, Phys.
Rev. Lett. 81, 4341). So maps are fitted, and tangent vectors kept, in the space that neighbours
fill: their leading principal components (Broomhead, Jones, King 1987, J. Phys. A 20, L563), whose
number is the rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import cho_factor, cho_solve

from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.neighbours import nearest

RIDGE = 1e-3
"""Damping of the fits, relative to the size of the neighbourhood: directions in which neighbours
spread less are not in the data."""
NEIGHBOURS = 1.5
"""Neighbours of a local map, per coefficient of each of its equations."""
COORDINATES = 12
"""States of more coordinates are projected on so many principal components to seek neighbours."""
GLOBAL_RIDGE = 1e-9
FLAT = 1e-2
"""A global map is of the principal components that vary more than this share of the first."""
PER_TERM = 10
"""States that a global map needs per coefficient."""
SETTLE = 30
"""Maps in which a tangent vector turns into the fastest growing direction."""
SMALLEST = float(np.finfo(float).tiny)
CHUNK = 300_000
"""Numbers of all neighbourhoods held at once: they stay in the cache."""


class Recipe(NamedTuple):
    """How maps are made."""

    kind: str
    """quadratic, around every state, or global."""
    dimension: int
    """Of the delay embedding."""
    rank: int
    """Dimension of the tangent space."""
    step: int
    """Steps that each map leads ahead."""
    neighbours: int
    """Of each map; of a global one, those that its error is compared with."""


@dataclass(frozen=True)
class Space:
    """The states that maps lead to and from."""

    states: Float[np.ndarray, "state coordinate"]
    usable: Bool[np.ndarray, "state"]
    """Which of them hold no sample that is wrong."""
    theiler: int
    """Neighbours are further apart in time than so many steps."""

    @classmethod
    def of(
        cls,
        x: Float[np.ndarray, "time variable"],
        wrong: Bool[np.ndarray, "time"],
        *,
        kind: str,
        dimension: int,
        delay: int,
        theiler: int,
    ) -> Space:
        """Delay vectors; where these are many, the principal components that the data vary in."""
        states = delay_vectors(x, dimension, delay)
        bad = np.asarray(delay_vectors(wrong[:, None], dimension, delay).any(axis=1))
        if kind == "global":
            states = principal(states, least=FLAT)
        elif states.shape[1] > COORDINATES:
            states = principal(states, most=COORDINATES)
        return cls(states, ~bad, theiler)

    def references(self, step: int, most: int) -> Int[np.ndarray, "reference"]:
        """States, each `step` after the last, in pieces spread over all if they are over `most`."""
        every = np.arange(0, len(self.states) - step, step)
        if len(every) <= most:
            return every
        pieces = max(1, most // 1_000)
        length = most // pieces
        starts = np.linspace(0, len(every) - length, pieces).astype(int)
        return np.unique(step * (starts[:, None] + np.arange(length)))

    def near(
        self,
        references: Int[np.ndarray, "reference"],
        count: int,
        step: int,
        among: Bool[np.ndarray, "state"] | None = None,
    ) -> tuple[Int[np.ndarray, "found count"], Int[np.ndarray, "found"]]:
        """Neighbours of those references that have so many, all with images `step` later."""
        lead = self.usable[:-step] & self.usable[step:]
        candidates = lead if among is None else lead & among[:-step]
        references = references[lead[references]]
        return nearest(self.states[:-step], references, count, self.theiler, candidates)


def principal(
    states: Float[np.ndarray, "state coordinate"], *, most: int | None = None, least: float = 0.0
) -> Float[np.ndarray, "state component"]:
    """The `most` leading principal components that vary by more than a share of the first."""
    centred = states - states.mean(axis=0)
    variance, axes = np.linalg.eigh(centred.T @ centred)
    kept = np.flatnonzero(variance >= least**2 * variance[-1])[::-1][:most]
    return np.asarray(centred @ axes[:, kept])


def terms(rank: int) -> int:
    """Coefficients of a quadratic map without constant, of each of its equations."""
    return rank + rank * (rank + 1) // 2


def least_neighbours(rank: int) -> int:
    """The fewest states that such a map is fitted to."""
    return int(NEIGHBOURS * terms(rank)) + 3


class Fits(NamedTuple):
    """Maps around some states."""

    slopes: Float[np.ndarray, "map rank coordinate"]
    """From a displacement in the tangent space to its image."""
    tangents: Float[np.ndarray, "map coordinate rank"]
    """Orthonormal bases of the tangent spaces."""
    error: Float[np.ndarray, "map"]
    """Distance between the image of the state and what its neighbours say of it."""
    spread: Float[np.ndarray, "map"]
    """Root mean square distance of the neighbours' images from that of the state."""

    @property
    def relative(self) -> Float[np.ndarray, "map"]:
        """Error relative to the spread: 0 for a known map, 1 where neighbours say nothing."""
        return np.asarray(
            np.where(self.spread > 0, self.error / np.maximum(self.spread, SMALLEST), 0.0)
        )

    @property
    def unexplained(self) -> float:
        """Mean of that, where there is a spread."""
        there = self.spread > 0
        return float(self.relative[there].mean()) if there.any() else 0.0

    def only(self, rows: Int[np.ndarray, "kept"]) -> Fits:
        """Some of them."""
        return Fits(*(values[rows] for values in self))


def fit(
    states: Float[np.ndarray, "state coordinate"],
    here: Int[np.ndarray, "map"],
    found: Int[np.ndarray, "map neighbour"],
    step: int,
    rank: int,
) -> Fits:
    """Fit a quadratic map around each of the states `here` to their neighbours.

    1. u are the displacements of the neighbours, v those of their images, `step` later.
    2. The tangent space is that of the `rank` leading principal components of u; a are u's
       coordinates in it.
    3. v = A a + a·Q a, by ridge regression. It has no constant: the state itself is on it exactly.
       How well maps predict is measured with a constant, which is then the error at the state
       itself, as if that were not known.
    """
    per = found.shape[1] * terms(rank)
    parts = [_fit(states, here[rows], found[rows], step, rank) for rows in _chunks(len(here), per)]
    return Fits(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _fit(states: np.ndarray, here: np.ndarray, found: np.ndarray, step: int, rank: int) -> Fits:
    count = found.shape[1]
    u = states[found] - states[here, None]
    v = states[found + step] - states[here + step, None]
    size = np.sqrt((u**2).sum(axis=2).mean(axis=1))[:, None, None]
    size[size == 0] = 1.0
    u /= size
    tangents = np.broadcast_to(np.eye(u.shape[2]), (len(u), u.shape[2], u.shape[2]))
    if rank < u.shape[2]:
        tangents = np.linalg.eigh(u.transpose(0, 2, 1) @ u)[1][:, :, ::-1][:, :, :rank]
        u = u @ tangents
    design = _quadratic(u)
    transposed = np.ascontiguousarray(design.transpose(0, 2, 1))
    normal = transposed @ design
    diagonal = np.arange(design.shape[2])
    normal[:, diagonal, diagonal] += RIDGE**2 * count
    total = design.sum(axis=1)[..., None]
    solution = np.linalg.solve(normal, np.concatenate([transposed @ v, total], axis=2))
    slopes, along = solution[..., :-1], solution[..., -1:]
    # The constant of the fit that has one, by elimination of all other terms.
    constant = (v.sum(axis=1) - (total * slopes).sum(axis=1)) / (
        count - (total * along).sum(axis=1)
    )
    return Fits(
        slopes[:, :rank] / size,
        tangents,
        np.linalg.norm(constant, axis=1),
        np.sqrt((v**2).sum(axis=2).mean(axis=1)),
    )


def everywhere(
    states: Float[np.ndarray, "state coordinate"],
    here: Int[np.ndarray, "map"],
    step: int,
    among: Bool[np.ndarray, "state"],
) -> tuple[Float[np.ndarray, "map before after"], Float[np.ndarray, "map"]] | None:
    """Fit one quadratic map to all states `among` which it may be, where they are too
    many-dimensional to have near neighbours (Casdagli 1992, J. R. Stat. Soc. B 54, 303).

    Returns
    -------
    two arrays, or None
        Jacobians and errors of the images of the states `here`. None if the states are fewer than
        `PER_TERM` per coefficient.
    """
    width = states.shape[1]
    count = 1 + terms(width)
    known, change = states[:-step], states[step:] - states[:-step]
    rows_known = np.flatnonzero(among[:-step] & among[step:])
    if len(rows_known) < PER_TERM * count:
        return None
    normal, target = np.zeros((count, count)), np.zeros((count, width))
    for part in _chunks(len(rows_known), count):
        rows = rows_known[part]
        design = _with_constant(known[rows])
        normal += design.T @ design
        target += design.T @ change[rows]
    normal[np.diag_indices(count)] += GLOBAL_RIDGE * len(rows_known)
    solution = cho_solve(cho_factor(normal), target)
    curvature = np.zeros((width,) * 3)
    curvature[np.triu_indices(width)] = solution[width:-1]
    curvature += curvature.transpose(1, 0, 2)
    jacobians = np.eye(width) + solution[:width] + np.tensordot(known[here], curvature, 1)
    errors = [
        np.linalg.norm(_with_constant(known[here[rows]]) @ solution - change[here[rows]], axis=1)
        for rows in _chunks(len(here), count)
    ]
    return jacobians, np.concatenate(errors)


def stretch(
    here: Int[np.ndarray, "map"],
    step: int,
    slopes: Float[np.ndarray, "map rank coordinate"],
    tangents: Float[np.ndarray, "map coordinate rank"] | None,
) -> tuple[Float[np.ndarray, "growth"], Int[np.ndarray, "growth"]]:
    """Stretch a tangent vector by one map after the other.

    Each image is projected on the next tangent space. Where the next state of the trajectory is
    missing a new vector is begun; of each, the first `SETTLE` maps are dropped.

    Returns
    -------
    array (growth,), array (growth,)
        Logarithmic growth in nats, where it is finite, and the states that these maps lead from.
    """
    rank = slopes.shape[1]
    start = np.full(rank, rank**-0.5)
    length, counted = np.zeros(len(here)), np.zeros(len(here), dtype=bool)
    vector, age = start, 0
    follows = np.append(np.diff(here) == step, False)
    for i in np.flatnonzero(follows):
        if i == 0 or not follows[i - 1]:
            vector, age = start, 0
        vector = vector @ slopes[i]
        if tangents is not None:
            vector = vector @ tangents[i + 1]
        length[i] = np.sqrt(vector @ vector)
        vector = vector / length[i] if length[i] > 0 else start
        age += 1
        counted[i] = age > SETTLE
    with np.errstate(divide="ignore"):
        growth = np.log(length)
    counted &= np.isfinite(growth)
    return growth[counted], here[counted]


def sampling_error(growth: Float[np.ndarray, "growth"]) -> float:
    """Standard error of the mean growth that the finite trajectory leaves.

    The variance of the sum of L successive growths is D L + c: they are correlated, and c is from
    the ends, where a vector's length only depends on where it is. A line through the variances at
    many L, weighted by their inverses, gives D.
    """
    total = np.concatenate([[0.0], np.cumsum(growth - growth.mean())])
    count = len(growth)
    shortest = max(4, count // 400)
    lengths = np.unique(np.geomspace(shortest, max(count // 10, 2 * shortest), 12).astype(int))
    lengths = lengths[lengths < count]
    variance = [np.mean((total[n:] - total[:-n]) ** 2) / (1 - n / count) for n in lengths]
    weight = 1 / np.maximum(variance, 1e-300)
    design = np.stack([lengths, np.ones(len(lengths))], axis=1) * weight[:, None]
    diffusion, ends = np.linalg.lstsq(design, variance * weight)[0]
    return float(np.sqrt(max(diffusion, 0) * count + max(ends, 0)) / count)


def _quadratic(u: Float[np.ndarray, "*rows coordinate"]) -> np.ndarray:
    """u, and all products of two of its coordinates."""
    i, j = np.triu_indices(u.shape[-1])
    return np.concatenate([u, u[..., i] * u[..., j]], axis=-1)


def _with_constant(states: Float[np.ndarray, "state coordinate"]) -> np.ndarray:
    return np.concatenate([_quadratic(states), np.ones((len(states), 1))], axis=1)


def _chunks(length: int, per: int) -> Iterator[np.ndarray]:
    """All rows, in parts of at most about `CHUNK` numbers."""
    yield from np.array_split(np.arange(length), 1 + length * per // CHUNK)
