"""What is wrong with samples before anything is measured, and how far it can be mended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.ndimage import median_filter

from tausweep.statespace.noise_level import noise_level
from tausweep.statespace.noise_reduction import reduce_noise

FEW_VALUES = 0.5
"""Values that repeat, so that there are fewer than this share of the samples, are rounded if they
lie on a grid."""
SPIKE, COMMON = 8.0, 0.99
"""A sample is a spike if it is so many times further from the median of five than 99 % are."""
ALONE = 3.0
"""… and from them by so many times the largest step among the five before and after it."""
JUMP, JUMPS = 20.0, 3
"""A step is a jump if it differs so many times more from those beside it than 99 % do. More than a
few are dynamics: an instrument is moved, or a record pieced together, once or twice."""
FAR = 3.0
"""A sample is far out if it is so many times further from the median than 99 % are."""
NOISE = 0.0005
"""Less noise than this share of a standard deviation changes nothing that can be seen."""
JUDGED = 3
"""Variables whose noise is estimated."""
CLEANED = (6, 30_000)
"""No more variables and samples are cleaned: it would take minutes."""
SHORTEST = 500
"""Nor are fewer samples: their neighbours are too far for noise to be told from curvature."""


@dataclass(frozen=True)
class Samples:
    """Samples as they are measured, and what was found wrong with them."""

    x: Float[np.ndarray, "time variable"]
    """Standardised; rounding smeared out, spikes replaced by a line between their neighbours."""
    spikes: Bool[np.ndarray, "time"]
    far: Bool[np.ndarray, "time"]
    """Others that are far from nearly all, in a row or on a path that leads there: they are kept,
    since bursts are as well."""
    jumps: Int[np.ndarray, " jump"]
    """Samples by which a variable has jumped to another level, as no other does: kept as well."""
    rounding: float
    """Step of the coarsest grid that a variable was rounded to, in standard deviations; 0: none."""
    noise: float
    """Largest level of white noise on a variable, in standard deviations; 0 where there is none
    that can be told from the dynamics."""
    repeats: int
    """After so many steps the second half of the series repeats itself exactly; 0: never."""
    still: float
    """Share of steps in which no variable changes, if not for rounding."""


def examine(x: Float[np.ndarray, "time variable"], rng: np.random.Generator) -> Samples:
    """Find what is wrong with samples, and mend what can be.

    - Values on a grid, of an instrument of 8 bits, make neighbours that coincide. Uniform noise of
      the width of its steps (dither; Roberts 1962, IRE Trans. IT-8, 145) undoes that.
    - A spike, a wrong sample by itself, would be part of many states: these are left out.
    - The level of noise is estimated (Schreiber 1993), for what follows to know.
    """
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    spikes = find_spikes(x)
    if spikes.any():
        good = np.flatnonzero(~spikes)
        every = np.arange(len(x))
        x = np.stack([np.interp(every, good, column[good]) for column in x.T], axis=1)
    far, jumps = find_far(x), find_jumps(x)
    repeats = exact_period(x)
    steps = np.array([0.0 if repeats else grid(column) for column in x.T])
    still = 0.0 if steps.any() else float((np.diff(x, axis=0) == 0).all(axis=1).mean())
    x = x + steps * rng.uniform(-0.5, 0.5, x.shape)
    judged = x[:, np.unique(np.linspace(0, x.shape[1] - 1, JUDGED).astype(int))].T
    found = [] if repeats or len(x) < SHORTEST else [noise_level(column) for column in judged]
    level = max((each.level for each in found if each.resolved), default=0.0)
    noise = level if level >= NOISE else 0.0
    return Samples(x, spikes, far, jumps, float(steps.max()), noise, repeats, still)


def cleaned(samples: Samples) -> Float[np.ndarray, "time variable"] | None:
    """The samples with less noise; None where there is none, or they are too many or too few."""
    x = samples.x
    variables, most = CLEANED
    if not samples.noise or x.shape[1] > variables or not SHORTEST <= len(x) <= most:
        return None
    clean, _ = reduce_noise(x)
    return np.asarray((clean - clean.mean(axis=0)) / clean.std(axis=0))


def find_spikes(x: Float[np.ndarray, "time variable"]) -> Bool[np.ndarray, "time"]:
    """Samples, one or two in a row, that differ from those around them as no others do, and by far
    more than these differ among one another: the peak of a burst has a rise and a fall.
    """
    apart = np.abs(x - median_filter(x, size=(5, 1), mode="nearest"))
    wide = apart > SPIKE * _usual(apart)
    found = np.zeros(len(x), dtype=bool)
    for column in np.flatnonzero(wide.any(axis=0)):
        high = wide[:, column]
        first = np.flatnonzero(high & ~np.append(False, high[:-1]))
        last = np.flatnonzero(high & ~np.append(high[1:], False)) + 1
        for start, stop in zip(first, last, strict=True):
            before, after = x[max(start - 5, 0) : start, column], x[stop : stop + 5, column]
            usual_step = max(
                (float(np.abs(np.diff(part)).max()) for part in (before, after) if len(part) > 1),
                default=np.inf,
            )
            alone = stop - start <= 2 and apart[start:stop, column].min() > ALONE * usual_step
            found[start:stop] |= alone
    return found


def find_jumps(x: Float[np.ndarray, "time variable"]) -> Int[np.ndarray, " jump"]:
    """Samples, a few at most, by which a variable has made a step that differs from those before
    and after it as no other does, and by far more than those around it; to be called when spikes
    are gone.
    """
    steps = np.diff(x, axis=0)
    apart = np.abs(steps[1:-1] - (steps[:-2] + steps[2:]) / 2)
    found = set()
    for column, at in np.argwhere((apart > JUMP * _usual(apart)).T):
        before, after = (
            apart[max(at - 5, 0) : max(at - 1, 0), column],
            apart[at + 2 : at + 6, column],
        )
        largest = apart[max(at - 1, 0) : at + 2, column].max()  # of the three that hold the jump
        usual = max((part.max() for part in (before, after) if len(part)), default=np.inf)
        if apart[at, column] == largest > ALONE * usual:
            found.add(int(at) + 2)
    return np.array(sorted(found) if len(found) <= JUMPS else [], dtype=int)


def find_far(x: Float[np.ndarray, "time variable"]) -> Bool[np.ndarray, "time"]:
    """Samples of which a variable is far from where it nearly always is."""
    apart = np.abs(x - np.median(x, axis=0))
    return np.asarray((apart > FAR * _usual(apart)).any(axis=1))


def _usual(apart: Float[np.ndarray, "time variable"]) -> Float[np.ndarray, " variable"]:
    """What nearly all distances from the median are below. Where nearly all are zero (a series of
    few levels) there is no scale to judge by, and it is infinite.
    """
    usual = np.quantile(apart, COMMON, axis=0)
    return np.where(usual > 0, usual, np.inf)


def exact_period(x: Float[np.ndarray, "time variable"]) -> int:
    """Steps after which the second half repeats itself, to rounding; 0 if it does not."""
    late = x[len(x) // 2 :]
    same = np.isclose(late, late[0], rtol=0, atol=1e-9).all(axis=1)
    again: Int[np.ndarray, "return"] = np.flatnonzero(same)[1:]
    for period in again[:3].tolist():
        if 3 * period <= len(late) and np.allclose(
            late[period:], late[:-period], rtol=0, atol=1e-9
        ):
            return int(period)
    return 0


def grid(column: Float[np.ndarray, "time"]) -> float:
    """The step of the grid that values lie on, if they repeat; 0 if they do not."""
    values = np.unique(column)
    if not 2 < len(values) < FEW_VALUES * len(column):
        return 0.0
    apart = np.diff(values)
    step = float(apart[apart > 1e-9].min(initial=np.inf))
    multiples = apart / step
    return step if np.abs(multiples - multiples.round()).max() < 1e-3 else 0.0
