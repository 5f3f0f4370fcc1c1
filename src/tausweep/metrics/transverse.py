"""Whether a state that is pushed off the data's subspace comes back.

Where data have no energy nothing is learned, and what a linear model does there is what its initial
weights do (linear theory, section 2): the block Â_22 of its matrix, in the data's basis. Here that
block is measured of any model, as the derivative of the map of observations along the data. Models
with more latent units than there are variables have more such directions, which are not observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field, field_validator

from tausweep.metrics.metric import Measurement, Values, Variable
from tausweep.settings import Fraction, NaturalInt, PositiveFloat, PositiveInt

if TYPE_CHECKING:
    import xarray as xr

    from tausweep.models.model import Dynamics

Block = Float[np.ndarray, "member sample across across"]

SMALL = 0.01
"""Half of the distance over which derivatives are taken, in standard deviations: states that models
start in are rounded to single precision."""


PIECE = 200
"""Samples whose Jacobians are computed side by side."""


class Transverse(Measurement):
    """Stability of trained models across the subspace that the data are in."""

    metric: Literal["transverse"] = "transverse"
    energy: Fraction = 1e-8
    """A direction with less than this fraction of the largest variance is across the subspace."""
    steps: Annotated[PositiveInt, Field(le=1_000_000)] = 1_000
    """Samples along which the map of observations is measured, from the first held-out one on."""
    transient: NaturalInt = 100
    """Samples before those, in which tangent vectors turn into the leading direction."""
    push: PositiveFloat = 0.1
    """Off the subspace, in standard deviations of the data (root mean square of the variables)."""
    starts: Annotated[PositiveInt, Field(le=100_000)] = 100
    """States that are pushed, at most: spread evenly over the held-out data."""
    after: Annotated[
        tuple[Annotated[PositiveInt, Field(le=100_000)], ...], Field(min_length=1, max_length=1_000)
    ] = (1, 2, 5, 10, 20, 50, 100, 200, 500)
    """Steps after which they are looked at, ascending."""

    version: ClassVar[int | None] = 1
    variables: ClassVar[Mapping[str, Variable]] = {
        "transverse_radius": Variable(
            "spectral radius of the map of observations across the data's subspace", "1",
            reference=False,
        ),
        "transverse_exponent": Variable(
            "Lyapunov exponent of the map of observations across the data's subspace",
            "nat step-1", reference=False,
        ),
        "forced_exponent": Variable(
            "largest Lyapunov exponent of the model's states, put on the data at every step",
            "nat step-1", reference=False,
        ),
        "transverse_push": Variable(
            "distance off the data's subspace over that of a push", "1", ("after",),
            reference=False,
        ),
        "transverse_error": Variable(
            "distance off the data's subspace, without a push", "standard deviations", ("after",),
            reference=False,
        ),
    }  # fmt: skip

    @field_validator("after")
    @classmethod
    def _ascending(cls, after: tuple[int, ...]) -> tuple[int, ...]:
        if list(after) != sorted(set(after)):
            raise ValueError(f"after must ascend, found {list(after)}")
        return after

    @property
    def steps_taken(self) -> int:  # noqa: D102
        return 2 * self.starts * self.after[-1] + self.steps + self.transient

    def coordinates(self, variables: int) -> Mapping[str, tuple[Sequence[int], str, str]]:  # noqa: D102
        return {"after": (self.after, "steps after a start", "step")}

    def references(self, signal: xr.Dataset, steps: int) -> dict[str, Any]:
        """None: the data stay in their subspace."""
        return {}

    def measure(self, model: Dynamics, signal: xr.Dataset) -> Values:
        """What is off the subspace, of one step on the data and of free orbits.

        1. U_2, the directions in which the training data have no energy.
        2. Along the held-out data, the map x → x̂ of one step from a state that is started on the
           data (for recurrent networks B F(B⁺x)), its derivative J by differences, and the block
           U_2ᵀ J U_2, which is Â_22 of a linear model. `transverse_radius` is the mean of its
           spectral radius, `transverse_exponent` the growth of its product: that of a small push
           off the data, if each next state is put on what was predicted.
        3. The same of the whole state: `forced_exponent` is the growth of the product of its
           Jacobians at states that are started on the data, one after the other. Where what is not
           observed has no part in it, it is the λ_max of the data.
        4. Free orbits from `starts` held-out samples, and from the same pushed along random
           directions of U_2: root mean square distances off the subspace, the latter over the push.

        Returns
        -------
        By the names of `variables`, arrays (member,) or (member, after). NaN where the data have
        energy in all directions, but for `forced_exponent`; infinite where orbits are not finite. A
        model that asks for more than one sample is given all of them pushed alike.
        """
        across, scale = _across(signal, self.energy)
        forced = {"forced_exponent": self._exponent(self._jacobians(model, signal))}
        if not across.shape[1]:
            nothing = np.full(model.members, np.nan)
            several = np.full((model.members, len(self.after)), np.nan)
            block = {"transverse_radius": nothing, "transverse_exponent": nothing}
            return {**forced, **block, "transverse_push": several, "transverse_error": several}
        blocks = self._blocks(model, signal, across, SMALL * scale)
        radius = np.abs(np.linalg.eigvals(blocks)).max(axis=-1)
        by = self.push * scale
        return {
            **forced,
            "transverse_radius": radius[:, self.transient :].mean(axis=1),
            "transverse_exponent": self._exponent(blocks),
            "transverse_push": self._off(model, signal, across, by) / by,
            "transverse_error": self._off(model, signal, across, 0.0) / scale,
        }

    def _blocks(
        self, model: Dynamics, signal: xr.Dataset, across: np.ndarray, small: float
    ) -> Block:
        """U_2ᵀ J U_2 along the held-out data, column by column."""
        at = self._along(model, signal)
        past, s = _past(signal, model, at), _input(signal, at)

        def image(push: np.ndarray) -> np.ndarray:
            return model.observe(model.step(model.start(past + push), s))

        columns = [(image(small * u) - image(-small * u)) / (2 * small) for u in across.T]
        return np.asarray(np.stack(columns, axis=-1).swapaxes(2, 3) @ across).swapaxes(2, 3)

    def _jacobians(self, model: Dynamics, signal: xr.Dataset) -> Block:
        """∂z' / ∂z at states started on the held-out data."""
        found = []
        for at in np.array_split(self._along(model, signal), 1 + self.steps // PIECE):
            state = model.start(_past(signal, model, at))
            size = model.members, len(at), model.dimension
            V = np.broadcast_to(np.eye(model.dimension), (*size, model.dimension))
            found.append(model.propagate(state, V, _input(signal, at))[1])
        return np.concatenate(found, axis=1)

    def _along(self, model: Dynamics, signal: xr.Dataset) -> np.ndarray:
        """The samples along which derivatives are taken."""
        first, last = _held_out(signal, model, 1)
        at = np.arange(first, min(first + self.transient + self.steps, last + 1))
        if len(at) <= self.transient:
            raise ValueError(
                f"metrics.transverse.transient: {self.transient} samples and one more are needed, "
                f"and {len(at)} are held out: lower it, or raise signal.held_out"
            )
        return at

    def _exponent(self, blocks: Block) -> Float[np.ndarray, " member"]:
        """Growth of the product of the blocks, by QR."""
        from tausweep.statespace.exponents import exponents

        def advance(i: int, states: np.ndarray, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return states, blocks[:, i] @ V

        return exponents(
            advance,
            np.zeros((len(blocks), blocks.shape[2])),
            interval=1,
            length=blocks.shape[1] - self.transient,
            transient=self.transient,
            count=1,
            rng=np.random.default_rng(0),
        )[:, 0]

    def _off(
        self, model: Dynamics, signal: xr.Dataset, across: np.ndarray, push: float
    ) -> Float[np.ndarray, "member after"]:
        """Root mean square distance off the subspace of free orbits, after a push of this size."""
        found = []
        for x in self._free(model, signal, across, push):
            with np.errstate(over="ignore", invalid="ignore"):
                off = ((x @ across) ** 2).sum(axis=2).mean(axis=1)
            found.append(np.where(np.isnan(off), np.inf, np.sqrt(off)))
        return np.stack(found, axis=1)

    def _free(
        self, model: Dynamics, signal: xr.Dataset, across: np.ndarray, push: float
    ) -> Iterator[Float[np.ndarray, "member start variable"]]:
        """What is observed at those steps, about the data's mean."""
        first, last = _held_out(signal, model, self.after[-1])
        at = np.linspace(first, last, min(self.starts, last - first + 1)).round().astype(int)
        directions = np.random.default_rng(0).standard_normal((len(at), 1, across.shape[1]))
        directions *= push / np.linalg.norm(directions, axis=2, keepdims=True)
        state = model.start(_past(signal, model, at) + directions @ across.T)
        mean = _training(signal).mean(axis=0)
        for n in range(1, self.after[-1] + 1):
            state = model.step(state, _input(signal, at + n - 1))
            if n in self.after:
                yield model.observe(state) - mean


def _across(signal: xr.Dataset, energy: float) -> tuple[np.ndarray, float]:
    """U_2 (variable, across), and the root mean square of the variables about their means."""
    from tausweep.training.data import directions

    variance, U = directions(_training(signal))
    return U[:, variance < energy * variance.max()], float(np.sqrt(variance.mean()))


def _training(signal: xr.Dataset) -> Float[np.ndarray, "time variable"]:
    x = signal["x"].transpose("time", "variable").to_numpy()
    return np.asarray(x[: int(signal["train_steps"])])


def _held_out(signal: xr.Dataset, model: Dynamics, steps: int) -> tuple[int, int]:
    """First and last sample to start from, with all of their past and future held out."""
    first = int(signal["train_steps"]) + model.history - 1
    last = signal.sizes["time"] - 1 - steps
    if last < first:
        raise ValueError(
            f"metrics.transverse.after: {steps} steps and a history of {model.history} need "
            f"{steps + model.history} samples, but only "
            f"{signal.sizes['time'] - int(signal['train_steps'])} are held out: ask for fewer "
            "steps, or raise signal.held_out"
        )
    return first, last


def _past(
    signal: xr.Dataset, model: Dynamics, at: np.ndarray
) -> Float[np.ndarray, "sample history variable"]:
    """The samples that a model starts from, up to each of these."""
    x = signal["x"].transpose("time", "variable").to_numpy()
    return np.asarray(x[at[:, None] + np.arange(1 - model.history, 1)])


def _input(signal: xr.Dataset, at: np.ndarray) -> Float[np.ndarray, "sample channel"] | None:
    if "input" not in signal:
        return None
    return np.asarray(signal["input"].transpose("time", "channel").to_numpy()[at])
