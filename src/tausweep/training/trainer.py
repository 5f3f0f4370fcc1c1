"""The training loop: Adam on random sequences, all members of a block at once."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from tausweep.config import Training
from tausweep.models import Cell, Parameters, initial_parameters

log = logging.getLogger(__name__)

Loss = Callable[
    [Parameters, Float[Tensor, "member sequence time variable"]], Float[Tensor, " member"]
]
"""From parameters and a batch of sequences of L + 1 samples to each member's loss."""


@dataclass(frozen=True)
class Trained:
    """What training leaves behind, every array with a leading `member` axis."""

    parameters: dict[str, Float[np.ndarray, "member ..."]]
    loss: Float[np.ndarray, "member epoch"]
    """Mean over the batches of an epoch."""
    gradient_norm: Float[np.ndarray, "member epoch"]
    """Euclidean norm over all parameters of a member, mean over the batches of an epoch."""

    @property
    def diverged(self) -> Bool[np.ndarray, " member"]:
        """Which members hold a parameter that is not finite."""
        return ~np.array(
            [
                all(np.isfinite(value[m]).all() for value in self.parameters.values())
                for m in range(len(self.loss))
            ]
        )


def train(
    cell: Cell,
    latent: int,
    x: Float[np.ndarray, "time variable"],
    loss: Loss,
    settings: Training,
    members: range,
) -> Trained:
    """Train replicates of a model by Adam on sequences drawn at random starts of `x`.

    Members share batched operations but nothing else: each has its own random streams, made from
    (seed, member), and Adam acts elementwise. What a member learns does not depend on which
    others it is trained with, and one that becomes non-finite leaves the others as they are.

    Runs on torch's default device in single precision. Raises ValueError where `x` is too short
    for a single sequence.
    """
    length = settings.sequence_length
    if len(x) <= length:
        raise ValueError(
            f"training.sequence_length is {length}, but the signal has only {len(x)} samples to "
            f"train on: give a longer series or set training.sequence_length below {len(x)}"
        )
    p = _initial(cell, latent, x.shape[1], settings.seed, members)
    streams = [np.random.default_rng([settings.seed, m, 1]) for m in members]
    data = torch.as_tensor(x, dtype=torch.float32, device=torch.get_default_device())
    offsets = torch.arange(length + 1)
    adam = torch.optim.Adam(p.values(), lr=settings.learning_rate, fused=True)
    records = torch.zeros(2, len(members), settings.epochs, device="cpu")
    for epoch in range(settings.epochs):
        adam.param_groups[0]["lr"] = _learning_rate(settings, epoch)
        sums = torch.zeros(2, len(members))
        for starts in _starts(streams, settings, len(x)):
            adam.zero_grad()
            losses = loss(p, data[starts[..., None] + offsets])
            torch.autograd.backward(losses.sum())
            sums += torch.stack([losses.detach(), _norm(p)])
            adam.step()
        records[:, :, epoch] = sums.cpu() / settings.batches
        if (epoch + 1) % max(1, settings.epochs // 10) == 0:
            _report(epoch + 1, settings.epochs, records[0, :, epoch])
    values = {name: value.detach().cpu().numpy() for name, value in p.items()}
    return Trained(values, *records.numpy())


def _initial(cell: Cell, latent: int, variables: int, seed: int, members: range) -> Parameters:
    streams = [np.random.default_rng([seed, m, 0]) for m in members]
    parameters = [initial_parameters(cell, latent, variables, rng) for rng in streams]
    return {
        name: torch.tensor(
            np.stack([p[name] for p in parameters]),
            dtype=torch.float32,
            device=torch.get_default_device(),
            requires_grad=True,
        )
        for name in parameters[0]
    }


def _learning_rate(settings: Training, epoch: int) -> float:
    """Constant, or decaying exponentially from the first epoch to the last."""
    if settings.final_learning_rate is None or settings.epochs == 1:
        return settings.learning_rate
    decay = settings.final_learning_rate / settings.learning_rate
    return settings.learning_rate * math.pow(decay, epoch / (settings.epochs - 1))


def _starts(streams: list[np.random.Generator], settings: Training, samples: int) -> Tensor:
    """First samples of all sequences of an epoch: (batch, member, sequence)."""
    size = (settings.batches, settings.batch_size)
    last = samples - settings.sequence_length
    starts = np.stack([rng.integers(0, last, size=size) for rng in streams], axis=1)
    return torch.as_tensor(starts, device=torch.get_default_device())


def _norm(p: Parameters) -> Float[Tensor, " member"]:
    """Euclidean norm of each member's gradient."""
    squares = [v.grad.square().flatten(1).sum(1) for v in p.values() if v.grad is not None]
    return torch.stack(squares).sum(0).sqrt()


def _report(epoch: int, epochs: int, losses: Tensor) -> None:
    alive = losses[losses.isfinite()]
    typical = f"{alive.median():.3g}" if len(alive) else "none"
    log.info(
        "epoch %d/%d, median loss %s, %d of %d members alive",
        epoch, epochs, typical, len(alive), len(losses),
    )  # fmt: skip
