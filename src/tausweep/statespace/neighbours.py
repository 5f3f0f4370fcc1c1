"""Nearest neighbours in state space that are not neighbours in time."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

TREE_DIMENSION = 12
"""Up to so many coordinates a k-d tree is searched; beyond, it visits nearly all of its points and
one matrix product of all against all is faster."""
CHUNK = 20_000_000
"""Numbers held at once by that product."""


def mean_period(x: Float[np.ndarray, "time variable"]) -> float:
    """Reciprocal of the mean frequency, weighted by the power |FFT|², in steps."""
    power = (np.abs(np.fft.rfft(x - x.mean(axis=0), axis=0)) ** 2)[1:].sum(axis=1)
    return float(power.sum() / (power * np.fft.rfftfreq(len(x))[1:]).sum())


def nearest(
    states: Float[np.ndarray, "state coordinate"],
    reference: Int[np.ndarray, "reference"],
    count: int,
    theiler: int,
    among: Bool[np.ndarray, "state"] | None = None,
) -> tuple[Int[np.ndarray, "found count"], Int[np.ndarray, "found"]]:
    """Find the `count` nearest neighbours that are more than `theiler` steps away in time.

    Parameters
    ----------
    states
        One row per step; neighbours are sought among all of them.
    reference
        Rows whose neighbours are sought.
    among
        Which rows may be neighbours. Default: all.

    Returns
    -------
    array (found, count), array (found,)
        Rows of neighbours, nearest first, and the reference rows that have so many. Those with
        fewer are left out.
    """
    candidates = np.arange(len(states)) if among is None else np.flatnonzero(among)
    if count > len(candidates):
        return np.empty((0, count), dtype=int), reference[:0]
    if states.shape[1] <= TREE_DIMENSION:
        found = _by_tree(states, candidates, reference, count, theiler)
    else:
        found = _by_product(states, candidates, reference, count, theiler)
    enough = found[:, -1] >= 0
    return found[enough], reference[enough]


def _by_tree(
    states: np.ndarray, candidates: np.ndarray, reference: np.ndarray, count: int, theiler: int
) -> Int[np.ndarray, "reference count"]:
    """Ask for more and more neighbours until enough of them are far away in time."""
    from scipy.spatial import cKDTree  # here: a mean period needs no tree

    tree = cKDTree(states[candidates])
    found = np.full((len(reference), count), -1)
    # At most 2·theiler + 1 states are too close in time, so this many always suffice.
    most = min(count + 2 * theiler + 1, len(candidates))
    for rows in np.array_split(np.arange(len(reference)), 1 + len(reference) * most // CHUNK):
        missing, asked = rows, min(count + 8, most)
        while len(missing):
            near = tree.query(states[reference[missing]], k=asked)[1].reshape(len(missing), -1)
            index = candidates[near]
            apart = np.abs(index - reference[missing, None]) > theiler
            has = apart.sum(axis=1) >= count
            first = np.argsort(~apart[has], axis=1, kind="stable")[:, :count]
            found[missing[has]] = np.take_along_axis(index[has], first, axis=1)
            if asked == most:
                break
            missing = missing[~has]
            asked = min(3 * asked, most)
    return found


def _by_product(
    states: np.ndarray, candidates: np.ndarray, reference: np.ndarray, count: int, theiler: int
) -> Int[np.ndarray, "reference count"]:
    """Squared distances by |a|² − 2ab + |b|², in chunks."""
    known = states[candidates]
    square = (known**2).sum(axis=1)
    found = np.full((len(reference), count), -1)
    for rows in np.array_split(np.arange(len(reference)), 1 + len(reference) * len(known) // CHUNK):
        at = reference[rows]
        distance = square - 2 * states[at] @ known.T
        distance[np.abs(candidates - at[:, None]) <= theiler] = np.inf
        index = np.argpartition(distance, count - 1, axis=1)[:, :count]
        by_index = np.take_along_axis(distance, index, axis=1)
        order = np.argsort(by_index, axis=1)
        nearest_first = candidates[np.take_along_axis(index, order, axis=1)]
        nearest_first[np.isinf(np.take_along_axis(by_index, order, axis=1))] = -1
        found[rows] = nearest_first
    return found
