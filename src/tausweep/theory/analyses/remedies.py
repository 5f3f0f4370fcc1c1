"""Remedies against unstable learned dynamics, on one footing: stability, bias, time to learn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Fraction, PositiveFloat, PositiveInt, Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from tausweep.theory.quadratic import Quadratic
    from tausweep.theory.remedies import Learning

LINE = 120
"""Pseudo-times of a line."""
POINTS = 20
"""Of descent."""
LONGEST = 30
"""Pseudo-time that is looked at, in times to learn the weakest direction."""

Strengths = Annotated[tuple[PositiveFloat, ...], Field(min_length=1, max_length=6)]


class Case(NamedTuple):
    """A remedy of a strength."""

    remedy: str
    """A function of `theory.remedies`."""
    strength: float = float("nan")


class System(NamedTuple):
    """What is to be learned, from what."""

    A: np.ndarray
    X: np.ndarray
    data: Quadratic
    """The loss without noise."""


class Remedies(Analysis):
    """The remedies of `theory.remedies` for the same system, data and initial weights."""

    analysis: Literal["remedies"] = "remedies"
    n: Annotated[int, Strict(), Field(ge=2, le=200)] = 16
    """Number of variables."""
    rank: Annotated[int, Strict(), Field(ge=1, le=199)] = 4
    """Number of directions in which the data have energy."""
    radius: Fraction = 0.95
    """Modulus of the system's eigenvalues in these; they are a rotation, shrunk."""
    weakest: Fraction = 0.01
    """Energy of the weakest of them; the strongest has 1, and others are between, by ratios."""
    samples: Annotated[int, Strict(), Field(ge=10, le=100_000)] = 2_000
    draws: Annotated[PositiveInt, Field(le=10_000)] = 200
    """Initial matrices of normal entries of variance 1/n (Glorot)."""
    noise: Strengths = (0.03, 0.1, 0.3)
    """Standard deviations of noise, in all directions and in those without energy alone. Weight
    decay has the strengths that are the same as these, σ²/n."""
    norm: Strengths = (0.9,)
    """Spectral norms to which initial weights are shrunk."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _some_direction_is_missing(self) -> Self:
        if not self.rank < self.n:
            raise ValueError(f"rank must be less than n ({self.n}), found {self.rank}")
        if self.samples < self.n:
            raise ValueError(f"samples must be at least n ({self.n}), found {self.samples}")
        return self

    def compute(self) -> xr.Dataset:
        """What each remedy does, by `case`: a `remedy` of a `strength`.

        In closed form, in the mean over noise: `unstable(case, time)`, the share of initial
        matrices from which what is learned has a spectral radius above one at a pseudo-time;
        `error(case, time)`, the median of ‖(Â − A) U_r‖ / ‖A U_r‖, with U_r the directions with
        energy; `unstable_limit` and `bias`, both for τ → ∞; `learning_time` of the slowest
        direction with energy; `memory`, the time in which initial weights fade in the others.
        By descent, of step size half the largest, with noise drawn once: `unstable_descent` and
        `error_descent(case, point)` at `point_time`.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled
        from tausweep.theory.random_matrices import glorot_normal

        rng = np.random.default_rng(self.seed)
        system = self._system(rng)
        starts = [glorot_normal(self.n, rng) for _ in range(self.draws)]
        cases = list(self._cases())
        step = min(_learning(c, system.data, starts[0]).loss.largest_step for c in cases) / 2
        last = LONGEST * self.n / self.weakest
        times = np.geomspace(step, last, LINE)
        counts = np.unique(np.geomspace(1, last / step, POINTS).round().astype(int))
        found = []
        for case in cases:
            learnings = [_learning(case, system.data, start) for start in starts]
            noisy = _with_noise(case, system, rng)
            flow = np.array([each.at(np.append(times, np.inf)) for each in learnings])
            descent = np.array([noisy(each).descent(step, counts) for each in learnings])
            line, points = _told(flow, system), _told(descent, system)
            found.append(
                {
                    "unstable": line[0][:-1],
                    "unstable_limit": line[0][-1],
                    "error": line[1][:-1],
                    "bias": line[1][-1],
                    "unstable_descent": points[0],
                    "error_descent": points[1],
                    **_times(learnings[0], system.data),
                }
            )
        share, error_text = "share of unstable learned dynamics", "error where data have energy"
        what: dict[str, tuple[str | tuple[str, ...], str]] = {
            "unstable": (("case", "time"), share),
            "unstable_descent": (("case", "point"), f"{share}, by descent"),
            "unstable_limit": ("case", f"{share} in the limit"),
            "error": (("case", "time"), error_text),
            "error_descent": (("case", "point"), f"{error_text}, by descent"),
            "bias": ("case", f"{error_text}, in the limit"),
            "learning_time": ("case", "time to learn the weakest direction with energy"),
            "memory": ("case", "time in which initial weights fade where there is none"),
        }
        variables: dict[str, Labelled] = {
            name: (dims, np.array([each[name] for each in found]), text, "1")
            for name, (dims, text) in what.items()
        }
        coords: dict[str, Labelled] = {
            "remedy": ("case", [case.remedy for case in cases], "remedy", "1"),
            "strength": ("case", [case.strength for case in cases], "strength", "1"),
            "time": ("time", times, "pseudo-time", "1"),
            "point_time": ("point", step * counts, "pseudo-time of descent", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _system(self, rng: np.random.Generator) -> System:
        """Dynamics that are a shrunk rotation in the data's subspace, and zero elsewhere."""
        import numpy as np

        from tausweep.theory.discrete import learning
        from tausweep.theory.random_matrices import orthogonal

        r = self.rank
        U = orthogonal(self.n, rng)[:, :r]
        V, _ = np.linalg.qr(rng.standard_normal((self.samples, r)))
        energies = np.geomspace(1, self.weakest, r) if r > 1 else np.ones(1)
        X = U * np.sqrt(energies * self.samples) @ V.T
        A = self.radius * U @ orthogonal(r, rng) @ U.T
        return System(A, X, learning(X, A @ X, rank=r))

    def _cases(self) -> Iterator[Case]:
        yield Case("nothing")
        yield Case("projection")
        for norm in self.norm:
            yield Case("stable_initial", norm)
        for sigma in self.noise:
            yield Case("isotropic_noise", sigma)
        for sigma in self.noise:
            yield Case("weight_decay", sigma**2 / self.n)
        for sigma in self.noise:
            yield Case("unexcited_noise", sigma)
        yield Case("whitening")


def _learning(case: Case, data: Quadratic, start: np.ndarray) -> Learning:
    """What is learned with a remedy, in the mean over its noise."""
    from tausweep.theory import remedies

    strength = [] if math.isnan(case.strength) else [case.strength]
    found: Learning = getattr(remedies, case.remedy)(data, start, *strength)
    return found


def _with_noise(
    case: Case, system: System, rng: np.random.Generator
) -> Callable[[Learning], Learning]:
    """From what is learned in the mean over noise to what is from noise that is drawn once."""
    from tausweep.theory import noise
    from tausweep.theory.discrete import learning

    X, Y = system.X, system.A @ system.X
    match case.remedy:
        case "isotropic_noise":
            loss = learning(*noise.noisy(X, Y, case.strength, rng))
        case "unexcited_noise":
            unseen = system.data.directions[:, ~system.data.learned]
            drawn = case.strength * rng.standard_normal((unseen.shape[1], X.shape[1]))
            loss = learning(X + unseen @ drawn, Y)
        case _:
            return lambda learned: learned
    return lambda learned: replace(learned, loss=loss)


def _told(A: np.ndarray, system: System) -> tuple[np.ndarray, np.ndarray]:
    """Share that is unstable, and median error in the directions with energy, of (draw, time)."""
    import numpy as np

    from tausweep.theory import remedies

    unstable = (remedies.spectral_radius(A) > 1).mean(axis=0)
    return unstable, np.median(remedies.bias(A, system.A, system.data), axis=0)


def _times(learned: Learning, data: Quadratic) -> dict[str, float]:
    """Time to learn the weakest direction with energy, and for which the others remember."""
    import numpy as np

    unseen = data.directions[:, ~data.learned]
    forgotten = np.allclose(learned.left @ unseen, 0)  # at once, as they are projected away
    times = learned.loss.time_to_learn()
    return {
        "learning_time": float(times[data.learned].max()),
        "memory": 0.0 if forgotten else float(times[~data.learned].max()),
    }
