"""Eigenvalues of what is learned, while it is: strong, weak and unlearnable modes (Fig. 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Float, Fraction, NonNegativeFloat, PositiveFloat, PositiveInt, Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

POINTS = 25
"""At which descent is looked at."""
LINE = 400
"""Points of a line."""


class Modes(Analysis):
    """How the eigenvalues of a small system move while it is learned, without and with noise."""

    analysis: Literal["modes"] = "modes"
    truth: Annotated[tuple[Float, ...], Field(min_length=2, max_length=10)] = (0.9, 0.5, 0.2)
    """Eigenvalues of the system, in the directions of the data."""
    energies: Annotated[tuple[NonNegativeFloat, ...], Field(min_length=2, max_length=10)] = (
        1,
        0.05,
        0,
    )
    """Mean squares of the data in these directions; zero is not learnable."""
    kept: Float = 1.2
    """Weight from each direction without energy to itself at first."""
    coupling: NonNegativeFloat = 0.2
    """Standard deviation of all other first weights, which are drawn."""
    noise: PositiveFloat = 0.1
    """Standard deviation of the noise, of data that have some."""
    samples: Annotated[int, Strict(), Field(ge=10, le=1_000_000)] = 20_000
    step: Fraction = 0.1
    """Size of the steps of gradient descent, of the largest with which it converges."""
    steps: Annotated[PositiveInt, Field(le=10_000_000)] = 20_000
    """Of gradient descent."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _one_energy_each(self) -> Self:
        if len(self.energies) != len(self.truth):
            raise ValueError(
                f"energies must be one for each eigenvalue in truth ({len(self.truth)}), found "
                f"{len(self.energies)}"
            )
        if not any(self.energies) or self.samples < len(self.truth):
            raise ValueError("energies must not all be zero, nor samples fewer than them")
        return self

    def compute(self) -> xr.Dataset:
        """Eigenvalues by `noise`, without and with it, and `mode`.

        `theory(noise, time, mode)` are the eigenvalues under gradient flow in the mean over the
        noise (eqs. 7 and 14), at pseudo-times `time`; `descent(noise, point, mode)` those of
        gradient descent at `point_time`, on data to which noise was added once (eq. 11): real
        parts, and imaginary ones as …_imaginary. Mode i is the eigenvector that lies most along
        direction i of the data. `limit` is what theory says of τ → ∞; `learning_time(mode)` is
        n / energy, `noise_time` n / σ².
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled
        from tausweep.theory import noise
        from tausweep.theory.discrete import learning

        rng = np.random.default_rng(self.seed)
        U, X, A, start = self._system(rng)
        clean = learning(X, A @ X, rank=sum(energy > 0 for energy in self.energies))
        noisy = learning(*noise.noisy(X, A @ X, self.noise, rng))
        mean = noise.expected(clean, self.noise)
        step = self.step * clean.largest_step
        counts = np.unique(np.geomspace(1, self.steps, POINTS).round().astype(int))
        times = np.geomspace(step / 2, step * self.steps, LINE)
        line = _modes(np.array([data.flow(start, times) for data in (clean, mean)]), U)
        at = _modes(np.array([data.descent(start, step, counts) for data in (clean, noisy)]), U)
        limit = _modes(np.array([data.flow(start, np.inf) for data in (clean, mean)]), U)
        n, energies = len(self.truth), np.array(self.energies, float)
        with np.errstate(divide="ignore"):
            learned = n / energies
        by_line, by_point = ("noise", "time", "mode"), ("noise", "point", "mode")
        text = "part of the eigenvalue"
        variables: dict[str, Labelled] = {
            "theory": (by_line, line.real, f"real {text}, of gradient flow", "1"),
            "theory_imaginary": (by_line, line.imag, f"imaginary {text}, of gradient flow", "1"),
            "descent": (by_point, at.real, f"real {text}, of gradient descent", "1"),
            "descent_imaginary": (by_point, at.imag, f"imaginary {text}, of descent", "1"),
            "limit": (("noise", "mode"), limit.real, f"real {text} in the limit", "1"),
            "truth": ("mode", list(self.truth), "eigenvalue of the system", "1"),
            "energy": ("mode", energies, "mean square of the data", "1"),
            "learning_time": ("mode", learned, "time to learn, n / energy", "1"),
            "noise_time": ((), n / self.noise**2, "time in which noise damps, n / σ²", "1"),
        }
        coords = {
            "noise": ("noise", [0.0, self.noise], "standard deviation of the noise", "1"),
            "time": ("time", times, "pseudo-time", "1"),
            "point_time": ("point", step * counts, "pseudo-time of descent", "1"),
            "mode": ("mode", np.arange(n), "mode", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _system(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Directions U of the data, data X, the truth A and Â(0)."""
        import numpy as np

        from tausweep.theory.random_matrices import orthogonal

        n = len(self.truth)
        U = orthogonal(n, rng)
        V, _ = np.linalg.qr(rng.standard_normal((self.samples, n)))
        X = U * np.sqrt(np.array(self.energies, float) * self.samples) @ V.T
        start = self.coupling * rng.standard_normal((n, n))
        for i, energy in enumerate(self.energies):
            if energy == 0:
                start[i, i] = self.kept
        return U, X, U * np.array(self.truth) @ U.T, U @ start @ U.T


def _modes(A: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Eigenvalues, in the order of the directions along which their eigenvectors lie most."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    values, vectors = np.linalg.eig(A)
    along = np.abs(directions.T @ vectors) ** 2
    flat = along.reshape(-1, *along.shape[-2:])
    order = [linear_sum_assignment(each, maximize=True)[1] for each in flat]
    return np.take_along_axis(values, np.array(order).reshape(values.shape), axis=-1)
