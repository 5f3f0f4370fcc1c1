"""Continuous time: the exact model beside forward Euler, and how far they agree (eqs. 16-24)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from tausweep.settings import Seed
from tausweep.theory.analysis import Analysis

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

Exponent = Annotated[float, Strict(), Field(ge=-6, le=2)]
"""λ Δt of a mode."""
DT = 0.1
"""Between snapshots. In the units of the results nothing depends on it."""
POINTS = 15
"""At which descent is looked at."""
LINE = 400
"""Points of a line."""
NEAR = 1e-6
"""Distance from the truth, times Δt, at which rates are measured."""
STEPS = 10
"""In which they are."""
MOST_STEPS = 200_000
"""Of gradient descent, of about a third of a millisecond each."""


class Continuous(Analysis):
    """How modes are learned by the exact model, with the matrix exponential, and by Euler's."""

    analysis: Literal["continuous"] = "continuous"
    truth: Annotated[tuple[Exponent, ...], Field(min_length=1, max_length=6)] = (
        -3.0, -1.0, -0.1, 1.0
    )  # fmt: skip
    """λ Δt of the modes of a system that is learned from Â(0) = 0."""
    near: Annotated[tuple[Exponent, ...], Field(min_length=1, max_length=50)] = (
        -4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0
    )  # fmt: skip
    """λ Δt of modes whose rates of learning are measured near the truth."""
    start: Exponent = 0.5
    """â(0) Δt of a mode without energy, of which data hold noise only."""
    samples: Annotated[int, Strict(), Field(ge=100, le=10_000_000)] = 1_000_000
    """Of that noise."""
    time: Annotated[float, Strict(), Field(ge=1, le=1e5)] = 1_000.0
    """Pseudo-time for which modes are learned, times c Δt² with c the energy over n."""
    step: Annotated[float, Strict(), Field(ge=0.01, le=0.5)] = 0.2
    """Size of the steps of gradient descent, of the largest with which it converges."""
    seed: Seed = 0

    version: ClassVar[int | None] = 1

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if 0 in self.truth:
            raise ValueError("truth must not hold zero, with which learning begins")
        steps = self.time / self._step(max(self._steepest()))
        if steps > MOST_STEPS:
            raise ValueError(
                f"time {self.time:g} takes {steps:,.0f} steps of descent, more than "
                f"{MOST_STEPS:,}: take less time, larger steps or modes that grow more slowly"
            )
        return self

    def compute(self) -> xr.Dataset:
        """Learned modes â Δt, their rates near the truth, and what noise alone does to one.

        All pseudo-times are in units of 1 / c Δt². `theory(mode, line)` is â Δt under the gradient
        flow of the exact loss at `theory_time(mode, line)` (`continuous.exact_time`), `euler(mode,
        time)` that of its expansion (eq. 19), which of exact data goes to `euler_limit(mode)`
        instead; `descent(mode, point)` is descent of the exact gradient, at `point_time`.
        `measured_rate(near)` is the rate at which descent learns a mode near the truth, of Euler's,
        and `rate(exponent)` what theory says of it, e^{2λΔt}. `noise_theory(time)`,
        `noise_euler(time)` (eqs. 21, 24) and `noise_descent(noise_point)`, at `noise_time`, are
        â Δt of a mode of which data hold noise only.
        """
        import numpy as np
        import xarray as xr

        from tausweep.labelled import Labelled, labelled
        from tausweep.theory.continuous import euler_limit, exact_rates

        times = np.geomspace(1e-2, self.time, LINE)
        line, line_time = self._theory()
        point_time, descent = self._descent()
        noise_theory, noise_euler = self._noise_theory(times)
        noise_time, noise_descent = self._noise_descent()
        exponent = np.linspace(min(self.near), max(self.near), LINE)
        rate = np.diag(exact_rates(exponent / DT, np.ones(LINE), DT)) / DT**2
        limit = np.diag(euler_limit(np.diag(self.truth) / DT, DT)) * DT
        exact, euler = "learned mode â Δt, exact loss", "learned mode â Δt, forward Euler"
        variables: dict[str, Labelled] = {
            "theory": (("mode", "line"), line, f"{exact}, flow", "1"),
            "theory_time": (("mode", "line"), line_time, "pseudo-time times c Δt²", "1"),
            "euler": (("mode", "time"), self._euler(times), f"{euler}, flow", "1"),
            "euler_limit": ("mode", limit, f"{euler}, limit of exact data", "1"),
            "descent": (("mode", "point"), descent, f"{exact}, descent", "1"),
            "rate": ("exponent", rate, "rate of learning, of Euler's", "1"),
            "measured_rate": ("near", self._rates(), "rate of descent, of Euler's", "1"),
            "noise_theory": ("time", noise_theory, f"{exact}, flow on noise", "1"),
            "noise_euler": ("time", noise_euler, f"{euler}, flow on noise", "1"),
            "noise_descent": ("noise_point", noise_descent, f"{exact}, descent on noise", "1"),
        }
        eigenvalue, time = "eigenvalue of the system times Δt", "pseudo-time times c Δt²"
        coords = {
            "mode": ("mode", list(self.truth), eigenvalue, "1"),
            "near": ("near", list(self.near), eigenvalue, "1"),
            "exponent": ("exponent", exponent, eigenvalue, "1"),
            "time": ("time", times, time, "1"),
            "point_time": ("point", point_time, f"{time}, of descent", "1"),
            "noise_time": ("noise_point", noise_time, f"{time}, of descent", "1"),
        }
        return xr.Dataset(labelled(variables), labelled(coords))

    def _theory(self) -> tuple[np.ndarray, np.ndarray]:
        """â Δt of each mode, from zero almost to the truth, and the pseudo-times of these."""
        import numpy as np

        from tausweep.theory.continuous import exact_time

        half = LINE // 2
        left = np.append(np.linspace(1, 0.02, half), np.geomspace(0.019, 1e-6, half))
        truth = np.array(self.truth)[:, None]
        line = truth * (1 - left)
        return line, exact_time(0.0, line / DT, truth / DT, 1.0, DT) * DT**2

    def _euler(self, times: np.ndarray) -> np.ndarray:
        """â Δt by mode and time of forward Euler, of data that are expanded as it is."""
        import numpy as np

        from tausweep.theory.continuous import learning_by_euler

        n, A = len(self.truth), np.diag(self.truth) / DT
        X = n * np.eye(n)
        flow = learning_by_euler(X, X + DT * A @ X, DT).flow(np.zeros((n, n)), times / DT**2)
        return np.asarray(np.diagonal(flow, axis1=1, axis2=2).T * DT)

    def _noise_theory(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """â Δt of noise alone, in the mean over it: of the exact loss, and of forward Euler."""
        import numpy as np

        from tausweep.theory.continuous import damped_mode
        from tausweep.theory.noise import expected_by_euler
        from tausweep.theory.quadratic import Quadratic

        nothing = Quadratic(np.eye(1), np.zeros(1), np.zeros((1, 1)))
        start = self.start / DT
        exact = damped_mode(times / DT**2, start, 1.0, DT)
        euler = expected_by_euler(nothing, DT, 1.0).flow(np.array([[start]]), times / DT**2)
        return exact * DT, euler[:, 0, 0] * DT

    def _descent(self) -> tuple[np.ndarray, np.ndarray]:
        """Pseudo-times, and â Δt by mode: descent of the whole matrix, on white data."""
        import numpy as np

        from tausweep.theory.continuous import after
        from tausweep.theory.random_matrices import orthogonal

        n = len(self.truth)
        U = orthogonal(n, np.random.default_rng([self.seed, 0]))
        X = n * np.eye(n)  # of energy n in all directions
        Y = after(U * np.array(self.truth) / DT @ U.T, X, DT)
        steepest, _ = self._steepest()
        times, learned = self._followed(X, Y, np.zeros((n, n)), self._step(steepest))
        return times, np.einsum("in,tij,jn->nt", U, learned, U) * DT

    def _noise_descent(self) -> tuple[np.ndarray, np.ndarray]:
        """Pseudo-times, and â Δt: descent on noise of energy 1 that was drawn once."""
        import numpy as np

        # The loss depends on the data by their second moments: as few samples can have the same.
        drawn = np.random.default_rng([self.seed, 1]).standard_normal((self.samples, 2))
        moments = np.linalg.qr(drawn, mode="r") * (2 / self.samples) ** 0.5
        X, Y = moments.T[:, None]
        start = np.array([[self.start / DT]])
        _, steepest = self._steepest()
        times, learned = self._followed(X, Y, start, self._step(steepest))
        return times, learned[:, 0, 0] * DT

    def _followed(
        self, X: np.ndarray, Y: np.ndarray, start: np.ndarray, step: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pseudo-times, times c Δt², and Â: descent of the exact loss, at some times."""
        from functools import partial

        import numpy as np

        from tausweep.theory.continuous import gradient
        from tausweep.theory.descent import descend

        steps = round(self.time / step)
        counts = np.unique(np.geomspace(1, steps, POINTS).round().astype(int))
        learned = descend(partial(gradient, X=X, Y=Y, dt=DT), start, step / DT**2, steps)
        return step * counts, learned[counts]

    def _rates(self) -> np.ndarray:
        """Rates at which descent learns modes that are all but learned, of Euler's c Δt²."""
        from functools import partial

        import numpy as np

        from tausweep.theory.continuous import after, gradient
        from tausweep.theory.descent import descend

        n, truth = len(self.near), np.diag(self.near) / DT
        X = n * np.eye(n)
        step = self._step(np.exp(2 * max(self.near)))
        data = partial(gradient, X=X, Y=after(truth, X, DT), dt=DT)
        start = truth + NEAR / DT * np.eye(n)
        *_, end = descend(data, start, step / DT**2, STEPS, every=STEPS)
        left = np.diag(end - truth) / np.diag(start - truth)
        # Of a factor 1 − η c for each step.
        return np.asarray((1 - left ** (1 / STEPS)) / step)

    def _steepest(self) -> tuple[float, float]:
        """The largest curvature, of c Δt², on the way to the truths and where noise alone damps.

        The loss of one mode has the curvature c Δt² (2w² − bw), with w = e^{âΔt} and b that of the
        truth: at most 2 or b² on the way from w = 1, and with noise alone, of b = 0, 2w(0)².
        """
        import math

        return max(2.0, math.exp(2 * max(self.truth))), 2 * math.exp(2 * self.start)

    def _step(self, curvature: float) -> float:
        """Step size, times c Δt², where that is the largest curvature."""
        return 2 * self.step / curvature
