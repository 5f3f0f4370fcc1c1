"""The training loop: Adam on random sequences, all members of a block at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from tausweep.engines.engine import Engine
from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import Array, State
from tausweep.models.rnn.initial import initial_parameters
from tausweep.models.rnn.layout import Layout
from tausweep.training.adam import Adam
from tausweep.training.checkpoint import Checkpoint
from tausweep.training.methods.method import Clip, Mixing, Moment, Update
from tausweep.training.progress import Progress
from tausweep.training.settings import Training

WEIGHTS, BATCHES, NOISE, METHOD = range(4)
"""What a random stream is for: streams are made from (seed, member, purpose, …), the method's
from (seed, purpose, epoch)."""


@dataclass(frozen=True)
class Problem:
    """What is trained, on what, and how."""

    layout: Layout
    scheme: str
    """Of the initial weights."""
    data: Data
    """In NumPy's arrays; it is learned in single precision."""
    updates: Callable[[Moment], Sequence[Update]]
    """The training method."""
    tau: int
    length: int
    clip: Clip | None
    settings: Training
    members: range
    mixing: Mixing | None = None
    """Of state and data, where the method does."""


@dataclass(frozen=True)
class Trained:
    """What training leaves behind, every array with a leading `member` axis."""

    parameters: dict[str, Float[np.ndarray, "member ..."]]
    loss: Float[np.ndarray, "member epoch"]
    """Mean over the updates of an epoch."""
    gradient_norm: Float[np.ndarray, "member epoch"]
    """Euclidean norm over all parameters before clipping, mean over the updates of an epoch."""
    largest_gradient_norm: Float[np.ndarray, "member epoch"]
    """The same, the largest of an epoch."""
    alpha: Float[np.ndarray, "member epoch"] | None = None
    """Strength of forcing at the end of an epoch, where state and data are mixed."""

    @property
    def nonfinite_epoch(self) -> Int[np.ndarray, " member"]:
        """First epoch (from 1) with a loss or gradient that is not finite, or -1."""
        bad = ~(np.isfinite(self.loss) & np.isfinite(self.largest_gradient_norm))
        return np.where(bad.any(axis=1), bad.argmax(axis=1) + 1, -1)

    @property
    def diverged(self) -> Bool[np.ndarray, " member"]:
        """Which members hold a parameter that is not finite."""
        return ~np.array(
            [
                all(np.isfinite(value[m]).all() for value in self.parameters.values())
                for m in range(len(self.loss))
            ]
        )


class Trainer:
    """Members share batched operations but nothing else.

    Each has its own random streams, made from (seed, member, purpose, epoch), and Adam acts
    elementwise. What a member learns does not depend on which others it is trained with, and one
    that becomes non-finite leaves the others as they are. Since streams are made anew for each
    epoch, the state between epochs is the parameters, Adam's moments, and the records.

    Arrays are of the engine's kind, NumPy's or torch's, and all that is done with them here means
    the same for both.
    """

    def __init__(self, problem: Problem, engine: Engine) -> None:
        settings, x = problem.settings, problem.data.x
        if x.shape[-2] <= problem.length:
            raise ValueError(
                f"training.sequence_length is {problem.length}, but the signal has only "
                f"{x.shape[-2]} samples to train on: give a longer series or set a sequence_length "
                f"below {x.shape[-2]}"
            )
        self.problem, self.engine = problem, engine
        self.theta = _single(engine, _initial(problem))
        self.adam = Adam(self.theta, engine)
        s, members, mixing = problem.data.s, len(problem.members), problem.mixing
        self.data = Data(_single(engine, x), None if s is None else _single(engine, s))
        alpha = 0.0 if mixing is None else mixing.alpha
        self.alpha = engine.array(np.full(members, alpha, np.float32))
        self.strengths = np.full((members, settings.epochs), np.nan, np.float32)
        self.sums = engine.array(np.zeros((3, members), np.float32))
        self.records = np.full((3, members, settings.epochs), np.nan, np.float32)
        self.epoch = 0
        self._fast: dict[tuple[tuple[Pass, ...], ...], Callable[[Array], None] | None] = {}

    def run(self, checkpoint: Checkpoint) -> Trained:
        """Train to the end, from where `checkpoint` stands."""
        problem, settings = self.problem, self.problem.settings
        if (kept := checkpoint.load(self._fits)) is not None:
            self._restore(kept)
        progress = Progress(settings.epochs, self.epoch)
        while self.epoch < settings.epochs:
            self.learn_epoch()
            self.epoch += 1
            loss = self.records[0, :, self.epoch - 1]
            if not (np.isfinite(loss).any() or self._alive()):
                break  # no member can come back from a parameter that is not finite
            if checkpoint.due():
                checkpoint.save(self._state())
            progress.show(self.epoch, loss)
        if self.epoch < settings.epochs:
            progress.show(settings.epochs, loss)
        parameters = problem.layout.views(self.engine.numpy(self.theta))
        strengths = self.strengths if problem.mixing is not None else None
        loss, norm, largest = self.records
        return Trained(parameters, loss, norm, largest, strengths)

    @np.errstate(all="ignore")  # members that become non-finite are recorded
    def learn_epoch(self) -> None:
        """All batches of the next epoch; what they were goes into the records."""
        problem, settings = self.problem, self.problem.settings
        self.adam.set_rate(_learning_rate(settings, self.epoch))
        rng = np.random.default_rng([settings.seed, METHOD, self.epoch])
        self.sums[:] = 0
        count = 0
        for batch, starts in enumerate(self._starts()):
            self._adapt(batch, starts)
            at = Moment(problem.length, problem.tau, self.epoch, settings.epochs, rng)
            updates = problem.updates(at)
            count += len(updates)
            self._learn(updates, starts)
        self.sums[:2] /= count
        self.records[:, :, self.epoch] = self.engine.numpy(self.sums)
        self.strengths[:, self.epoch] = self.engine.numpy(self.alpha)

    def _alive(self) -> bool:
        """Whether the parameters of any member are finite."""
        return bool(np.isfinite(self.engine.numpy(self.theta)).all(axis=1).any())

    def _adapt(self, batch: int, starts: Int[Array, "member sequence"]) -> None:
        """Follow the Jacobians with the strength of forcing: up at once, down slowly."""
        mixing, settings = self.problem.mixing, self.problem.settings
        if mixing is None or mixing.every is None:
            return
        if (self.epoch * settings.batches + batch) % mixing.every:
            return
        from tausweep.training.adaptation import strength  # in torch, as engines that mix are

        found = strength(self.problem.layout, self.theta, self.data, starts, self.problem.length)
        lower = mixing.decay * self.alpha + (1 - mixing.decay) * found
        self.alpha[:] = found.clip(min=lower)  # which exceeds `found` only where that fell

    def _learn(self, updates: Sequence[Update], starts: Int[Array, "member sequence"]) -> None:
        """Learn a batch: the first time a kind of updates is met as it is, then made fast."""

        def learn(starts: Array) -> None:
            state: State | None = None
            for update in updates:
                state = self._update(update, starts, state, keep=update is not updates[-1])

        kind = tuple(tuple(update) for update in updates)
        if kind not in self._fast:
            self._fast[kind] = None
            learn(starts)
            return
        fast = self._fast[kind]
        if fast is None:
            fast = self._fast[kind] = self.engine.repeatable(learn, starts)
        fast(starts)

    def _update(
        self,
        update: Update,
        starts: Int[Array, "member sequence"],
        state: State | None,
        keep: bool,
    ) -> State | None:
        """One step of the optimiser; to `keep`, where the windows of its last pass end."""
        steps = sum(sum(windows.steps) for windows in update)
        scale = 1 / (starts.shape[1] * steps * self.data.x.shape[-1])
        gradient: Array = 0.0
        for windows in update:
            loss, added, state = self.engine.gradient(
                self.theta, self.data, starts, windows, scale, state,
                keep=keep or windows is not update[-1], alpha=self.alpha,
            )  # fmt: skip
            self.sums[0] += loss
            gradient = gradient + added
        norm = (gradient * gradient).sum(1) ** 0.5
        self.sums[1] += norm
        self.sums[2] = norm.clip(min=self.sums[2])  # the larger of both
        self.adam.step(_clipped(gradient, norm, self.problem.clip))
        return state

    def _starts(self) -> Int[Array, "batch member sequence"]:
        """First samples of all sequences of an epoch."""
        settings, problem = self.problem.settings, self.problem
        size = (settings.batches, settings.batch_size)
        last = self.data.x.shape[-2] - problem.length
        streams = (
            np.random.default_rng([settings.seed, m, BATCHES, self.epoch]) for m in problem.members
        )
        starts = np.stack([rng.integers(0, last, size=size) for rng in streams], axis=1)
        return self.engine.array(starts)

    def _state(self) -> xr.Dataset:
        """All that the rest of training depends on."""
        out = xr.Dataset(
            {
                name: (("member", "parameter"), self.engine.numpy(value))
                for name, value in self._moving().items()
            },
            attrs={"engine": self.engine.name},
        )
        out["steps"] = ((), float(self.adam.steps))
        out["alpha"] = (("member",), self.engine.numpy(self.alpha))
        out["strengths"] = (("member", "epoch"), self.strengths[:, : self.epoch])
        out["records"] = (("record", "member", "epoch"), self.records[:, :, : self.epoch])
        return out

    def _fits(self, kept: xr.Dataset) -> bool:
        """Whether a state, kept by whatever code, is one that this training can go on from.

        Numbers of another engine differ in their last digits, so one does not go on with another's.
        """
        epochs = kept.sizes.get("epoch", 0)
        if not 0 < epochs <= self.problem.settings.epochs:
            return False
        mine, its = self._state(), kept.isel(epoch=slice(self.epoch))
        return _outline(its) == _outline(mine) and float(kept["steps"]) >= epochs

    def _restore(self, kept: xr.Dataset) -> None:
        self.epoch = kept.sizes["epoch"]
        self.records[:, :, : self.epoch] = kept["records"].values
        self.strengths[:, : self.epoch] = kept["strengths"].values
        self.alpha[:] = self.engine.array(kept["alpha"].values)
        self.adam.steps += float(kept["steps"])
        for name, value in self._moving().items():
            value[:] = self.engine.array(kept[name].values)

    def _moving(self) -> dict[str, Float[Array, "member parameter"]]:
        return {"theta": self.theta, "m": self.adam.m, "v": self.adam.v}


def _initial(problem: Problem) -> Float[np.ndarray, "member parameter"]:
    layout = problem.layout
    drawn = [
        initial_parameters(
            layout.cell,
            layout.latent,
            layout.variables,
            np.random.default_rng([problem.settings.seed, member, WEIGHTS]),
            channels=layout.channels,
            scheme=problem.scheme,
        )
        for member in problem.members
    ]
    stacked = {name: np.stack([p[name] for p in drawn]) for name in layout.shapes}
    return layout.pack(stacked)


@np.errstate(over="ignore")  # what is too large is infinite
def _single(engine: Engine, values: Float[np.ndarray, "..."]) -> Float[Array, "..."]:
    return engine.array(values.astype(np.float32))


def _outline(state: xr.Dataset) -> tuple[str | None, dict[str, tuple[Any, ...]]]:
    """All of a state but its values."""
    arrays = {str(k): (v.dims, v.shape, v.dtype) for k, v in state.variables.items()}
    return state.attrs.get("engine"), arrays


def _learning_rate(settings: Training, epoch: int) -> float:
    """Constant, or decaying exponentially from the first epoch to the last."""
    if settings.final_learning_rate is None or settings.epochs == 1:
        return settings.learning_rate
    decay = settings.final_learning_rate / settings.learning_rate
    return settings.learning_rate * math.pow(decay, epoch / (settings.epochs - 1))


def _clipped(
    gradient: Float[Array, "member parameter"], norm: Float[Array, " member"], clip: Clip | None
) -> Float[Array, "member parameter"]:
    """Clip each member's gradient, as torch.nn.utils' clip_grad_norm_ and clip_grad_value_ do."""
    if clip is None:
        return gradient
    if clip.norm is not None:
        return gradient * (clip.norm / (norm + 1e-6)).clip(max=1)[:, None]
    assert clip.value is not None
    return gradient.clip(-clip.value, clip.value)
