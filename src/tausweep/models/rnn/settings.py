"""Settings of recurrent networks."""

from __future__ import annotations

from typing import Literal

from tausweep.settings import PositiveInt, Settings


class Recurrent(Settings):
    """A recurrent network with a linear observation model."""

    cell: Literal["plrnn", "rnn", "lstm", "gru"]
    latent: PositiveInt = 30
    """Number of latent units M."""
    initial: Literal["default", "torch", "glorot", "gershgorin"] = "default"
    """Initial weights. Default: torch.nn's, uniform in ±1/√M, and for the PLRNN a linear part of
    spectral radius one. Gershgorin: no eigenvalue outside the unit circle."""
