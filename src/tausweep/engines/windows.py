"""What an engine is asked for: windows that run side by side.

Light: methods, which are settings too, are loaded each time the workflow is parsed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jaxtyping import Float

if TYPE_CHECKING:
    from tausweep.models.rnn.cell import Array

Initial = Literal["forced", "zero", "carried"]


@dataclass(frozen=True)
class Pass:
    """Windows of every sequence, advanced side by side: forward, and back for the gradient.

    Window k begins `offsets[k]` samples into its sequence and predicts the `steps[k]` samples
    after that; longer windows stand before shorter ones.
    """

    offsets: tuple[int, ...]
    steps: tuple[int, ...]
    initial: Initial = "forced"
    """Whether windows begin on the data (z = B⁺x), at zero, or in a state that is given, through
    which no gradient flows."""
    mixed: bool = False
    """Whether states are drawn towards the data at every step after the first, by a strength α:
    (1 − α) z + α B⁺x in the place of z (generalised teacher forcing)."""


@functools.cache
def cut(length: int, tau: int, initial: Initial = "forced", *, mixed: bool = False) -> Pass:
    """A sequence of `length` steps as windows of τ steps, the last shorter where τ does not divide.

    Forcing replaces the whole state (main paper, eqs. 15-16), so nothing, neither state nor
    gradient, crosses a forced step: a sequence forced at t = 0, τ, 2τ, … is exactly ⌈L/τ⌉
    independent windows, and the sequential depth falls from L to τ.
    """
    offsets = tuple(range(0, length, tau))
    return Pass(offsets, tuple(min(tau, length - offset) for offset in offsets), initial, mixed)


@dataclass(frozen=True)
class Data:
    """What is learned: samples x, of all members or each its own, and an external input s."""

    x: Float[Array, "*member time variable"]
    s: Float[Array, "time channel"] | None = None
