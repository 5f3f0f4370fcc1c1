"""Nonlinear noise reduction: measurement noise is taken off without smearing the dynamics.

Neighbours in delay space passed through nearly the same states, so what they agree on is dynamics
and what they do not is noise. Two methods use this:

- `simple`: each sample becomes the mean over its neighbours (Schreiber 1993, Phys. Rev. E 47,
  2401).
- `ghkss`: neighbours lie on a manifold of few dimensions; each delay vector is projected onto its
  local tangent space (Grassberger, Hegger, Kantz, Schaffrath, Schreiber 1993, Chaos 3, 127).

Two things are added to the published methods. How large the noise is, is estimated, and nothing is
corrected where no noise can be told from the dynamics. And a correction never takes away more than
noise of that size can explain: where neighbours scatter with variance λ and the noise has σ² < λ,
the rest is dynamics, and only the share σ²/λ of the deviation is removed, which is the best linear
estimate of the noise (Wiener). Where noise makes all the scatter, these are the published methods.

The noise is assumed to be white, independent between variables, and added by the measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse
from scipy.spatial import cKDTree

from tausweep.statespace.embedding import delay_vectors
from tausweep.statespace.noise_level import Noise, noise_level

Series: TypeAlias = Float[np.ndarray, "time variable"]
Vectors: TypeAlias = Float[np.ndarray, "vector coordinate"]

ANCHOR = 5.0
"""How much finer than others `ghkss` measures the first and last samples of a delay vector (the
metric R). Errors in these are the ones that the dynamics make grow, so they are left to vectors
that hold the sample further inside. The paper has 1000; from 5 on results are the same where
neighbours are many, and where they are few, 5 is less easily led astray."""
IMPLAUSIBLE = 3.0
"""A vector whose correction by `ghkss` is more than so many times the noise has found no manifold
and is not corrected."""
CLEAN = 1e-2
"""A variable with less than this share of the largest noise is taken to have that much, so that
measuring in units of noise stays possible."""
NEIGHBOURS = 100
"""Where the mean neighbourhood holds more, every second, third, … vector serves as a neighbour.
More would make means only slowly better; the nearest alone would agree with the noise."""
STRUCTURELESS = 0.4
"""With more noise than this share of σ there is too little structure left to project onto."""
CHUNK = 5_000
"""Delay vectors that are worked on in one go."""


@dataclass(frozen=True)
class Iteration:
    """What one iteration did. Levels are relative to the standard deviation of the series."""

    noise: Float[np.ndarray, "variable"]
    """Noise that the iteration started from: the estimate less the corrections so far."""
    radius: float
    """Of neighbourhoods, in the maximum norm of standardised variables."""
    stride: int
    """Every how many-th vector served as a neighbour."""
    correction: Float[np.ndarray, "variable"]
    """Root mean square of the change."""
    mean_neighbours: float
    fewest_neighbours: int
    untouched: int
    """Samples left as they were: ends of the series and isolated points."""


@dataclass(frozen=True)
class Report:
    """What `reduce_noise` found and did."""

    noise: tuple[Noise, ...]
    """Of each variable."""
    dimension: int
    projected: int | None
    iterations: tuple[Iteration, ...]
    """Those that were kept."""
    stopped: str
    """Why there are no more of them."""


def reduce_noise(
    x: Series,
    *,
    method: Literal["simple", "ghkss"] = "ghkss",
    iterations: int = 3,
    dimension: int | None = None,
    delay: int = 1,
    projected: int | None = None,
    radius: float = 3.0,
    minimum_neighbours: int | None = None,
    noise: float | None = None,
) -> tuple[Series, Report]:
    """Take white measurement noise off a series.

    Each iteration finds neighbours in the series as corrected so far, within `radius` times the
    noise that is left: the estimate at first, then √(noise² − correction²), as a projection leaves
    it, but at least a quarter of the noise before. Corrections become smaller from iteration to
    iteration; one that would be larger than the one before (the first: than twice the noise, from
    where on no correction can help) is not noise reduction any more and is dropped.

    Parameters
    ----------
    iterations
        At most this many.
    dimension
        Samples of each variable in a delay vector, odd for `simple`; 1 is no delays. None: for
        `ghkss` 11 if the series is smooth, 7 if it is not (a map), 5 if it has two or three
        variables, else 3; for `simple` 5 for one variable, else 3.
    delay
        Steps between the samples of a delay vector.
    projected
        Dimensions of the manifold, `ghkss` only. None: 3, or 2 for one variable that is not
        smooth, less if there are no more coordinates.
    radius
        Of neighbourhoods, in units of the noise (root mean square over the variables, each
        standardised).
    minimum_neighbours
        `ghkss`: neighbourhoods with fewer vectors grow until they hold so many (None: 30).
        `simple`: vectors with fewer neighbours, themselves included, are left alone (None: 5).
    noise
        Noise of all variables, relative to their standard deviations. None: estimated.

    Returns
    -------
    tuple
        The clean series, in the units of x, and a `Report`.

    Raises
    ------
    ValueError
        If a variable is constant or not finite, or the series too short for the delay vectors; if
        `projected` is not less than there are coordinates.
    """
    span = x.std(axis=0)
    if not np.isfinite(span).all() or not (span > 0).all():
        raise ValueError(
            "noise reduction needs finite variables that are not constant; variable "
            f"{int(np.argmin(np.nan_to_num(span)))} is not: remove or repair it"
        )
    found = tuple(
        noise_level(column) if noise is None else Noise(noise, True, noise_level(column).smooth)
        for column in x.T
    )
    smooth = all(level.smooth for level in found)
    dimension = dimension or _default_dimension(method, smooth, x.shape[1])
    if method == "ghkss":
        coordinates = dimension * x.shape[1]
        if projected is not None and projected >= coordinates:
            raise ValueError(
                f"delay vectors have {coordinates} coordinates, and projected is {projected}: "
                "lower it, or raise dimension"
            )
        usual = 3 if smooth or x.shape[1] > 1 else 2
        projected = projected or min(usual, coordinates - 1)
    minimum_neighbours = minimum_neighbours or (30 if method == "ghkss" else 5)
    vectors = len(x) - (dimension - 1) * delay
    if vectors < minimum_neighbours:
        raise ValueError(
            f"{len(x)} samples give {max(vectors, 0)} delay vectors of {dimension} samples, fewer "
            f"than minimum_neighbours = {minimum_neighbours}: lower dimension, delay or it"
        )
    step: Callable[..., tuple[Series, Iteration]]
    if method == "simple":
        step = average
    else:
        step = partial(project, projected=projected or 1)
    left = np.array([n.level if n.resolved else 0.0 for n in found])
    report = partial(Report, found, dimension, projected)
    if not left.any():
        return x.copy(), report((), "no noise can be told from the dynamics")
    if max(left) > STRUCTURELESS:
        return x.copy(), report((), f"noise is more than {STRUCTURELESS} of the signal")
    centre = x.mean(axis=0)
    u = (x - centre) / span
    done: list[Iteration] = []
    stopped = "all iterations done"
    for _ in range(iterations):
        change, iteration = step(
            u,
            left,
            dimension=dimension,
            delay=delay,
            radius=radius,
            minimum_neighbours=minimum_neighbours,
        )
        limit = done[-1].correction if done else 2 * left
        if np.linalg.norm(iteration.correction) > np.linalg.norm(limit):
            stopped = "the next correction would be larger than the last one"
            break
        u, done = u + change, [*done, iteration]
        left = np.sqrt(np.maximum(left**2 - iteration.correction**2, (left / 4) ** 2))
    return u * span + centre, report(tuple(done), stopped)


def _default_dimension(method: str, smooth: bool, variables: int) -> int:
    if method == "simple":
        return 5 if variables == 1 else 3
    if variables == 1:
        return 11 if smooth else 7
    return 5 if variables <= 3 else 3


# ---------------------------------------------------------------------------------- one iteration


def average(
    u: Series,
    noise: Float[np.ndarray, "variable"],
    *,
    dimension: int,
    delay: int,
    radius: float,
    minimum_neighbours: int,
) -> tuple[Series, Iteration]:
    """One iteration of Schreiber's method, as the change of a standardised series u.

    The middle sample of each delay vector is replaced by its mean over the neighbours. The first
    and last ⌊dimension / 2⌋ · delay samples are in the middle of no vector and stay; so do vectors
    with fewer than `minimum_neighbours`.
    """
    vectors = delay_vectors(u, dimension, delay)
    reach = radius * float(np.sqrt(np.mean(noise**2)))
    near, stride = neighbourhoods(vectors, reach)
    first = dimension // 2 * delay
    middle = u[first : first + len(vectors)]
    mean = moment(near, middle)
    count = np.diff(near.indptr)[:, None]
    scatter = (moment(near, middle**2) - mean**2) * count / np.maximum(count - 1, 1)
    # Being near confines the scatter, to reach² / 3 where nothing else does; precisions add up.
    precision = 1 / np.maximum(scatter, 1e-300) - 3 / reach**2
    share = np.clip(noise**2 * precision, 0, 1) * (count >= minimum_neighbours)
    change = np.zeros_like(u)
    change[first : first + len(vectors)] = share * (mean - middle)
    return change, _iteration(noise, reach, stride, near, change)


def project(
    u: Series,
    noise: Float[np.ndarray, "variable"],
    *,
    dimension: int,
    delay: int,
    projected: int,
    radius: float,
    minimum_neighbours: int,
) -> tuple[Series, Iteration]:
    """One iteration of local projections, as the change of a standardised series u.

    1. Measure each coordinate in units of its noise, and the first and last samples of a vector
       `ANCHOR` times finer (the metric R).
    2. Centre of a neighbourhood: twice its centre of mass less the mean of its members' centres of
       mass, which undoes the shift towards the inside of a curved manifold.
    3. Eigenvectors of its covariance: the `projected` largest span the manifold. Take off the
       vector's deviation from the centre along all others.
    4. Each sample gets the mean of the corrections from all vectors that hold it, but not as their
       first or last; so the first and last `delay` samples of the series stay, and those next to
       them are corrected by fewer vectors. (With fewer than three samples in a vector there are
       no ends, and all corrections count.) Vectors with an `IMPLAUSIBLE` correction give none.
    """
    variables = u.shape[1]
    vectors = delay_vectors(u, dimension, delay)
    reach = radius * float(np.sqrt(np.mean(noise**2)))
    near, stride = neighbourhoods(vectors, reach, minimum_neighbours)
    inner = range(1, dimension - 1) if dimension > 2 else range(dimension)
    anchor = np.repeat([1.0 if k in inner else ANCHOR for k in range(dimension)], variables)
    unit = np.maximum(noise, CLEAN * noise.max())
    scale = anchor / np.tile(unit, dimension)
    z = vectors * scale
    noise_variance = (scale * np.tile(noise, dimension)) ** 2

    mass = moment(near, z)
    deviation = z - (2 * mass - moment(near, mass))
    upper = np.triu_indices(z.shape[1])
    products = z[:, upper[0]] * z[:, upper[1]]
    change = np.empty_like(z)
    for part in _chunks(len(z)):
        covariance = np.empty((part.stop - part.start, z.shape[1], z.shape[1]))
        covariance[:, upper[0], upper[1]] = moment(near[part], products)
        covariance[:, upper[1], upper[0]] = covariance[:, upper[0], upper[1]]
        covariance -= mass[part, :, None] * mass[part, None, :]
        variance, axes = np.linalg.eigh(covariance)  # ascending
        variance, axes = variance[:, :-projected], axes[:, :, :-projected]
        share = _share(np.einsum("vca,c->va", axes**2, noise_variance), variance)
        along = np.einsum("vca,vc->va", axes, deviation[part])
        change[part] = -np.einsum("vca,va->vc", axes, share * along) / scale

    by_sample = change.reshape(len(z), dimension, variables)[:, ::-1]  # the earliest first
    excess = np.abs(by_sample[:, inner.start : inner.stop]) > IMPLAUSIBLE * unit
    plausible = ~excess.any(axis=(1, 2))[:, None]
    total, count = np.zeros_like(u), np.zeros((len(u), 1))
    for k in inner:
        total[k * delay : k * delay + len(z)] += by_sample[:, k] * plausible
        count[k * delay : k * delay + len(z)] += plausible
    total /= np.maximum(count, 1)
    return total, _iteration(noise, reach, stride, near, total)


def neighbourhoods(
    vectors: Vectors, radius: float, minimum: int = 0
) -> tuple[sparse.csr_array, int]:
    """Which vectors are near which, as a 0/1 matrix, and the stride between those that may be.

    Vector j is a neighbour of i if it is within `radius` (maximum norm) and j is a multiple of the
    stride, which makes the mean number about `NEIGHBOURS` where there are more. Where that gives
    fewer than `minimum`, the `minimum` nearest of all vectors are taken. A vector may be its own
    neighbour.
    """
    everyone = cKDTree(vectors)
    probe = vectors[:: -(-len(vectors) // 500)]
    mean = everyone.query_ball_point(probe, radius, p=np.inf, return_length=True).mean()
    stride = max(1, int(mean / NEIGHBOURS))
    candidates = cKDTree(vectors[::stride])
    rows = []
    for part in _chunks(len(vectors)):
        here = vectors[part]
        pairs = cKDTree(here).sparse_distance_matrix(
            candidates, radius, p=np.inf, output_type="ndarray"
        )
        i, j = pairs["i"], pairs["j"] * stride
        few: Bool[np.ndarray, "vector"] = np.bincount(i, minlength=len(here)) < minimum
        if few.any():
            keep = ~few[i]
            nearest = everyone.query(here[few], k=range(1, minimum + 1), p=np.inf)[1]
            i = np.concatenate([i[keep], np.repeat(np.flatnonzero(few), minimum)])
            j = np.concatenate([j[keep], nearest.ravel()])
        rows.append(sparse.csr_array((np.ones(len(i)), (i, j)), shape=(len(here), len(vectors))))
    return sparse.vstack(rows, format="csr"), stride


def moment(
    near: sparse.csr_array, values: Float[np.ndarray, "vector value"]
) -> Float[np.ndarray, "neighbourhood value"]:
    """Mean of `values` over each neighbourhood; 0 where it is empty."""
    count = np.maximum(np.diff(near.indptr), 1)[:, None]
    return np.asarray(near @ values / count)


def _share(noise_variance: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Share of a deviation that is noise: σ²/λ, at most one."""
    return np.asarray(noise_variance / np.maximum(variance, np.maximum(noise_variance, 1e-300)))


def _chunks(length: int) -> Iterator[slice]:
    return (slice(a, min(a + CHUNK, length)) for a in range(0, length, CHUNK))


def _iteration(
    noise: np.ndarray, radius: float, stride: int, near: sparse.csr_array, change: Series
) -> Iteration:
    counts: Int[np.ndarray, "vector"] = np.diff(near.indptr)
    return Iteration(
        noise=noise,
        radius=radius,
        stride=stride,
        correction=np.sqrt(np.mean(change**2, axis=0)),
        mean_neighbours=float(counts.mean()),
        fewest_neighbours=int(counts.min()),
        untouched=int((change == 0).all(axis=1).sum()),
    )
