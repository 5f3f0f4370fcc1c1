"""How products of Jacobians of a trained model grow (Mikhaeil et al. 2022, Fig. 1), and how fast
theory says that they do.

They are what loss gradients are made of: those of a model whose orbit is chaotic explode, those of
one that has settled on a stable cycle vanish (Theorems 1 and 2 there).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field

from tausweep.metrics.metric import Measurement, Values, Variable
from tausweep.settings import NaturalInt, PositiveFloat, PositiveInt

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.models.model import Dynamics

Starts: TypeAlias = Float[np.ndarray, "member start"]


class JacobianNorm(Measurement):
    """Spectral norm of the product of a trained model's Jacobians, ‖∂z_{t+T} / ∂z_t‖, against T."""

    metric: Literal["jacobian_norm"] = "jacobian_norm"
    longest: Annotated[PositiveInt, Field(ge=2, le=100_000)] = 1_000
    """The largest separation T, in steps. Those below it are about √2 times one another."""
    starts: Annotated[PositiveInt, Field(ge=2, le=1_000)] = 20
    """States z_t that products start from, at most: each on a free orbit of its own, begun at
    points spread evenly over the held-out data."""
    transient: NaturalInt = 1_000
    """Steps run from the data to those states. With an external input, these and the longest
    separation must fit into what is held out of it."""
    bound: PositiveFloat = 1_000.0
    """A model beyond this many standard deviations of the data has diverged and has no norms."""

    version: ClassVar[int | None] = 2
    costly: ClassVar[bool] = True
    variables: ClassVar[Mapping[str, Variable]] = {
        "jacobian_norm": Variable(
            "ln of the spectral norm of the product of T Jacobians, mean over starts",
            "nat", ("separation",), reference=False,
        ),
        "jacobian_norm_spread": Variable(
            "its standard deviation over starts", "nat", ("separation",), reference=False
        ),
        "jacobian_slope": Variable(
            "slope of jacobian_norm over the upper half of T", "nat step-1", reference=False
        ),
        "jacobian_slope_std_error": Variable(
            "standard error of jacobian_slope over starts", "nat step-1", reference=False
        ),
        "jacobian_lambda_max": Variable(
            "largest Lyapunov exponent along the same orbits, by QR", "nat step-1", reference=False
        ),
        "jacobian_lambda_max_std_error": Variable(
            "standard error of jacobian_lambda_max over starts", "nat step-1", reference=False
        ),
        "jacobian_excess": Variable(
            "jacobian_slope less jacobian_lambda_max, of each orbit", "nat step-1", reference=False
        ),
        "jacobian_excess_std_error": Variable(
            "standard error of jacobian_excess over starts", "nat step-1", reference=False
        ),
    }  # fmt: skip

    @property
    def steps_taken(self) -> int:  # noqa: D102
        return self.starts * (self.longest + self.transient)

    @property
    def separations(self) -> list[int]:
        """T in steps, ascending."""
        powers = range(math.ceil(2 * math.log2(self.longest)))
        return sorted({min(round(2 ** (k / 2)), self.longest) for k in powers} | {self.longest})

    def coordinates(self, variables: int) -> Mapping[str, tuple[Sequence[int], str, str]]:  # noqa: D102
        return {"separation": (self.separations, "separation in time, T", "step")}

    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """None: what norms are read beside is the model's own exponent."""
        return {}

    def measure(self, model: Dynamics, signal: xr.Dataset) -> Values:
        """Norms of products of Jacobians (eq. 6 there) and their slope, beside λ_max (eqs. 4, 12).

        The slope is that of a line through the norms at T = `longest` and about half of it: from
        T = 0 on, it would hold the growth in which vectors turn to the leading direction. λ_max is
        measured over all of the same stretch, along vectors that have turned in the transient. The
        standard errors are of sampling; slope and λ_max of one orbit have much of it in common,
        which the standard error of their difference leaves out. Where all orbits are on one cycle
        or fixed point they are about zero, and what is left between slope and λ_max is of the order
        of 1 / `longest`.

        Returns
        -------
        By the names of `variables`, arrays (member, separation) or (member,). Norms are natural
        logarithms, −∞ of a product that is zero. NaN of a member that diverged, from whichever
        start.

        Raises
        ------
        ValueError
            Too little is held out for a single start.
        """
        orbits = FreeOrbits(self, model, signal)
        growth = orbits.exponents()
        norms = orbits.norms(there=np.isfinite(growth) | np.isneginf(growth))
        half, T = next((i, T) for i, T in enumerate(self.separations) if self.longest <= 2 * T)
        with np.errstate(invalid="ignore"):  # −∞ has no spread and no slope
            slope = (norms[..., -1] - norms[..., half]) / (self.longest - T)
            return {
                "jacobian_norm": norms.mean(axis=1),
                "jacobian_norm_spread": norms.std(axis=1, ddof=1),
                "jacobian_slope": slope.mean(axis=1),
                "jacobian_slope_std_error": _std_error(slope),
                "jacobian_lambda_max": growth.mean(axis=1),
                "jacobian_lambda_max_std_error": _std_error(growth),
                "jacobian_excess": (slope - growth).mean(axis=1),
                "jacobian_excess_std_error": _std_error(slope - growth),
            }


class FreeOrbits:
    """Free orbits of a model from several points of the held-out data, side by side."""

    def __init__(self, settings: JacobianNorm, model: Dynamics, signal: xr.Dataset) -> None:
        x = signal["x"].transpose("time", "variable").to_numpy()
        s = signal["input"].transpose("time", "channel").to_numpy() if "input" in signal else None
        steps = settings.transient + settings.longest
        first = int(signal["train_steps"]) + model.history - 1
        last = len(x) - 1 - (0 if s is None else steps)
        number = min(settings.starts, last - first + 1)
        if number < 2:
            what = "" if s is None else ", transient + longest steps of the external input"
            raise ValueError(
                f"metrics.jacobian_norm: two starts{what} and a history of {model.history} need "
                f"more than the {len(x) - int(signal['train_steps'])} samples that are held out: "
                "ask for fewer steps, or raise signal.held_out"
            )
        self.settings, self.model, self.s = settings, model, s
        self.now = np.linspace(first, last, number).round().astype(int)
        self.begun = model.start(x[self.now[:, None] + np.arange(1 - model.history, 1)])

    def exponents(self) -> Starts:
        """λ_max along each orbit, after the transient, by QR; NaN where it diverged."""
        from tausweep.statespace.exponents import exponents

        settings, model = self.settings, self.model
        shape = model.members, len(self.now), model.dimension
        state = self.begun

        def advance(
            i: int, standing: np.ndarray, tangents: np.ndarray
        ) -> tuple[np.ndarray, np.ndarray]:
            nonlocal state
            state, V = model.propagate(state, tangents.reshape(*shape, 1), self._input(i))
            at = np.abs(model.observe(state)).max(axis=2).reshape(-1, 1)
            return np.where(at <= settings.bound, standing, np.nan), V.reshape(tangents.shape)

        found = exponents(
            advance,
            np.zeros((shape[0] * shape[1], shape[2])),
            interval=1,
            length=settings.longest,
            transient=settings.transient,
            count=1,
            rng=np.random.default_rng(0),
        )
        return found.reshape(shape[:2])

    def norms(
        self, there: Bool[np.ndarray, "member start"]
    ) -> Float[np.ndarray, "member start separation"]:
        """Logarithm of ‖∂z_{t+T} / ∂z_t‖ of the orbits that are `there`; NaN of the others."""
        wanted = set(self.settings.separations)
        found = [
            np.where(there, _log_norm(np.where(there[..., None, None], V, 0.0), power), np.nan)
            for T, (V, power) in enumerate(self._products(), start=1)
            if T in wanted
        ]
        return np.stack(found, axis=-1)

    def _products(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """J_{t+T} ⋯ J_{t+1} for T = 1, 2, …, as a matrix V and a power k for each: V 2^k.

        Powers of two are taken off at every step, which rounds nothing, however large or small the
        product becomes.
        """
        settings, model, state = self.settings, self.model, self.begun
        for i in range(settings.transient):
            state = model.step(state, self._input(i))
        size = model.members, len(self.now), model.dimension
        V = np.broadcast_to(np.eye(model.dimension), (*size, model.dimension))
        power = np.zeros(size[:2])
        for i in range(settings.transient, settings.transient + settings.longest):
            with np.errstate(over="ignore", invalid="ignore"):  # orbits may have diverged
                state, V = model.propagate(state, V, self._input(i))
                _, taken = np.frexp(np.abs(V).max(axis=(2, 3)))
            V = np.ldexp(V, -taken[..., None, None])
            power = power + taken
            yield V, power

    def _input(self, i: int) -> Float[np.ndarray, "start channel"] | None:
        """The external input of each orbit at its step i."""
        return None if self.s is None else self.s[self.now + i]


def _log_norm(
    V: Float[np.ndarray, "member start dimension dimension"], power: Starts
) -> Float[np.ndarray, "member start"]:
    """Natural logarithm of the spectral norm of V 2^power."""
    with np.errstate(divide="ignore"):  # a product may be zero
        log = np.log(np.linalg.norm(V, ord=2, axis=(2, 3)))
    return np.asarray(log + power * math.log(2))


def _std_error(values: Starts) -> Float[np.ndarray, " member"]:
    return np.asarray(values.std(axis=1, ddof=1) / math.sqrt(values.shape[1]))
