"""Next-generation reservoir computing: the next step as a polynomial of the last few samples.

Gauthier, Bollt, Griffith, Barbosa 2021, Nature Communications 12, 5564. With o_t the samples
x_t, x_{t−s}, …, x_{t−(k−1)s} side by side and φ all their monomials up to a degree, one included,
x_{t+1} = x_t + W φ(o_t), W by ridge regression (their eqs. 4-10). There is nothing random in it but
the stretch of data that a member is fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field, model_validator

from tausweep.models.dynamics import Dynamics, Fitted, Input, Tangents
from tausweep.settings import NonNegativeFloat, PositiveInt, Seed

if TYPE_CHECKING:
    import xarray as xr

MOST_FEATURES = 4_000
"""More take minutes to fit, and gigabytes to run."""
ROWS = 1_000
"""Samples whose features are held at once in fitting."""

Past = Float[np.ndarray, "member n history variable"]
"""The last samples of each state, the newest last: the state of the model."""


class NGRC(Fitted):
    """Next-generation reservoir computing: a polynomial of delayed samples, by ridge regression.

    The defaults are those that Gauthier et al. 2021 forecast Lorenz's equations with.
    """

    model: Literal["ngrc"]
    delays: Annotated[PositiveInt, Field(le=1_000)] = 2
    """How many samples the next one follows from, the present one included, k."""
    skip: Annotated[PositiveInt, Field(le=10_000)] = 1
    """Steps from one of these samples to the next, s."""
    degree: Annotated[PositiveInt, Field(le=20)] = 2
    """Highest degree of their monomials, all of which are features, and so is a constant. An
    external input is a feature as it is."""
    ridge: NonNegativeFloat = 2.5e-6
    """Weight of the sum of squared coefficients beside the sum of squared errors."""
    samples: Annotated[PositiveInt, Field(le=10_000_000)] = 5_000
    """How many samples a member is fitted to: a stretch of the training data that begins where
    chance has it, or all where there are no more."""
    seed: Seed = 0
    """Member i draws its stretch from (seed, i)."""

    by: ClassVar[str] = "ridge"

    @model_validator(mode="after")
    def _few_features(self) -> Self:
        self.features(variables=1)
        return self

    @property
    def history(self) -> int:
        """Samples from the oldest that is used to the present one."""
        return (self.delays - 1) * self.skip + 1

    def features(self, variables: int) -> int:
        """How many monomials of so many variables there are.

        Raises
        ------
        ValueError
            Too many.
        """
        number = math.comb(self.delays * variables + self.degree, self.degree)
        if number > MOST_FEATURES:
            raise ValueError(
                f"delays {self.delays} and degree {self.degree} of model ngrc make {number:.4g} "
                f"features of {variables} variables, and at most {MOST_FEATURES} can be fitted: "
                "lower one of them"
            )
        return number

    def fit(self, signal: xr.Dataset, members: range) -> xr.Dataset:
        """Ridge regression of the steps x_{t+1} − x_t, exact, in double precision.

        Returns the coefficients `W(member, variable, feature)`, the `exponents(feature, delay,
        variable)` of the monomials they belong to, and `C(member, variable, channel)` of an
        external input.

        Raises
        ------
        ValueError
            There are too many features, or too few samples.
        """
        import xarray as xr  # not needed to plan a workflow

        end = int(signal["train_steps"])
        x = signal["x"].transpose("time", "variable").values[:end].astype(float)
        s = np.empty((end, 0))
        if "input" in signal:
            s = signal["input"].transpose("time", "channel").values[:end].astype(float)
        self.features(x.shape[1])
        if (there := end - self.history) < 1:
            raise ValueError(
                f"model ngrc needs more than {self.history} samples to be fitted to, one with its "
                f"past and the next, found {end}: give a longer series, or lower delays or skip"
            )
        exponents = monomials(self.delays, x.shape[1], self.degree)
        number = min(self.samples, there)
        begins = [
            self.history - 1 + np.random.default_rng([self.seed, m]).integers(there - number + 1)
            for m in members
        ]
        stretches = [np.arange(begin, begin + number) for begin in begins]
        both = np.stack([self._regression(x, s, exponents, times) for times in stretches])
        W, C = np.split(both, [len(exponents)], axis=2)
        about = {"units": "standard deviations step-1"}
        out = xr.Dataset(
            {
                "W": (
                    ("member", "variable", "feature"), W,
                    {"long_name": "coefficients of the next step", **about},
                ),
                "exponents": (
                    ("feature", "delay", "variable"), exponents.astype(np.int8),
                    {"long_name": "exponents of delayed samples in a monomial", "units": "1"},
                ),
            },
            coords={
                "delay": (
                    "delay", self.skip * np.arange(self.delays),
                    {"long_name": "how long ago", "units": "step"},
                )
            },
        )  # fmt: skip
        if "input" in signal:
            driven = {"long_name": "coefficients of the external input", **about}
            out["C"] = (("member", "variable", "channel"), C, driven)
        return out

    def _regression(
        self,
        x: Float[np.ndarray, "time variable"],
        s: Float[np.ndarray, "time channel"],
        exponents: Int[np.ndarray, "feature delay variable"],
        times: Int[np.ndarray, " sample"],
    ) -> Float[np.ndarray, "variable coefficient"]:
        """Coefficients of monomials and input for the steps from these times.

        They solve RW' = Q'Y, with QR the features of all times and, below, √ridge times the unit
        matrix, which is put together from few rows at a time.
        """
        factors, width = factors_of(exponents), len(exponents) + s.shape[1]
        delayed = self.skip * np.arange(self.delays)
        triangle = np.hstack([np.sqrt(self.ridge) * np.eye(width), np.zeros((width, x.shape[1]))])
        for at in np.split(times, range(ROWS, len(times), ROWS)):
            o = x[at[:, None] - delayed].reshape(len(at), -1)
            rows = [monomials_of(o, factors), s[at], x[at + 1] - x[at]]
            stacked = np.vstack([triangle, np.hstack(rows)])
            triangle = np.asarray(np.linalg.qr(stacked, mode="r"))[:width]
        solution, *_ = np.linalg.lstsq(triangle[:, :width], triangle[:, width:])
        return np.asarray(solution).T

    @classmethod
    def load(cls, train: xr.Dataset) -> Dynamics:
        """The polynomials."""
        W = train["W"].transpose("member", "variable", "feature").values
        exponents = train["exponents"].transpose("feature", "delay", "variable").values
        C = train["C"].transpose("member", "variable", "channel").values if "C" in train else None
        return Polynomial(W, exponents, train["delay"].values, C)


class Polynomial(Dynamics):
    """x_{t+1} = x_t + W φ(o_t) + C s_t; its states are the last samples, the newest last.

    Tangent vectors follow by the product rule: of a monomial a b …, da b … + a db … + …
    """

    def __init__(
        self,
        W: Float[np.ndarray, "member variable feature"],
        exponents: Int[np.ndarray, "feature delay variable"],
        delays: Int[np.ndarray, " delay"],
        C: Float[np.ndarray, "member variable channel"] | None = None,
    ) -> None:
        self.members, self.variables = W.shape[:2]
        self.history = int(delays.max()) + 1
        self.dimension = self.history * self.variables
        self._W, self._C = W[:, None], None if C is None else C[:, None]
        self._factors = factors_of(exponents)
        self._taps = self.history - 1 - delays

    def start(self, x: Float[np.ndarray, "n history variable"]) -> Past:  # noqa: D102
        return np.broadcast_to(x.astype(float), (self.members, *x.shape))

    def observe(self, state: Past) -> Float[np.ndarray, "member n variable"]:  # noqa: D102
        return state[:, :, -1]

    def step(self, state: Past, s: Input = None) -> Past:  # noqa: D102
        with np.errstate(over="ignore", invalid="ignore"):
            features = monomials_of(self._delayed(state), self._factors)
            after = state[:, :, -1] + (self._W @ features[..., None])[..., 0]
            if s is not None and self._C is not None:
                after = after + (self._C @ s[..., None])[..., 0]
        return np.concatenate([state[:, :, 1:], after[:, :, None]], axis=2)

    def propagate(  # noqa: D102
        self, state: Past, V: Tangents, s: Input = None
    ) -> tuple[Past, Tangents]:
        v = V.reshape(*state.shape, V.shape[-1])
        o = _and_one(self._delayed(state))
        v_o = v[:, :, self._taps].reshape(*o.shape[:2], -1, V.shape[-1])
        v_o = np.concatenate([v_o, np.zeros_like(v_o[:, :, :1])], axis=2)  # that of one
        with np.errstate(over="ignore", invalid="ignore"):
            stretched = np.zeros((*o.shape[:2], len(self._factors), V.shape[-1]))
            for place, factor in enumerate(self._factors.T):
                others = o[..., np.delete(self._factors, place, axis=1)].prod(axis=-1)
                stretched += others[..., None] * v_o[:, :, factor]
            after = v[:, :, -1] + self._W @ stretched
        v = np.concatenate([v[:, :, 1:], after[:, :, None]], axis=2)
        return self.step(state, s), v.reshape(V.shape)

    def _delayed(self, state: Past) -> Float[np.ndarray, "member n coordinate"]:
        return state[:, :, self._taps].reshape(*state.shape[:2], -1)


def monomials(
    delays: int, variables: int, degree: int
) -> Int[np.ndarray, "feature delay variable"]:
    """Exponents of all monomials up to a degree, the constant first."""
    coordinates = delays * variables
    chosen: Sequence[tuple[int, ...]] = [
        factors
        for d in range(degree + 1)
        for factors in combinations_with_replacement(range(coordinates), d)
    ]
    exponents = np.zeros((len(chosen), coordinates), dtype=int)
    for feature, factors in enumerate(chosen):
        np.add.at(exponents[feature], list(factors), 1)
    return exponents.reshape(-1, delays, variables)


def factors_of(
    exponents: Int[np.ndarray, "feature delay variable"],
) -> Int[np.ndarray, "feature degree"]:
    """The coordinates whose product a monomial is, each as often as its exponent says.

    Monomials of a lower degree are filled up with the number of coordinates, which stands for one.
    """
    flat = exponents.reshape(len(exponents), -1)
    degree, one = flat.sum(axis=1).max(initial=0), flat.shape[1]
    factors = np.full((len(flat), degree), one)
    for feature, powers in enumerate(flat):
        found = np.repeat(np.arange(one), powers)
        factors[feature, : len(found)] = found
    return factors


def monomials_of(
    o: Float[np.ndarray, "*n coordinate"], factors: Int[np.ndarray, "feature degree"]
) -> Float[np.ndarray, "*n feature"]:
    """φ(o)."""
    o = _and_one(o)
    product = np.ones((*o.shape[:-1], len(factors)))
    for factor in factors.T:
        product *= o[..., factor]
    return product


def _and_one(o: Float[np.ndarray, "*n coordinate"]) -> Float[np.ndarray, "*n more"]:
    return np.concatenate([o, np.ones((*o.shape[:-1], 1))], axis=-1)
