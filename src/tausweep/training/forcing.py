"""Sparse teacher forcing by the window identity.

Forcing replaces the whole state (main paper, eqs. 15-16), so nothing, neither state nor gradient,
crosses a forced step. A sequence of L steps forced at t = 0, τ, 2τ, … is therefore exactly ⌈L/τ⌉
independent windows, the last one shorter where τ does not divide L. All windows of all sequences
start from forced states and advance side by side: the sequential depth falls from L to τ.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from tausweep.models import Cell, Parameters, force


def sparse_tf_loss(
    cell: Cell, p: Parameters, x: Float[Tensor, "member sequence time variable"], tau: int
) -> Float[Tensor, " member"]:
    """Mean squared error of x̂_{t+1} against x_{t+1}, forced every `tau` steps, for each member.

    `x` holds L + 1 samples of each sequence: L steps are predicted. The mean runs over sequences,
    steps and variables; forced steps count like all others.
    """
    starts, targets, widths = _windows(x, tau)
    F, B = cell.map(p), p["B"]
    state = force(cell, B, starts)
    visited = []
    for width in widths:
        state = F(tuple(s[..., :width] for s in state) if width < state[0].shape[-1] else state)
        visited.append(state[0])
    error = B @ torch.cat(visited, dim=-1) - targets
    return error.square().mean(dim=(-2, -1))


def _windows(
    x: Float[Tensor, "member sequence time variable"], tau: int
) -> tuple[
    Float[Tensor, "member variable window"], Float[Tensor, "member variable target"], list[int]
]:
    """Where windows start, what they should visit, and how many still run at each step.

    The shorter windows stand last, so that those still running are always the first `width`; the
    targets are in the order in which steps produce predictions.
    """
    sequences, length = x.shape[1], x.shape[2] - 1
    full, rest = divmod(length, tau)
    x = x.permute(0, 3, 2, 1)  # member, variable, time, sequence

    def columns(first: int) -> Tensor:
        """Samples at `first` + k tau of all windows k that reach so far."""
        return x[:, :, first::tau][:, :, : full + (first <= rest)].flatten(-2)

    starts = x[:, :, 0:length:tau].flatten(-2)
    targets = torch.cat([columns(step) for step in range(1, min(tau, length) + 1)], dim=-1)
    widths = [sequences * (full + (step <= rest)) for step in range(1, min(tau, length) + 1)]
    return starts, targets, widths
