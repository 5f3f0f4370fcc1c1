"""Sparse teacher forcing of a linear network: what a learning interval τ does to its modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Fraction, PositiveInt, Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

Modulus = Annotated[float, Strict(), Field(gt=0, le=2)]
Tau = Annotated[int, Strict(), Field(ge=1, le=1_000)]

OUTCOMES = ("learned", "not learned", "diverged")
"""Of descent from afar: at the truth, still or for ever somewhere else, or beyond all bounds."""
NEAR = 1e-6
"""Error from which descent near the truth begins, relative: small enough for τ powers of it."""
LEARNED, LOST = 0.01, 1e3
"""Errors of what is learned and of what has diverged, relative to the truth."""
SWEPT = (1, 2, 3, 5, 7, 10, 14, 20, 30, 40)
"""τ by default."""
PATIENCE = 20_000
"""Steps of descent near the truth that are waited for."""


class Forcing(Analysis):
    """Rates of learning, steps to learn, and what becomes of descent, against τ."""

    analysis: Literal["forcing"] = "forcing"
    moduli: tuple[Modulus, Modulus] = (0.5, 1.2)
    """Least and largest |λ| of the map of rates."""
    longest: Annotated[int, Strict(), Field(ge=2, le=1_000)] = 100
    """Largest τ of the map, in steps."""
    truth: Annotated[tuple[Modulus, ...], Field(min_length=1, max_length=6)] = (1.05, 1.0, 0.9, 0.5)
    """Eigenvalues of the system that is learned, in directions of equal energy."""
    tau: Annotated[tuple[Tau, ...], Field(min_length=1, max_length=20)] = SWEPT
    """With which it is learned."""
    starts: Annotated[PositiveInt, Field(le=10_000)] = 100
    """Initial matrices of normal entries of variance 1/n (Glorot), from which descent begins."""
    step: Fraction = 0.25
    """Step size of descent, of the largest with which it converges near the truth (2 / max h)."""
    steps: Annotated[PositiveInt, Field(le=1_000_000)] = 3_000
    """Of descent from the initial matrices."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        if not self.moduli[0] < self.moduli[1]:
            raise ValueError(f"moduli must rise, found {list(self.moduli)}")
        if len(set(self.tau)) < len(self.tau) or len(set(self.truth)) < len(self.truth):
            raise ValueError("tau and truth must not hold a value twice")
        return self

    def compute(self) -> xr.Dataset:
        """Rates and what they lead to.

        `rate(interval, modulus)` is the curvature h_pp per unit of energy (`forcing.curvatures`).
        Of the system with eigenvalues `truth`: `steps(tau, mode)`, in which an error of each
        shrinks to 1/e near the truth, 1 / −ln(1 − η h_pp), and `steps_descent(tau, mode)`, counted;
        NaN where these are too many. `outcome_share(tau, outcome)` of the initial matrices.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled
        from tausweep.theory import forcing

        rng = np.random.default_rng(self.seed)
        moduli = np.geomspace(*self.moduli, 141)
        intervals = np.arange(1, self.longest + 1)
        rates = np.array(
            [
                [forcing.curvatures(modulus[None], np.ones(1), tau)[0, 0] for modulus in moduli]
                for tau in intervals.tolist()
            ]
        )
        found = [self._learned(tau, rng) for tau in self.tau]
        by = ("tau", "mode")
        text = "steps in which an error shrinks to 1/e"
        variables: dict[str, Labelled] = {
            "rate": (("interval", "modulus"), rates, "rate of learning per unit of energy", "1"),
            "steps": (by, np.array([each[0] for each in found]), text, "1"),
            "steps_descent": (by, np.array([each[1] for each in found]), f"{text}, counted", "1"),
            "outcome_share": (
                ("tau", "outcome"),
                np.array([each[2] for each in found]),
                "share of initial matrices",
                "1",
            ),
        }
        coords: dict[str, Labelled] = {
            "interval": ("interval", intervals, "learning interval", "step"),
            "modulus": ("modulus", moduli, "modulus of the eigenvalue", "1"),
            "tau": ("tau", list(self.tau), "learning interval", "step"),
            "mode": ("mode", list(self.truth), "eigenvalue of the system", "1"),
            "outcome": ("outcome", list(OUTCOMES), "what became of descent", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _learned(
        self, tau: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Steps to learn by theory and by descent, and shares of outcomes, of one τ."""
        import numpy as np

        from tausweep.theory import forcing
        from tausweep.theory.random_matrices import glorot_normal

        n, truth = len(self.truth), np.array(self.truth)
        A, X, energies = np.diag(truth), n * np.eye(n), np.ones(n)
        targets = np.array([np.diag(truth**k) @ X for k in range(1, tau + 1)])
        step = self.step * forcing.largest_step(truth.astype(complex), energies, tau)
        rates = np.diag(forcing.curvatures(truth.astype(complex), energies, tau))
        theory = 1 / -np.log1p(-step * rates)
        counted = _steps_near(A, X, targets, step, theory)
        starts = np.array([glorot_normal(n, rng) for _ in range(self.starts)])
        with np.errstate(all="ignore"):  # what diverges does
            for _ in range(self.steps):
                starts = starts - step * forcing.gradient(starts, X, targets)
            error = np.linalg.norm(starts - A, axis=(-2, -1)) / np.linalg.norm(A)
        learned, lost = error < LEARNED, ~(error < LOST)
        shares = [learned.mean(), (~learned & ~lost).mean(), lost.mean()]
        return theory, counted, np.array(shares)


def _steps_near(
    A: np.ndarray, X: np.ndarray, targets: np.ndarray, step: float, expected: np.ndarray
) -> np.ndarray:
    """Steps of descent in which an error of each mode shrinks to 1/e, between whole ones."""
    import numpy as np

    from tausweep.theory import forcing

    counted = np.full(len(A), np.nan)
    learned, before = A * (1 + NEAR), np.diag(A) * NEAR
    goal = before / np.e
    for k in range(int(2 * expected[expected < PATIENCE].max(initial=0)) + 2):
        learned = learned - step * forcing.gradient(learned, X, targets)
        error = np.abs(np.diag(learned - A))
        for mode in np.flatnonzero(np.isnan(counted) & (error < goal)):
            part = np.log(before[mode] / goal[mode]) / np.log(before[mode] / error[mode])
            counted[mode] = k + part
        before = error
    return counted
