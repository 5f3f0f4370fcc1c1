"""How long modes take to be learned: predicted from data, and measured by descent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Fraction, Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SAMPLES = 4
"""For each variable."""
MOST_STEPS = 5_000
"""Of gradient descent; of 1000 variables each takes a tenth of a second."""


class Convergence(Analysis):
    """Times to learn by mode, of data that lack energy in some directions, by their number."""

    analysis: Literal["convergence"] = "convergence"
    n: Annotated[
        tuple[Annotated[int, Strict(), Field(ge=2, le=1_000)], ...],
        Field(min_length=1, max_length=5),
    ] = (10, 100, 1_000)
    """Numbers of variables."""
    excited: Fraction = 0.5
    """Part of the directions in which the data have energy; at least one has, and one has not."""
    decades: Annotated[float, Strict(), Field(gt=0, le=3)] = 2.0
    """Over which energies are spread, evenly in their logarithm."""
    step: Annotated[float, Strict(), Field(ge=0.01, le=0.45)] = 0.2
    """Size of the steps of gradient descent, of the largest with which it converges."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _ends(self) -> Self:
        steps = 10**self.decades / (2 * self.step)
        if steps > MOST_STEPS:
            raise ValueError(
                f"energies over {self.decades:g} decades by steps of {self.step:g} take about "
                f"{steps:,.0f} steps, more than {MOST_STEPS:,}: take fewer decades or larger steps"
            )
        return self

    def compute(self) -> xr.Dataset:
        """Times to learn by `mode`, all modes of the smallest n first, the strongest of each first.

        A mode is a left singular vector u_i of the data. `flow` is its time under gradient flow,
        mn / σ_i² (eq. 8); `descent` that of exact descent, −η / ln(1 − η σ_i²/mn); `measured` the
        pseudo-time in which gradient descent takes ‖(Â − A) u_i‖ to 1/e of its value at first. All
        are infinite for modes without energy. `moved` is by how much descent changed Â u_i, in
        units of that first distance. `step(n)` is its step size, `steps(n)` their number.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled

        found = [self._learned(n) for n in self.n]
        by_mode = {
            "flow": ("time to learn by gradient flow, mn / σ²", "1"),
            "descent": ("time to learn by gradient descent, in closed form", "1"),
            "measured": ("time to learn by gradient descent, as it ran", "1"),
            "moved": ("change of the mode's column by descent, of its first distance", "1"),
        }
        variables: dict[str, Labelled] = {
            name: ("mode", np.concatenate([getattr(each, name) for each in found]), *about)
            for name, about in by_mode.items()
        }
        variables["step"] = ("n", [each.step for each in found], "step size", "1")
        variables["steps"] = ("n", [each.steps for each in found], "steps of descent", "1")
        place = np.concatenate([np.arange(1, n + 1) / n for n in self.n])
        coords = {
            "n": ("n", list(self.n), "number of variables", "1"),
            "variables": ("mode", np.repeat(self.n, self.n), "number of variables", "1"),
            "place": ("mode", place, "number of the mode by its energy, of n", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _learned(self, n: int) -> Times:
        """What is predicted and measured of one system, the same in any company."""
        import numpy as np

        from tausweep.theory.descent import iterates, steps_to
        from tausweep.theory.discrete import learning
        from tausweep.theory.random_matrices import glorot_normal

        rng = np.random.default_rng([self.seed, n])
        X, A, start = self._data(n, rng), glorot_normal(n, rng), glorot_normal(n, rng)
        data = learning(X, A @ X)
        step = self.step * data.largest_step
        with np.errstate(divide="ignore"):
            descent = -step / np.log1p(-step * data.rates)
        seen = data.directions[:, data.learned]
        C, D = X @ X.T / X.size, A @ X @ X.T / X.size
        distances: list[np.ndarray] = []
        most = 2 * round(descent[data.learned].max() / step) + 10  # should theory be wrong
        for learned in islice(iterates(lambda W: W @ C - D, start, step), most):
            distances.append(np.linalg.norm((learned - A) @ seen, axis=0))
            if (distances[-1] <= distances[0] / np.e).all():
                break
        first, moved = (
            np.linalg.norm(change @ data.directions, axis=0)
            for change in (start - A, learned - start)
        )
        measured = np.full(n, np.inf)
        measured[data.learned] = step * steps_to(np.exp(-1), np.array(distances))
        flow = data.time_to_learn()
        return Times(flow, descent, measured, moved / first, step, len(distances) - 1)

    def _data(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Snapshots with energies in random directions, and none in the others."""
        import numpy as np

        from tausweep.theory.random_matrices import orthogonal

        rank = min(max(round(self.excited * n), 1), n - 1)
        directions = orthogonal(n, rng)[:, :rank]
        amplitudes = np.logspace(0, -self.decades / 2, rank)
        return directions * amplitudes @ rng.standard_normal((rank, SAMPLES * n))


class Times(NamedTuple):
    """Of the modes of one system; see `Convergence.compute`."""

    flow: np.ndarray
    descent: np.ndarray
    measured: np.ndarray
    moved: np.ndarray
    step: float
    steps: int
