"""The reference: what an engine does, in torch operations over all windows, with autograd."""

from __future__ import annotations

import functools

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from tausweep.engines.engine import Engine
from tausweep.engines.windows import Data, Pass
from tausweep.models.rnn.cell import Drive, Parameters, State
from tausweep.models.rnn.forcing import force
from tausweep.models.rnn.layout import Layout


class Eager(Engine):
    """Windows, batch and members are one wide axis of batched matrix products."""

    mixes = True
    device = torch.device("cpu")
    """Where its tensors are."""

    def __init__(self, layout: Layout, threads: int = 1) -> None:
        self.layout = layout
        self.name = "eager"
        torch.set_num_threads(threads)

    def array(  # noqa: D102
        self, values: Float[np.ndarray, "..."] | Int[np.ndarray, "..."]
    ) -> Tensor:
        return torch.tensor(values, device=self.device)

    def numpy(self, array: Tensor) -> np.ndarray:  # noqa: D102
        values: np.ndarray = array.cpu().numpy()
        return values

    def gradient(  # noqa: D102
        self,
        theta: Float[Tensor, "member parameter"],
        data: Data,
        starts: Int[Tensor, "member sequence"],
        windows: Pass,
        scale: float,
        state: State | None = None,
        *,
        keep: bool = False,
        alpha: Float[Tensor, " member"] | None = None,
    ) -> tuple[Float[Tensor, " member"], Float[Tensor, "member parameter"], State | None]:
        leaf = theta.detach().requires_grad_()
        loss, last = self.loss(self.layout.views(leaf), data, starts, windows, scale, state, alpha)
        gradient = torch.autograd.grad(loss.sum(), leaf)[0]
        end = tuple(part.detach() for part in last) if keep else None
        return loss.detach(), gradient, end

    def loss(
        self,
        p: Parameters,
        data: Data,
        starts: Int[Tensor, "member sequence"],
        windows: Pass,
        scale: float,
        state: State | None = None,
        alpha: Float[Tensor, " member"] | None = None,
    ) -> tuple[Float[Tensor, " member"], State]:
        """The loss of a pass as a differentiable function of the parameters."""
        cell, B = self.layout.cell, p["B"]
        longest = windows.steps[0]
        x, s = _samples(data, starts, windows, longest)
        state = self._begin(p, x[:, :, 0], windows, state)
        towards = _Towards(self.layout, B, x, alpha) if windows.mixed else None
        F, visited, targets, ended = cell.map(p), [], [], []
        for t in range(longest):
            width = starts.shape[1] * sum(steps > t for steps in windows.steps)
            if width < state[0].shape[-1]:
                ended.append(tuple(part[..., width:] for part in state))
                state = tuple(part[..., :width] for part in state)
            if towards is not None and t > 0:
                state = towards(state, t)
            state = F(state, None if s is None else s[:, :, t, :width])
            visited.append(state[0])
            targets.append(x[:, :, t + 1, :width])
        error = B @ torch.cat(visited, dim=-1) - torch.cat(targets, dim=-1)
        ends = [state, *reversed(ended)]
        last = tuple(torch.cat(parts, dim=-1) for parts in zip(*ends, strict=True))
        return scale * error.square().sum(dim=(-2, -1)), last

    def _begin(
        self,
        p: Parameters,
        x: Float[Tensor, "member variable window"],
        windows: Pass,
        state: State | None,
    ) -> State:
        """The state in which windows begin."""
        if windows.initial == "carried":
            assert state is not None, "windows that go on need the state they go on from"
            return state
        if windows.initial == "forced":
            return force(self.layout.cell, p["B"], x)
        zero = x.new_zeros(len(x), self.layout.latent, x.shape[-1])
        return (zero,) * (1 + self.layout.cell.memory)

    @torch.inference_mode()
    def orbit(  # noqa: D102
        self,
        theta: Float[Tensor, "member parameter"],
        state: State,
        steps: int,
        s: Float[Tensor, "time channel"] | None = None,
    ) -> tuple[Float[Tensor, "member time latent"], State]:
        F = self.layout.cell.map(self.layout.views(theta))
        visited = []
        for t in range(steps):
            state = F(state, None if s is None else s[t][None, :, None].expand(len(theta), -1, -1))
            visited.append(state[0])
        return torch.cat(visited, dim=-1).mT, state


class _Towards:
    """Draws states towards the data: (1 − α) z + α B⁺x, the whole state alike (Hess, Monfared,
    Brenner, Durstewitz 2023, ICML, eq. 10). At α = 1 they are forced at every step.
    """

    def __init__(
        self,
        layout: Layout,
        B: Float[Tensor, "member variable latent"],
        x: Float[Tensor, "member variable step window"],
        alpha: Float[Tensor, " member"] | None,
    ) -> None:
        assert alpha is not None, "mixing state and data needs its strength"
        self.alpha = alpha[:, None, None]
        flat = force(layout.cell, B, x.flatten(2))
        self.forced = [part.view(*part.shape[:2], *x.shape[2:]) for part in flat]

    def __call__(self, state: State, t: int) -> State:
        return tuple(
            torch.lerp(part, forced[:, :, t, : part.shape[-1]], self.alpha)
            for part, forced in zip(state, self.forced, strict=True)
        )


def _samples(
    data: Data, starts: Int[Tensor, "member sequence"], windows: Pass, longest: int
) -> tuple[Float[Tensor, "member variable step window"], Drive | None]:
    """Samples x at the beginning and after every step of all windows, and s at every step.

    Windows shorter than the longest are read on beyond their end, and not used there.
    """
    offsets = _offsets(windows, starts.device)
    first = (starts[:, None, :] + offsets[:, None]).flatten(1)
    time = torch.arange(longest + 1, device=starts.device)
    index = (first[:, None, :] + time[:, None]).clamp(max=data.x.shape[-2] - 1)
    if data.x.ndim == 2:
        x = data.x[index]
    else:
        x = data.x[torch.arange(len(starts), device=starts.device)[:, None, None], index]
    s = None if data.s is None else data.s[index[:, :-1]].permute(0, 3, 1, 2)
    return x.permute(0, 3, 1, 2), s


@functools.lru_cache(maxsize=4096)
def _offsets(windows: Pass, device: torch.device) -> Int[Tensor, " window"]:
    """Kept on the device: while a graph is captured, nothing may be copied there."""
    return torch.tensor(windows.offsets, device=device)
